"""`key show`, `reset`, `sign`, `desk`."""

import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from relay.clock import Clock
from relay.commands.context import answer, data_option, group_option, json_option, with_database
from relay.errors import Refused
from relay.identity.actor import operator
from relay.identity.desk_credentials import credentials_of
from relay.identity.login_keys import LONGEST_SECONDS, sign
from relay.store.api_keys import LONGEST_OVERLAP_HOURS, ApiKeys
from relay.store.database import Database
from relay.store.groups import Groups
from relay.store.users import Users

HOUR_MS = 3_600_000


@click.group()
def key() -> None:
    """The API key of a group, with which its servers identify themselves and sign login keys."""


@key.command()
@group_option
@data_option
@json_option
def show(group: int, data: Path, as_json: bool) -> None:
    """Show the key. That it was looked at is written to the audit log."""
    _answer(group, with_database(data, lambda database: _current(database, group)), as_json)


@key.command()
@group_option
@click.option(
    "--overlap",
    type=click.IntRange(0, LONGEST_OVERLAP_HOURS),
    default=0,
    show_default=True,
    help="Hours for which the key before is good too, while servers change over.",
)
@click.option("--key-stdin", is_flag=True, help="Take the key from standard input instead of making one.")
@data_option
@json_option
def reset(group: int, overlap: int, key_stdin: bool, data: Path, as_json: bool) -> None:
    """Make a new key; the one before is worth nothing from then on, or after the overlap."""
    given = sys.stdin.readline().strip() if key_stdin else ""
    if key_stdin and not given:
        raise Refused("there is no key on standard input")

    async def work(database: Database) -> str:
        await Groups(database).require(group)
        return await ApiKeys(database).reset(group, Clock().wall(), operator(), overlap_ms=overlap * HOUR_MS, key=given)

    _answer(group, with_database(data, work), as_json)


@key.command(name="sign")
@group_option
@click.option("--puid", required=True, help="The partner's own id of the user.")
@click.option("--minutes", type=click.IntRange(1, LONGEST_SECONDS // 60), default=60, show_default=True, help="How long it is good.")
@data_option
@json_option
def sign_(group: int, puid: str, minutes: int, data: Path, as_json: bool) -> None:
    """Make a login key for a user, to try an integration with. In production a partner's own server makes them."""

    async def work(database: Database) -> str:
        api_key = await _current(database, group)
        if await Users(database).by_puid(group, puid) is None:
            raise Refused(f"group {group} has no user with the partner user id {puid}")
        return api_key

    expiry = Clock().wall() // 1000 + minutes * 60
    signed = sign(with_database(data, work), group, puid, expiry)
    until = datetime.fromtimestamp(expiry, UTC).isoformat()
    answer(as_json, {"partnerid": group, "partneruserid": puid, "loginkey": signed, "until": until}, signed)


@key.command()
@click.option("--username", required=True, help="What the user logs in with.")
@data_option
@json_option
def desk(username: str, data: Path, as_json: bool) -> None:
    """Show the credentials that a desk package uses for a user (`g4scredentials`). They change with the API key."""

    async def work(database: Database) -> str:
        user = await Users(database).by_username(username)
        if user is None:
            raise Refused(f"there is no user {username}")
        return credentials_of(await _current(database, user.group), user.group, user.username)

    credentials = with_database(data, work)
    answer(as_json, {"username": username, "credentials": credentials}, credentials)


async def _current(database: Database, group: int) -> str:
    await Groups(database).require(group)
    found = await ApiKeys(database).view(group, Clock().wall(), operator())
    if found is None:
        raise Refused(f"group {group} has no key; make one with: key reset --group {group}")
    return found


def _answer(group: int, api_key: str, as_json: bool) -> None:
    answer(as_json, {"group": group, "key": api_key}, api_key)
