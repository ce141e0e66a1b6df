"""Work in a process of its own: it can be stopped at any moment, and others go on meanwhile."""

import asyncio
import multiprocessing
import os
import queue
import signal
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from typing import Any

from byhand.errors import ByhandError

# So many messages wait to be fetched; then the function waits, too.
MOST_WAITING = 20
# "spawn": a fresh interpreter, on every system the same; a copy of this process would copy its server too.
CONTEXT = multiprocessing.get_context("spawn")
# How much a working process lets others go first, of the system's scale to 19. At 5 it gets a quarter of a core that
# the server wants as well: pages are answered at once while all cores compute.
NICENESS = 5
END = object()
DONE = "done"  # what a working process sends last, where nothing went wrong


class Worker:
    """A function at work in its own process; what it sends arrives here one by one.

    Attributes:
        connection: for sending to the function.
    """

    def __init__(self, function: Callable[..., None], *arguments: Any) -> None:
        """Prepare to call `function(connection, *arguments)`, which can be found by its module and name.

        The function sends whatever it wants through the connection, and receives what `send` gives.
        """
        self.connection, self.other_end = CONTEXT.Pipe()
        self.process = CONTEXT.Process(target=_work, args=(function, self.other_end, *arguments), daemon=True)
        self.arrived: asyncio.Queue[Any] = asyncio.Queue(MOST_WAITING)
        self.commands: queue.Queue[Any] = queue.Queue(MOST_WAITING)
        self.started = self.stopped = self.done = False

    async def start(self) -> None:
        """Start the process, which takes some tenths of a second, while the event loop goes on."""
        await asyncio.to_thread(self.process.start)
        self.started = True
        self.other_end.close()
        if self.stopped:
            self.process.kill()
        threading.Thread(target=self._receive, args=(asyncio.get_running_loop(),), daemon=True).start()
        threading.Thread(target=self._send, daemon=True).start()

    def _receive(self, loop: asyncio.AbstractEventLoop) -> None:
        # Waiting needs a thread: not every system's event loop can wait for a pipe.
        message = None
        while message is not END:
            try:
                # The process may be gone while another one that it started still holds the pipe.
                ready = wait([self.connection, self.process.sentinel])
                message = self.connection.recv() if self.connection in ready else END
            except (EOFError, OSError):
                message = END
            if message == DONE:
                self.done = True
                continue
            if message is END:
                self.process.join()
            with suppress(RuntimeError):  # the loop has been closed
                asyncio.run_coroutine_threadsafe(self.arrived.put(message), loop).result()
        self.connection.close()

    def _send(self) -> None:
        # A thread of its own: a pipe whose other end does not listen is full after some hundred messages, and then
        # sending waits; in the event loop all visitors would wait with it.
        while not self.over:
            with suppress(queue.Empty, OSError):
                self.connection.send(self.commands.get(timeout=1.0))

    async def messages(self) -> AsyncIterator[Any]:
        """Give what the function sends, until it ends.

        Raises:
            ByhandError: the function did, or its process was ended by something else than `stop`.
        """
        while (message := await self.arrived.get()) is not END:
            if isinstance(message, ByhandError):
                raise message
            yield message
        # The exit code does not say whether it was done: where two threads ask for it at once, one gets None.
        if not self.done and not self.stopped:
            raise ByhandError(f"It broke off, since {ended_by(self.process.exitcode)}.")

    @property
    def over(self) -> bool:
        """Whether the process has ended; one that is about to start has not."""
        return self.stopped or (self.started and not self.process.is_alive())

    def send(self, message: Any) -> bool:
        """Send something to the function, which may have ended; False if it has not taken what was sent before."""
        try:
            self.commands.put_nowait(message)
        except queue.Full:
            return False
        return True

    def stop(self) -> None:
        """End the process, wherever it is."""
        self.stopped = True
        if self.started:
            self.process.kill()


def ended_by(exit_code: int | None) -> str:
    """Say in words how a process ended, to go on after "since"."""
    if exit_code is None:
        return "its process has ended"
    if exit_code >= 0:
        return f"its process ended with an error (status {exit_code}), which is in the log of byhand play"
    try:
        name = signal.Signals(-exit_code).name
    except ValueError:
        name = f"signal {-exit_code}"
    reason = ", perhaps for want of memory" if name == "SIGKILL" else ""
    return f"its process was ended from outside by {name}{reason}"


def give_way() -> None:
    """Let the server, and whoever works on this machine, go first; and leave Ctrl-C to the server."""
    # Ctrl-C reaches every process of the terminal; the server then ends this one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(NICENESS)


def _work(function: Callable[..., None], connection: Connection, *arguments: Any) -> None:
    give_way()
    try:
        function(connection, *arguments)
        connection.send(DONE)
    except ByhandError as error:
        connection.send(error)
    except MemoryError:
        connection.send(ByhandError("There is not enough memory for this: try a smaller network, batch or data set."))
    except (BrokenPipeError, EOFError):
        pass  # the server has gone
