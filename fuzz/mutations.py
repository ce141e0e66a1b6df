"""Ways to spoil a file: bytes, numbers, pieces, and in JSON whole values."""

import copy
import json
import random
import zlib
from typing import Any, Literal

from fuzz.parsers import header_and_rest

NUMBERS = (0, 1, 2, 3, 7, 8, 9, 64, 127, 128, 255, 256, 32767, 65535, 10**6, 2**31 - 1, 2**31, 2**32 - 1)
WORDS = (
    b"[" * 300, b"{" * 300, b"9" * 400, b"-1", b"1e999", b"nan", b"inf", b"0x10", b"\0", b"\xff" * 8, b'"', b"'", b"=",
    b".", b",", b"\n", b"a." * 300, b"\xef\xbb\xbf", b"true", b"null", b"[]", b"{}", b" " * 70,
)  # fmt: skip
VALUES: tuple[Any, ...] = (
    None, True, -1, 0, 1, 2.5, 10**9, 10**30, -(10**400), float("inf"), float("nan"), 1e308, "", "x", "8" * 5000, [],
    {}, [[[[]]]], [None], [-1], [10**9, 10], {"a": {"b": []}}, "\0", "\ud800", ["0", "0"],
)  # fmt: skip
MOST_CHANGES = 6
PNG = b"\x89PNG\r\n\x1a\n"


def mutated(content: bytes, others: list[bytes], rng: random.Random) -> bytes:
    """A file like `content`, with one or a few things wrong.

    Args:
        content: a file.
        others: files to take pieces from.
        rng: decides what.
    """
    if rng.random() < 0.5 and (parts := header_and_rest(content)) and "__metadata__" in parts[0]:
        return _with_other_values(*parts, rng)
    spoiled = bytearray(content)
    for _ in range(min(rng.randint(1, MOST_CHANGES), rng.randint(1, MOST_CHANGES))):
        _spoil(spoiled, others, rng)
    return _with_right_sums(bytes(spoiled)) if rng.random() < 0.8 else bytes(spoiled)


def _with_right_sums(content: bytes) -> bytes:
    """A PNG whose checksums fit, so that what comes after the check is tried, too; anything else as it is."""
    if not content.startswith(PNG):
        return content
    pieces, place = [PNG], len(PNG)
    while place + 12 <= len(content):
        length = int.from_bytes(content[place : place + 4], "big")
        body = content[place + 4 : place + 8 + length]
        pieces.append(content[place : place + 4] + body + zlib.crc32(body).to_bytes(4, "big"))
        place += 12 + length
    return b"".join(pieces) + content[place:]


def _spoil(content: bytearray, others: list[bytes], rng: random.Random) -> None:
    place = rng.randrange(len(content) + 1)
    if rng.random() < 0.5:  # headers are at the beginning
        place = min(place, rng.randrange(64))
    kind = rng.randrange(7)
    if kind == 0 and content:
        content[place % len(content)] ^= 1 << rng.randrange(8)
    elif kind == 1 and content:
        content[place % len(content)] = rng.randrange(256)
    elif kind == 2:
        width = rng.choice((1, 2, 4, 8))
        order: Literal["little", "big"] = rng.choice(("little", "big"))
        number = rng.choice(NUMBERS) % 256**width
        content[place : place + width] = number.to_bytes(width, order)
    elif kind == 3:
        del content[place : place + rng.randint(1, 40)]
    elif kind == 4:
        content[place:place] = rng.choice(WORDS)
    elif kind == 5:
        other = rng.choice(others)
        start = rng.randrange(len(other) + 1)
        content[place : place + rng.randint(0, 40)] = other[start : start + rng.randint(1, 80)]
    else:
        del content[rng.randrange(len(content) + 1) :]


def _with_other_values(header: dict[str, Any], rest: bytes, rng: random.Random) -> bytes:
    """A safetensors file whose metadata, JSON within JSON, holds other values."""
    metadata = header["__metadata__"]
    try:
        inner = json.loads(metadata["byhand"])
        for _ in range(rng.randint(1, 3)):
            place = inner
            while isinstance(place, dict | list) and place:
                key: Any = rng.choice(list(place)) if isinstance(place, dict) else rng.randrange(len(place))
                if rng.random() < 0.6 or not isinstance(place[key], dict | list) or not place[key]:
                    if isinstance(place, dict) and rng.random() < 0.2:
                        del place[key]
                    else:
                        place[key] = copy.deepcopy(rng.choice(VALUES))
                    break
                place = place[key]
        metadata = metadata | {"byhand": json.dumps(inner)}
        if "checksum" in metadata:
            metadata["checksum"] = _right_checksum(header, rest, metadata["byhand"])
    except (KeyError, TypeError, ValueError):
        metadata = copy.deepcopy(rng.choice(VALUES))
    text = json.dumps(header | {"__metadata__": metadata}).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text + rest


def _right_checksum(header: dict[str, Any], rest: bytes, text: str) -> str:
    """The checksum that makes a spoiled checkpoint look whole, so that what comes after the check is tried, too."""
    from safetensors.numpy import load

    from byhand.training.checkpoint import _checksum

    plain = json.dumps({name: value for name, value in header.items() if name != "__metadata__"}).encode()
    plain += b" " * (-len(plain) % 8)
    return _checksum(load(len(plain).to_bytes(8, "little") + plain + rest), text)
