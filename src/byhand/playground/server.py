"""The server behind the page: hands out the page, trains, lays out maps and reads photographs."""

import asyncio
import json
import math
import os
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from types import FrameType
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from byhand.data import LabelledImages
from byhand.errors import ByhandError
from byhand.model import Model, load_model, shipped_model
from byhand.playground.access import Access
from byhand.playground.bodies import LARGEST_PICTURE, Uploads
from byhand.playground.content import model_content, sample_content
from byhand.playground.guard import Guard, known_hosts
from byhand.playground.live import in_words
from byhand.playground.one_file import WEB
from byhand.playground.openapi import description
from byhand.playground.pool import BrokenOffError, BusyError, Pool
from byhand.playground.reading_options import reading_options
from byhand.playground.tasks import ModelSource, map_task, page_task, read_task
from byhand.playground.traffic import PromptProtocol, Traffic
from byhand.playground.trainings import TrainingOverError, Trainings, changed_ns, default_settings, recipe_from
from byhand.processors import cores

PORT = 8784  # 28 x 28 = 784
MOST_MAPS = 4  # kept
# Photographs that wait for each process that reads: at half a second each, the last one waits two seconds.
WAITING_FOR_EACH = 4
# A photograph of 12 megapixels takes about a second, and the largest that is allowed about ten.
READING_SECONDS = 20.0
# Maps and exports take seconds each, one after the other.
MOST_WAITING, LAYOUT_SECONDS = 8, 120.0
# How the files of cameras, scanners and drawing programs begin, whatever they are called; HEIC has its mark later.
PICTURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF", b"GIF8", b"BM", b"II*\0", b"MM\0*")


class Playground:
    """What the server knows: the model the page starts with, the sample, and what is at work.

    Args:
        model: what the page shows first.
        place: its file or run folder.
        sample: labelled images to look at.
        data: where they come from, and the images to learn from.
        token: what a visitor must show; None lets everybody in who can reach the server.
        saving: whether trainings may be saved on this machine, and opened again from the page.
    """

    def __init__(
        self,
        model: Model,
        place: Path,
        sample: LabelledImages,
        data: str,
        *,
        token: str | None = None,
        saving: bool = True,
    ) -> None:
        self.name, self.sample, self.data, self.token, self.saving = place.resolve().stem, sample, data, token, saving
        # A file of one's own may change while the server runs: it is kept as it is now.
        own = place if place == shipped_model(place.stem) else model.to_bytes()
        shipped = {name: shipped_model(name) for name in shipped_models(model)}
        self.sources: dict[str, ModelSource] = {self.name: own} | shipped | {self.name: own}
        self.kind = model.label_names, model.image_shape
        self.first = model_content(model, self.name)
        self.models: list[str] = []
        self.content_bytes = b""
        self.reading = Pool(cores(), WAITING_FOR_EACH * cores(), READING_SECONDS)
        self.layout = Pool(1, MOST_WAITING, LAYOUT_SECONDS)
        self.maps: dict[ModelSource, asyncio.Task[Any]] = {}
        self.uploads = Uploads()
        self.trainings = Trainings()
        self.stopping = asyncio.Event()

    def routes(self) -> list[Route]:
        """What can be asked for, the page's own files apart; `openapi.py` describes it."""
        return [
            Route("/", lambda request: FileResponse(WEB / "page.html")),
            Route("/openapi.json", lambda request: JSONResponse(description())),
            Route("/read", self.read, methods=["POST"]),
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
        ]

    def app(self, host: str) -> ASGIApp:
        """The application, for a server that listens on the address `host`."""
        app: ASGIApp = Starlette(
            routes=[*self.routes(), *(Route(f"/{name}", _file) for name in _names())],
            exception_handlers={ByhandError: _sentence, HTTPException: _sentence, Exception: _surprise},
        )
        if self.token is not None:
            app = Access(app, self.token)
        return Traffic(Guard(app, known_hosts(host)))

    def content(self, request: Request) -> Response:
        """What the page shows first; made anew only when a training has been saved, since every visitor fetches it."""
        models = [*self.sources, *self.saved_runs()]
        if models != self.models:
            content = {
                "live": True,
                "model": self.first,
                "models": models,
                "sample": sample_content(self.sample),
                "settings": default_settings(),
                "saving": self.saving,
            }
            self.models, self.content_bytes = models, json.dumps(content).encode()
        return Response(self.content_bytes, media_type="application/json")

    def saved_runs(self) -> dict[str, Path]:
        """The models of saved trainings that read the same labels from images of the same size, by their names.

        Visitors who may not save have no business with what others saved here: for them there are none.
        """
        if not self.saving:
            return {}
        return {
            name: path
            for name, path in Trainings.saved().items()
            if name not in self.sources and _kind(path, changed_ns(path)) == self.kind
        }

    def source(self, request: Request) -> ModelSource:
        """The model that a request is about: a training's, or one that comes with byhand."""
        if name := request.path_params.get("name"):
            return self.trainings.find(name).model
        name = request.path_params.get("model") or request.query_params.get("model") or self.name
        if name in self.sources:
            return self.sources[name]
        if run := self.saved_runs().get(name):
            with suppress(OSError):  # removed at this moment
                return run.read_bytes()
        raise HTTPException(404, f"There is no such model: choose from {', '.join(self.models or self.sources)}.")

    def model(self, request: Request) -> Model:
        """The same, loaded."""
        source = self.source(request)
        return Model.from_bytes(source, "the model") if isinstance(source, bytes) else load_model(source)

    async def map(self, request: Request) -> Response:
        """The sample as the network's layers see it; computed when asked for, which takes seconds, and kept."""
        source = self.source(request)
        if source not in self.maps:
            self.maps[source] = asyncio.create_task(self.layout.run(_always, map_task, source, self.sample))
            if len(self.maps) > MOST_MAPS:
                del self.maps[next(iter(self.maps))]
        task = self.maps[source]
        try:
            # Many may wait for the same map: it goes on when one of them leaves.
            return JSONResponse(await asyncio.shield(task))
        except ByhandError:
            if self.maps.get(source) is task:
                del self.maps[source]
            raise

    async def read(self, request: Request) -> Response:
        """Read the digits in a photograph."""
        options, images = reading_options(request.query_params)
        source = self.source(request)
        self.reading.check_room()  # before the picture is received
        picture = await self.uploads.body(request, LARGEST_PICTURE)
        if not any(picture.startswith(start) for start in PICTURES) and picture[4:8] != b"ftyp":
            raise HTTPException(415, "This is no picture: give a JPEG, PNG, WebP, HEIC, GIF, BMP or TIFF file.")

        async def wanted() -> bool:
            return not await request.is_disconnected()

        return JSONResponse(await self.reading.run(wanted, read_task, source, picture, options, images))

    async def train(self, request: Request) -> Response:
        """Start a training, and stream its reports as server-sent events for as long as the page listens."""
        asked = await self.uploads.json_body(request)
        try:
            # In a thread: 9,000 hidden layers take a quarter of a second to refuse.
            recipe = await run_in_threadpool(recipe_from, asked.get("settings"), self.data)
        except ByhandError as error:
            return Response(event({"state": "failed", "message": str(error)}), media_type="text/event-stream")
        name = await self.trainings.start(recipe, paused=asked.get("paused") is True)

        async def events() -> AsyncIterator[str]:
            yield event({"training": name})
            async for report in self.trainings.reports(name):
                yield event(report)
            # What was learned stays until the page is closed.
            await self.stopping.wait()

        return _Events(events(), lambda: self.trainings.end(name))

    async def usual(self, request: Request) -> Response:
        """What goes with some settings: the usual learning rate, and the momentum."""
        asked = await self.uploads.json_body(request)
        recipe = await run_in_threadpool(recipe_from, asked.get("settings"), self.data)
        return JSONResponse({"learning_rate": recipe.learning_rate, "momentum": recipe.momentum})

    async def command(self, request: Request) -> Response:
        """Steer a training."""
        asked = await self.uploads.json_body(request)
        self.trainings.command(request.path_params["name"], asked.get("do"), asked.get("value", 0))
        return JSONResponse({})

    def network(self, request: Request) -> Response:
        """A network, as it is now, for the page to show."""
        return JSONResponse(model_content(self.model(request), "network"))

    def download(self, request: Request) -> Response:
        """A training's model file."""
        headers = {"Content-Disposition": 'attachment; filename="model.safetensors"'}
        model = self.trainings.find(request.path_params["name"]).model
        return Response(model, media_type="application/octet-stream", headers=headers)

    async def export(self, request: Request) -> Response:
        """A training's network as one HTML file."""
        page = await self.layout.run(_always, page_task, self.source(request), self.sample)
        headers = {"Content-Disposition": 'attachment; filename="byhand.html"'}
        return Response(page, media_type="text/html", headers=headers)

    def save(self, request: Request) -> Response:
        """Keep a training in a run folder, where `byhand play` was started."""
        if not self.saving:
            raise HTTPException(
                403, "Visitors cannot save here, unless byhand play has --allow-saving: download the model."
            )
        return JSONResponse({"folder": str(self.trainings.save(request.path_params["name"]))})

    def stop(self) -> None:
        """End all work."""
        self.trainings.stop()
        self.stopping.set()
        self.reading.stop()
        self.layout.stop()


_files = StaticFiles(directory=WEB)


async def _file(request: Request) -> Response:
    """A file of the page's own, unless the browser has it already."""
    return await _files.get_response(request.scope["path"].removeprefix("/"), request.scope)


def _names() -> list[str]:
    return [path.relative_to(WEB).as_posix() for path in WEB.rglob("*") if path.is_file()]


async def _always() -> bool:
    """Maps are kept and exports are rare: they are made even if who asked has gone."""
    return True


def shipped_models(alike: Model) -> list[str]:
    """The names of the models that come with byhand and read the same labels from images of the same size."""
    names = sorted(path.stem for path in shipped_model().parent.glob("*.safetensors"))
    models = {name: load_model(shipped_model(name)) for name in names}
    wanted = (alike.label_names, alike.image_shape)
    return [name for name, model in models.items() if (model.label_names, model.image_shape) == wanted]


@lru_cache(maxsize=64)
def _kind(path: Path, changed_ns: int) -> tuple[tuple[str, ...], tuple[int, int]] | None:
    """Labels and image size of a model file as it was then; None for one that cannot be read."""
    with suppress(ByhandError):
        model = load_model(path)
        return model.label_names, model.image_shape
    return None


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


# A sentence may quote what was sent.
LONGEST_SENTENCE = 500
# What Starlette says in two words.
UNKNOWN = {
    "Not Found": "There is nothing at this address: /openapi.json says what there is.",
    "Method Not Allowed": "This address does not take this method: /openapi.json says which it takes.",
}


def _sentence(request: Request, error: Exception) -> Response:
    """What is wrong, for the page to show."""
    status, headers = 400, {}
    if isinstance(error, HTTPException):
        status, headers = error.status_code, dict(error.headers or {})
    elif isinstance(error, BusyError):
        status, headers = 503, {"Retry-After": str(error.seconds)}
    elif isinstance(error, BrokenOffError):
        status = 500
    elif isinstance(error, TrainingOverError):
        status = 409
    message = error.detail if isinstance(error, HTTPException) else in_words(str(error))
    message = UNKNOWN.get(message, message[:1].upper() + message[1:])
    # Escapes keep half of a surrogate pair, which UTF-8 cannot write.
    content = json.dumps({"error": message[:LONGEST_SENTENCE]})
    return Response(content, status, headers, media_type="application/json")


def _surprise(request: Request, error: Exception) -> Response:
    """Something nobody thought of; uvicorn prints the traceback."""
    return JSONResponse({"error": "byhand failed in a way it should not: please report what its terminal says."}, 500)


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
        playground.app(host),
        http=PromptProtocol,
        ws="none",
        log_level="error",
        access_log=False,
        timeout_graceful_shutdown=1,
        lifespan="off",
    )
    playground.reading.warm()
    _Server(config, playground).run(sockets=[listening])
