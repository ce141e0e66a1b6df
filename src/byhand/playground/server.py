"""The server behind the page: hands out the page, trains, lays out maps and reads photographs."""

import asyncio
import base64
import json
import math
import os
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from types import FrameType
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

from byhand.data import LabelledImages
from byhand.data.decoding import decode
from byhand.errors import ByhandError
from byhand.model import Model, load_model, shipped_model
from byhand.playground.content import map_content, model_content, sample_content
from byhand.playground.guard import Guard, known_hosts
from byhand.playground.one_file import WEB, page_of
from byhand.playground.trainings import Trainings, default_settings, recipe_from
from byhand.playground.worker import Worker, result_of
from byhand.reading.reader import read_picture

PORT = 8784  # 28 x 28 = 784
LARGEST_SETTINGS = 20_000  # bytes
LARGEST_PICTURE = 30_000_000
MOST_MAPS = 4  # kept
# How the files of cameras, scanners and drawing programs begin, whatever they are called; HEIC has its mark later.
PICTURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF", b"GIF8", b"BM", b"II*\0", b"MM\0*")


class Playground:
    """What the server knows: the model the page starts with, the sample, and what is at work.

    Args:
        model: what the page shows first.
        name: what the page calls it.
        sample: labelled images to look at.
        data: where they come from, and the images to learn from.
    """

    def __init__(self, model: Model, name: str, sample: LabelledImages, data: str) -> None:
        self.model, self.name, self.sample, self.data = model, name, sample, data
        self.workers: set[Worker] = set()
        self.maps: dict[bytes, Any] = {}  # by the bytes of the model
        self.names = [name, *(other for other in shipped_models(model) if other != name)]
        self.trainings = Trainings()
        self.stopping = asyncio.Event()

    def app(self, host: str) -> Starlette:
        """The application, for a server that listens on the address `host`."""
        routes = [
            Route("/", lambda request: FileResponse(WEB / "page.html")),
            Route("/content.json", self.content),
            Route("/models/{model}/model.json", self.network),
            Route("/models/{model}/map.json", self.map),
            Route("/models/{model}/read", self.read, methods=["POST"]),
            Route("/usual", self.usual, methods=["POST"]),
            Route("/trainings", self.train, methods=["POST"]),
            Route("/trainings/{name}", self.command, methods=["POST"]),
            Route("/trainings/{name}/model.json", self.network),
            Route("/trainings/{name}/map.json", self.map),
            Route("/trainings/{name}/model.safetensors", self.download),
            Route("/trainings/{name}/model.html", self.export),
            Route("/trainings/{name}/save", self.save, methods=["POST"]),
            Route("/trainings/{name}/read", self.read, methods=["POST"]),
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
                "models": [*self.names, *(name for name in saved_runs(self.model) if name not in self.names)],
                "sample": sample_content(self.sample),
                "settings": default_settings(),
            }
        )

    def model_bytes(self, request: Request) -> bytes:
        """The model that a request is about: a training's, or one that comes with byhand."""
        if name := request.path_params.get("name"):
            return self.trainings.find(name).model
        name = request.path_params["model"]
        if name not in self.names and (run := saved_runs(self.model).get(name)):
            return run.to_bytes()
        if name not in self.names:
            raise HTTPException(404, "There is no such model.")
        return (self.model if name == self.name else load_model(shipped_model(name))).to_bytes()

    async def map(self, request: Request) -> Response:
        """The sample as the network's layers see it; computed when asked for, which takes seconds, and kept."""
        model = self.model_bytes(request)
        if model not in self.maps:
            self.maps[model] = await self.work(send_map, model, self.sample)
            if len(self.maps) > MOST_MAPS:
                del self.maps[next(iter(self.maps))]
        return JSONResponse(self.maps[model])

    async def read(self, request: Request) -> Response:
        """Read the digits in a photograph."""
        picture = await body(request, LARGEST_PICTURE)
        if not any(picture.startswith(start) for start in PICTURES) and picture[4:8] != b"ftyp":
            raise HTTPException(415, "This is no picture: give a JPEG, PNG, WebP, HEIC, GIF, BMP or TIFF file.")
        return JSONResponse(await self.work(send_reading, self.model_bytes(request), picture))

    async def train(self, request: Request) -> Response:
        """Start a training, and stream its reports as server-sent events for as long as the page listens."""
        asked = await json_body(request)
        try:
            recipe = recipe_from(asked.get("settings"), self.data)
            name = self.trainings.start(recipe, paused=asked.get("paused") is True)
        except ByhandError as error:
            return Response(event({"state": "failed", "message": str(error)}), media_type="text/event-stream")

        async def events() -> AsyncIterator[str]:
            yield event({"training": name})
            async for report in self.trainings.reports(name):
                yield event(report)
            # What was learned stays until the page is closed.
            await self.stopping.wait()

        return _Events(events(), lambda: self.trainings.end(name))

    async def usual(self, request: Request) -> Response:
        """What goes with some settings: the usual learning rate, and the momentum."""
        recipe = recipe_from((await json_body(request)).get("settings"), self.data)
        return JSONResponse({"learning_rate": recipe.learning_rate, "momentum": recipe.momentum})

    async def command(self, request: Request) -> Response:
        """Steer a training."""
        asked = await json_body(request)
        self.trainings.command(request.path_params["name"], asked.get("do"), asked.get("value", 0))
        return JSONResponse({})

    def network(self, request: Request) -> Response:
        """A network, as it is now, for the page to show."""
        return JSONResponse(model_content(Model.from_bytes(self.model_bytes(request), "the model"), "network"))

    def download(self, request: Request) -> Response:
        """A training's model file."""
        headers = {"Content-Disposition": 'attachment; filename="model.safetensors"'}
        return Response(self.model_bytes(request), media_type="application/octet-stream", headers=headers)

    async def export(self, request: Request) -> Response:
        """A training's network as one HTML file."""
        page = await self.work(send_page, self.model_bytes(request), self.sample)
        headers = {"Content-Disposition": 'attachment; filename="byhand.html"'}
        return Response(page, media_type="text/html", headers=headers)

    def save(self, request: Request) -> Response:
        """Keep a training in a run folder, where `byhand play` was started."""
        return JSONResponse({"folder": str(self.trainings.save(request.path_params["name"]))})

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
        self.trainings.stop()
        self.stopping.set()


def shipped_models(alike: Model) -> list[str]:
    """The names of the models that come with byhand and read the same labels from images of the same size."""
    names = sorted(path.stem for path in shipped_model().parent.glob("*.safetensors"))
    models = {name: load_model(shipped_model(name)) for name in names}
    wanted = (alike.label_names, alike.image_shape)
    return [name for name, model in models.items() if (model.label_names, model.image_shape) == wanted]


def saved_runs(alike: Model) -> dict[str, Model]:
    """The models of saved trainings that read the same labels from images of the same size, by their names."""
    found = {}
    for name, path in Trainings.saved().items():
        with suppress(ByhandError):  # a folder that is being written, or of another kind
            model = load_model(path)
            if (model.label_names, model.image_shape) == (alike.label_names, alike.image_shape):
                found[name] = model
    return found


def send_map(connection: Connection, model: bytes, sample: LabelledImages) -> None:
    """Lay the sample out, in a process of its own."""
    connection.send(map_content(Model.from_bytes(model, "the network"), sample))


def send_page(connection: Connection, model: bytes, sample: LabelledImages) -> None:
    """Make the one-file page, in a process of its own."""
    connection.send(page_of(Model.from_bytes(model, "the network"), "trained on the page", sample))


def send_reading(connection: Connection, model: bytes, picture: bytes) -> None:
    """Read a picture, in a process of its own."""
    reading = read_picture(decode(picture), Model.from_bytes(model, "the network"))
    content = reading.to_json() | {"size": reading.size}
    for digit, one in zip(content["digits"], reading.digits, strict=True):
        digit["image"] = base64.b64encode(one.image.tobytes()).decode()
    connection.send(content)


class _Events(StreamingResponse):
    """A stream of events; `ended` is called when it is over, however that comes about."""

    def __init__(self, events: AsyncIterator[str], ended: Callable[[], None]) -> None:
        super().__init__(events, media_type="text/event-stream")
        self.ended = ended

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self.ended()


def event(value: dict[str, Any]) -> str:
    """A server-sent event. JSON knows no infinity, which a loss may be: the page gets null for it."""
    finite = {k: None if isinstance(v, float) and not math.isfinite(v) else v for k, v in value.items()}
    return f"data: {json.dumps(finite)}\n\n"


async def json_body(request: Request) -> dict[str, Any]:
    """Read a request's body as a JSON object."""
    try:
        value = json.loads(await body(request, LARGEST_SETTINGS))
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise HTTPException(400, "This is not what the page sends.")
    return value


async def body(request: Request, limit: int) -> bytes:
    """Read a request's body, up to a limit in bytes."""
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
            reason = os.strerror(error.errno) if error.errno and error.errno > 0 else str(error)
    raise ByhandError(f"Cannot listen on {host}, port {port}: {reason}. Choose another --port or --host.")


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET


def serve(playground: Playground, listening: socket.socket, host: str) -> None:
    """Serve the page until Ctrl-C."""
    config = uvicorn.Config(
        playground.app(host), log_level="warning", access_log=False, timeout_graceful_shutdown=1, lifespan="off"
    )
    _Server(config, playground).run(sockets=[listening])
