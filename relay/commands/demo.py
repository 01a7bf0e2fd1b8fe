"""`demo`: a group, an agent, masking rules and a shop, so that the whole way can be seen within a minute."""

import os
import secrets
import sys
from pathlib import Path

import click

from masking.rule import Action, Rule, Site
from relay.app import Relay
from relay.clock import Clock
from relay.commands.context import answer, data_option, database_address, json_option, with_database
from relay.commands.logs import write_logs
from relay.demo import MASKS, create_app
from relay.identity.passwords import hash_password
from relay.identity.profiles import Profile
from relay.identity.roles import AGENT
from relay.live.visitor_link import FIRST_MESSAGE_BYTES
from relay.server import listen, port_of, serve
from relay.settings import Settings
from relay.sockets.lines import Lines
from relay.store.api_keys import ApiKeys
from relay.store.database import Database
from relay.store.groups import Group, Groups
from relay.store.hold import held
from relay.store.masks import Masks
from relay.store.users import Users

GROUP = Group(1000, "Harbour & Pine")
USERNAME = "agent"
PASSWORD_FILE = "demo-password"
PASSWORD_BYTES = 12
PORT, SHOP_PORT = 8080, 8081


@click.group()
def demo() -> None:
    """A shop to try the relay with."""


@demo.command()
@data_option
@json_option
def seed(data: Path, as_json: bool) -> None:
    """Add the demo's group, agent and masking rules. What is there already stays as it is."""
    password = _seeded(data)
    answer(as_json, {"group": GROUP.id, "username": USERNAME, "password": password}, f"Group {GROUP.id}: {USERNAME}, password {password}")


@demo.command(name="serve")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(0, 65535), default=SHOP_PORT, show_default=True)
@click.option("--relay-url", default=f"http://localhost:{PORT}", show_default=True, help="Where the relay is.")
@click.option("--site", type=click.Choice([site.value for site in Site]), default=Site.PRODUCTION.value, show_default=True)
@json_option
def serve_shop(host: str, port: int, relay_url: str, site: str, as_json: bool) -> None:
    """Serve the shop alone, for a relay that runs elsewhere."""
    write_logs()
    listener = listen(host, port)
    settings = Settings(host=host)
    shop = settings.at(port_of(listener))

    def listening() -> None:
        answer(as_json, {"shop": shop, "relay": relay_url}, f"The shop is at {shop}")
        sys.stdout.flush()

    lines = Lines(settings.write_deadline, FIRST_MESSAGE_BYTES)
    serve(settings, [(create_app(relay_url, GROUP.id, site), listener)], listening, lines)


@demo.command()
@data_option
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(0, 65535), default=PORT, show_default=True, help="Port of the relay.")
@click.option("--shop-port", type=click.IntRange(0, 65535), default=SHOP_PORT, show_default=True, help="Port of the shop.")
@json_option
def run(data: Path, host: str, port: int, shop_port: int, as_json: bool) -> None:
    """Add what the demo needs, serve the relay and the shop, and say what to do next. Ctrl-C ends both."""
    write_logs()
    settings = Settings.read({"data": data, "host": host, "port": port, "database": database_address()})
    with held(data):
        _serve_both(settings, shop_port, as_json)


def _serve_both(settings: Settings, shop_port: int, as_json: bool) -> None:
    host = settings.host
    password = _seeded(settings.data)
    relay_listener, shop_listener = listen(host, settings.port), listen(host, shop_port)
    url = settings.at(port_of(relay_listener))
    shop = Settings(host=host).at(port_of(shop_listener))

    def listening() -> None:
        value = {"relay": url, "shop": shop, "username": USERNAME, "password": password, "group": GROUP.id}
        answer(as_json, value, _next_steps(url, shop, password))
        sys.stdout.flush()

    relay = Relay(settings, url)
    apps = [(relay.app(), relay_listener), (create_app(url, GROUP.id, Site.PRODUCTION.value), shop_listener)]
    serve(settings, apps, listening, relay.lines)
    if not as_json:
        click.echo("Stopped.")


def _next_steps(url: str, shop: str, password: str) -> str:
    return f"""
  Harbour & Pine, a shop      {shop}
  Cobrowse Relay, the agent   {url}/agentjoin/AgentJoin.aspx
  Agent's name and password   {USERNAME}   {password}

  1. Open the shop, press Need help?, then Show this page to an advisor, then Show code.
  2. Open the agent's page in another window or browser, log in, type the code.
  3. Shop on: search, fill the basket, check out. Watch what the agent sees, and what not.

  Ctrl-C stops both.
"""


def _seeded(data: Path) -> str:
    """Make sure that everything is there; returns the agent's password."""
    password = _password(data)
    with_database(data, lambda database: _seed(database, password), new=True)
    return password


async def _seed(database: Database, password: str) -> None:
    now = Clock().wall()
    if await Groups(database).get(GROUP.id) is None:
        await Groups(database).add(GROUP, now)
        await ApiKeys(database).reset(GROUP.id, now)
    await _seed_agent(database, password, now)
    for site in Site:
        await _seed_masks(database, site, now)


async def _seed_agent(database: Database, password: str, now: int) -> None:
    users = Users(database)
    if await users.by_username(USERNAME) is None:
        profile = Profile(username=USERNAME, name="Robin Hale", title="Shop advisor", role=AGENT.name)
        await users.add(GROUP.id, profile, hash_password(password), now)


async def _seed_masks(database: Database, site: Site, now: int) -> None:
    masks = Masks(database)
    if (await masks.policy(GROUP.id, site)).rules:
        return
    for selector, action, label in MASKS:
        await masks.add(GROUP.id, site, Rule(selector, Action(action), label), now)


def _password(data: Path) -> str:
    """The agent's password, made once and kept where only the relay's user reads it."""
    path = data / PASSWORD_FILE
    if path.exists():
        return path.read_text().strip()
    password = secrets.token_urlsafe(PASSWORD_BYTES)
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    with open(path, "x", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        file.write(f"{password}\n")
    return password
