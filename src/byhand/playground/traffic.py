"""What a client may hold, and for how long: connections, requests, and answers that it does not fetch."""

import asyncio
import socket
from contextlib import suppress

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from byhand.playground.bodies import LARGEST_PICTURE

# A class of thirty, whose browsers open six connections each, comes to 180.
MOST_CONNECTIONS = 400
MOST_REQUESTS = 200  # at the same time, streams of trainings among them
# From connecting, or from the last answer, to the last line of a request's head. A browser sends it at once, and opens
# connections in advance that it may not need; it opens them again.
HEAD_SECONDS = 10
# A client that has an answer to fetch and takes none of it for so long is gone.
FETCH_SECONDS = 15
# For a client to send the rest of what was refused already.
REST_SECONDS = 10
# Where the other machine has vanished: it is asked after so many seconds of silence, and then three times.
SILENT_SECONDS, ASK_SECONDS, ASK_TIMES = 20, 5, 3


class PromptProtocol(H11Protocol):
    """HTTP/1.1 for clients that send their requests promptly; others are hung up on.

    uvicorn waits for ever for the head of a connection's first request.
    """

    _timer: asyncio.TimerHandle | None = None
    _fetch_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client has connected."""
        super().connection_made(transport)
        if len(self.connections) > MOST_CONNECTIONS:
            transport.abort()
            return
        _notice_silence(transport)
        self._wait_for_head()

    def data_received(self, data: bytes) -> None:
        """A client has sent something."""
        super().data_received(data)
        if self._timer and self.cycle is not None and not self.cycle.response_complete:
            self._timer.cancel()
            self._timer = None

    def on_response_complete(self) -> None:
        """A client has been answered."""
        super().on_response_complete()
        self._wait_for_head()

    def pause_writing(self) -> None:
        """A client fetches its answer more slowly than it is made."""
        super().pause_writing()
        self._watch(self.transport.get_write_buffer_size())

    def resume_writing(self) -> None:
        """A client has fetched nearly all there is."""
        super().resume_writing()
        if self._fetch_timer:
            self._fetch_timer.cancel()

    def connection_lost(self, exc: Exception | None) -> None:
        """A client has gone."""
        for timer in (self._timer, self._fetch_timer):
            if timer:
                timer.cancel()
        super().connection_lost(exc)

    def _watch(self, left: int) -> None:
        """Hang up if nothing is fetched of the `left` bytes that wait, or look again later."""

        def look() -> None:
            now = self.transport.get_write_buffer_size()
            if now < left:
                self._watch(now)
            else:
                self.transport.abort()

        if self._fetch_timer:
            self._fetch_timer.cancel()
        self._fetch_timer = self.loop.call_later(FETCH_SECONDS, look)

    def _wait_for_head(self) -> None:
        if self._timer:
            self._timer.cancel()
        self._timer = self.loop.call_later(HEAD_SECONDS, self._hang_up)

    def _hang_up(self) -> None:
        if self.cycle is None or self.cycle.response_complete:
            self.transport.abort()


def _notice_silence(transport: asyncio.Transport) -> None:
    """Let the system notice when the other machine is gone; else a paused training would wait for it for ever."""
    connection = transport.get_extra_info("socket")
    if connection is None:
        return
    with suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        for name, value in (
            ("TCP_KEEPIDLE", SILENT_SECONDS), ("TCP_KEEPINTVL", ASK_SECONDS), ("TCP_KEEPCNT", ASK_TIMES),
        ):  # fmt: skip
            if hasattr(socket, name):
                connection.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


class Traffic:
    """Limits how many requests are under way, and hears out whom it refuses."""

    def __init__(self, app: ASGIApp) -> None:
        self.app, self.under_way = app, 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        complete = not _has_body(scope)

        async def watched_receive() -> Message:
            nonlocal complete
            message = await receive()
            complete = complete or message["type"] != "http.request" or not message.get("more_body", False)
            return message

        async def hearing_out(message: Message) -> None:
            last = message["type"] == "http.response.body" and not message.get("more_body", False)
            if not last or complete:
                await send(message)
                return
            # Who is refused while it still sends would hear of a broken connection and not of the reason, if the
            # connection were closed now: the answer goes out, the rest of the request is taken and thrown away.
            await send({**message, "more_body": True})
            with suppress(TimeoutError):
                async with asyncio.timeout(REST_SECONDS):
                    size = 0
                    while not complete and size <= LARGEST_PICTURE:
                        size += len((await watched_receive()).get("body", b""))
            await send({"type": "http.response.body", "body": b"", "more_body": False})

        self.under_way += 1
        try:
            if self.under_way > MOST_REQUESTS:
                error = {"error": "Too many are here at once: try again in a moment."}
                await JSONResponse(error, 503, {"Retry-After": "3"})(scope, watched_receive, hearing_out)
            else:
                await self.app(scope, watched_receive, hearing_out)
        finally:
            self.under_way -= 1


def _has_body(scope: Scope) -> bool:
    headers = dict(scope["headers"])
    return b"transfer-encoding" in headers or headers.get(b"content-length", b"0") != b"0"
