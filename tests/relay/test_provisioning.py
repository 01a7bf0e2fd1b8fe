"""User provisioning as a partner's server does it: forms to the documented addresses, XML back."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import httpx2 as httpx
import pytest
from lxml import etree

from relay.identity.login_keys import sign
from relay.store.user_search import PAGE
from tests.relay_process import PASSWORD, RelayProcess

Launch = Callable[[], RelayProcess]

OWNER, FOREIGN = "owner.example", "owner.elsewhere"
LOGIN = {"PartnerLogin": OWNER, "PartnerPW": PASSWORD}
NEW = {"PartnerUserID": "p-7", "UserAddress": "grace.example", "UserPW": "a long password", "UserFirst": "Grace", "UserLast": "Hopper"}


class Desk:
    """A partner's server."""

    def __init__(self, client: httpx.Client) -> None:
        self.client = client

    def call(self, name: str, fields: dict[str, str], expect: int = 200) -> etree._Element:
        answer = self.client.post(f"/PAPI/{name}.asp", data=fields)
        assert answer.status_code == expect, answer.text
        assert answer.headers["content-type"].startswith("text/xml") and answer.headers["cache-control"] == "no-store"
        return etree.fromstring(answer.content)

    def refused(self, name: str, fields: dict[str, str], expect: int = 400) -> tuple[str, str]:
        """Code and text of the error."""
        answer = self.call(name, fields, expect)
        assert answer.findtext("Status") == "error"
        return answer.findtext("Code") or "", answer.findtext("Text") or ""

    def users(self, **criteria: str) -> list[str]:
        answer = self.call("ShowUsers", {**LOGIN, "PageCount": "100", **criteria})
        return [user.findtext("UserAddress") or "" for user in answer.findall("Users/User")]


def with_owners(relay: RelayProcess) -> RelayProcess:
    relay.add_agent(OWNER, role="admin")
    relay.cli("user", "change", "--username", OWNER, "--puid", "boss")
    relay.cli("group", "add", "--id", "2000", "--name", "Elsewhere")
    relay.add_agent(FOREIGN, role="admin", group=2000)
    return relay


@pytest.fixture(scope="module")
def provisioned(relay: RelayProcess) -> RelayProcess:
    return with_owners(relay)


@pytest.fixture
def desk(provisioned: RelayProcess) -> Iterator[Desk]:
    """Its group has no users with a `p-` id, before and after."""
    with httpx.Client(base_url=provisioned.url) as client:
        desk = Desk(client)
        yield desk
        for user in desk.call("ShowUsers", {**LOGIN, "PageCount": "100", "PartnerUserID": "p-*"}).findall("Users/User"):
            desk.call("DeleteUser", {**LOGIN, "PartnerUserID": user.findtext("PartnerUserID") or ""})


def test_a_user_is_made_shown_changed_and_deleted(desk: Desk) -> None:
    made = desk.call("NewUser", {**LOGIN, **NEW, "UserEmail": "grace@navy.example", "UserRole": "agent", "AudioProvider": "666"})
    assert made.findtext("Status") == "ok"
    assert {part.tag: part.text or "" for part in made.findall("User/*")} == {
        "PartnerUserID": "p-7",
        "UserAddress": "grace.example",
        "UserFirst": "Grace",
        "UserLast": "Hopper",
        "UserEmail": "grace@navy.example",
        "UserRole": "agent",
        "UserSuspended": "0",
    }
    # Names of fields and addresses count whatever their case; what is not given stays.
    changed = desk.call("UPDATEUSER", {**LOGIN, "partneruserid": "p-7", "usersuspended": "Yes", "userrole": "-none-"})
    user = changed.find("User")
    assert user is not None
    assert [user.findtext(name) for name in ("UserFirst", "UserSuspended", "UserRole")] == ["Grace", "1", ""]
    both = desk.call("UpdateUser", {**LOGIN, "PartnerUserID": "p-7", "UserActive": "0", "UserSuspended": "false"})
    assert both.findtext("User/UserSuspended") == "0"
    gone = desk.call("DeleteUser", {**LOGIN, "PartnerUserID": "p-7"})
    assert gone.findtext("User/UserAddress") == "grace.example"
    assert desk.refused("DeleteUser", {**LOGIN, "PartnerUserID": "p-7"}, 404)[0] == "nouser"
    assert "grace.example" not in desk.users()


def test_a_new_password_is_the_one_that_counts(desk: Desk) -> None:
    desk.call("NewUser", {**LOGIN, **NEW, "UserRole": "admin"})
    desk.call("ShowRoles", {"PartnerLogin": "grace.example", "PartnerPW": NEW["UserPW"]})
    desk.call("UpdateUser", {**LOGIN, "PartnerUserID": "p-7", "UserPW": " another password "})
    desk.refused("ShowRoles", {"PartnerLogin": "grace.example", "PartnerPW": NEW["UserPW"]}, 401)
    desk.call("ShowRoles", {"PartnerLogin": "grace.example", "PartnerPW": " another password "})


def test_users_are_found_by_patterns_page_by_page(desk: Desk) -> None:
    for number in range(5):
        desk.call("NewUser", {**LOGIN, "PartnerUserID": f"p-{number}", "UserAddress": f"n{number}.example"})
    assert desk.users(PartnerUserID="p-*") == [f"n{number}.example" for number in range(5)]
    assert desk.users(UserAddress="*3.EXAMPLE") == ["n3.example"]
    assert desk.users(UserAddress="*3*", UserRole="-none-") == ["n3.example"]
    assert desk.users(UserAddress="n3.exampl") == [] and desk.users(UserAddress="n_.*") == []
    assert desk.users(PartnerUserID="-none-") == ["ada.example"]
    assert desk.users(UserRole="ADMIN") == [OWNER]
    first = desk.call("ShowUsers", {**LOGIN, "PartnerUserID": "p-*", "PageCount": "3"})
    assert (first.findtext("Total"), first.findtext("PageNext"), len(first.findall("Users/User"))) == ("5", "3", 3)
    last = desk.call("ShowUsers", {**LOGIN, "PartnerUserID": "p-*", "PageCount": "3", "PageStart": "3"})
    assert (last.findtext("PageNext"), len(last.findall("Users/User"))) == ("", 2)
    roles = desk.call("ShowRoles", LOGIN)
    assert [role.findtext("UserRole") for role in roles.findall("Roles/Role")][:3] == ["agent", "supervisor", "admin"]


@pytest.mark.parametrize(
    ("name", "fields", "code", "text"),
    [
        ("NewUser", {"PartnerUserID": ""}, "missing", "PartnerUserID: is required"),
        ("NewUser", {"UserAddress": ""}, "missing", "UserAddress: is required"),
        ("NewUser", {"UserPW": "short"}, "value", "UserPW: a password has 10 to 1000 characters"),
        ("NewUser", {"UserFirst": "x" * 50}, "value", "UserFirst: the first name has at most 49 printable characters"),
        ("NewUser", {"UserEmail": "nobody"}, "value", "UserEmail: 'nobody' is not an e-mail address"),
        ("NewUser", {"UserRole": "No such"}, "value", "UserRole: "),
        ("NewUser", {"UserAddress": "ada.example"}, "value", "UserAddress: "),
        ("NewUser", {"AudioProvider": "2"}, "value", "AudioProvider: is 1 or 666"),
        ("UpdateUser", {"PartnerUserID": "nobody"}, "nouser", "PartnerUserID: no user of this group has this value"),
        ("ShowUsers", {}, "missing", "PageCount: is required"),
        ("ShowUsers", {"PageCount": "0"}, "value", f"PageCount: is a number from 1 to {PAGE}"),
        ("ShowUsers", {"PageCount": "1001"}, "value", f"PageCount: is a number up to {PAGE}"),
        ("ShowUsers", {"PageCount": "5", "PageStart": "-1"}, "value", "PageStart: is a number up to "),
    ],
)
def test_what_cannot_be_is_refused_with_field_and_rule(desk: Desk, name: str, fields: dict[str, str], code: str, text: str) -> None:
    given = {**LOGIN, **(NEW if name == "NewUser" else {}), **fields}
    found = desk.refused(name, given, 404 if code == "nouser" else 400)
    assert found[0] == code and found[1].startswith(text)
    assert "grace.example" not in desk.users()


def test_a_wrong_truth_is_refused_and_changes_nothing(desk: Desk) -> None:
    desk.call("NewUser", {**LOGIN, **NEW})
    code, text = desk.refused("UpdateUser", {**LOGIN, "PartnerUserID": "p-7", "UserFirst": "Anna", "UserSuspended": "maybe"})
    assert code == "value" and text.startswith("UserSuspended: is one of 1, yes, true")
    assert desk.call("ShowUsers", {**LOGIN, "PageCount": "9", "PartnerUserID": "p-7"}).findtext("Users/User/UserFirst") == "Grace"


def test_only_owners_of_the_group_may(desk: Desk) -> None:
    assert desk.refused("ShowRoles", {"PartnerLogin": "ada.example", "PartnerPW": PASSWORD}, 403)[0] == "rights"
    assert desk.refused("ShowRoles", {**LOGIN, "PartnerID": "2000"}, 403)[0] == "rights"
    desk.call("ShowRoles", {**LOGIN, "PartnerID": "1000"})
    desk.call("NewUser", {**LOGIN, **NEW})
    elsewhere = {"PartnerLogin": FOREIGN, "PartnerPW": PASSWORD}
    assert desk.refused("UpdateUser", {**elsewhere, "PartnerUserID": "p-7", "UserFirst": "Eve"}, 404)[0] == "nouser"
    assert desk.call("ShowUsers", {**elsewhere, "PageCount": "9"}).findtext("Total") == "1"


def test_wrong_credentials_are_counted(launch: Launch) -> None:
    with httpx.Client(base_url=launch().url) as client:
        wrong = {"PartnerLogin": "ada.example", "PartnerPW": "wrong password"}
        answers = [client.post("/PAPI/ShowRoles.asp", data=wrong) for _ in range(12)]
    assert {answer.status_code for answer in answers} == {401, 429}
    assert answers[-1].headers["retry-after"] == "60"


def test_a_login_key_stands_for_the_password(desk: Desk, provisioned: RelayProcess) -> None:
    key, soon = provisioned.json("key", "show", "--group", "1000")["key"], int(time.time()) + 600
    desk.call("ShowRoles", {"PartnerLogin": OWNER, "PartnerAuth": sign(key, 1000, "boss", soon)})
    desk.refused("ShowRoles", {"PartnerLogin": OWNER, "PartnerAuth": sign("other", 1000, "boss", soon)}, 401)


def test_credentials_in_an_address_are_not_taken(desk: Desk) -> None:
    answer = desk.client.get("/PAPI/ShowRoles.asp", params=LOGIN)
    assert answer.status_code == 405 and answer.headers["allow"] == "POST"
    assert desk.client.post("/PAPI/ShowRoles.asp", json=LOGIN).status_code == 415
