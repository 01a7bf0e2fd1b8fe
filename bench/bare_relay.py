"""The peer of the throughput suite: a bare Starlette socket relay that forwards the bytes it gets and does nothing else."""

from __future__ import annotations

import sys
from collections import defaultdict

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

rooms: dict[str, set[WebSocket]] = defaultdict(set)


async def healthz(request: Request) -> PlainTextResponse:
    return PlainTextResponse("ok")


async def publish(socket: WebSocket) -> None:
    await socket.accept()
    room = rooms[socket.path_params["room"]]
    try:
        while True:
            data = await socket.receive_bytes()
            for viewer in list(room):
                await viewer.send_bytes(data)
    except WebSocketDisconnect:
        return


async def view(socket: WebSocket) -> None:
    await socket.accept()
    room = rooms[socket.path_params["room"]]
    room.add(socket)
    try:
        while True:
            await socket.receive_bytes()
    except WebSocketDisconnect:
        room.discard(socket)


app = Starlette(routes=[Route("/healthz", healthz), WebSocketRoute("/publish/{room}", publish), WebSocketRoute("/view/{room}", view)])

if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="error", ws_per_message_deflate=False, lifespan="off")
