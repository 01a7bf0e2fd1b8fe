"""What the relay counts, as metric families: added up when somebody asks, from plain numbers of the whole process.

No session key, no content, no address, and no label but those of closed sets.
"""

from collections import Counter
from collections.abc import Iterator
from importlib.metadata import version
from typing import Final

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, InfoMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.process_collector import ProcessCollector

from cam_proxy.common import CommonCache
from relay import courier
from relay._core import meters
from relay.live.counts import Counts
from relay.live.lifecycle import State
from relay.registry import Registry
from relay.sockets.lines import Lines

NANOSECOND: Final = 1e-9
HISTOGRAMS: Final = {
    "apply_nanoseconds": ("cobrowse_apply_seconds", "Time to apply a visitor frame to its page.", NANOSECOND, range(10, 29)),
    "frame_bytes": ("cobrowse_frame_bytes", "Size of visitor frames.", 1, range(5, 25)),
    "frame_operations": ("cobrowse_frame_operations", "Ops of visitor frames.", 1, range(0, 20)),
    "delta_nanoseconds": ("cobrowse_delta_seconds", "Time to project, encode and deflate a frame for viewers.", NANOSECOND, range(10, 29)),
    "delta_bytes": ("cobrowse_delta_bytes", "Size of frames for viewers, each counted once for all who get it.", 1, range(5, 25)),
}
"""Of each meter of the core: name, help, unit of its values, and the powers of two that are bounds of buckets."""

STATES: Final = {state: state.name.lower() for state in State}


class Metrics:
    """Something with `collect`, as the exposition wants it."""

    def __init__(self, counts: Counts, lines: Lines, registry: Registry, common: CommonCache, told: courier.Counts) -> None:
        self._counts = counts
        self._lines = lines
        self._registry = registry
        self._common = common
        self._told = told
        self._process = ProcessCollector(registry=None)

    def collect(self) -> Iterator[Metric]:
        yield InfoMetricFamily("cobrowse_relay", "The relay.", {"version": version("cobrowse-relay")})
        yield from self._sessions()
        yield from self._sockets()
        yield from self._viewers()
        yield from self._assets()
        yield from self._webhooks()
        yield from _core()
        yield from self._process.collect()

    def _sessions(self) -> Iterator[Metric]:
        sessions = self._registry.running()
        states = Counter(session.state for session in sessions)
        running = GaugeMetricFamily("cobrowse_sessions", "Sessions that run, by state.", labels=["state"])
        ended = CounterMetricFamily("cobrowse_sessions_ended", "Sessions that ended, by their last state.", labels=["state"])
        for state, name in STATES.items():
            if state.final:
                ended.add_metric([name], self._counts.ended[state.value])
            else:
                running.add_metric([name], states[state])
        yield running
        yield ended
        yield _gauge("cobrowse_visitors", "Visitors that are connected.", sum(session.visitor_connected for session in sessions))
        yield _gauge("cobrowse_viewers", "Viewers that are connected.", sum(session.watched for session in sessions))
        held: Counter[str] = Counter()
        for session in sessions:
            held.update(session.held())
        yield _gauge("cobrowse_nodes", "Nodes of all pages that are held.", held["nodes"])
        yield _gauge("cobrowse_text_bytes", "Bytes of text of all pages that are held.", held["bytes"])

    def _sockets(self) -> Iterator[Metric]:
        lines = self._lines
        yield _gauge("cobrowse_sockets", "WebSockets that are open.", len(lines))
        yield _counter("cobrowse_sockets_opened", "WebSockets that came.", lines.opened)
        yield _counter("cobrowse_sockets_cut", "WebSockets cut because the peer took or said nothing in time.", lines.cut)
        yield _counter("cobrowse_received_bytes", "Bytes received on WebSockets.", lines.bytes_in)
        yield _counter("cobrowse_sent_bytes", "Bytes sent on WebSockets.", lines.bytes_out)
        yield _gauge("cobrowse_loop_lag_seconds", "How late the event loop was when it was last looked at.", self._counts.lag)

    def _assets(self) -> Iterator[Metric]:
        yield _counter("cobrowse_assets_uploaded", "Pictures and fonts that visitors' browsers brought.", self._counts.uploaded)
        yield _counter("cobrowse_assets_reused", "Pictures and fonts that were in the common cache.", self._counts.reused)
        usage = self._common.usage().values()
        yield _gauge("cobrowse_common_files", "Files in the common cache.", sum(files for files, _ in usage))
        yield _gauge("cobrowse_common_bytes", "Bytes in the common cache.", sum(size for _, size in usage))

    def _viewers(self) -> Iterator[Metric]:
        counts = self._counts
        refused = CounterMetricFamily("cobrowse_frames_refused", "Visitor frames refused, by kind.", labels=["kind"])
        for kind, count in sorted(counts.refused.items()):
            refused.add_metric([kind], count)
        yield refused
        yield _counter("cobrowse_mask_alarms", "Masked values that visitors' browsers sent; they were masked here.", counts.alarms)
        yield _counter("cobrowse_frames_sent", "Frames sent to viewers.", counts.sent)
        yield _counter("cobrowse_deltas_owed", "Times that a viewer had no room and was owed one delta instead.", counts.owed)
        yield _counter("cobrowse_viewers_behind", "Times that a viewer fell behind.", counts.behind)
        yield _by_side(
            "cobrowse_drift_checks", "Times that a side was asked whether it has what the relay has.", counts.source_doubts, counts.doubts
        )
        yield _by_side("cobrowse_drifts", "Nodes of which a side and the relay had not the same.", counts.source_drifts, counts.drifts)
        yield _by_side("cobrowse_drift_repairs", "Nodes sent again for that.", counts.source_repairs, counts.repairs)
        yield _counter("cobrowse_viewers_silent", "Viewers closed because they showed nothing any more.", counts.silent)

    def _webhooks(self) -> Iterator[Metric]:
        told = self._told
        attempts = CounterMetricFamily("cobrowse_webhook_attempts", "Attempts to tell webhooks of something.", labels=["result"])
        attempts.add_metric(["delivered"], told.delivered)
        attempts.add_metric(["failed"], told.failed)
        yield attempts
        yield _counter("cobrowse_webhook_given_up", "Deliveries to webhooks that were given up.", told.given_up)
        yield _gauge("cobrowse_webhook_waiting", "Deliveries to webhooks that waited when it was last looked, once a minute.", told.waiting)


def _core() -> Iterator[Metric]:
    for meter, (counts, total) in meters().items():
        name, text, unit, powers = HISTOGRAMS[meter]
        # A bucket of the core counts what is below a power of two; values are whole numbers.
        buckets = [(_bound(power, unit), float(sum(counts[: power + 1]))) for power in powers]
        yield HistogramMetricFamily(name, text, buckets=[*buckets, ("+Inf", float(sum(counts)))], sum_value=total * unit)


def _bound(power: int, unit: float) -> str:
    return repr(float(2**power - 1)) if unit == 1 else repr(2**power * unit)


def _by_side(name: str, text: str, visitor: float, viewer: float) -> Metric:
    family = CounterMetricFamily(name, text, labels=["side"])
    family.add_metric(["visitor"], visitor)
    family.add_metric(["viewer"], viewer)
    return family


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, text, value)


def _counter(name: str, text: str, value: float) -> Metric:
    return CounterMetricFamily(name, text, value)
