"""`user add`, `list`, `show`, `change`, `password`, `logout`, `remove`, `import`, `export`."""

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from relay.clock import Clock
from relay.commands.context import answer, answer_lines, data_option, group_option, json_option, last_owner_option, with_database
from relay.errors import Refused
from relay.identity.actor import operator
from relay.identity.passwords import checked, hash_password
from relay.identity.permissions import as_settings
from relay.identity.profiles import Profile
from relay.identity.roles import AGENT, NO_ROLE
from relay.identity.user_table import BYTES, Fault, TableRefused, column_of, read_table, write_table
from relay.store.audit import AuditLog, Deed
from relay.store.database import Database
from relay.store.groups import Groups
from relay.store.login_sessions import LoginSessions
from relay.store.user_search import PAGE, Criterion, UserSearch
from relay.store.users import RowRefused, User, Users

username_option = click.option("--username", required=True, help="What the user logs in with.")


@click.group()
def user() -> None:
    """Users: the people of a group who log in."""


@user.command()
@group_option
@username_option
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@click.option("--no-password", is_flag=True, help="The user signs on by login key only.")
@click.option("--role", default=AGENT.name, show_default=True, help=f"A role of the group, or {NO_ROLE}.")
@click.option("--puid", default="", help="The partner's own id of the user.")
@click.option("--name", default="", help="Name that visitors see; made of the others if not given.")
@click.option("--title", default="", help="Title that visitors see.")
@click.option("--first-name", default="")
@click.option("--last-name", default="")
@click.option("--email", default="")
@click.option("--phone", default="")
@data_option
@json_option
def add(group: int, password_stdin: bool, no_password: bool, data: Path, as_json: bool, **fields: str) -> None:
    """Add a user. The password is the first line of standard input."""
    if password_stdin == no_password:
        raise click.UsageError("one of --password-stdin and --no-password is needed")
    profile = Profile(**fields)  # type: ignore[arg-type]
    if not profile.username.strip() or not profile.username.isprintable():
        raise Refused("a user name has 1 to 200 printable characters")
    password_hash = hash_password(_password()) if password_stdin else ""

    async def work(database: Database) -> int:
        await Groups(database).require(group)
        return await Users(database).add(group, profile, password_hash, Clock().wall(), operator())

    number = with_database(data, work)
    username, role = profile.username.strip(), profile.role
    answer(as_json, {"id": number, "group": group, "username": username, "role": role}, f"User {username} ({role}) added to group {group}.")


@user.command(name="list")
@group_option
@click.option("--username", help="Part of the user name.")
@click.option("--first-name", help="Part of the first name.")
@click.option("--last-name", help="Part of the last name.")
@click.option("--puid", help="Part of the partner's own id.")
@click.option("--role", help=f"Part of the role's name, or {NO_ROLE}.")
@click.option("--any", "any_of", is_flag=True, help="Users who fit one of these, not all.")
@click.option("--limit", type=click.IntRange(1, PAGE), default=PAGE, show_default=True)
@click.option("--offset", type=click.IntRange(min=0), default=0, show_default=True)
@data_option
@json_option
def list_(group: int, any_of: bool, limit: int, offset: int, data: Path, as_json: bool, **given: str | None) -> None:
    """List users."""
    criteria = [Criterion.part(name, value) for name, value in given.items() if value is not None]

    async def work(database: Database) -> list[User]:
        await Groups(database).require(group)
        return (await UserSearch(database).find(group, criteria, any_of=any_of, limit=limit, offset=offset))[0]

    found = with_database(data, work)
    answer(as_json, [_value(one) for one in found], "\n".join(map(_line, found)) or "No users.")


@user.command()
@username_option
@data_option
@json_option
def show(username: str, data: Path, as_json: bool) -> None:
    """Show a user, and what role and group let them do."""
    found = with_database(data, lambda database: _require(database, username))
    value = {**_value(found), "owner": found.owner, "settings": as_settings(found.permissions)}
    allowed = " ".join(sorted(found.permissions)) or "nothing"
    answer(as_json, value, f"{_line(found)}\nmay: {allowed}{', and run the group' if found.owner else ''}")


@user.command()
@username_option
@click.option("--new-username")
@click.option("--role", help=f"A role of the group, or {NO_ROLE}.")
@click.option("--puid")
@click.option("--name")
@click.option("--title")
@click.option("--first-name")
@click.option("--last-name")
@click.option("--email")
@click.option("--phone")
@click.option("--suspended/--not-suspended", default=None, help="A suspended user is logged out and cannot come in.")
@last_owner_option
@data_option
@json_option
def change(username: str, new_username: str | None, even_last_owner: bool, data: Path, as_json: bool, **given: Any) -> None:
    """Change what is given; the rest stays. Live sockets follow within a minute."""
    changes = {name: value for name, value in {**given, "username": new_username}.items() if value is not None}
    if not changes:
        raise click.UsageError("nothing to change was given")

    async def work(database: Database) -> User:
        found = await _require(database, username)
        await Users(database).change(found.id, changes, Clock().wall(), operator(), even_last_owner=even_last_owner)
        return await _require(database, changes.get("username", username))

    changed = with_database(data, work)
    answer(as_json, _value(changed), _line(changed))


@user.command()
@username_option
@click.option("--password-stdin", is_flag=True, required=True, help="Read the password from standard input.")
@data_option
@json_option
def password(username: str, password_stdin: bool, data: Path, as_json: bool) -> None:
    """Set a new password; every login of the user is over."""
    password_hash = hash_password(_password())

    async def work(database: Database) -> None:
        found = await _require(database, username)
        await Users(database).set_password(found.id, password_hash, Clock().wall(), operator())

    with_database(data, work)
    answer(as_json, {"username": username, "changed": True}, f"{username} has a new password.")


@user.command()
@username_option
@data_option
@json_option
def logout(username: str, data: Path, as_json: bool) -> None:
    """Log a user out everywhere."""

    async def work(database: Database) -> int:
        found = await _require(database, username)
        count = await LoginSessions(database).remove_all(found.id)
        await AuditLog(database).write(
            found.group, operator(), Deed.LOGOUT, Clock().wall(), subject=found.username, detail={"logins": count}
        )
        return count

    count = with_database(data, work)
    answer(as_json, {"username": username, "logins": count}, f"{username}: {count} logins ended.")


@user.command()
@username_option
@last_owner_option
@data_option
@json_option
def remove(username: str, even_last_owner: bool, data: Path, as_json: bool) -> None:
    """Remove a user. Records of their sessions stay."""

    async def work(database: Database) -> None:
        found = await _require(database, username)
        await Users(database).remove(found.id, Clock().wall(), operator(), even_last_owner=even_last_owner)

    with_database(data, work)
    answer(as_json, {"username": username, "removed": True}, f"User {username} removed.")


@user.command(name="import")
@group_option
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@data_option
@json_option
def import_(group: int, file: Path, data: Path, as_json: bool) -> None:
    """Add the users of a CSV file, all or none. Every fault is told with its row and column."""
    if file.stat().st_size > BYTES:
        raise Refused(f"{file} has more than {BYTES} bytes")
    try:
        rows = read_table(file.read_text("utf-8"))
    except UnicodeDecodeError:
        raise Refused(f"{file} is not UTF-8 text") from None
    made = [(row.profile, hash_password(row.password) if row.password else "") for row in rows]

    async def work(database: Database) -> None:
        await Groups(database).require(group)
        try:
            await Users(database).add_all(group, made, Clock().wall(), operator())
        except RowRefused as refused:
            fault = refused.fault
            raise TableRefused([Fault(rows[refused.row].number, column_of(fault.field), str(fault))]) from None

    with_database(data, work)
    answer(as_json, {"group": group, "added": len(rows)}, f"{len(rows)} users added to group {group}.")


@user.command()
@group_option
@data_option
@json_option
def export(group: int, data: Path, as_json: bool) -> None:
    """Write the users as CSV to standard output; without passwords, it can be imported again."""

    async def work(database: Database) -> list[Profile]:
        await Groups(database).require(group)
        profiles: list[Profile] = []
        while len(found := (await UserSearch(database).find(group, offset=len(profiles)))[0]):
            profiles += [one.profile for one in found]
        detail = {"users": len(profiles)}
        await AuditLog(database).write(group, operator(), Deed.EXPORT, Clock().wall(), subject="users", detail=detail)
        return profiles

    profiles = with_database(data, work)
    answer_lines(as_json, [asdict(one) for one in profiles], write_table(profiles))


async def _require(database: Database, username: str) -> User:
    found = await Users(database).by_username(username)
    if found is None:
        raise Refused(f"there is no user {username}")
    return found


def _password() -> str:
    return checked(sys.stdin.readline().rstrip("\r\n"))


def _value(user: User) -> dict[str, Any]:
    return {"id": user.id, "group": user.group, **asdict(user.profile)}


def _line(user: User) -> str:
    profile = user.profile
    marks = [f"({profile.role or 'no role'})", *(["suspended"] if profile.suspended else []), *([profile.puid] if profile.puid else [])]
    return " ".join([profile.username, profile.shown_name, *marks])
