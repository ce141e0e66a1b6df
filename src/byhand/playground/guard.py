"""Who may talk to the server: the page it serves, and nobody else's."""

import ipaddress
import socket
from collections.abc import Callable

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOOPBACK = {"127.0.0.1", "localhost", "::1"}
# Only the server's own files run on the page, it talks to nobody else, and no other page may frame it.
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data: blob:; "
        "media-src 'self' blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cache-Control": "no-cache",
}


def known_hosts(bound_to: str) -> Callable[[str], bool]:
    """Say by which names the server may be called when it listens on the address `bound_to`.

    On another machine's page, a name can be made to point at this one ("DNS rebinding"), and the browser then takes
    that page and this server for one. A loopback server answers to its three names alone. One that others may reach
    also answers to this machine's name and to bare addresses, which no page can make point elsewhere.
    """
    if bound_to in LOOPBACK:
        return lambda name: name in LOOPBACK
    own = socket.gethostname().lower()
    names = LOOPBACK | {own, f"{own}.local", socket.getfqdn().lower(), bound_to.lower()}
    return lambda name: name in names or _is_address(name)


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


class Guard:
    """Refuses requests that do not come from the page itself, and puts `HEADERS` on every answer."""

    def __init__(self, app: ASGIApp, known_host: Callable[[str], bool]) -> None:
        self.app, self.known_host = app, known_host

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":  # a WebSocket: closed at once, which answers 403
            if scope["type"] == "websocket":
                await send({"type": "websocket.close"})
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        problem = self._problem(scope)
        answer = JSONResponse({"error": problem}, 403) if problem else self.app
        await answer(scope, receive, send_with_headers)

    def _problem(self, scope: Scope) -> str | None:
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if not self.known_host(_without_port(host)):
            return "This server does not go by that name: use the address that byhand play printed."
        # Browsers say where a request comes from; anything but the page itself may only open the page.
        changes = scope["method"] not in {"GET", "HEAD"}
        from_page = headers.get("origin") == f"{scope['scheme']}://{host}"
        if changes and not from_page and not _from_program(headers):
            return (
                "Only the page of this server may do that; programs say what they send, with a Content-Type such as "
                "image/jpeg or application/json."
            )
        elsewhere = headers.get("sec-fetch-site") in {"cross-site", "same-site"}
        opens = headers.get("sec-fetch-mode") == "navigate" and scope["path"] == "/"
        if elsewhere and not opens:
            return "Another site cannot use this server."
        return None


def _from_program(headers: Headers) -> bool:
    """Whether a request that changes something comes from a program that is no browser.

    A browser says from where such a request comes. Should one not, it sends these content types to another site's
    server only after having asked it ("preflight"), which is refused here: https://fetch.spec.whatwg.org/#http-cors-protocol
    """
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    browser = any(name == "origin" or name.startswith("sec-fetch-") for name in headers)
    return not browser and (kind.startswith("image/") or kind in {"application/json", "application/octet-stream"})


def _without_port(host: str) -> str:
    """The name in a Host header: of "localhost:8784" the "localhost", of "[::1]:8784" the "::1"."""
    if host.startswith("["):
        return host[1:].partition("]")[0].lower()
    return host.partition(":")[0].lower()
