"""A journey through a site: the pages and clicks between which masks are looked at."""

import importlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LONGEST_WAIT_MS = 60_000


class JourneyRefused(Exception):
    """The file is no journey; says which step and why."""


@dataclass(frozen=True, slots=True)
class Step:
    """`action` is open (an address), click (a selector), fill (a selector and a text) or wait (a selector, or milliseconds)."""

    action: str
    what: str
    text: str = ""


def read_journey(path: Path) -> list[Step]:
    """The steps in a JSON file, or in a YAML file where PyYAML is installed. Raises `JourneyRefused`."""
    try:
        text = path.read_text(encoding="utf-8")
        value = _yaml(text) if path.suffix in (".yaml", ".yml") else json.loads(text)
    except OSError as error:
        raise JourneyRefused(f"{path}: {error.strerror}") from None
    except ValueError as error:
        raise JourneyRefused(f"{path} is not JSON: {error}") from None
    return steps(value)


def steps(value: Any) -> list[Step]:
    """The steps of a journey as JSON has them: `[{"open": address}, {"fill": selector, "with": text}, …]`."""
    if not isinstance(value, list) or not value:
        raise JourneyRefused("a journey is a list of steps")
    return [_step(number, step) for number, step in enumerate(value, 1)]


def _yaml(text: str) -> Any:
    try:
        yaml = importlib.import_module("yaml")
    except ModuleNotFoundError:
        raise JourneyRefused("YAML needs the package PyYAML; write the journey as JSON, or install it") from None
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise JourneyRefused(f"not YAML: {error}") from None


def _step(number: int, step: Any) -> Step:
    match step:
        case {"open": str(address), **rest} if not rest and address.startswith(("http://", "https://")):
            return Step("open", address)
        case {"click": str(selector), **rest} if not rest and selector:
            return Step("click", selector)
        case {"fill": str(selector), "with": str(text), **rest} if not rest and selector:
            return Step("fill", selector, text)
        case {"wait": bool(), **_rest}:
            pass
        case {"wait": int(ms), **rest} if not rest and 0 <= ms <= LONGEST_WAIT_MS:
            return Step("wait", "", str(ms))
        case {"wait": str(selector), **rest} if not rest and selector:
            return Step("wait", selector)
    raise JourneyRefused(
        f'step {number} is none of {{"open": "https://…"}}, {{"click": selector}}, {{"fill": selector, "with": text}}, '
        f'{{"wait": selector}}, {{"wait": milliseconds up to {LONGEST_WAIT_MS}}}'
    )
