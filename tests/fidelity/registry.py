"""Finds the site modules under `sites`: `NAME PORT READY FAMILY LICENCE NEEDS MASK setup() start() journey(j)`; HIDE where
what is masked has to keep its size."""

from __future__ import annotations

import importlib
import pkgutil
from types import ModuleType

from tests.fidelity import sites


def load_all() -> dict[str, ModuleType]:
    modules = [importlib.import_module(f"{sites.__name__}.{found.name}") for found in pkgutil.iter_modules(sites.__path__)]
    return {module.NAME: module for module in sorted(modules, key=lambda module: str(module.NAME))}


def pick(names: list[str]) -> list[ModuleType]:
    known = load_all()
    if not names or names == ["all"]:
        return list(known.values())
    if unknown := sorted(set(names) - set(known)):
        raise SystemExit(f"no such site: {', '.join(unknown)}; known: {', '.join(known)}")
    return [known[name] for name in names]
