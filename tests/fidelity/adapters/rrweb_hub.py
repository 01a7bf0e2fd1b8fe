"""Loopback hub for the rrweb baseline: rrweb_hub.py PORT RRWEB_DIST. Relays events and keeps them for late agents."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from aiohttp import WSMsgType, web

PORT, DIST = int(sys.argv[1]), Path(sys.argv[2])
events: list[str] = []
agents: set[web.WebSocketResponse] = set()
count = {"events": 0, "bytes": 0}

VISITOR = """
(function(){ if (window.top !== window) return;
  var q=[], open=false, ws=new WebSocket('ws://127.0.0.1:PORT/ws/visitor');
  ws.onopen=function(){open=true;q.forEach(function(x){ws.send(x)});q=[]};
  window.__corpora_sent=0;
  rrweb.record({emit:function(e){var s=JSON.stringify(e);window.__corpora_sent++;if(open)ws.send(s);else q.push(s)},
    recordCanvas:true, sampling:{canvas:4}, inlineStylesheet:true, inlineImages:false, collectFonts:true});
})();
""".replace("PORT", str(PORT))

AGENT = """<!doctype html><html><head><meta charset=utf-8><link rel=stylesheet href=/dist/style.css>
<style>html,body{margin:0;overflow:hidden}.replayer-wrapper{position:static!important}.replayer-mouse,.replayer-mouse-tail{display:none!important}iframe{border:0;display:block}</style></head>
<body><script src=/dist/rrweb.umd.min.cjs></script><script>
var replayer=null,applied=0,first=[];
function put(e){applied++;
  if(!replayer){first.push(e);if(first.length<2)return;
    replayer=new rrweb.Replayer(first,{liveMode:true,root:document.body,mouseTail:false,UNSAFE_replayCanvas:true,showWarning:false});
    replayer.startLive(first[0].timestamp);window.replayer=replayer;return}
  replayer.addEvent(e)}
var ws=new WebSocket('ws://127.0.0.1:PORT/ws/agent');ws.onmessage=function(m){put(JSON.parse(m.data))};
</script></body></html>""".replace("PORT", str(PORT))


async def visitor(req):
    ws = web.WebSocketResponse(max_msg_size=0)
    await ws.prepare(req)
    async for m in ws:
        if m.type == WSMsgType.TEXT:
            count["events"] += 1
            count["bytes"] += len(m.data)
            events.append(m.data)
            for a in list(agents):
                await a.send_str(m.data)
    return ws


async def agent(req):
    ws = web.WebSocketResponse(max_msg_size=0)
    await ws.prepare(req)
    for e in events:
        await ws.send_str(e)
    agents.add(ws)
    async for _ in ws:
        pass
    agents.discard(ws)
    return ws


async def script(req):
    lib = (DIST / "rrweb.umd.min.cjs").read_text()
    return web.Response(text=lib + "\n;" + VISITOR, content_type="text/javascript", headers={"Access-Control-Allow-Origin": "*"})


async def agent_page(req):
    return web.Response(text=AGENT, content_type="text/html")


async def counted(req):
    return web.json_response(count)


app = web.Application()
app.add_routes(
    [
        web.get("/ws/visitor", visitor),
        web.get("/ws/agent", agent),
        web.get("/visitor.js", script),
        web.get("/agent", agent_page),
        web.get("/count", counted),
        web.static("/dist", str(DIST)),
    ]
)


if __name__ == "__main__":
    web.run_app(app, host="127.0.0.1", port=PORT, print=lambda *_: print(json.dumps({"ready": PORT}), flush=True))
