"""`token issue`, `token revoke`."""

from pathlib import Path

import click

from masking.rule import Site
from relay.authorization import SERVICES
from relay.clock import Clock
from relay.commands.context import answer, data_option, json_option, with_database
from relay.commands.mask import site_option
from relay.errors import Refused
from relay.identity.actor import operator
from relay.identity.audit_table import iso
from relay.identity.auth_tokens import LEAST_MINUTES, MOST_MINUTES, AuthTokens, Claims
from relay.identity.signing_keys import SigningKeys
from relay.store.audit import NO_GROUP, AuditLog, Deed
from relay.store.database import Database
from relay.store.users import User, Users


@click.group()
def token() -> None:
    """Authorization tokens: what agents' desks show to the relay's services."""


@token.command()
@click.option("--username", required=True, help="What the user logs in with.")
@click.option("--service", type=click.Choice(SERVICES), default=SERVICES[0], show_default=True)
@site_option
@click.option("--minutes", type=click.IntRange(LEAST_MINUTES, MOST_MINUTES), default=60, show_default=True, help="How long it is good.")
@data_option
@json_option
def issue(username: str, service: str, site: str, minutes: int, data: Path, as_json: bool) -> None:
    """Issue a token for a user, to try an integration with. In production the authorization service does it."""
    now = Clock().wall()

    async def work(database: Database) -> User:
        user = await Users(database).by_username(username)
        if user is None or user.suspended:
            raise Refused(f"there is no user {username} who may come in")
        detail = {"service": service, "minutes": minutes, "site": site, "for": user.username}
        await AuditLog(database).write(user.group, operator(), Deed.TOKEN, now, detail=detail)
        return user

    user = with_database(data, work)
    claims = Claims(user.id, user.username, user.group, Site(site).value, service, user.permissions, user.owner, now // 1000 + minutes * 60)
    signed = AuthTokens(SigningKeys(data)).issue(claims, now)
    answer(as_json, {"group": user.group, "service": service, "token": signed, "until": iso(claims.until * 1000)}, signed)


@token.command()
@data_option
@json_option
def revoke(data: Path, as_json: bool) -> None:
    """End all tokens of all groups at once: the keys that signed them are thrown away."""

    async def work(database: Database) -> None:
        await AuditLog(database).write(NO_GROUP, operator(), Deed.TOKEN_REVOKE, Clock().wall())

    with_database(data, work)
    SigningKeys(data).revoke()
    answer(as_json, {"revoked": True}, "No token is good any more.")
