"""Video and audio: the agent sees the frame and the state of the controls, and no stage ever loads or plays anything."""

from __future__ import annotations

import base64
import math
import struct
from collections.abc import Callable
from urllib.parse import unquote

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from relay.protocol.names import Op, Playback
from tests import codec
from tests.browser.call import Call, until
from tests.pages_site import tag
from tests.relay_process import GROUP, RelayProcess
from tests.site_server import SiteServer

pytestmark = pytest.mark.browser

SECONDS, RATE = 3, 8000
PAGE = """<!doctype html><html lang=en><head><title>Media</title></head><body><audio id=sound controls></audio>
<div id=home><video id=film muted width=80 height=60></video></div><video id=foreign muted width=80 height=60></video>
<script>
const canvas = document.createElement('canvas'); canvas.width = 80; canvas.height = 60;
const paint = (color) => { const c = canvas.getContext('2d'); c.fillStyle = color; c.fillRect(0, 0, 80, 60); };
paint('rgb(0 128 0)');
film.srcObject = canvas.captureStream(10);
// From a blob, in which every place can be sought.
const heard = fetch('/tone.wav').then((response) => response.blob()).then((blob) => new Promise((done) => {
  sound.oncanplay = done; sound.src = URL.createObjectURL(blob);
}));
</script></body></html>"""
# A film in base64, for a site that does not let other sites read it.
RECORD = """() => new Promise((done) => {
  const recorder = new MediaRecorder(film.srcObject, { mimeType: 'video/webm' });
  recorder.ondataavailable = ({ data }) => {
    const reader = new FileReader();
    reader.onload = () => done(reader.result.replace(/^[^,]*,/, ''));
    reader.readAsDataURL(data);
  };
  recorder.start();
  const repaint = setInterval(() => paint('rgb(0 128 0)'), 50);
  setTimeout(() => { clearInterval(repaint); recorder.stop(); }, 600);
})"""
# The colour of the poster's middle, in tenths: pictures of what moves are with loss. Null: none.
COLOR = """async (id) => {
  const image = new Image();
  image.src = document.querySelectorAll('video')[id].poster;
  try { await image.decode(); } catch { return null; }
  const canvas = document.createElement('canvas'); canvas.width = 80; canvas.height = 60;
  const context = canvas.getContext('2d'); context.drawImage(image, 0, 0, 80, 60);
  const [red, green, blue, alpha] = context.getImageData(40, 20, 1, 1).data;
  return alpha ? [red, green, blue].map((value) => Math.round(value / 25.5)) : null;
}"""
GREEN, RED = [0, 5, 0], [10, 0, 0]
PLACEHOLDER = "(id) => document.querySelectorAll('video')[id].getAttribute('data-cobrowse-placeholder')"
BAR = "() => { const [shown] = document.querySelector('audio').getAnimations(); return shown?.effect.getKeyframes()[0].backgroundImage ?? ''; }"
PATIENCE = 120
PAUSE_MS = 50


def tone() -> bytes:
    """A WAV file of some seconds."""
    samples = b"".join(struct.pack("<h", int(8000 * math.sin(at / 5))) for at in range(SECONDS * RATE))
    form = struct.pack("<IHHIIHH", 16, 1, 1, RATE, RATE * 2, 2, 16)
    return b"RIFF" + struct.pack("<I", 36 + len(samples)) + b"WAVEfmt " + form + b"data" + struct.pack("<I", len(samples)) + samples


def site(relay_url: str) -> Starlette:
    script = tag(relay_url, GROUP)

    async def page(request: Request) -> Response:
        return HTMLResponse(PAGE.replace("<head>", f"<head>{script}", 1))

    async def sound(request: Request) -> Response:
        return Response(tone(), media_type="audio/wav")

    return Starlette(routes=[Route("/", page), Route("/tone.wav", sound)])


def wait_for(call: Call, script: str, argument: object, wanted: Callable[[object], bool]) -> None:
    for _ in range(PATIENCE):
        if wanted(found := call.stage().evaluate(script, argument)):
            return
        call.agent.wait_for_timeout(PAUSE_MS)
    raise AssertionError(f"not in time: {found!r}")


def playbacks(frames: list[bytes]) -> list[codec.OpTuple]:
    ops: list[codec.OpTuple] = []
    for frame in frames:
        if frame[:1] == b"\x01":
            ops += [op for op in codec.decode(frame)["ops"] if op[0] == Op.SET_PLAYBACK.name.lower()]
    return ops


def test_the_agent_sees_frames_and_the_state_of_controls(relay: RelayProcess, make_call: Callable[..., Call]) -> None:
    with SiteServer(site(relay.url)) as served:
        call = make_call(relay)
        call.open(f"{served.url}/")
        call.join(call.start())
        call.visitor.evaluate("() => film.play()")
        wait_for(call, COLOR, 0, lambda color: color == GREEN)
        call.visitor.evaluate("() => paint('rgb(255 0 0)')")
        wait_for(call, COLOR, 0, lambda color: color == RED)
        # Nobody has the audio's time from the page but by the numbers.
        call.visitor.evaluate("async () => { await heard; sound.currentTime = 2; sound.muted = true; }")
        wait_for(call, BAR, None, lambda bar: "0:02 / 0:03" in unquote(str(bar)))
        assert call.stage().evaluate(
            "() => [...document.querySelectorAll('video, audio')].every((e) => !e.currentSrc && !e.srcObject && e.paused)"
        )
        assert call.errors == []


def test_what_is_masked_is_neither_read_nor_told(relay: RelayProcess, make_call: Callable[..., Call]) -> None:
    relay.mask(".private", "text")
    with SiteServer(site(relay.url)) as served:
        call = make_call(relay)
        call.open(f"{served.url}/")
        call.visitor.evaluate("() => { sound.className = 'private'; foreign.remove(); }")
        call.join(call.start())
        call.visitor.evaluate("() => film.play()")
        wait_for(call, COLOR, 0, lambda color: color == GREEN)
        call.visitor.evaluate("async () => { await heard; home.className = 'private'; sound.currentTime = 1.5; paint('rgb(255 0 0)'); }")
        wait_for(call, PLACEHOLDER, 0, lambda name: name == "media")
        call.settle()
        told = len(playbacks(call.visitor_wire.sent))
        call.visitor.evaluate("() => { film.pause(); sound.currentTime = 2.5; }")
        call.visitor.wait_for_timeout(1500)
        assert call.stage().evaluate(COLOR, 0) is None
        assert len(playbacks(call.visitor_wire.sent)) == told
        assert all(op[5] & Playback.LIVE for op in playbacks(call.visitor_wire.sent)), "only the film was told of"
        until(call.agent, "document.documentElement.dataset.state === 'live'")
        assert call.errors == []


def test_a_film_that_another_site_does_not_let_read_is_a_placeholder(relay: RelayProcess, make_call: Callable[..., Call]) -> None:
    films: list[bytes] = []

    async def film(request: Request) -> Response:
        return Response(films[0], media_type="video/webm")

    other = SiteServer(Starlette(routes=[Route("/film.webm", film)]))
    with SiteServer(site(relay.url)) as served, other as elsewhere:
        call = make_call(relay)
        call.open(f"{served.url}/")
        call.join(call.start())
        films.append(base64.b64decode(call.visitor.evaluate(RECORD)))
        call.visitor.evaluate("(src) => { foreign.loop = true; foreign.src = src; return foreign.play(); }", f"{elsewhere.url}/film.webm")
        call.visitor.evaluate("() => film.play()")
        wait_for(call, COLOR, 0, lambda color: color == GREEN)
        wait_for(call, PLACEHOLDER, 1, lambda name: name == "media")
        assert call.stage().evaluate(COLOR, 1) is None
        # The page may read it when it is its own.
        call.visitor.evaluate("() => { foreign.srcObject = film.srcObject; return foreign.play(); }")
        wait_for(call, COLOR, 1, lambda color: color == GREEN)
        assert call.errors == []
