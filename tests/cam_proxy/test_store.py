"""Bytes on disk: by content, apart for each group, gone with the last who has them."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from cam_proxy.common import CommonBounds, CommonCache
from cam_proxy.store import COMMON, AssetStore
from cam_proxy.uploads import BY_NAME
from tests.cam_proxy.samples import SAMPLES

PNG = BY_NAME["image/png"]
DATA = SAMPLES["image/png"]


NOW = 1_700_000_000_000


def store_in(root: Path) -> AssetStore:
    common = CommonCache(root / COMMON, CommonBounds())
    common.load()
    return AssetStore(root, common)


def files(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file()]


def test_the_name_is_the_content(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    kept = store.keep(1, PNG, DATA)
    assert kept.digest == hashlib.sha256(DATA).hexdigest()
    assert store.path(kept).read_bytes() == DATA
    assert store.path(kept).stat().st_mode & 0o777 == 0o600


def test_the_last_one_clears_away(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    first, second = store.keep(1, PNG, DATA), store.keep(1, PNG, DATA)
    assert len(files(tmp_path)) == 1
    store.drop(first)
    assert len(files(tmp_path)) == 1
    store.drop(second)
    assert files(tmp_path) == []


def test_groups_share_nothing(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    one, two = store.keep(1, PNG, DATA), store.keep(2, PNG, DATA)
    assert store.path(one) != store.path(two)
    store.drop(one)
    assert store.path(two).read_bytes() == DATA


def test_nothing_outlives_the_process(tmp_path: Path) -> None:
    store_in(tmp_path / "assets").keep(1, PNG, DATA)
    store_in(tmp_path / "assets").clear()
    assert files(tmp_path) == []


def test_one_who_leaves_takes_nothing_from_one_who_comes(tmp_path: Path) -> None:
    store = store_in(tmp_path)

    def come_and_go(times: int) -> int:
        lost = 0
        for _ in range(times):
            kept = store.keep(1, PNG, DATA)
            lost += not store.path(kept).exists()
            store.drop(kept)
        return lost

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(come_and_go, [200] * 4)) == 0
    assert files(tmp_path) == []


def test_bytes_that_could_not_be_written_have_no_holder(tmp_path: Path) -> None:
    store = store_in(tmp_path / "assets")
    (tmp_path / "assets").write_bytes(b"in the way")
    with pytest.raises(OSError):
        store.keep(1, PNG, DATA)
    (tmp_path / "assets").unlink()
    store.drop(store.keep(1, PNG, DATA))
    assert files(tmp_path) == []


def test_what_is_shared_outlives_session_and_process(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    kept = store.keep(1, PNG, DATA)
    store.share(kept, NOW)
    store.drop(kept)
    assert len(files(tmp_path)) == 1

    later = store_in(tmp_path)
    later.clear()
    again = later.take(1, PNG, kept.digest, NOW)
    assert again == kept
    assert later.path(kept).read_bytes() == DATA
    later.drop(kept)
    assert not later.path(kept).exists()
    assert later.take(1, PNG, kept.digest, NOW) == kept


def test_nobody_takes_what_was_not_shared_with_them(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    kept = store.keep(1, PNG, DATA)
    assert store.take(1, PNG, kept.digest, NOW) is None
    store.share(kept, NOW)
    assert store.take(2, PNG, kept.digest, NOW) is None
    assert store.take(1, BY_NAME["image/gif"], kept.digest, NOW) is None
    assert store.path(kept).read_bytes() == DATA


def test_a_session_keeps_what_the_common_cache_lets_go(tmp_path: Path) -> None:
    common = CommonCache(tmp_path / COMMON, CommonBounds())
    store = AssetStore(tmp_path, common)
    kept = store.keep(1, PNG, DATA)
    store.share(kept, NOW)
    assert common.clear(1) == 1
    assert store.path(kept).read_bytes() == DATA
    assert store.take(1, PNG, kept.digest, NOW) is None
    store.drop(kept)
    assert files(tmp_path) == []
