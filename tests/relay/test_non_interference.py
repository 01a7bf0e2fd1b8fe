"""The same page with two different secrets gives viewers the same bytes (requirements 3.9): what is masked cannot be told apart.

The secrets differ in length and in kind, stand in every masked text, value, attribute and choice of a random page, come in with
the page and by changes of it, and the relay is the only one to mask them: the visitor's side masks nothing here.
"""

from __future__ import annotations

import copy
import os

from masking.plan import plan_for
from masking.policy import Policy
from relay._core import Replica
from tests import codec
from tests.outline import ops
from tests.random_pages import Chance, policy_of

PAGES = int(os.environ.get("SECRET_PAGES", "300"))
SECRETS = ("no", "The quick brown fox, 4111 1111 1111 1111, jumps over <b>vera@example.com</b> – ünïcode")


class Watched:
    """A page and every byte that a viewer of it is sent."""

    def __init__(self, policy: Policy) -> None:
        self.replica = Replica(asset_key=b"key", asset_prefix="/a")
        self.audience = self.replica.add_audience(plan_for(policy, "agent"))
        self.sent = b""
        self.sequence = self.version = 0

    def send(self, changes: list[codec.OpTuple]) -> None:
        self.sequence += 1
        self.replica.apply(codec.encode(changes, epoch=1, sequence=self.sequence))
        self.sent += self.replica.delta(self.audience, self.version)
        self.version = self.replica.version


def masked_by(policy: Policy, first: list[codec.OpTuple]) -> set[int]:
    """The nodes that a policy masks on a page."""
    probe = Watched(policy)
    probe.send(first)
    return set(probe.replica.levels(probe.audience))


def with_secret(first: list[codec.OpTuple], masked: set[int], secret: str) -> list[codec.OpTuple]:
    """The same page with the secret in everything masked that rules do not look at."""
    first = copy.deepcopy(first)
    for op in first:
        if op[0] != "insert":
            continue
        for node in op[3]:
            if node["id"] not in masked:
                continue
            if "text" in node:
                node["text"] = secret
            elif "attributes" in node:
                node["attributes"] += [[name, secret] for name in ("title", "value", "data-secret", "aria-label", "href")]
    values = [
        ("set_value", node["id"], secret)
        for op in first
        if op[0] == "insert"
        for node in op[3]
        if node["id"] in masked and node.get("tag") in ("input", "textarea")
    ]
    return [*first, *values]


def changes(first: list[codec.OpTuple], masked: set[int], secret: str) -> list[list[codec.OpTuple]]:
    """What happens to the secrets later: texts are typed, values set, nodes put in."""
    nodes = [node for op in first if op[0] == "insert" for node in op[3] if node["id"] in masked]
    texts = [("set_text", node["id"], f"{secret} again") for node in nodes if "text" in node]
    titles = [("set_attribute", node["id"], "title", f"{secret} more") for node in nodes if "tag" in node]
    into = [node["id"] for node in nodes if node.get("tag") in ("div", "p", "span", "b")]
    fresh = [("insert", number, 0, [{"id": 900 + at, "depth": 0, "text": f"late {secret}"}]) for at, number in enumerate(into)]
    return [step for step in (texts, titles, fresh) if step]


def sent_for(seed: int, secret: str) -> tuple[bytes, str, int]:
    """All that viewers are sent of a random page with this secret, live and from each version on; and how much of it is masked."""
    chance = Chance(seed)
    first = ops(chance.page())
    # Rules that look at attributes or states would tell a page with secrets from one without.
    policy = policy_of([rule for rule in chance.rules() if "[" not in rule[0] and ":" not in rule[0]] or [["p", "text"]])
    masked = masked_by(policy, first)
    page = Watched(policy)
    page.send(with_secret(first, masked, secret))
    for step in changes(first, masked, secret):
        page.send(step)
    late = page.replica.add_audience(plan_for(policy, "agent"))
    whole = b"".join(page.replica.delta(late, since) for since in range(page.version))
    return page.sent + whole, page.replica.html(late), len(masked)


def test_two_secrets_one_stream() -> None:
    compared = 0
    for seed in range(PAGES):
        (one, html, masked), (other, other_html, _) = (sent_for(seed, secret) for secret in SECRETS)
        assert html == other_html, f"seed {seed}"
        assert one == other, f"seed {seed}"
        compared += bool(masked)
    assert compared > PAGES / 3


def test_the_control_without_masks_the_streams_differ() -> None:
    page = ops([["html", {}, ["body", {}, "x"]]])
    streams = set()
    for secret in SECRETS:
        replica = Replica(asset_key=b"key", asset_prefix="/a")
        replica.apply(codec.encode(with_secret(page, {4}, secret), epoch=1, sequence=1))
        streams.add(replica.delta(replica.add_audience(plan_for(Policy(), "agent")), 0))
    assert len(streams) == 2
