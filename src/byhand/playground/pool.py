"""A few processes that are kept warm, and do what would hold up the server: reading pictures, laying out maps."""

import asyncio
import math
import os
import random
import threading
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from typing import ParamSpec, TypeVar

from pebble import ProcessExpired, ProcessPool
from threadpoolctl import threadpool_limits

from byhand.errors import ByhandError
from byhand.playground.worker import CONTEXT, ended_by, give_way
from byhand.processors import blas_environment

# Beyond this, a process is refused more memory, where the system can (Linux). A reading needs about 300 MB.
MOST_BYTES = 2_000_000_000
# A pool that has lost all its processes is replaced; a task that lost its process without a word is given up.
LOST_SECONDS = 10.0

P = ParamSpec("P")
T = TypeVar("T")


class BusyError(ByhandError):
    """There is no place now; `seconds` says when to come again."""

    def __init__(self, message: str, seconds: int) -> None:
        super().__init__(message)
        self.seconds = seconds


class BrokenOffError(ByhandError):
    """The process that worked on it has ended."""


class Pool:
    """Processes, and a short queue before them.

    Use it inside one running event loop; nothing in it holds that up.

    Attributes:
        pending: how many tasks are at work or wait.
    """

    def __init__(self, processes: int, most_waiting: int, seconds: float) -> None:
        """Make a pool; its processes start with `warm` or with the first task.

        Args:
            processes: how many.
            most_waiting: so many tasks wait; more are refused.
            seconds: a task that takes longer is ended.
        """
        self.processes, self.most_waiting, self.seconds = processes, most_waiting, seconds
        self.pending = 0
        self.usual_seconds = 0.5  # that a task takes: a running mean
        self._places = asyncio.Semaphore(processes)
        self._pool = self._fresh()

    def _fresh(self) -> ProcessPool:
        return ProcessPool(self.processes, initializer=_prepare, context=CONTEXT)

    def warm(self) -> None:
        """Start the processes, so that the first task finds them ready; this does not wait for them."""
        threading.Thread(target=self._start, daemon=True).start()

    def _start(self) -> None:
        for _ in range(self.processes):
            with suppress(RuntimeError):  # stopped already
                self._pool.schedule(_ready)

    def check_room(self) -> None:
        """Refuse if the queue is full.

        Raises:
            BusyError: it is.
        """
        if self.pending >= self.processes + self.most_waiting:
            seconds = math.ceil(self.pending * self.usual_seconds / self.processes)
            # Those who are refused together do not all come back together.
            raise BusyError("Too many ask at once: try again in a moment.", seconds + random.randint(0, 2))

    async def run(
        self, wanted: Callable[[], Awaitable[bool]], function: Callable[P, T], *args: P.args, **options: P.kwargs
    ) -> T | None:
        """Let a process call a function, which can be found by its module and name.

        Args:
            wanted: asked when the task's turn comes; if it says no, the result is None.
            function: what to do.
            args: its arguments.
            options: its named arguments.

        Raises:
            BusyError: too many wait already.
            BrokenOffError: its process ended.
            ByhandError: the function did, or took too long.
        """
        self.check_room()
        self.pending += 1
        try:
            async with self._places:
                if not await wanted():
                    return None
                start = time.monotonic()
                try:
                    result = await self._result(function, args, options)
                except BrokenProcessPool:
                    result = await self._again(function, args, options)
                self.usual_seconds += 0.1 * (time.monotonic() - start - self.usual_seconds)
                return result
        finally:
            self.pending -= 1

    async def _again(self, function: Callable[..., T], args: tuple[object, ...], options: dict[str, object]) -> T:
        """The result by a fresh pool, in case it was the old one's fault."""
        try:
            return await self._result(function, args, options)
        except BrokenProcessPool as error:
            raise BrokenOffError("This broke off twice: try something smaller.") from error

    async def _result(self, function: Callable[..., T], args: tuple[object, ...], options: dict[str, object]) -> T:
        pool = self._pool
        try:
            # Scheduling may have to wait while the pool starts.
            future: Future[T] = await asyncio.to_thread(
                pool.schedule, function, args=args, kwargs=options, timeout=self.seconds
            )
            async with asyncio.timeout(self.seconds + LOST_SECONDS):
                return await asyncio.wrap_future(future)
        except TimeoutError as error:
            if not future.done() or future.cancelled():  # the pool itself has lost it
                self._replace(pool)
                raise BrokenProcessPool("A task was lost.") from error
            raise ByhandError(
                f"This took longer than {self.seconds:g} seconds and was stopped: try something smaller."
            ) from error
        except ProcessExpired as error:
            raise BrokenOffError(
                f"This broke off, since {ended_by(error.exitcode)}: try again, or something smaller."
            ) from error
        except (BrokenProcessPool, RuntimeError) as error:
            self._replace(pool)
            raise BrokenProcessPool("The pool has ended.") from error

    def _replace(self, pool: ProcessPool) -> None:
        if self._pool is pool:
            self._pool = self._fresh()
            threading.Thread(target=_end, args=(pool,), daemon=True).start()

    def stop(self) -> None:
        """End all processes, wherever they are."""
        _end(self._pool)


def _end(pool: ProcessPool) -> None:
    pool.stop()  # type: ignore[no-untyped-call]
    pool.join()


def _prepare() -> None:
    """Make a process of the pool one that leaves the machine usable."""
    give_way()
    # The products are small: more threads only wait for each other; a picture took four times the processor's time. In
    # the environment for libraries that are loaded from now on, since threadpoolctl limits only those that are there.
    os.environ |= blas_environment(1)
    threadpool_limits(1)
    with suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_DATA, (MOST_BYTES, MOST_BYTES))


def _ready() -> int:
    """What a warm process has loaded: all that reading needs."""
    import byhand.playground.tasks  # noqa: F401

    return os.getpid()
