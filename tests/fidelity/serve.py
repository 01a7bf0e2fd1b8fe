#!/usr/bin/env python3
"""Start real sites on their fixed loopback ports and keep them until Ctrl-C / SIGTERM.

serve.py list                      what there is
serve.py up NAME|all ...  set up if needed, start, wait until ready, stay
serve.py setup NAME ...            only prepare
"""

from __future__ import annotations

import signal
import sys
import time

from tests.fidelity.places import HOST, LOGS, STATE, Proc, port_open, wait_http
from tests.fidelity.registry import pick


def start_site(m) -> list[Proc]:
    if port_open(m.PORT):
        raise RuntimeError(f"{m.NAME}: port {m.PORT} is already taken")
    STATE.mkdir(parents=True, exist_ok=True)
    LOGS.mkdir(parents=True, exist_ok=True)
    m.setup()
    procs = m.start()
    try:
        wait_http(f"http://{HOST}:{m.PORT}{m.READY}", 240)
    except Exception:
        for p in procs:
            p.stop()
        raise
    return procs


def main() -> int:
    cmd, names = (sys.argv[1:2] or ["list"])[0], sys.argv[2:]
    mods = pick(names)
    if cmd == "list":
        for m in mods:
            print(f"{m.NAME:14} {HOST}:{m.PORT}  {m.FAMILY}  [{m.LICENCE}]  needs: {'; '.join(m.NEEDS)}")
        return 0
    if cmd == "setup":
        for m in mods:
            m.setup()
            print("ready", m.NAME)
        return 0
    if cmd != "up":
        print(__doc__)
        return 2
    stop = []
    signal.signal(signal.SIGTERM, lambda *_: stop.append(1))
    signal.signal(signal.SIGINT, lambda *_: stop.append(1))
    procs: list[Proc] = []
    failed = 0
    for m in mods:
        t = time.time()
        if getattr(m, "ONE_SHOT", False) and len(mods) > 1:
            print(f"skipped {m.NAME}: good for one browser session, run.py starts it itself", flush=True)
            continue
        try:
            procs += start_site(m)
            print(f"up {m.NAME} http://{HOST}:{m.PORT}{m.READY} {time.time() - t:.1f}s", flush=True)
        except Exception as e:
            failed += 1
            print(f"FAILED {m.NAME}: {e}", flush=True)
        if stop:
            break
    print(f"all started, {failed} failed; Ctrl-C stops them", flush=True)
    while not stop:
        time.sleep(0.3)
    for p in reversed(procs):
        p.stop()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
