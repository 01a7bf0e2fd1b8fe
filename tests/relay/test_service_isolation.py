"""Two groups do random things of their own, and use every service with each other's ids: neither is shown anything of the other.

Every answer is searched whole, heads too, for words, secrets and numbers of the other; each finds its own by the same search. And an id of the
other is answered as one that nobody has.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import httpx2 as httpx
import pytest

from tests.relay.side import FIRST_NUMBERS, HOOK, Side, Things, start_numbers
from tests.relay_process import RelayProcess

MARKS = {5701: "garnetword", 5702: "indigoword"}
STEPS = 120

Call = Callable[[Side, Things, random.Random], httpx.Response]


def by_key(operation: str) -> Call:
    return lambda me, you, rng: me.activity(operation, sessionKey=rng.choice(you.keys))


# Of the first, with what is the second's.
CALLS: dict[str, Call] = {
    **{
        f"{operation} by key": by_key(operation)
        for operation in ("PartnerCompletedSessions", "PartnerCompletedSessionsEnding", "PartnerUserSessions")
    },
    "sessions from a foreign number on": lambda me, you, rng: me.activity(
        "PartnerCompletedSessions", nextId=rng.choice(you.rows["sessions"])
    ),
    "sessions of a foreign user": lambda me, you, rng: me.activity("PartnerUserSessions", partnerUserId=you.puid),
    "counts": lambda me, you, rng: me.activity("PartnerSessionCounts"),
    "what runs": lambda me, you, rng: me.activity("PartnerActiveSessions"),
    "a foreign agent": lambda me, you, rng: me.lookup(you.keys[-1], partneruserid=you.puid),
    "records from a foreign number on": lambda me, you, rng: me.retrieve("ended", pageId=rng.choice(you.rows["sessions"])),
    "all records": lambda me, you, rng: me.retrieve("ended"),
    "completed records": lambda me, you, rng: me.retrieve("completed"),
    "a foreign session over REST": lambda me, you, rng: me.rest("GET", f"/sessions/{rng.choice(you.ssnids)}"),
    "sessions with a foreign key": lambda me, you, rng: me.rest("GET", f"/sessions?sessionKey={rng.choice(you.keys)}"),
    "sessions of a foreign visitor": lambda me, you, rng: me.rest("GET", f"/sessions?visitorId={rng.choice(you.visitors)}"),
    "sessions": lambda me, you, rng: me.rest("GET", "/sessions"),
    "webhooks": lambda me, you, rng: me.rest("GET", HOOK),
    "deliveries of a foreign webhook": lambda me, you, rng: me.rest("GET", f"{HOOK}/{you.rows['webhooks'][0]}/deliveries"),
    "deliveries before a foreign one": lambda me, you, rng: me.rest(
        "GET", f"{HOOK}/{me.has.rows['webhooks'][0]}/deliveries?before={rng.choice(you.rows['webhook_deliveries'])}"
    ),
    "foreign deliveries of one's own webhook": lambda me, you, rng: me.rest(
        "POST", f"{HOOK}/{me.has.rows['webhooks'][0]}/replay", {"deliveries": [rng.choice(you.rows["webhook_deliveries"])]}
    ),
    "replay of a foreign webhook": lambda me, you, rng: me.rest(
        "POST", f"{HOOK}/{you.rows['webhooks'][0]}/replay", {"deliveries": you.rows["webhook_deliveries"][:1]}
    ),
    "a foreign webhook's secret": lambda me, you, rng: me.rest(
        "POST", f"{HOOK}/{rng.choice(you.rows['webhooks'])}/rotate", {"overlapHours": 1}
    ),
    "a foreign webhook led here": lambda me, you, rng: me.rest(
        "PATCH", f"{HOOK}/{rng.choice(you.rows['webhooks'])}", {"url": "https://x.example/"}
    ),
    "deletion of a foreign webhook": lambda me, you, rng: me.rest("POST", "/sites/production/delete-webhooks", you.rows["webhooks"][:1]),
    "the audit log": lambda me, you, rng: me.rest("GET", "/audit?limit=1000"),
    "the audit log as a table": lambda me, you, rng: me.rest("GET", "/audit.csv"),
    "masks": lambda me, you, rng: me.rest("GET", "/sites/staging/masks"),
    "masked pages": lambda me, you, rng: me.rest("GET", "/sites/staging/masked-pages"),
    "settings": lambda me, you, rng: me.rest("GET", "/sites/staging/settings"),
    "a foreign user over REST": lambda me, you, rng: me.rest("GET", f"/users/{rng.choice(you.rows['users'])}"),
    "deletion of a foreign user over REST": lambda me, you, rng: me.rest("POST", "/delete-users", [rng.choice(you.rows["users"])]),
    "users of all": lambda me, you, rng: me.provision("ShowUsers", PageCount="1000"),
    "users from a foreign one on": lambda me, you, rng: me.provision(
        "ShowUsers", PageCount="1000", PageStart=str(rng.choice(you.rows["users"]))
    ),
    "a foreign user": lambda me, you, rng: me.provision("ShowUsers", PageCount="10", PartnerUserID=you.puid),
    "change of a foreign user": lambda me, you, rng: me.provision("UpdateUser", PartnerUserID=you.puid, UserSuspended="1"),
    "deletion of a foreign user": lambda me, you, rng: me.provision("DeleteUser", PartnerUserID=you.puid),
}

GUESSES: dict[str, Call] = {
    "another group with one's own key": lambda me, you, rng: me.activity("PartnerActiveSessions", partnerId=you.number),
    "records of another group": lambda me, you, rng: me.retrieve("completed", partnerId=you.number),
    "a foreign session of another group": lambda me, you, rng: me.rest("GET", f"/sessions/{you.ssnids[0]}", group=you.number),
    "sessions of another group": lambda me, you, rng: me.rest("GET", "/sessions", group=you.number),
    "webhooks of another group": lambda me, you, rng: me.rest("GET", HOOK, group=you.number),
    "the audit log of another group": lambda me, you, rng: me.rest("GET", "/audit.csv", group=you.number),
    "masks of another group": lambda me, you, rng: me.rest("GET", "/sites/production/masks", group=you.number),
    "masks published by another group": lambda me, you, rng: me.rest(
        "POST", "/sites/staging/masks/publish", {"to": "production"}, group=you.number
    ),
    "settings backed out by another group": lambda me, you, rng: me.rest(
        "POST", "/sites/production/settings/back-out", {}, group=you.number
    ),
    "users of another group": lambda me, you, rng: me.provision("ShowUsers", PageCount="10", PartnerID=str(you.number)),
    "a foreign session": lambda me, you, rng: me.lookup(you.keys[-1]),
    "a foreign session by its visitor": lambda me, you, rng: me.lookup(you.visitors[-1]),
    "a foreign session's page": lambda me, you, rng: me.guesser.get(f"/agentjoin/AgentView.aspx?SessionKey={you.keys[-1]}"),
    "a foreign visitor's page": lambda me, you, rng: me.guesser.get(f"/agentjoin/AgentView.aspx?VisitorId={you.visitors[-1]}"),
    "a foreign code typed": lambda me, you, rng: me.type_code(you.keys[-1]),
    "a ticket for a foreign session": lambda me, you, rng: me.guesser.ticket(you.keys[-1]),
}
"""Wrong codes and keys are counted, and a few within a quarter of an hour are answered, so each is asked once."""

TELLS_MORE = {"the audit log", "the audit log as a table", "deliveries before a foreign one", "users from a foreign one on"}
"""What was asked before stands in the log; and a number from which on one's own rows are told is as good as any."""

FINDS = (
    *("PartnerCompletedSessions by key", "sessions of a foreign user", "what runs", "all records", "completed records"),
    *("a foreign session over REST", "sessions with a foreign key", "sessions of a foreign visitor", "sessions", "webhooks"),
    *("deliveries of a foreign webhook", "the audit log", "the audit log as a table", "masks", "settings"),
    *("a foreign user over REST", "users of all", "a foreign session", "a foreign session's page"),
)
"""What finds something when it is one's own."""


class _Oldest(random.Random):
    """Takes the first: of sessions the one that has been over longest."""

    def choice(self, seq: Any) -> Any:
        return seq[0]


@pytest.fixture(scope="module")
def sides(relay: RelayProcess) -> Iterator[list[Side]]:
    start_numbers(relay)
    with ExitStack() as open_:
        yield [Side(relay, number, mark, f"127.0.0.{number - 5699}", open_) for number, mark in MARKS.items()]


def deed(side: Side, rng: random.Random) -> None:
    deeds: list[Callable[[], None]] = [side.begin, side.finish, side.add_user, side.add_hook, side.rotate]
    rng.choice([*deeds, lambda: side.change_site(rng), side.read_numbers])()


def nobodys(things: Things) -> Things:
    """As many things as these that nobody has."""
    rows = {name: [FIRST_NUMBERS[name] + 5 * 10**6 + at for at, _ in enumerate(found)] for name, found in things.rows.items()}

    def other(words: list[str]) -> list[str]:
        return [re.sub(r"\d", "0", word)[:-1] + "~" for word in words]

    return replace(
        things,
        number=5999,
        puid="nobody-0001",
        visitors=other(things.visitors),
        keys=other(things.keys),
        ssnids=other(things.ssnids),
        rows=rows,
    )


def about(answer: httpx.Response, asked: Things) -> tuple[int, str]:
    """What an answer tells, but for the things that were asked with."""
    text = answer.text
    numbers = [str(number) for rows in asked.rows.values() for number in rows]
    for word in sorted([asked.puid, *asked.visitors, *asked.keys, *asked.ssnids, *numbers], key=len, reverse=True):
        text = text.replace(word, "#")
    return answer.status_code, text


def kept(side: Side) -> list[str]:
    """What the other could have changed."""
    paths = ["/users", HOOK, *(f"/sites/{site}/{what}" for site in ("staging", "production") for what in ("masks", "settings"))]
    return [side.rest("GET", path).text for path in paths]


@pytest.mark.parametrize("seed", range(1))
def test_no_service_shows_a_group_anything_of_another(sides: list[Side], seed: int) -> None:
    rng = random.Random(seed)
    asked: list[tuple[str, Call, Side, Side]] = []
    for me, you in (sides, sides[::-1]):
        asked += [(name, call, me, you) for name, call in {**CALLS, **GUESSES}.items()]
        asked += [(name, CALLS[name], me, you) for name in rng.choices(list(CALLS), k=STEPS // 2 - len(CALLS))]
    rng.shuffle(asked)
    state = {side.mark: kept(side) for side in sides}
    for name, call, me, you in asked:
        if rng.random() < 0.25:
            side = rng.choice(sides)
            assert kept(side) == state[side.mark], (seed, "before", name)
            deed(side, rng)
            state[side.mark] = kept(side)
        turn = rng.getrandbits(32)
        answer = call(me, you.has, random.Random(turn))
        assert answer.status_code < 500 and answer.status_code != 429, (seed, name, answer.text)
        if name in CALLS and name not in TELLS_MORE:
            nothing = nobodys(you.has)
            unknown = call(me, nothing, random.Random(turn))
            assert about(unknown, nothing) == about(answer, you.has), (seed, name)
    for side in sides:
        assert kept(side) == state[side.mark], seed
        side.read_numbers()
    for me, you in (sides, sides[::-1]):
        for answer in me.answers:
            found = you.found_in(answer)
            assert not found, (seed, str(answer.request.url), answer.status_code, found)


@pytest.mark.parametrize("name", FINDS)
def test_each_group_finds_its_own(sides: list[Side], name: str) -> None:
    for side in sides:
        answer = {**CALLS, **GUESSES}[name](side, side.has, _Oldest())
        assert answer.status_code == 200 and side.found_in(answer), (name, answer.status_code, answer.text)
