"""Where much work is done: on the cores of this machine, or on a Dask cluster. Both do the same tasks."""

import gc
import queue
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import Any, Protocol, Self

from byhand.errors import ByhandError, choose
from byhand.processors import cores

ENGINES = ("local", "dask")
CONNECT_SECONDS, WORKERS_SECONDS = 10, 30  # how long to wait for a scheduler to answer, and for its first worker
CHECK_SECONDS = 5  # without a result for so long, the cluster is asked whether it is still there
LONELY_SECONDS = 120  # a cluster without workers for so long is given up: a restarted one is back in a few seconds
# Tasks that wait at each worker: the next is there when one ends, and few are lost with the worker.
TASKS_AHEAD = 4
# A task whose input was lost with a worker is sent again, but not for ever.
TIMES_SENT = 5


@dataclass(frozen=True)
class Lost:
    """What comes of a task whose processes ended again and again, perhaps for lack of memory."""

    reason: str


Work = Callable[[Any, Any], Any]


class Engine(Protocol):
    """Does tasks in any order, each at least once, and gives each result exactly once.

    Attributes:
        name: one of `ENGINES`.
        workers: how many tasks run at a time.
    """

    name: str
    workers: int

    def run(self, work: Work, tasks: Iterable[Any], shared: Any = None) -> Iterator[tuple[Any, Any]]:
        """Do `work(task, shared)` for every task.

        Args:
            work: a function of a module; whatever it raises is raised here.
            tasks: one by one, as they are needed.
            shared: what all tasks need; sent once to each worker.

        Yields:
            A task and its result, or `Lost`, as they come.

        Raises:
            ByhandError: the workers or the cluster ended.
        """

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...


def make_engine(name: str = "local", scheduler: str | None = None, workers: int | None = None) -> Engine:
    """Get ready to work.

    Args:
        name: "local" for processes of this machine, "dask" for a Dask cluster.
        scheduler: the address of an existing cluster, such as tcp://host:8786; without one, "dask" starts a small
            cluster on this machine.
        workers: how many processes; None for one per core. A cluster has its own number.

    Raises:
        ByhandError: no such engine, nobody at the address, or Dask is not installed.
    """
    if name not in ENGINES:
        raise ByhandError(f"There is no engine '{name}': {choose(name, ENGINES)}")
    if workers is not None and not 1 <= workers <= 10_000:
        raise ByhandError(f"--workers cannot be {workers}: give a number from 1 to 10,000.")
    if scheduler is not None and workers is not None:
        raise ByhandError("--workers is for this machine; the cluster at --scheduler has workers of its own.")
    if scheduler is not None or name == "dask":
        return DaskEngine(scheduler, workers)
    return LocalEngine(workers or cores())


class LocalEngine:
    """Processes of this machine, by joblib."""

    name = "local"

    def __init__(self, workers: int) -> None:
        self.workers = workers

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.workers > 1:
            from joblib.externals.loky import get_reusable_executor

            get_reusable_executor().shutdown(wait=False, kill_workers=True)

    def run(self, work: Work, tasks: Iterable[Any], shared: Any = None) -> Iterator[tuple[Any, Any]]:
        """As `Engine.run`."""
        if self.workers == 1:
            for task in tasks:
                yield task, work(task, shared)
            return
        from joblib import Parallel, delayed, parallel_config
        from joblib.externals.loky.process_executor import TerminatedWorkerError

        try:
            with parallel_config(backend="loky", n_jobs=self.workers, inner_max_num_threads=1):
                yield from Parallel(return_as="generator_unordered", batch_size=1, pre_dispatch="2*n_jobs")(
                    delayed(_with_task)(work, task, shared) for task in tasks
                )
        except TerminatedWorkerError as error:
            raise ByhandError(
                "A process was killed, perhaps for lack of memory: what is done is kept, and the same command goes on "
                "with the rest; --workers 1 needs least memory."
            ) from error


class DaskEngine:
    """A Dask cluster: an existing one, or a small one on this machine.

    Dask does a task again whose worker ended, and gives it up when that happens too often (its setting
    distributed.scheduler.allowed-failures, 3).
    """

    name = "dask"

    def __init__(self, scheduler: str | None, workers: int | None) -> None:
        try:
            import distributed
        except ImportError as error:
            raise ByhandError("A cluster needs Dask: pip install 'byhand[cluster]'.") from error
        self._scheduler = scheduler
        self._cluster = None
        if scheduler is None:
            self._cluster = distributed.LocalCluster(
                n_workers=workers or cores(), threads_per_worker=1, dashboard_address=None, silence_logs=50
            )
        # A client that could not connect is closed when its memory is collected. In the middle of making another one,
        # it would wait for ever for a lock of distributed's, which that one holds.
        gc.collect()
        try:
            self.client = distributed.Client(self._cluster or scheduler, timeout=CONNECT_SECONDS)
        except (OSError, ValueError) as error:  # also what distributed makes of a time that is over
            raise ByhandError(f"There is no Dask scheduler at {scheduler} ({error}).") from error
        try:
            self.client.wait_for_workers(1, timeout=WORKERS_SECONDS)
            self._check_versions()
        except TimeoutError as error:
            self.__exit__()
            raise ByhandError(
                f"The cluster at {scheduler} has no workers: dask worker {scheduler} starts one."
            ) from error
        except BaseException:
            self.__exit__()
            raise
        self.workers = sum(self.client.nthreads().values())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(Exception):
            self.client.close(timeout=2)
        if self._cluster is not None:
            self._cluster.close()

    def everywhere(self, function: Callable[..., Any], *arguments: Any) -> list[Any]:
        """What a function says in the process of each worker."""
        return list(self.client.run(function, *arguments).values())

    def run(self, work: Work, tasks: Iterable[Any], shared: Any = None) -> Iterator[tuple[Any, Any]]:
        """As `Engine.run`."""
        from distributed import Future, KilledWorker

        done: queue.SimpleQueue[Future] = queue.SimpleQueue()
        sent: dict[str, tuple[Any, int, Future]] = {}
        place = self._spread(shared)

        def send(task: Any, times: int = 1) -> None:
            future = self.client.submit(work, task, place, pure=False)
            sent[future.key] = task, times, future
            future.add_done_callback(done.put)

        left = iter(tasks)
        for task in islice(left, TASKS_AHEAD * self.workers):
            send(task)
        while sent:
            future = self._next(done)
            if future.key not in sent:
                continue
            task, times, _ = sent.pop(future.key)
            error = future.exception() if future.status == "error" else None
            if future.status == "finished":
                for new in islice(left, 1):
                    send(new)
                yield task, future.result()
            elif isinstance(error, KilledWorker):
                for new in islice(left, 1):
                    send(new)
                yield task, Lost("The processes that worked on it ended again and again, perhaps for lack of memory.")
            elif error is not None and future.status == "error" and not _is_about_losses(error):
                raise error
            elif times < TIMES_SENT and self.client.status == "running":
                place = self._spread(shared)
                send(task, times + 1)
            else:
                raise self._gone()

    def _spread(self, shared: Any) -> Any:
        """Send something to every worker; small things travel with each task."""
        return None if shared is None else self.client.scatter(shared, broadcast=True, hash=False)

    def _next(self, done: "queue.SimpleQueue[Any]") -> Any:
        lonely = 0
        while True:
            try:
                return done.get(timeout=CHECK_SECONDS)
            except queue.Empty:
                try:
                    lonely = 0 if self.client.status == "running" and self.client.nthreads() else lonely + CHECK_SECONDS
                except Exception:
                    lonely += CHECK_SECONDS
            if lonely >= LONELY_SECONDS or self.client.status in ("closed", "closing"):
                raise self._gone() from None

    def _gone(self) -> ByhandError:
        where = f"at {self._scheduler} " if self._scheduler else ""
        return ByhandError(
            f"The cluster {where}has ended or has no workers left: what is done is kept, and the same command goes on "
            "with the rest."
        )

    def _check_versions(self) -> None:
        """Refuse a cluster whose workers have another byhand, or none: they would fail or find other results."""
        ours = _version()
        try:
            theirs = set(self.everywhere(_version))
        except TimeoutError:
            raise
        except Exception as error:  # whatever a worker without byhand raises
            raise ByhandError(
                f"The workers of the cluster cannot use byhand ({type(error).__name__}): install it there, too."
            ) from error
        if theirs - {ours}:
            others = ", ".join(sorted(theirs - {ours}))
            raise ByhandError(f"The cluster has byhand {others} and this machine {ours}: install the same everywhere.")


def _version() -> str:
    from byhand import __version__

    return __version__


def _with_task(work: Work, task: Any, shared: Any) -> tuple[Any, Any]:
    return task, work(task, shared)


def _is_about_losses(error: BaseException) -> bool:
    """Tell whether Dask speaks of results lost with a worker, and not of what a task raised."""
    return type(error).__module__.startswith("distributed") or isinstance(error, OSError | TimeoutError)
