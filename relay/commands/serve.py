"""`serve`: the relay itself."""

import sys
from pathlib import Path
from typing import Any

import click

from relay.app import Relay
from relay.commands.context import answer, json_option
from relay.commands.logs import write_logs
from relay.server import listen, port_of
from relay.server import serve as serve_apps
from relay.settings import Settings
from relay.store.hold import held


@click.command()
@click.option("--data", type=click.Path(path_type=Path, file_okay=False), help="Data folder.  [env var: COBROWSE_DATA; default: data]")
@click.option("--database", help="Address of a PostgreSQL database.  [default: a file in the data folder]")
@click.option("--host", help="Address to listen on.  [default: 127.0.0.1]")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on; 0 takes a free one.  [default: 8080]")
@click.option("--public-url", help="How browsers reach the relay, when that is not host and port.")
@json_option
def serve(as_json: bool, **given: Any) -> None:
    """Serve until interrupted. Settings may also come from COBROWSE_… variables and relay.toml in the data folder."""
    write_logs()
    settings = Settings.read(given)
    with held(settings.data):
        listener = listen(settings.host, settings.port)
        url = settings.at(port_of(listener))

        def listening() -> None:
            answer(as_json, {"url": url, "data": str(settings.data)}, f"Cobrowse Relay serves {url} (data: {settings.data})")
            sys.stdout.flush()

        relay = Relay(settings, url)
        serve_apps(settings, [(relay.app(), listener)], listening, relay.lines)
