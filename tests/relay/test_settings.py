"""Settings: where they come from, and what they may be."""

from __future__ import annotations

from pathlib import Path

import pytest

from relay.errors import Refused, SettingsError
from relay.settings import Settings


def read(folder: Path, toml: str = "", environment: dict[str, str] | None = None, **given: object) -> Settings:
    (folder / "relay.toml").write_text(toml)
    return Settings.read({"data": folder, **given}, environment or {})


def test_the_command_line_counts_before_the_environment_and_that_before_the_file(tmp_path: Path) -> None:
    toml = "port = 1\nhost = '0.0.0.0'\nwaiting = 7\n"
    settings = read(tmp_path, toml, {"COBROWSE_PORT": "2", "COBROWSE_HOST": "::1"}, port=3, host=None)
    assert (settings.port, settings.host, settings.waiting, settings.grace) == (3, "::1", 7.0, 60.0)


@pytest.mark.parametrize(
    ("toml", "name", "value"),
    [
        ("port = 65536", "port", 65536),
        ("port = -1", "port", -1),
        ("port = 80.5", "port", 80.5),
        ("port = true", "port", True),
        ("port = 'http'", "port", "http"),
        ("public_url = 'relay.example'", "public_url", "relay.example"),
        ("public_url = 'ftp://relay.example'", "public_url", "ftp://relay.example"),
        ("public_url = 'https://'", "public_url", "https://"),
        ("public_url = 'https://relay.example:99999'", "public_url", "https://relay.example:99999"),
        ("public_url = 'https://relay.example/?a'", "public_url", "https://relay.example/?a"),
        ("waiting = -1", "waiting", -1),
        ("grace = 0", "grace", 0),
        ("policy_poll = inf", "policy_poll", float("inf")),
        ("head = []", "head", []),
        ("metrics_token = 'too short'", "metrics_token", "too short"),
        ("newcomers = 0", "newcomers", 0),
        ("pending = -5", "pending", -5),
        ("waitng = 5", "waitng", 5),
    ],
)
def test_what_a_setting_cannot_be_is_told_with_the_rule(tmp_path: Path, toml: str, name: str, value: object) -> None:
    with pytest.raises(SettingsError) as refused:
        read(tmp_path, toml)
    assert (refused.value.name, refused.value.value) == (name, value)
    assert str(refused.value) == f"the setting {name} cannot be {value!r}: {refused.value.rule}"
    assert refused.value.rule


@pytest.mark.parametrize(
    "name", ["waiting", "grace", "head", "first_message", "write_deadline", "asset_wait", "policy_poll", "rights_poll"]
)
def test_no_time_is_negative_or_none(tmp_path: Path, name: str) -> None:
    for text in ("-0.1", "nan", "-inf", "soon", ""):
        with pytest.raises(SettingsError, match="a time is a number of seconds above 0"):
            read(tmp_path, environment={f"COBROWSE_{name.upper()}": text})


@pytest.mark.parametrize("url", ["", "http://localhost:8080", "https://relay.example", "https://relay.example/", "http://[::1]:8080"])
def test_addresses_that_browsers_can_use_are_taken(tmp_path: Path, url: str) -> None:
    assert read(tmp_path, public_url=url).public_url == url


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "relay.toml").mkdir()
    with pytest.raises(Refused, match=r"relay\.toml: Is a directory"):
        Settings.read({"data": tmp_path}, {})
