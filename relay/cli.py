"""The command line: `cobrowse-relay …`. Stable: scripts use it. Errors go to standard error; 2 is wrong usage, 1 a refusal."""

import sys

import click

from relay.commands.audit_log import audit
from relay.commands.backup import backup, restore
from relay.commands.cache import cache
from relay.commands.group import group
from relay.commands.key import key
from relay.commands.mask import mask
from relay.commands.role import role
from relay.commands.session import session
from relay.commands.setting import setting
from relay.commands.token import token
from relay.commands.user import user
from relay.commands.webhook import webhook
from relay.errors import RelayError, SettingsError

USAGE, REFUSED = 2, 1


class _Lazy(click.Group):
    """Commands that serve load a whole server; the others start without it."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted([*super().list_commands(ctx), "demo", "serve"])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name == "serve":
            from relay.commands.serve import serve

            return serve
        if cmd_name == "demo":
            from relay.commands.demo import demo

            return demo
        return super().get_command(ctx, cmd_name)


@click.group(cls=_Lazy)
@click.version_option(package_name="cobrowse-relay")
def commands() -> None:
    """Cobrowse Relay: an agent sees a visitor's web page live, masked where it is private."""


for command in (group, setting, role, user, mask, key, token, session, webhook, audit, cache, backup, restore):
    commands.add_command(command)


def main() -> None:
    """Run the command line and end the process with its code."""
    try:
        commands(prog_name="cobrowse-relay", standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code if error.exit_code else USAGE)
    except click.Abort:
        sys.exit(REFUSED)
    except RelayError as error:
        click.echo(f"Error: {error}", err=True)
        sys.exit(USAGE if isinstance(error, SettingsError) else REFUSED)
