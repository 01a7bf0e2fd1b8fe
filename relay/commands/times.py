"""Times as the command line takes them: UTC."""

from datetime import UTC, datetime

import click

TIME = click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%SZ"])


def milliseconds(time: datetime | None) -> int | None:
    """Since 1970."""
    return None if time is None else int(time.replace(tzinfo=UTC).timestamp() * 1000)
