"""Roles, users, keys and the audit log by the command line, on both databases."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from relay.identity.permissions import OFF_AT_FIRST, Permission
from tests.relay.peers import Agent
from tests.relay_process import AGENT, PASSWORD, RelayProcess

GROUP = ("--group", "1000")


@pytest.fixture(scope="module")
def accounts(tmp_path_factory: pytest.TempPathFactory, seeded: RelayProcess) -> RelayProcess:
    return RelayProcess(tmp_path_factory.mktemp("accounts"), origin=seeded)


def test_a_new_group_has_its_first_roles_with_every_documented_permission(accounts: RelayProcess) -> None:
    roles = accounts.json("role", "list", *GROUP)
    assert [(role["name"], role["owner"], role["users"]) for role in roles][:3] == [
        ("agent", False, 1),
        ("supervisor", False, 0),
        ("admin", True, 0),
    ]
    assert set(roles[0]["settings"]) == set(Permission) and len(Permission) == 35
    assert {key for key, on in roles[0]["settings"].items() if not on} == OFF_AT_FIRST


def test_roles_are_made_changed_and_removed(accounts: RelayProcess) -> None:
    made = accounts.json("role", "add", *GROUP, "--name", "Trainee", "--nothing", "--allow", "viewVideo")
    assert [key for key, on in made["settings"].items() if on] == ["viewVideo"]
    assert accounts.cli("role", "add", *GROUP, "--name", "trainee", expect=1) == "Error: there is a role trainee already\n"
    assert accounts.cli("role", "add", *GROUP, "--name", "x" * 71, expect=1).startswith("Error: the name of a role has 1 to 70 ")
    assert (
        accounts.cli("role", "change", *GROUP, "--name", "Trainee", "--allow", "flyAway", expect=1)
        == "Error: there is no permission 'flyAway'\n"
    )
    accounts.mask(".secret", role="Trainee")
    changed = accounts.json("role", "change", *GROUP, "--name", "Trainee", "--new-name", "Junior", "--forbid", "viewVideo")
    assert changed["name"] == "Junior" and not any(changed["settings"].values())
    assert [rule["role"] for rule in accounts.json("mask", "list", *GROUP, "--site", "production")] == ["Junior"]
    assert "has no role Trainee" in accounts.cli(
        "mask", "add", *GROUP, "--site", "production", "--selector", "a", "--action", "text", "--role", "Trainee", expect=1
    )
    accounts.cli("user", "add", *GROUP, "--username", "jo", "--no-password", "--role", "Junior")
    assert accounts.cli("role", "remove", *GROUP, "--name", "Junior", expect=1) == "Error: the role Junior is in use (1 users)\n"
    accounts.cli("user", "remove", "--username", "jo")
    accounts.cli("role", "remove", *GROUP, "--name", "Junior")


def test_a_groups_limits_hold_and_roles_keep_their_wishes(accounts: RelayProcess) -> None:
    def may(permission: str) -> bool:
        return bool(accounts.json("user", "show", "--username", AGENT)["settings"][permission])

    assert may("remoteAssist")
    accounts.cli("group", "change", *GROUP, "--forbid", "remoteAssist")
    assert not may("remoteAssist")
    accounts.cli("group", "change", *GROUP, "--allow", "remoteAssist", "--allow", "dataCapture")
    # A permission that was off at first stays off in roles when the group first allows it.
    assert may("remoteAssist") and not may("dataCapture")
    accounts.cli("user", "add", *GROUP, "--username", "norole", "--no-password", "--role", "-none-")
    assert accounts.json("user", "show", "--username", "norole")["settings"]["dataCapture"]


def test_users_are_found_by_parts_of_their_fields(accounts: RelayProcess) -> None:
    for username, first, puid in (("kim.a", "Kim", "P-1"), ("kim.b", "Kimberly", "P-2"), ("lee", "Lee", "Q%_")):
        accounts.cli("user", "add", *GROUP, "--username", username, "--no-password", "--first-name", first, "--puid", puid)

    def found(*arguments: str) -> list[str]:
        return [user["username"] for user in accounts.json("user", "list", *GROUP, *arguments)]

    assert found("--username", "KIM") == ["kim.a", "kim.b"]
    assert found("--first-name", "kim", "--puid", "-2") == ["kim.b"]
    assert found("--first-name", "lee", "--puid", "-2", "--any") == ["kim.b", "lee"]
    assert found("--puid", "%") == ["lee"]
    assert found("--username", "kim", "--limit", "1", "--offset", "1") == ["kim.b"]
    error = accounts.cli("user", "add", *GROUP, "--username", "other", "--no-password", "--puid", "P-1", expect=1)
    assert error == "Error: there is a user with the partner user id P-1 already\n"


def test_users_of_a_file_are_added_all_or_none(accounts: RelayProcess, tmp_path: Path) -> None:
    file = tmp_path / "users.csv"
    file.write_text(
        "Username,Partner User ID,First_Name,Email,Phone,Role,Suspended,Password\n"
        'zoe,Z-1,"Zoë, the first",zoe@shop.example,+44 1,agent,no,a long password\n'
        "zed,Z-2,Zed,,,,yes,\n"
    )
    assert accounts.json("user", "import", *GROUP, str(file)) == {"group": 1000, "added": 2}
    zoe, zed = (accounts.json("user", "show", "--username", name) for name in ("zoe", "zed"))
    assert (zoe["first_name"], zoe["phone"], zoe["role"], zed["suspended"], zed["role"]) == ("Zoë, the first", "+44 1", "agent", True, "")
    exported = accounts.cli("user", "export", *GROUP)
    assert "zoe,Z-1" in exported and "'+44 1" in exported and "password" not in exported.lower()
    rows = accounts.json("user", "export", *GROUP)
    assert [row["username"] for row in rows] == [line.partition(",")[0] for line in exported.splitlines()[1:]]
    assert next(row for row in rows if row["puid"] == "Z-1")["phone"] == "+44 1" and not any("password" in row for row in rows)
    file.write_text(
        "username,role,email,puid\n",
    )
    assert "row 1, puid: there is no such column; columns are username, " in accounts.cli("user", "import", *GROUP, str(file), expect=1)
    file.write_text("username,role,email,suspended,password\nnew,agent,no-address,maybe,short\nb~c,,,,\nnew2\nNEW3,,,,\nnew3,,,,\n")
    error = accounts.cli("user", "import", *GROUP, str(file), expect=1)
    assert error.removeprefix("Error: ").splitlines() == [
        "row 2, suspended: it is one of 1, 0, yes, no, true, false",
        "row 2, password: a password has 10 to 1000 characters",
        "row 2, email: 'no-address' is not an e-mail address",
        "row 3, username: a user name has neither ~ nor *",
        "row 4, -: the row has 1 cells, the heading 5",
        "row 6, username: new3 stands in row 5 too",
    ]
    file.write_text("username,role\nnew4,agent\nzoe,agent\n")
    assert accounts.cli("user", "import", *GROUP, str(file), expect=1) == "Error: row 3, username: there is a user zoe already\n"
    file.write_text("username,role\nnew5,agent\nnew6,boss\n")
    assert accounts.cli("user", "import", *GROUP, str(file), expect=1) == "Error: row 3, role: group 1000 has no role boss\n"
    assert accounts.json("user", "list", *GROUP, "--username", "new") == []


def test_two_keys_hold_while_servers_change_over(accounts: RelayProcess) -> None:
    first = accounts.json("key", "show", *GROUP)["key"]
    second = accounts.json("key", "reset", *GROUP, "--overlap", "24")["key"]
    assert second != first and accounts.json("key", "show", *GROUP)["key"] == second
    own = "x" * 22
    assert json.loads(accounts.cli("key", "reset", *GROUP, "--key-stdin", "--json", stdin=own + "\n"))["key"] == own
    assert "22 to 64" in accounts.cli("key", "reset", *GROUP, "--key-stdin", stdin="short\n", expect=1)


def test_a_group_goes_with_all_that_it_has_and_its_log_stays(accounts: RelayProcess) -> None:
    accounts.cli("group", "add", "--id", "77", "--name", "Short")
    accounts.cli("user", "add", "--group", "77", "--username", "shorty", "--no-password")
    assert "add --yes" in accounts.cli("group", "remove", "--group", "77", expect=1)
    accounts.cli("group", "remove", "--group", "77", "--yes")
    assert [group["id"] for group in accounts.json("group", "list")] == [1000]
    actions = [entry["action"] for entry in accounts.json("audit", "list", "--group", "77")]
    assert actions == ["group.add", "key.reset", "user.add", "group.remove"]
    assert all(entry["actor"].startswith("operator:") for entry in accounts.json("audit", "list", "--group", "77"))


def test_the_log_shows_any_change_of_itself(accounts: RelayProcess) -> None:
    assert all(one["fault"] is None for one in accounts.json("audit", "verify"))
    checkpoints = [part for one in accounts.json("audit", "checkpoint") for part in ("--checkpoint", one["checkpoint"])]
    last = accounts.json("audit", "verify", *GROUP)[0]["entries"]
    accounts.cli("audit", "verify", *checkpoints)

    def tampered(statement: str, *arguments: str) -> str:
        accounts.engine.execute(accounts.data, accounts.database, statement)
        assert accounts.cli("audit", "verify", *GROUP, *arguments, expect=1) == "Error: the audit log is not whole\n"
        return ""

    accounts.engine.execute(accounts.data, accounts.database, "CREATE TABLE kept AS SELECT * FROM audit")
    for change in (
        "UPDATE audit SET actor = 'x' WHERE group_id = 1000 AND number = 2",
        "DELETE FROM audit WHERE group_id = 1000 AND number = 3",
    ):
        tampered(change)
        for statement in ("DELETE FROM audit", "INSERT INTO audit SELECT * FROM kept"):
            accounts.engine.execute(accounts.data, accounts.database, statement)
    # The end can be cut off unnoticed, but not with a checkpoint.
    accounts.engine.execute(accounts.data, accounts.database, f"DELETE FROM audit WHERE group_id = 1000 AND number = {last}")
    accounts.cli("audit", "verify", *GROUP)
    tampered("DELETE FROM audit WHERE group_id = 1", *checkpoints)
    for statement in ("DELETE FROM audit", "INSERT INTO audit SELECT * FROM kept", "DROP TABLE kept"):
        accounts.engine.execute(accounts.data, accounts.database, statement)


def test_the_log_is_searched_and_exported(accounts: RelayProcess) -> None:
    users = accounts.json("audit", "list", *GROUP, "--action", "user", "--limit", "2")
    assert [entry["action"] for entry in users] == ["user.add", "user.add"] and users[0]["subject"] == AGENT
    assert accounts.json("audit", "list", *GROUP, "--until", "2001-01-01") == []
    exported = accounts.cli("audit", "export", *GROUP, "--action", "key")
    assert exported.splitlines()[0] == "number,time,group,actor,address,action,result,subject,detail"
    assert "key.reset" in exported and "user.add" not in exported
    assert accounts.json("audit", "export", *GROUP, "--action", "key") == accounts.json("audit", "list", *GROUP, "--action", "key")
    assert accounts.json("audit", "list", *GROUP, "--action", "export")[-1]["subject"] == "audit"
    stored = accounts.stored_bytes()
    assert PASSWORD.encode() not in stored and b"a long password" not in stored


def test_logins_and_failures_are_written_down(relay: RelayProcess) -> None:
    relay.add_agent("logged.example")
    with Agent(relay) as agent:
        agent.log_in("logged.example", "not the password")
        agent.log_in("my secret in the wrong field", "x")
        agent.log_in("logged.example")
    entries = relay.json("audit", "list", *GROUP, "--action", "login", "--actor", "logged.example")
    assert [(entry["result"], entry["address"]) for entry in entries] == [("failed", "127.0.0.1"), ("ok", "127.0.0.1")]
    nobody = relay.json("audit", "list", "--group", "0")
    assert [(entry["actor"], entry["result"]) for entry in nobody] == [("nobody", "failed")]
    assert b"my secret in the wrong field" not in relay.stored_bytes()


def test_a_new_password_ends_every_login(relay: RelayProcess) -> None:
    relay.add_agent("renewed.example")
    with Agent(relay) as agent:
        agent.log_in("renewed.example")
        relay.cli("user", "password", "--username", "renewed.example", "--password-stdin", stdin="another long password\n")
        assert agent.get("/agentjoin/AgentJoin.aspx").status_code == 303
        assert agent.log_in("renewed.example").status_code == 401
        assert agent.log_in("renewed.example", "another long password").status_code == 303
        assert relay.json("user", "logout", "--username", "renewed.example") == {"username": "renewed.example", "logins": 1}
        assert agent.get("/agentjoin/AgentJoin.aspx").status_code == 303


def test_a_user_signs_on_with_a_login_key_in_the_place_of_a_name(relay: RelayProcess) -> None:
    relay.cli("user", "add", *GROUP, "--username", "keyed.example", "--no-password", "--puid", "K/1")
    key = relay.json("key", "sign", *GROUP, "--puid", "K/1")["loginkey"]
    with Agent(relay) as agent:
        for username, password in (
            ("keyed.example", ""),
            ("keyed.example", "nobody has this password"),
            (f"logged.example~{key}", ""),
            (f"keyed.example~{key[:-1]}", ""),
        ):
            assert agent.log_in(username, password).status_code == 401
        assert agent.log_in(f"keyed.example~{key}", "").status_code == 303
        agent.cookies.clear()
        relay.cli("key", "reset", *GROUP, "--overlap", "1")
        assert agent.log_in(f"keyed.example~{key}", "").status_code == 303
        agent.cookies.clear()
        relay.cli("key", "reset", *GROUP)
        assert agent.log_in(f"keyed.example~{key}", "").status_code == 401
