"""The codec: a snapshot into a live tree and out for an audience, a typical frame, and what a replica holds in memory.

The peers decode the same page as nested JSON and MessagePack into Python objects, which a relay in Python alone would have to walk then. A frame costs what
applying it and encoding its delta for each audience take, masks of 50 selectors included.
"""

from __future__ import annotations

import gc
import json
import multiprocessing
import random
import statistics
import time
import zlib
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

import lxml.html
import msgpack
import orjson

from bench import mask_lists
from bench.masking import LIMITS, Changes, Nodes, plan, replica, snapshot
from bench.pages import table_page
from bench.row import Row, row
from relay._core import Plan, Replica
from tests.codec import encode

ROUNDS = 7
SNAPSHOT_NODES = 100_000
FRAMES = 400
OPS = 20
UNDEFLATED = {**LIMITS, "deflate_from": 1 << 40}
# What a page of forms and lists does most, by the op's share of a frame.
TYPICAL = ("text", "text", "text", "attribute", "attribute", "class", "class", "class", "insert", "move")


def nested(nodes: list[dict[str, Any]]) -> Any:
    """The page as JSON of one object a node."""
    top: dict[str, Any] = {"children": []}
    path = [top]
    for node in nodes:
        del path[node["depth"] + 1 :]
        if "text" in node:
            made: dict[str, Any] = {"id": node["id"], "text": node["text"]}
        else:
            made = {"id": node["id"], "tag": node["tag"], "attributes": dict(node["attributes"]), "children": []}
        path[-1]["children"].append(made)
        path.append(made)
    return top


def seconds(run: Callable[[], object]) -> float:
    gc.collect()
    gc.disable()
    started = time.perf_counter()
    kept = run()
    took = time.perf_counter() - started
    gc.enable()
    del kept
    return took


def fresh() -> Replica:
    return Replica(asset_key=b"bench", asset_prefix="/a", limits=UNDEFLATED)


def snapshots() -> list[Row]:
    html = table_page(SNAPSHOT_NODES)
    nodes = Nodes(html).nodes
    frame = snapshot(nodes)
    tree = nested(nodes)
    texts: dict[str, tuple[bytes, Callable[[bytes], object]]] = {
        "orjson": (orjson.dumps(tree), orjson.loads),
        "msgpack": (msgpack.packb(tree), msgpack.unpackb),
    }
    rows = []
    for name, (data, load) in texts.items():
        mine = [1000 * seconds(lambda: fresh().apply(frame)) for _ in range(ROUNDS)]
        theirs = [1000 * seconds(lambda data=data, load=load: load(data)) for _ in range(ROUNDS)]  # type: ignore[misc]
        rows.append(row("codec", f"decode {len(nodes):,} nodes into a live tree", "ms", mine, name, theirs, aim=100))
    page = replica(frame)
    audience = page.add_audience(plan(mask_lists.plain(50)))
    encoded = [1000 * seconds(lambda: page.delta(audience, 0)) for _ in range(ROUNDS)]
    rows.append(row("codec", "encode it for an audience, deflated", "ms", encoded, "10 ms", [10.0] * ROUNDS, aim=1))
    bare = fresh()
    bare.apply(frame)
    audience = bare.add_audience(plan([]))
    encoded = [1000 * seconds(lambda: bare.delta(audience, 0)) for _ in range(ROUNDS)]
    rows.append(row("codec", "encode it for an audience, not deflated", "ms", encoded, "10 ms", [10.0] * ROUNDS, aim=1))
    body = len(deflated(bare.delta(audience, 0)))
    for name, text, aim in (("nested JSON", json.dumps(tree, separators=(",", ":")), 3.0), ("HTML", html, 1.0)):
        rows.append(row("codec", "its bytes after deflate", "B", [body], name, [len(deflated(text.encode()))], aim=aim))
    return rows


def deflated(data: bytes) -> bytes:
    return zlib.compress(data, 6, wbits=-15)


def typical(nodes: list[dict[str, Any]], seed: int) -> list[bytes]:
    changes = Changes(nodes, seed)
    chance = random.Random(seed)
    frames = []
    for number in range(FRAMES):
        ops = [changes.op(chance.choice(TYPICAL)) for _ in range(OPS)]
        frames.append(encode(ops, epoch=1, sequence=number + 2))
    return frames


def frame_cost(snapshot_frame: bytes, frames: list[bytes], plans: list[Plan]) -> float:
    """Microseconds for each frame; every viewer is one version behind."""
    page = replica(snapshot_frame)
    numbers = [page.add_audience(rules) for rules in plans]
    for number in numbers:
        page.delta(number, 0)

    def relay() -> None:
        for frame in frames:
            version = page.apply(frame).version
            for number in numbers:
                page.delta(number, version - 1)
            page.release(version)

    return 1e6 * seconds(relay) / len(frames)


def typical_frames() -> list[Row]:
    rows = []
    for count in (1_000, 10_000, 100_000, 1_000_000):
        nodes = Nodes(table_page(count)).nodes
        frame = snapshot(nodes)
        frames = typical(nodes, 5)
        rules = [plan(mask_lists.plain(50)) for _ in range(4)]
        of_roles = {
            "1 audience": (rules[:1], 15.0),
            "4 audiences of one plan": (rules[:1] * 4, 30.0),
            "4 audiences with plans of their own": (rules, 30.0),
        }
        for audiences, (plans, aim) in of_roles.items():
            runs = [frame_cost(frame, frames, plans) for _ in range(3)]
            name = f"frame of {OPS} ops, {audiences}, {count:,} nodes"
            rows.append(row("codec", name, "us", runs, f"{aim:g} us", [aim] * len(runs), aim=1))
    return rows


def resident() -> int:
    with open("/proc/self/smaps_rollup", encoding="ascii") as lines:
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("Private_Dirty"))


def measure_memory(there: Connection, make: Callable[[], object]) -> None:
    gc.collect()
    before = resident()
    kept = make()
    gc.collect()
    there.send(resident() - before)
    del kept


def memory_of(make: Callable[[], object]) -> int:
    """Bytes that a process of its own has more with it than without."""
    context = multiprocessing.get_context("fork")
    here, there = context.Pipe(duplex=False)
    worker = context.Process(target=measure_memory, args=(there, make))
    worker.start()
    grown: int = here.recv()
    worker.join()
    return grown


def memory() -> list[Row]:
    html = table_page(SNAPSHOT_NODES)
    nodes = Nodes(html).nodes
    frame = snapshot(nodes)
    text = replica(frame).stats()["bytes"]
    mine = [memory_of(lambda: replica(frame)) for _ in range(3)]
    theirs = [memory_of(lambda: lxml.html.document_fromstring(html)) for _ in range(3)]
    each = [(grown - text) / len(nodes) for grown in mine]
    print(f"memory: {statistics.median(mine) / len(nodes):.0f} B a node with its text, {text / len(nodes):.0f} B of it text")
    return [
        row("codec", "memory of a replica", "B", mine, "lxml", theirs, aim=1),
        row("codec", "memory a node beyond its text", "B", each, "100 B", [100.0] * len(each), aim=1),
    ]


def run() -> list[Row]:
    return memory() + snapshots() + typical_frames()
