"""Who may come in: on a network address, whoever has the token that is part of the printed address."""

import base64
import hashlib
import secrets
import socket

from starlette.datastructures import Headers, QueryParams
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

# Letters and digits that nobody confuses, so that a token can be typed from a blackboard.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
# 31^12 is 2^59: at 1,000 attempts a second, half of them take twelve million years.
TOKEN_LENGTH = 12
STYLE = (
    "body{font:1.2rem system-ui,sans-serif;max-width:30rem;margin:15vh auto;padding:0 1rem}input,button{font:inherit}"
)
PAGE = f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>byhand: token</title><style>{STYLE}</style></head>
<body><h1>byhand</h1><p>MESSAGE</p>
<form action="/" method="get"><label>Token
<input name="token" autocomplete="off" autocapitalize="none" autofocus required></label>
<button>Open</button></form></body></html>
"""
POLICY = (
    f"default-src 'none'; style-src 'sha256-{base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()}'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def new_token() -> str:
    """A token that cannot be guessed."""
    return "".join(secrets.choice(ALPHABET) for _ in range(TOKEN_LENGTH))


def own_address(host: str) -> str:
    """The address at which others reach a server that listens on `host`: this machine's own for 0.0.0.0 and ::."""
    elsewhere = {"0.0.0.0": (socket.AF_INET, "192.0.2.1"), "::": (socket.AF_INET6, "2001:db8::1")}
    if host not in elsewhere:
        return host
    family, address = elsewhere[host]
    try:
        # Sends nothing; the system only chooses from which of its addresses it would. (RFC 5737, RFC 3849)
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((address, 9))
            return str(probe.getsockname()[0])
    except OSError:  # no network at all
        return socket.gethostname()


class Access:
    """Lets in who shows the token: in the address, then in a cookie, or as "Authorization: Bearer TOKEN"."""

    def __init__(self, app: ASGIApp, token: str) -> None:
        self.app, self.token = app, token.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        headers = Headers(scope=scope)
        name = f"byhand-{(scope.get('server') or ('', ''))[1]}"  # cookies do not tell ports apart
        shown = QueryParams(scope["query_string"]).get("token", "").strip().lower()
        scheme, _, bearer = headers.get("authorization", "").partition(" ")
        answer: ASGIApp
        if self._right(shown) and scope["path"] == "/" and scope["method"] in {"GET", "HEAD"}:
            answer = self._welcome(name, shown)
        elif (
            self._right(shown)
            or (scheme.lower() == "bearer" and self._right(bearer.strip()))
            or self._right(_cookie(headers.get("cookie", ""), name))
        ):
            answer = self.app
        else:
            page = scope["path"] == "/" or "text/html" in headers.get("accept", "")
            answer = _refusal(page, "That token is wrong." if shown or bearer else "")
        await answer(scope, receive, send)

    def _right(self, shown: str) -> bool:
        return secrets.compare_digest(shown.encode("utf-8", "replace"), self.token)

    def _welcome(self, name: str, token: str) -> Response:
        """Exchange the token in the address for a cookie, and take it out of the address."""
        answer = RedirectResponse("/", 303)
        # "Lax": a link from elsewhere, as in a school's learning platform, opens the page; nothing more is sent along.
        answer.set_cookie(name, token, httponly=True, samesite="lax")
        return answer


def _refusal(page: bool, problem: str) -> Response:
    challenge = {"WWW-Authenticate": "Bearer"}
    message = f"{problem} This needs a token: it is part of the address that byhand play printed.".strip()
    if page:
        return HTMLResponse(PAGE.replace("MESSAGE", message), 401, challenge | {"Content-Security-Policy": POLICY})
    return JSONResponse({"error": message}, 401, challenge)


def _cookie(text: str, name: str) -> str:
    """A cookie's value as it was sent; `http.cookies` takes 6 s to unquote 60 kB of backslashes (CVE-2024-7592)."""
    pairs = (pair.partition("=") for pair in text.split(";"))
    return next((value.strip() for key, _, value in pairs if key.strip() == name), "")
