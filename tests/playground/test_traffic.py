"""Clients that are slow, half open, too many, or refused while they still send. A server in this process."""

import asyncio
import json
import socket
import threading
import time
from collections.abc import Iterator

import pytest
import uvicorn

from byhand.model import load_model, shipped_model
from byhand.playground import bodies, traffic
from byhand.playground.content import choose_sample
from byhand.playground.server import Playground, listen
from byhand.playground.traffic import PromptProtocol

HEAD = "POST {path} HTTP/1.1\r\nHost: {place}\r\nContent-Type: image/jpeg\r\nContent-Length: {length}\r\n\r\n"
PATIENCE_SECONDS = 20.0


@pytest.fixture(scope="module")
def playground() -> Playground:
    model = load_model()
    return Playground(model, shipped_model(), choose_sample(model, "mnist", 50), "mnist")


@pytest.fixture(scope="module")
def place(playground: Playground) -> Iterator[tuple[str, int]]:
    """The address of a server with little patience."""
    with pytest.MonkeyPatch.context() as changed:
        changed.setattr(traffic, "HEAD_SECONDS", 0.3)
        changed.setattr(traffic, "FETCH_SECONDS", 0.3)
        changed.setattr(traffic, "MOST_CONNECTIONS", 20)
        changed.setattr(traffic, "REST_SECONDS", 0.5)
        changed.setattr(bodies, "GRACE_SECONDS", 0.5)
        listening = listen("127.0.0.1", 0)
        server = uvicorn.Server(
            uvicorn.Config(playground.app("127.0.0.1"), http=PromptProtocol, lifespan="off", log_level="error")
        )
        thread = threading.Thread(target=lambda: asyncio.run(server.serve([listening])), daemon=True)
        thread.start()
        yield listening.getsockname()
        server.should_exit = True
        thread.join()


def connect(place: tuple[str, int]) -> socket.socket:
    return socket.create_connection(place, timeout=PATIENCE_SECONDS)


def all_from(connection: socket.socket) -> bytes:
    """What comes until the server hangs up."""
    parts = []
    try:
        while part := connection.recv(100_000):
            parts.append(part)
    except ConnectionResetError:
        pass
    return b"".join(parts)


def head(place: tuple[str, int], path: str, length: int) -> bytes:
    return HEAD.format(path=path, place=f"{place[0]}:{place[1]}", length=length).encode()


@pytest.mark.parametrize("start", [b"", b"GET / HTTP/1.1\r\n", b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: "])
def test_who_connects_and_asks_for_nothing_is_hung_up_on(place: tuple[str, int], start: bytes) -> None:
    with connect(place) as connection:
        connection.sendall(start)
        assert all_from(connection) == b""


def test_a_second_request_that_stays_half_is_hung_up_on(place: tuple[str, int]) -> None:
    whole = f"GET / HTTP/1.1\r\nHost: {place[0]}:{place[1]}\r\n\r\n".encode()
    with connect(place) as connection:
        connection.sendall(whole + whole[:-2])
        assert all_from(connection).count(b"HTTP/1.1 200") == 1


def test_a_body_that_trickles_is_refused(place: tuple[str, int]) -> None:
    with connect(place) as connection:
        connection.sendall(head(place, "/read", 1000) + b"\xff\xd8\xff")
        answer = all_from(connection)
    assert answer.startswith(b"HTTP/1.1 408")
    assert b"more slowly than 50 kB a second" in answer


def test_who_does_not_fetch_an_answer_is_hung_up_on(place: tuple[str, int], playground: Playground) -> None:
    large = playground.content_bytes
    playground.content_bytes = b" " * 30_000_000
    try:
        with connect(place) as connection:
            connection.sendall(f"GET /content.json HTTP/1.1\r\nHost: {place[0]}:{place[1]}\r\n\r\n".encode())
            time.sleep(2)
            assert len(all_from(connection)) < 30_000_000
    finally:
        playground.content_bytes = large


def test_more_connections_than_a_class_needs_are_closed(place: tuple[str, int]) -> None:
    connections = [connect(place) for _ in range(40)]
    # Those beyond the limit are gone at once; the others after a while, having asked for nothing.
    for connection in connections:
        assert all_from(connection) == b""
        connection.close()
    with connect(place) as connection:
        connection.sendall(f"GET / HTTP/1.1\r\nHost: {place[0]}:{place[1]}\r\nConnection: close\r\n\r\n".encode())
        assert all_from(connection).startswith(b"HTTP/1.1 200")


@pytest.mark.parametrize(
    ("path", "length", "status"), [("/nowhere", 5_000_000, 404), ("/read", 40_000_000, 413), ("/read?x=1", 10**7, 400)]
)
def test_who_is_refused_while_sending_hears_why(place: tuple[str, int], path: str, length: int, status: int) -> None:
    with connect(place) as connection:
        connection.sendall(head(place, path, length))
        connection.sendall(b"\xff" * min(length, 10_000_000))
        connection.shutdown(socket.SHUT_WR)
        answer = all_from(connection)
    assert answer.startswith(f"HTTP/1.1 {status}".encode())
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["error"].endswith((".", "please."))


def test_a_full_queue_refuses_at_once_and_says_when_to_come_again(
    place: tuple[str, int], playground: Playground
) -> None:
    playground.reading.pending = 1000
    try:
        with connect(place) as connection:
            connection.sendall(head(place, "/read", 100_000))  # and nothing of the body
            status, headers = first_answer(connection)
    finally:
        playground.reading.pending = 0
    assert status == b"HTTP/1.1 503 Service Unavailable"
    assert int(headers[b"retry-after"]) > 0


def first_answer(connection: socket.socket) -> tuple[bytes, dict[bytes, bytes]]:
    content = b""
    while b"\r\n\r\n" not in content:
        content += connection.recv(100_000)
    status, *lines = content.partition(b"\r\n\r\n")[0].split(b"\r\n")
    return status, {name.lower(): value.strip() for name, _, value in (line.partition(b":") for line in lines)}
