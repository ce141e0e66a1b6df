"""Asks the server's application directly: no socket, no other process."""

import asyncio
import threading
from collections.abc import Awaitable
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar
from urllib.parse import unquote

from starlette.types import ASGIApp, Message

HOST = "127.0.0.1:8784"


T = TypeVar("T")


@lru_cache(maxsize=1)
def loop() -> asyncio.AbstractEventLoop:
    """An event loop in a thread of its own: Playwright has one in the tests' thread."""
    fresh = asyncio.new_event_loop()
    threading.Thread(target=fresh.run_forever, daemon=True).start()
    return fresh


def wait_for(work: Awaitable[T]) -> T:
    """Do something in that loop."""

    async def done() -> T:
        return await work

    return asyncio.run_coroutine_threadsafe(done(), loop()).result()


@dataclass(frozen=True)
class Answer:
    """What the application answered."""

    status: int
    headers: dict[str, str]
    body: bytes


def ask(
    app: ASGIApp,
    method: str,
    target: str,
    body: bytes = b"",
    headers: dict[str, str] | None = None,
    host: str = HOST,
) -> Answer:
    """Send one request, as a program would that is no browser."""
    kind = {"content-type": "application/json"} if method == "POST" else {}
    given = {"host": host, "content-length": str(len(body))} | kind | (headers or {})
    path, _, query = target.partition("?")
    scope = {
        "type": "http", "http_version": "1.1", "method": method, "scheme": "http", "path": unquote(path),
        "raw_path": path.encode(), "query_string": query.encode(), "root_path": "", "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 8784),
        "headers": [(name.lower().encode(), value.encode()) for name, value in given.items()],
    }  # fmt: skip
    sent: list[Message] = []
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        if not waiting:
            await asyncio.Event().wait()  # the client stays until it is answered
        return waiting.pop()

    async def send(message: Message) -> None:
        sent.append(message)

    wait_for(app(scope, receive, send))
    start = sent[0]
    return Answer(
        start["status"],
        {name.decode(): value.decode() for name, value in start["headers"]},
        b"".join(message.get("body", b"") for message in sent[1:]),
    )
