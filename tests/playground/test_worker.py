"""Work in a process of its own: what it sends arrives, and how it ended is told apart."""

import asyncio
import os
import time
from multiprocessing.connection import Connection
from typing import Any

import pytest

from byhand.errors import ByhandError
from byhand.playground.worker import CONTEXT, Worker
from tests.playground.asgi import wait_for


def quick(connection: Connection) -> None:
    connection.send(("word", 1))


def refuses(connection: Connection) -> None:
    raise ByhandError("This cannot be done.")


def vanishes(connection: Connection) -> None:
    os._exit(3)


def deaf(connection: Connection) -> None:
    time.sleep(60)


async def sent_by(worker: Worker) -> list[Any]:
    await worker.start()
    return [message async for message in worker.messages()]


def test_what_it_sends_arrives_and_its_end_is_no_failure_though_the_system_told_another_thread_of_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # What multiprocessing says where a second thread has waited for the same process and came first.
    monkeypatch.setattr(CONTEXT.Process, "exitcode", None)
    assert wait_for(sent_by(Worker(quick))) == [("word", 1)]


@pytest.mark.parametrize(("function", "sentence"), [(refuses, "^This cannot be done"), (vanishes, "status 3")])
def test_a_failure_is_told(function: Any, sentence: str) -> None:
    with pytest.raises(ByhandError, match=sentence):
        wait_for(sent_by(Worker(function)))


def test_a_function_that_does_not_listen_holds_nobody_up() -> None:
    # Some hundred messages fill the pipe; the next one would wait for ever, in the event loop of all visitors.
    async def send_many() -> list[bool]:
        worker = Worker(deaf)
        await worker.start()
        sent = []
        for n in range(1000):
            sent.append(worker.send(("rate", float(n))))
            await asyncio.sleep(0.0005)
        worker.stop()
        return sent

    sent = wait_for(send_many())
    assert sent[0]
    assert not sent[-1]
