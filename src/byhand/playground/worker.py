"""Work in a process of its own: it can be stopped at any moment, and others go on meanwhile."""

import asyncio
import multiprocessing
import signal
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any

from byhand.errors import ByhandError

# So many messages wait to be fetched; then the function waits, too.
MOST_WAITING = 20
# "spawn": a fresh interpreter, on every system the same; a copy of this process would copy its server too.
CONTEXT = multiprocessing.get_context("spawn")
END = object()


class Worker:
    """A function at work in its own process; what it sends arrives here one by one.

    Make and use it inside a running event loop.

    Attributes:
        connection: for sending to the function.
    """

    def __init__(self, function: Callable[..., None], *arguments: Any) -> None:
        """Start `function(connection, *arguments)`, which can be found by its module and name.

        The function sends whatever it wants through the connection, and receives what `send` gives.
        """
        self.connection, other_end = CONTEXT.Pipe()
        self.process = CONTEXT.Process(target=_work, args=(function, other_end, *arguments), daemon=True)
        self.process.start()
        other_end.close()
        self.arrived: asyncio.Queue[Any] = asyncio.Queue(MOST_WAITING)
        loop = asyncio.get_running_loop()
        threading.Thread(target=self._receive, args=(loop,), daemon=True).start()

    def _receive(self, loop: asyncio.AbstractEventLoop) -> None:
        # Waiting needs a thread: not every system's event loop can wait for a pipe.
        message = None
        while message is not END:
            try:
                message = self.connection.recv()
            except (EOFError, OSError):
                message = END
            with suppress(RuntimeError):  # the loop has been closed
                asyncio.run_coroutine_threadsafe(self.arrived.put(message), loop).result()
        self.connection.close()

    async def messages(self) -> AsyncIterator[Any]:
        """Give what the function sends, until it ends.

        Raises:
            ByhandError: the function did.
        """
        while (message := await self.arrived.get()) is not END:
            if isinstance(message, ByhandError):
                raise message
            yield message

    def send(self, message: Any) -> None:
        """Send something to the function; it may have ended."""
        with suppress(OSError):
            self.connection.send(message)

    def stop(self) -> None:
        """End the process, wherever it is."""
        self.process.kill()
        self.process.join()


async def result_of(worker: Worker) -> Any:
    """Wait for the one message of a worker that sends its result.

    Raises:
        ByhandError: the function did, or its process ended without one.
    """
    try:
        async for message in worker.messages():
            return message
        raise ByhandError("The work was stopped before it was done: try again.")
    finally:
        worker.stop()


def _work(function: Callable[..., None], connection: Connection, *arguments: Any) -> None:
    # Ctrl-C reaches every process of the terminal; the server then ends this one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        function(connection, *arguments)
    except ByhandError as error:
        connection.send(error)
    except (BrokenPipeError, EOFError):
        pass  # the server has gone
