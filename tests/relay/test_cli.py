"""The command line as scripts use it: what it prints, where errors go, and with which code it ends."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import httpx2 as httpx
import pytest

from relay.cli import commands
from relay.commands.demo import _next_steps
from relay.demo import MASKS
from relay.protocol.names import Limit
from tests.relay_process import RelayProcess

SITE = ("--group", "1000", "--site", "production")


def leaves(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command that does something, with the words that lead to it."""
    if not isinstance(command, click.Group):
        yield path, command
        return
    context = click.Context(command)
    for name in command.list_commands(context):
        found = command.get_command(context, name)
        assert found is not None
        yield from leaves(found, (*path, name))


COMMANDS = dict(leaves(commands))


@pytest.fixture
def relay(tmp_path: Path, seeded: RelayProcess) -> RelayProcess:
    return RelayProcess(tmp_path, origin=seeded)


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_command_answers_programs_in_json(path: tuple[str, ...]) -> None:
    [option] = [one for one in COMMANDS[path].params if "--json" in one.opts]
    assert isinstance(option, click.Option) and option.is_flag and option.name == "as_json"


def test_the_tree_of_commands_is_walked_to_its_ends() -> None:
    assert {("serve",), ("demo", "run"), ("mask", "audit"), ("audit", "export"), ("backup",)} <= set(COMMANDS)


def test_an_invalid_selector_is_refused_with_the_place_of_the_fault(relay: RelayProcess) -> None:
    error = relay.cli("mask", "add", *SITE, "--selector", "#a[", "--action", "text", expect=1)
    first, selector, caret = error.splitlines()
    assert first.startswith("Error: the selector is not valid at column 4: ")
    assert selector == "  #a["
    assert caret == "     ^"
    assert relay.json("mask", "list", *SITE) == []


@pytest.mark.parametrize(("selector", "column"), [("", 1), ("a >", None), ("a, , b", 4), (":no-such-class", None), ("a::before", None)])
def test_other_faults_are_refused_too(relay: RelayProcess, selector: str, column: int | None) -> None:
    error = relay.cli("mask", "add", *SITE, "--selector", selector, "--action", "text", expect=1)
    assert "the selector is not valid at column " in error
    assert column is None or f"at column {column}: " in error


def test_a_selector_that_is_too_long_or_no_text_is_refused(relay: RelayProcess) -> None:
    for selector in ("#" + "a" * Limit.SELECTOR, "ä" * (Limit.SELECTOR // 2) + "b"):
        error = relay.cli("mask", "add", *SITE, "--selector", selector, "--action", "text", expect=1)
        assert error == f"Error: the selector is longer than {Limit.SELECTOR} bytes\n"
    error = relay.cli("mask", "add", *SITE, "--selector", os.fsdecode(b".a\xff"), "--action", "text", expect=1)
    assert error.splitlines()[0] == "Error: the selector is not valid at column 3: this is not text"
    assert relay.json("mask", "list", *SITE) == []


def test_page_masks_profiles_and_rules_for_the_relay_only(relay: RelayProcess) -> None:
    page = "https://shop.example/account/*"
    relay.cli("mask", "add", *SITE, "--page", page, "--label", "Account", "--role", "agent")
    relay.cli("mask", "add", *SITE, "--selector", ".a", "--action", "text", "--relay-only")
    relay.cli("mask", "add", *SITE, "--selector", ".open", "--action", "show")
    rules = relay.json("mask", "list", *SITE)
    assert [(rule["selector"], rule["action"], rule["source"]) for rule in rules] == [
        (page, "page", False),
        (".a", "text", False),
        (".open", "show", True),
    ]
    assert relay.json("mask", "profile", *SITE)["profile"] == "open"
    assert relay.json("mask", "profile", *SITE, "private")["profile"] == "private"
    assert relay.cli("mask", "list", *SITE).splitlines()[0] == "profile private"
    assert relay.json("mask", "profile", "--group", "1000", "--site", "staging")["profile"] == "open"
    relay.cli("mask", "remove", *SITE, "--page", page, "--role", "agent")
    assert len(relay.json("mask", "list", *SITE)) == 2
    error = relay.cli("mask", "add", *SITE, "--page", "https://shop.example/x?token=1", expect=1)
    assert error == "Error: query and fragment of an address cannot be asked for\n"


def test_escaped_selectors_are_accepted(relay: RelayProcess) -> None:
    selector = r"#orderPayment\.cardNumber"
    added = relay.json("mask", "add", *SITE, "--selector", selector, "--action", "block", "--label", "Card", "--role", "agent")
    rule = {"selector": selector, "action": "block", "label": "Card", "role": "agent", "source": False}
    assert added == {"group": 1000, "site": "production", **rule, "beyond_source": ""}
    assert relay.json("mask", "list", *SITE) == [rule]
    assert relay.json("mask", "list", "--group", "1000", "--site", "staging") == []


def test_rules_are_removed_by_selector_and_role(relay: RelayProcess) -> None:
    relay.mask(".a")
    relay.mask(".a", role="agent")
    assert "already" in relay.cli("mask", "add", *SITE, "--selector", ".a", "--action", "hide", expect=1)
    relay.cli("mask", "remove", *SITE, "--selector", ".a")
    assert [rule["role"] for rule in relay.json("mask", "list", *SITE)] == ["agent"]
    assert relay.cli("mask", "remove", *SITE, "--selector", ".a", expect=1) == "Error: there is no such rule\n"
    assert len(relay.json("mask", "list", *SITE, "--builtin")) > 10


def test_groups_and_users_are_added_once(relay: RelayProcess) -> None:
    assert relay.cli("group", "add", "--id", "1000", "--name", "Again", expect=1) == "Error: group 1000 exists already\n"
    assert relay.json("group", "add", "--id", "5", "--name", "Five", "--origin", "shop.example") == {
        "id": 5,
        "name": "Five",
        "origins": ["shop.example"],
        "parent": None,
    }
    for arguments, stdin, error in (
        (("--group", "1000", "--username", "ADA.example"), "a good password\n", "Error: there is a user ADA.example already\n"),
        (("--group", "6", "--username", "ben"), "a good password\n", "Error: there is no group 6\n"),
        (("--group", "5", "--username", "ben"), "short\n", "Error: a password has 10 to 1000 characters\n"),
        (("--group", "5", "--username", " "), "a good password\n", "Error: a user name has 1 to 200 printable characters\n"),
    ):
        assert relay.cli("user", "add", *arguments, "--password-stdin", "--role", "agent", stdin=stdin, expect=1) == error


def test_origins_are_added_and_taken_one_by_one(relay: RelayProcess) -> None:
    group = ("group", "change", "--group", "1000")
    relay.cli(*group, "--origin", "https://a.example", "--origin", "b.example")
    changed = relay.json(*group, "--add-origin", "c.example", "--remove-origin", "https://a.example")
    assert (changed["origins"], changed["removed"]) == (["b.example", "c.example"], ["https://a.example"])
    assert "\nno longer: b.example, c.example\n" in relay.cli(*group, "--origin", "d.example")
    wrong = relay.cli(*group, "--remove-origin", "a.example", expect=1)
    assert wrong == "Error: a.example is not on the list of group 1000: d.example\n"
    assert "without its last origin" in relay.cli(*group, "--remove-origin", "d.example", expect=1)
    relay.cli(*group, "--origin", "d.example", "--add-origin", "e.example", expect=2)
    assert relay.json("group", "show", "--group", "1000")["origins"] == ["d.example"]


def test_a_folder_without_a_relay_is_refused_and_left_alone(tmp_path: Path) -> None:
    empty = RelayProcess(tmp_path / "empty")
    for command in (("group", "list"), ("mask", "list", *SITE), ("audit", "list", "--group", "1000")):
        assert empty.cli(*command, expect=1).startswith(
            f"Error: there is no relay in the data folder {empty.data}; name another with --data"
        )
    assert not empty.data.exists()
    empty.cli("group", "add", "--id", "7", "--name", "Seven")
    assert [one["id"] for one in empty.json("group", "list")] == [7]


def test_the_last_entries_of_the_audit_log(relay: RelayProcess) -> None:
    entries = relay.json("audit", "list", "--group", "1000")
    assert len(entries) > 2
    assert relay.json("audit", "list", "--group", "1000", "--limit", "2") == entries[:2]
    assert relay.json("audit", "list", "--group", "1000", "--limit", "2", "--last") == entries[-2:]


def test_every_fault_of_a_row_is_told(relay: RelayProcess, tmp_path: Path) -> None:
    path = tmp_path / "users.csv"
    path.write_text(f"username,email,phone,suspended\nada~b,nobody,{'1' * 40},maybe\n")
    told = relay.cli("user", "import", "--group", "1000", str(path), expect=1)
    assert [line.removeprefix("Error: ").split(":")[0] for line in told.splitlines()] == [
        f"row 2, {column}" for column in ("suspended", "username", "email", "phone")
    ]


def test_a_key_is_shown_and_reset(relay: RelayProcess) -> None:
    shown = relay.json("key", "show", "--group", "1000")
    assert shown["group"] == 1000 and len(shown["key"]) == 32
    assert relay.cli("key", "show", "--group", "1000") == shown["key"] + "\n"
    reset = relay.json("key", "reset", "--group", "1000")
    assert reset["key"] != shown["key"]
    assert relay.json("key", "show", "--group", "1000") == reset
    assert relay.cli("key", "show", "--group", "9", expect=1) == "Error: there is no group 9\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ("no-such-command",),
        ("mask", "add", "--group", "1000"),
        ("mask", "add", *SITE, "--selector", "a", "--action", "blur"),
        ("mask", "add", *SITE, "--selector", "a", "--action", "page"),
        ("mask", "add", *SITE, "--selector", "a"),
        ("mask", "add", *SITE, "--page", "https://a.example/x", "--action", "hide"),
        ("mask", "add", *SITE, "--page", "https://a.example/x", "--selector", "a"),
        ("mask", "remove", *SITE),
        ("mask", "profile", *SITE, "secret"),
        ("mask", "list", "--group", "0", "--site", "production"),
        ("group", "add", "--id", "x", "--name", "X"),
        ("user", "add", "--group", "1000", "--username", "x", "--role", "agent"),
    ],
)
def test_wrong_usage_ends_with_two(relay: RelayProcess, arguments: tuple[str, ...]) -> None:
    assert "Error: " in relay.cli(*arguments, expect=2)


def test_what_is_stored_is_for_its_user_only_and_has_no_password(relay: RelayProcess) -> None:
    relay.cli("user", "add", "--group", "1000", "--username", "x", "--password-stdin", stdin="a password to find\n")
    assert relay.database or stat.S_IMODE((relay.data / "relay.sqlite3").stat().st_mode) == 0o600
    assert b"a password to find" not in relay.stored_bytes()


def test_the_environment_names_the_data_folder(tmp_path: Path) -> None:
    environment = {**os.environ, "COBROWSE_DATA": str(tmp_path / "made" / "here")}
    command = [sys.executable, "-m", "relay", "group", "add", "--id", "1", "--name", "One"]
    assert subprocess.run(command, env=environment, capture_output=True, check=True).stderr == b""
    assert stat.S_IMODE((tmp_path / "made" / "here").stat().st_mode) == 0o700


def test_the_demo_runs_and_ends_cleanly(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "relay", "demo", "run", "--data", str(tmp_path), "--port", "0", "--shop-port", "0", "--json"]
    for _ in range(2):
        with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            said = json.loads(process.stdout.readline())
            with httpx.Client(trust_env=False) as client:
                assert client.get(f"{said['relay']}/healthz").status_code == 200
                shop = client.get(said["shop"])
                assert shop.status_code == 200 and "CobrowseJS.ashx" in shop.text
            process.send_signal(signal.SIGINT)
            output, errors = process.communicate(timeout=15)
            assert process.returncode == 0, errors
            assert "Traceback" not in errors and "alembic" not in errors and output == ""
    assert stat.S_IMODE((tmp_path / "demo-password").stat().st_mode) == 0o600
    assert (tmp_path / "demo-password").read_text().strip() == said["password"]
    listed = RelayProcess(tmp_path).json("mask", "list", *SITE)
    assert [(rule["selector"], rule["action"], rule["label"]) for rule in listed] == list(MASKS)


def test_the_demo_says_what_to_press() -> None:
    steps = _next_steps("http://localhost:8080", "http://localhost:8081", "a password")
    assert "1. Open the shop, press Need help?, then Show this page to an advisor, then Show code." in steps


def test_a_port_in_use_is_told(relay: RelayProcess, tmp_path: Path) -> None:
    try:
        relay.start()
        error = RelayProcess(tmp_path / "other").cli("serve", "--port", str(relay.port), expect=1)
        assert f"Error: cannot listen on 127.0.0.1:{relay.port}: " in error
    finally:
        relay.stop()


def test_a_data_folder_has_one_relay_that_serves(relay: RelayProcess) -> None:
    try:
        relay.start()
        assert relay.process is not None
        held = f"Error: another relay serves the data folder {relay.data}: process {relay.process.pid}\n"
        assert relay.cli("serve", "--port", "0", expect=1) == held
        assert relay.cli("demo", "run", "--port", "0", "--shop-port", "0", expect=1) == held
        assert [rule["label"] for rule in relay.json("mask", "list", *SITE)] == []
        relay.mask(".a", label="beside")
        relay.kill()
        relay.start()
    finally:
        relay.stop()
    assert (relay.data / "serving.lock").read_text() == ""


def test_settings_are_checked(relay: RelayProcess) -> None:
    (relay.data / "relay.toml").write_text("waitng = 5\n")
    assert relay.cli("serve", expect=2).startswith("Error: the setting waitng cannot be 5: there is no such setting in ")
    (relay.data / "relay.toml").write_text("waiting = 'long'\n")
    assert relay.cli("serve", expect=2) == "Error: the setting waiting cannot be 'long': a time is a number of seconds above 0\n"
    (relay.data / "relay.toml").write_text("waiting = \n")
    assert relay.cli("serve", expect=1).startswith(f"Error: {relay.data / 'relay.toml'}: ")
    (relay.data / "relay.toml").write_text("")
    (relay.data / "relay.toml").write_text("proxies = 'nonsense'\n")
    assert "the setting proxies cannot be 'nonsense': it is a list of IP addresses" in relay.cli("serve", expect=2)
    (relay.data / "relay.toml").write_text("")
    secret = "mysql://relay:a-secret@db/relay"
    error = relay.cli("serve", "--database", secret, expect=2)
    assert error == "Error: the setting database cannot be '…': it is an address postgresql+asyncpg://user@host/name\n"
    assert "a-secret" not in relay.cli("group", "add", "--id", "9", "--name", "Nine", "--database", secret, expect=2)
    address = relay.cli("serve", "--public-url", "relay.example", expect=2)
    assert address == "Error: the setting public_url cannot be 'relay.example': it is an address with http:// or https:// and a host\n"


def test_a_database_of_a_later_version_is_left_alone(relay: RelayProcess) -> None:
    relay.engine.execute(relay.data, relay.database, "UPDATE alembic_version SET version_num = '9999'")
    (relay.data / "serving.lock").touch()
    before = relay.stored_bytes()
    for command in (("serve", "--port", "0"), ("mask", "list", *SITE)):
        error = relay.cli(*command, expect=1)
        assert "was written by a newer version of the relay" in error and "Traceback" not in error
    assert relay.stored_bytes() == before


def test_what_is_no_database_is_told(tmp_path: Path) -> None:
    relay = RelayProcess(tmp_path)
    path = relay.data / "relay.sqlite3"
    path.write_bytes(b"no database, and quite certainly no header of one" * 50)
    assert relay.cli("mask", "list", *SITE, expect=1) == f"Error: {path} is not a database\n"
