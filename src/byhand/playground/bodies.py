"""What a request carries: read up to limits on size, time and memory, and refused in a sentence where it is no use."""

import asyncio
import json
from dataclasses import dataclass
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

from byhand.playground.pool import BusyError

LARGEST_SETTINGS = 20_000  # bytes
LARGEST_PICTURE = 30_000_000
# Of all bodies that are under way: seven of the largest pictures.
MOST_BYTES = 210_000_000
# A body may come as slowly as over a poor wireless network, and no more slowly, some seconds apart.
LEAST_BYTES_PER_SECOND = 50_000
GRACE_SECONDS = 5.0
# Longer whole numbers mean nothing here, and are too long to calculate with.
MOST_DIGITS = 15


@dataclass
class Uploads:
    """The bodies that are being received.

    Attributes:
        held: their bytes so far.
    """

    held: int = 0

    async def body(self, request: Request, limit: int) -> bytes:
        """Receive a request's body, up to a limit in bytes.

        Raises:
            HTTPException: it is larger, or comes too slowly.
            BusyError: so much is under way that there is no memory for it.
        """
        announced = request.headers.get("content-length", "")
        if announced.isdigit() and (len(announced) > MOST_DIGITS or int(announced) > limit):
            raise _too_large(limit)
        parts: list[bytes] = []
        size = 0
        try:
            start = asyncio.get_running_loop().time() + GRACE_SECONDS
            async with asyncio.timeout_at(start) as patience:
                async for chunk in request.stream():
                    size += len(chunk)
                    self.held += len(chunk)
                    if size > limit:
                        raise _too_large(limit)
                    if self.held > MOST_BYTES:
                        raise BusyError("Too much is being sent at once: try again in a moment.", 5)
                    parts.append(chunk)
                    patience.reschedule(start + size / LEAST_BYTES_PER_SECOND)
        except TimeoutError as error:
            raise HTTPException(
                408, f"This came more slowly than {LEAST_BYTES_PER_SECOND / 1e3:.0f} kB a second: send it again."
            ) from error
        except ClientDisconnect as error:
            raise HTTPException(400, "The request broke off.") from error
        finally:
            self.held -= size
        return b"".join(parts)

    async def json_body(self, request: Request) -> dict[str, Any]:
        """Receive a request's body as a JSON object.

        Raises:
            HTTPException: it is none.
        """
        content = await self.body(request, LARGEST_SETTINGS)
        try:
            value = json.loads(content, parse_int=_whole_number, parse_constant=_no_number)
        except (ValueError, RecursionError):
            value = None
        if not isinstance(value, dict):
            raise HTTPException(400, "This is not what the page sends: a JSON object.")
        return value


def _whole_number(digits: str) -> int:
    if len(digits) > MOST_DIGITS:
        raise ValueError(f"{digits[:MOST_DIGITS]}... is too long.")
    return int(digits)


def _no_number(name: str) -> float:
    """JSON has no NaN and no infinity, though Python would take them."""
    raise ValueError(f"{name} is no number.")


def _too_large(limit: int) -> HTTPException:
    return HTTPException(413, f"That is too much: at most {limit:,} bytes, please.")
