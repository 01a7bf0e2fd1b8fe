"""/metrics: who may read it, that it is OpenMetrics, and that nothing of a session is in it."""

from __future__ import annotations

import re

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families

from relay.live.lifecycle import State
from relay.metrics import HISTOGRAMS
from tests.relay.conftest import Launch
from tests.relay.peers import Agent, Visitor, document
from tests.relay_process import AGENT, RelayProcess

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = r'[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*"'
NUMBER = r"(?:[+-]?(?:[0-9]+(?:\.[0-9]*)?(?:e[+-]?[0-9]+)?|Inf)|NaN)"
LINE = re.compile(
    rf"# (?:HELP {NAME} .*|TYPE {NAME} (?:counter|gauge|histogram|info|unknown)|UNIT {NAME} {NAME})"
    rf"|{NAME}(?:\{{(?:{LABEL}(?:,{LABEL})*)?\}})? {NUMBER}(?: {NUMBER})?"
)
"""A line of the format, from its specification (OpenMetrics 1.0, "ABNF"), read without the library that wrote it."""


def samples(text: str) -> dict[str, float]:
    """By name and labels, as the parser of the format reads them, which is strict."""
    found = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            labels = ",".join(f"{name}={value}" for name, value in sorted(sample.labels.items()))
            found[f"{sample.name}{{{labels}}}" if labels else sample.name] = float(sample.value)
    return found


def test_what_happened_is_counted_and_nothing_of_it_is_shown(launch: Launch) -> None:
    relay = launch()
    with Agent(relay) as agent, Visitor(relay) as visitor:
        agent.log_in()
        started = visitor.start(key="a-key-nobody-may-read", name="Vera Secret")
        version = visitor.send(document("text of the page"))["version"]
        visitor.socket.send(visitor.encode([("remove", 999, 1)]))
        visitor.hear("resync")
        with agent.join("a-key-nobody-may-read") as viewer:
            viewer.reach(version)
            answer = agent.get("/metrics")
            assert answer.headers["content-type"].startswith("application/openmetrics-text; version=1.0.0")
            text = answer.text
            found = samples(text)
        expected = {
            "cobrowse_sessions{state=active}": 1,
            "cobrowse_sessions{state=waiting}": 0,
            "cobrowse_visitors": 1,
            "cobrowse_viewers": 1,
            "cobrowse_sockets": 2,
            "cobrowse_sockets_opened_total": 2,
            "cobrowse_nodes": 4,
            "cobrowse_frame_bytes_count": 2,
            "cobrowse_frame_operations_count": 1,
            "cobrowse_frame_operations_sum": 2,
            "cobrowse_frames_refused_total{kind=unknown_node}": 1,
            "cobrowse_frames_sent_total": 1,
            "cobrowse_delta_seconds_count": 1,
        }
        assert {name: found.get(name) for name in expected} == expected
        assert found["cobrowse_sent_bytes_total"] > found["cobrowse_delta_bytes_sum"] > 50
        assert 0 < found["cobrowse_apply_seconds_sum"] < 10
        for secret in ("nobody-may", "Vera", "text of the page", "shop.example", started["ssnid"], started["secret"], AGENT, "127.0.0.1"):
            assert secret not in text
    lines = text.splitlines()
    assert lines[-1] == "# EOF"
    assert [line for line in lines[:-1] if not LINE.fullmatch(line)] == []


def test_buckets_hold_what_is_below_their_bound(relay: RelayProcess, agent: Agent) -> None:
    with Visitor(relay) as visitor:
        visitor.start()
        visitor.send(document("one"))
        visitor.send([("set_text", 4, "x" * 3000)])
    found = samples(agent.get("/metrics").text)
    for name, _, _, powers in HISTOGRAMS.values():
        buckets = [found[key] for key in found if key.startswith(f"{name}_bucket")]
        assert buckets == sorted(buckets) and len(buckets) == len(powers) + 1
        assert buckets[-1] == found[f"{name}_count"]
    assert found["cobrowse_frame_bytes_bucket{le=2047.0}"] == found["cobrowse_frame_bytes_bucket{le=4095.0}"] - 1


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-For": "127.0.0.1"},
        {"Forwarded": "for=127.0.0.1"},
        {"X-Real-IP": "127.0.0.1"},
        {"Via": "1.1 proxy"},
        {"Host": "relay.example.com"},
        {"Host": "localhost.example.com"},
        {"Host": "127.0.0.1.example.com:8080"},
    ],
)
def test_what_a_proxy_passed_on_is_not_answered(relay: RelayProcess, agent: Agent, headers: dict[str, str]) -> None:
    assert agent.get("/metrics", headers=headers).status_code == 404


def test_with_a_token_those_who_have_it_may_read(launch: Launch) -> None:
    relay = launch(metrics_token="a token of the operator")
    with Agent(relay) as reader:
        assert reader.get("/metrics").status_code == 404
        for wrong in ("", "Bearer", "Bearer wrong", "Basic a token of the operator"):
            assert reader.get("/metrics", headers={"Authorization": wrong}).status_code == 404
        right = {"Authorization": "Bearer a token of the operator", "Host": "relay.example.com", "X-Forwarded-For": "192.0.2.1"}
        assert reader.get("/metrics", headers=right).status_code == 200


def test_every_state_and_meter_has_its_metric(relay: RelayProcess, agent: Agent) -> None:
    text = agent.get("/metrics").text
    assert all(f'state="{state.name.lower()}"' in text for state in State)
    assert all(f"# TYPE {name} histogram" in text for name, *_ in HISTOGRAMS.values())
