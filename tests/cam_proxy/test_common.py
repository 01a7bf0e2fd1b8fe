"""The common cache: bounded by bytes, files and time, for each group apart, whatever happens in whatever order."""

from __future__ import annotations

import random
import secrets
from collections import OrderedDict
from pathlib import Path

import pytest

from cam_proxy.common import DAY_MS, CommonBounds, CommonCache
from cam_proxy.files import write

NOW = 1_700_000_000_000
BOUNDS = CommonBounds(size=1000, entries=8, days=2)


def cache_in(root: Path, bounds: CommonBounds = BOUNDS) -> CommonCache:
    cache = CommonCache(root / "common", bounds)
    cache.load()
    return cache


def source(root: Path, size: int) -> Path:
    """A file of its own: what is linked has one time for all its names."""
    path = root / "source" / secrets.token_hex(8)
    write(path, bytes(size))
    return path


def on_disk(root: Path, group: int) -> set[str]:
    return {path.name for path in (root / "common" / str(group)).rglob("*.*")}


@pytest.mark.parametrize("seed", range(20))
def test_it_is_a_bounded_list_of_what_was_used_last(tmp_path: Path, seed: int) -> None:
    random_ = random.Random(seed)
    cache, now = cache_in(tmp_path), NOW
    model: dict[int, OrderedDict[str, tuple[int, int]]] = {1: OrderedDict(), 2: OrderedDict()}
    for step in range(200):
        group, name = random_.choice((1, 2)), f"{random_.randrange(16):02x}.png"
        known = model[group]
        now += random_.choice((1, 1000, DAY_MS // 4))
        match random_.choice(("add", "add", "use", "use", "sweep", "restart", "vanish")):
            case "add":
                size = random_.choice((1, 100, 300, 1001))
                cache.add(group, name, source(tmp_path, size), size, now)
                if size <= BOUNDS.size:
                    known[name] = (known.pop(name, (size, 0))[0], now)
                while sum(size for size, _ in known.values()) > BOUNDS.size or len(known) > BOUNDS.entries:
                    known.popitem(last=False)
            case "use":
                into = tmp_path / "used" / f"{step}"
                found = cache.use(group, name, into, now)
                assert found == (known[name][0] if name in known else None)
                if found is not None:
                    assert into.stat().st_size == found
                    known[name] = (known.pop(name)[0], now)
            case "sweep":
                cache.sweep(now)
                for each in model.values():
                    for old in [name for name, (_, used) in each.items() if used < now - BOUNDS.days * DAY_MS]:
                        del each[old]
            case "restart":
                cache = cache_in(tmp_path)
            case "vanish" if name in known:
                (tmp_path / "common" / str(group) / name[:2] / name).unlink()
                assert cache.use(group, name, tmp_path / "used" / "nothing", now) is None
                del known[name]
        for number, each in model.items():
            assert on_disk(tmp_path, number) == set(each), f"seed {seed}, step {step}"
        expected = {number: (len(each), sum(size for size, _ in each.values())) for number, each in model.items() if each}
        assert cache.usage() == expected, f"seed {seed}, step {step}"


def test_strange_files_are_left_alone(tmp_path: Path) -> None:
    write(tmp_path / "common" / "one" / "ab" / "ab.png", b"1")
    write(tmp_path / "common" / "1" / "ab" / "cd.png", b"1")
    assert cache_in(tmp_path).usage() == {}


def test_clearing_a_group_leaves_the_others(tmp_path: Path) -> None:
    cache = cache_in(tmp_path)
    for group in (1, 2):
        for name in ("aa.png", "bb.png"):
            cache.add(group, name, source(tmp_path, 10), 10, NOW)
    assert cache.clear(1) == 2
    assert cache.clear(1) == 0
    assert cache.usage() == {2: (2, 20)}
    assert on_disk(tmp_path, 1) == set()


def test_it_works_where_there_are_no_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr("os.link", no_links)
    cache = cache_in(tmp_path)
    cache.add(1, "aa.png", source(tmp_path, 10), 10, NOW)
    assert cache.use(1, "aa.png", tmp_path / "into", NOW) == 10
    assert (tmp_path / "into").read_bytes() == bytes(10)
    assert (tmp_path / "into").stat().st_mode & 0o777 == 0o600
