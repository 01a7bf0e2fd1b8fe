"""`user add`."""

import sys
from pathlib import Path

import click

from relay.clock import Clock
from relay.commands.context import answer, data_option, group_option, json_option, with_database
from relay.errors import Refused
from relay.identity.passwords import checked, hash_password
from relay.identity.roles import Role
from relay.store.database import Database
from relay.store.groups import Groups
from relay.store.users import Users


@click.group()
def user() -> None:
    """Users: the people of a group who log in."""


@user.command()
@group_option
@click.option("--username", required=True, help="What the user logs in with.")
@click.option("--password-stdin", is_flag=True, required=True, help="Read the password from standard input.")
@click.option("--role", type=click.Choice([role.value for role in Role]), default=Role.AGENT.value, show_default=True)
@click.option("--name", default="", help="Name that visitors see; the user name if not given.")
@click.option("--title", default="", help="Title that visitors see.")
@data_option
@json_option
def add(group: int, username: str, password_stdin: bool, role: str, name: str, title: str, data: Path, as_json: bool) -> None:
    """Add a user. The password is the first line of standard input."""
    username = username.strip()
    if not username or not username.isprintable() or len(username) > 200:
        raise Refused("a user name has 1 to 200 printable characters")
    password_hash = hash_password(checked(sys.stdin.readline().rstrip("\r\n")))

    async def work(database: Database) -> int:
        await Groups(database).require(group)
        return await Users(database).add(group, username, password_hash, Role(role), Clock().wall(), name=name, title=title)

    number = with_database(data, work)
    answer(as_json, {"id": number, "group": group, "username": username, "role": role}, f"User {username} ({role}) added to group {group}.")
