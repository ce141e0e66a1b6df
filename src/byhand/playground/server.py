"""The server behind the page: hands out the page, trains, lays out maps and reads photographs."""

import asyncio
import json
import socket
from collections.abc import Callable
from multiprocessing.connection import Connection
from types import FrameType
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from byhand.errors import ByhandError
from byhand.model import Model
from byhand.playground.content import Sample, map_content, model_content, sample_content
from byhand.playground.guard import Guard, known_hosts
from byhand.playground.one_file import WEB
from byhand.playground.worker import Worker, result_of

PORT = 8784  # 28 x 28 = 784
LARGEST_SETTINGS = 20_000  # bytes


class Playground:
    """What the server knows: the model the page starts with, the sample, and what is at work.

    Args:
        model: what the page shows first.
        name: what the page calls it.
        sample: labelled images to look at.
    """

    def __init__(self, model: Model, name: str, sample: Sample) -> None:
        self.model, self.name, self.sample = model, name, sample
        self.workers: set[Worker] = set()

    def app(self, host: str) -> Starlette:
        """The application, for a server that listens on the address `host`."""
        routes = [
            Route("/", lambda request: FileResponse(WEB / "page.html")),
            Route("/content.json", self.content),
            Route("/map.json", self.map),
            Mount("/", StaticFiles(directory=WEB)),
        ]
        return Starlette(
            routes=routes,
            middleware=[Middleware(Guard, known_host=known_hosts(host))],
            exception_handlers={ByhandError: _sentence, HTTPException: _sentence},
        )

    def content(self, request: Request) -> Response:
        """What the page shows first."""
        return JSONResponse(
            {
                "live": True,
                "model": model_content(self.model, self.name),
                "sample": sample_content(self.sample),
            }
        )

    async def map(self, request: Request) -> Response:
        """The sample as the network's layers see it; computed when asked for."""
        return JSONResponse(await self.work(send_map, self.model.to_bytes(), self.sample))

    async def work(self, function: Callable[..., None], *arguments: Any) -> Any:
        """Wait for what a function sends that works in a process of its own."""
        worker = Worker(function, *arguments)
        self.workers.add(worker)
        try:
            return await result_of(worker)
        finally:
            self.workers.discard(worker)

    def stop(self) -> None:
        """End all work."""
        for worker in self.workers:
            worker.stop()


def send_map(connection: Connection, model: bytes, sample: Sample) -> None:
    """Lay the sample out, in a process of its own."""
    connection.send(map_content(Model.from_bytes(model, "the network"), sample))


async def body(request: Request, limit: int) -> bytes:
    """Read a request's body, which may have so many bytes."""
    content = b""
    async for chunk in request.stream():
        content += chunk
        if len(content) > limit:
            raise HTTPException(413, f"That is too much: at most {limit:,} bytes, please.")
    return content


def _sentence(request: Request, error: Exception) -> Response:
    """What is wrong, for the page to show."""
    status = error.status_code if isinstance(error, HTTPException) else 400
    message = error.detail if isinstance(error, HTTPException) else str(error)
    return JSONResponse({"error": message}, status)


class _Server(uvicorn.Server):
    """Stops all work at the first Ctrl-C, so that nothing keeps the server waiting."""

    def __init__(self, config: uvicorn.Config, playground: Playground) -> None:
        super().__init__(config)
        self.playground = playground

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self.playground.stop()
        super().handle_exit(sig, frame)


def listen(host: str, port: int | None) -> socket.socket:
    """Open a socket to listen on: at `port`, or where that is None at the first free port from 8784 on.

    Raises:
        ByhandError: the port is taken, or there is no such address.
    """
    for candidate in [port] if port is not None else [*range(PORT, PORT + 20), 0]:
        try:
            return socket.create_server((host, candidate), family=_family(host))
        except OSError as error:
            problem = error
    raise ByhandError(f"Cannot listen on {host}, port {port}: {problem.strerror}. Choose another --port or --host.")


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def serve(playground: Playground, listening: socket.socket, host: str) -> None:
    """Serve the page until Ctrl-C."""
    config = uvicorn.Config(
        playground.app(host), log_level="warning", access_log=False, timeout_graceful_shutdown=1, lifespan="off"
    )
    _Server(config, playground).run(sockets=[listening])
