"""The processes that read photographs: what happens when work is too long, too much, or dies."""

import asyncio
import os
import signal
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import cast

import pytest
from threadpoolctl import threadpool_info

from byhand.errors import ByhandError
from byhand.playground.pool import MOST_BYTES, BrokenOffError, BusyError, Pool
from tests.playground.asgi import wait_for

Work = Callable[[Pool], Awaitable[object]]


async def yes() -> bool:
    return True


async def no() -> bool:
    return False


def own_process() -> int:
    return os.getpid()


def sleep(seconds: float) -> int:
    time.sleep(seconds)
    return os.getpid()


def threads_of_the_products() -> list[int]:
    import numpy as np
    import scipy.linalg  # has a library of its own

    assert np.isfinite(scipy.linalg.inv(np.eye(3))).all()
    return [library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"]


def refuse() -> None:
    raise ByhandError("This cannot work.")


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def fill_the_memory() -> int:
    try:
        return len(bytearray(2 * MOST_BYTES))
    except MemoryError:
        return -1


@pytest.fixture(scope="module")
def run() -> Iterator[Callable[[Work], object]]:
    """`run(work)`: lets `work(pool)` use a pool of two processes with two places to wait and 1.5 s for each task."""
    pool = Pool(2, 2, 1.5)
    pool.warm()
    yield lambda work: wait_for(work(pool))
    pool.stop()


def test_a_process_computes_on_one_core_also_with_libraries_that_it_loads_later(run: Callable[[Work], object]) -> None:
    threads = run(lambda pool: pool.run(yes, threads_of_the_products))
    assert threads and set(cast(list[int], threads)) == {1}


def test_a_task_gives_its_result_from_another_process(run: Callable[[Work], object]) -> None:
    assert run(lambda pool: pool.run(yes, own_process)) != os.getpid()


def test_an_error_comes_as_it_was_raised(run: Callable[[Work], object]) -> None:
    with pytest.raises(ByhandError, match=r"^This cannot work\.$"):
        run(lambda pool: pool.run(yes, refuse))


def test_what_nobody_waits_for_any_more_is_not_done(run: Callable[[Work], object]) -> None:
    assert run(lambda pool: pool.run(no, own_process)) is None


def test_the_queue_is_bounded_and_says_when_to_come_again(run: Callable[[Work], object]) -> None:
    async def many(pool: Pool) -> list[object]:
        tasks = [pool.run(yes, sleep, 0.2) for _ in range(9)]
        return await asyncio.gather(*tasks, return_exceptions=True)

    results = run(many)
    assert isinstance(results, list)
    refused = [one for one in results if isinstance(one, BusyError)]
    assert len(refused) == 5
    assert all(1 <= one.seconds <= 10 for one in refused)
    assert all(isinstance(one, int) for one in results if one not in refused)


def test_what_takes_too_long_is_ended_and_the_next_is_served(run: Callable[[Work], object]) -> None:
    with pytest.raises(ByhandError, match=r"longer than 1\.5 seconds"):
        run(lambda pool: pool.run(yes, sleep, 60.0))
    assert run(lambda pool: pool.run(yes, own_process))


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there are no signals on this system")
def test_a_process_that_dies_takes_its_own_task_along_and_no_other(run: Callable[[Work], object]) -> None:
    async def beside(pool: Pool) -> list[object]:
        return list(await asyncio.gather(pool.run(yes, sleep, 0.5), pool.run(yes, die), return_exceptions=True))

    results = run(beside)
    assert isinstance(results, list)
    lived, died = results
    assert isinstance(lived, int)
    assert isinstance(died, BrokenOffError)
    assert "SIGKILL" in str(died)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there are no signals on this system")
def test_processes_that_were_killed_while_idle_are_replaced(run: Callable[[Work], object]) -> None:
    async def pids(pool: Pool) -> set[object]:
        return set(await asyncio.gather(*[pool.run(yes, sleep, 0.3) for _ in range(2)]))

    killed = run(pids)
    assert isinstance(killed, set)
    for pid in killed:
        os.kill(pid, signal.SIGKILL)
    alive = run(pids)
    assert isinstance(alive, set)
    assert not killed & alive


@pytest.mark.skipif(not os.path.exists("/proc/self"), reason="only Linux limits a process's data")  # noqa: PTH110
def test_no_process_fills_the_memory(run: Callable[[Work], object]) -> None:
    assert run(lambda pool: pool.run(yes, fill_the_memory)) == -1
