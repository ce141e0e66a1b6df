"""The processes of a team: started early, told what to do, kept for the next training, ended together."""

import os
import pickle
import platform
import signal
import subprocess
import sys
import threading
import weakref
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from byhand.errors import ByhandError
from byhand.nn import Network
from byhand.processors import blas_environment
from byhand.training.recipe import Recipe
from byhand.training.shared_memory import Place, SharedMemory, lay_out
from byhand.training.team import Exchange, state_of

if TYPE_CHECKING:
    from byhand.training.loop import Training

# A member reads what another has written once it sees its counter. That holds where writes become visible in their
# order, as on x86; ARM's processors promise less, and there, one process with BLAS' own threads is used.
ORDERED_PROCESSORS = ("x86_64", "amd64")
COUNTERS_PER_CACHE_LINE = 8
FREED_AT_START_BYTES = 30_000_000  # glibc learns from what is freed, up to 32 MB
# After a training, its processes wait so long for the next, as when somebody tries one setting after the other. To
# start them anew takes 0.1 s, of the 0.8 to 1.1 that three epochs of `fast` take in all.
SECONDS_KEPT = 60.0


class LostMemberError(ByhandError):
    """A process of the team has ended; the network has the weights of the last progress report."""


@dataclass(frozen=True)
class Job:
    """What each process must know of all trainings that it may take part in; arrays are in shared memory."""

    handle: int | str
    places: dict[str, Place]
    sizes: list[int]
    recipe: Recipe


@dataclass(frozen=True)
class Order:
    """A training to take part in.

    Attributes:
        rank, members, count: see `Exchange`.
        position: where it stands, see `Training.position`.
        scale, augment, weighted: see `Training`.
        limit: see `DivergenceGuard`.
        steps: for how many to take part; None until its end.
    """

    rank: int
    members: int
    count: int
    position: dict[str, Any]
    scale: Any
    augment: Any
    weighted: bool
    limit: float
    steps: int | None


class Crew:
    """The processes beside this one. They end with this object, and when its process ends, however that may be.

    As a context, it holds for one training; see `finish`.

    Attributes:
        size: how many there are, this one among them.
        owner: the number of the process that has started them.
    """

    def __init__(self, size: int) -> None:
        """Start them; Python takes a third of a second to start, in which this process can load data.

        Raises:
            OSError: they cannot be had.
        """
        self.size, self.owner = size, os.getpid()
        self.memory = SharedMemory()
        self.processes: list[subprocess.Popen[bytes]] = []
        self._end = weakref.finalize(self, _end, self.processes, self.memory, self.owner)
        self.arrays: dict[str, NDArray[Any]] = {}
        self._exchange: Exchange | None = None
        self._training: Training | None = None
        self._until: threading.Timer | None = None
        # They import this very byhand, wherever the user's script has found it, and never the user's script.
        paths = [str(Path(__file__).parents[2]), *sys.path]
        code = f"import sys; sys.path[:] = {paths!r}; from byhand.training.crew import serve; serve()"
        # Ctrl-C, which a terminal sends to all processes in the foreground, is for this one alone.
        apart: dict[str, Any] = (
            {"creationflags": 0x200}  # CREATE_NEW_PROCESS_GROUP
            if sys.platform == "win32"
            else {"start_new_session": True, "pass_fds": [self.memory.handle]}
        )
        for _ in range(size - 1):
            self.processes.append(
                subprocess.Popen(
                    [sys.executable, "-c", code], env=os.environ | blas_environment(1), **apart,
                    stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                )
            )  # fmt: skip

    def prepare(self, training: "Training") -> None:
        """Put what all processes need into shared memory.

        Args:
            training: from images in memory; those on the disk are for one process.

        Raises:
            OSError: there is not enough of it.
            LostMemberError: a process has ended.
        """
        network, recipe, inputs, targets = training.network, training.recipe, training.inputs, training.targets
        assert isinstance(inputs, np.ndarray) and isinstance(targets, np.ndarray)
        dtype, batch = network.parameters.dtype, min(recipe.batch_size, len(inputs))
        state = state_of(network, training.optimiser)
        places = lay_out(
            {
                "counters": ((self.size, COUNTERS_PER_CACHE_LINE), np.int64),
                "parts": ((2, self.size, batch * network.sizes[2]), dtype),
                "images": ((2, batch * network.sizes[0] if training.augment else 0), dtype),
                "inputs": (inputs.shape, inputs.dtype),
                "targets": (targets.shape, targets.dtype),
            }
            | {f"state {name}": (array.shape, array.dtype) for name, array in state.items()}
        )
        self.arrays = self.memory.arrays(places, create=True)
        self.arrays["counters"][:] = self._count  # go on from the training before: who is late may still look at them
        np.copyto(self.arrays["inputs"], inputs)
        np.copyto(self.arrays["targets"], targets)
        # Members know nothing of what is held out: when to stop early is decided here.
        recipe = replace(recipe, patience=0)
        job = Job(self.memory.handle, places, network.sizes, recipe)
        for process in self.processes:
            self._send(process, job)

    def join(self, training: "Training", members: int, steps: int | None = None) -> None:
        """Let the first `members` processes, this one among them, share a training from where it stands.

        Args:
            training: between two epochs.
            members: how many.
            steps: for how many steps; None until its end.

        Raises:
            LostMemberError: a process has ended.
        """
        whole = state_arrays(self.arrays)
        for name, array in state_of(training.network, training.optimiser).items():
            np.copyto(whole[name], array)
        for rank, process in enumerate(self.processes[: members - 1], start=1):
            order = Order(
                rank, members, self._count, training.position, training.scale, training.augment,
                training.criterion.weighted, training.guard.limit, steps,
            )  # fmt: skip
            self._send(process, order)
        self._exchange = Exchange(self.arrays, 0, members, self._count, self.look_after)
        training.join(whole, self._exchange)
        self._training = training if steps is None else None

    @property
    def _count(self) -> int:
        """Where the counters stand."""
        return self._exchange.count if self._exchange else 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self.finish()
        else:
            self.end()

    def finish(self) -> None:
        """Wait for the next training, see `crew_of`; where the last one is not at its end, end.

        That is so where it stopped early: the other processes know nothing of it, and are waiting in their next step.
        """
        if self._training and self._training.step < self._training.steps:
            self.end()
            return
        self._training = None
        self._until = threading.Timer(SECONDS_KEPT, _let_go, [self])
        self._until.daemon = True
        with _lock:
            before = list(_waiting)
            _waiting[:] = [self]
        self._until.start()
        for crew in before:
            crew.end()

    def take(self) -> bool:
        """Whether it can be used for another training."""
        assert self._until
        self._until.cancel()
        return all(process.poll() is None for process in self.processes)

    def look_after(self) -> None:
        """Raise if a process has ended.

        Raises:
            LostMemberError: one has.
        """
        if any(process.poll() is not None for process in self.processes):
            raise LostMemberError(_LOST)

    def end(self) -> None:
        """End all processes, and wait until they have ended."""
        self._end()

    def _send(self, process: "subprocess.Popen[bytes]", message: Job | Order) -> None:
        assert process.stdin is not None
        try:
            pickle.dump(message, process.stdin)
            process.stdin.flush()
        except OSError as error:
            raise LostMemberError(_LOST) from error


_lock = threading.Lock()
_waiting: list[Crew] = []  # one at most


def crew_of(size: int) -> Crew:
    """The processes that this process' last training has left, where they are as many, or new ones.

    Raises:
        OSError: they cannot be had.
    """
    with _lock:
        # A process that was forked off has this list, too, and must leave them alone.
        kept = [crew for crew in _waiting if crew.size == size and crew.owner == os.getpid()]
        _waiting[:] = [crew for crew in _waiting if crew not in kept]
    for crew in kept:
        if crew.take():
            return crew
        crew.end()
    return Crew(size)


def _let_go(crew: Crew) -> None:
    """End those that nobody has wanted."""
    with _lock:
        unwanted = crew in _waiting
        if unwanted:
            _waiting.remove(crew)
    if unwanted:
        crew.end()


_LOST = (
    "A process that shared the training has ended, perhaps for lack of memory: use --resume to go on, or one process "
    "with --workers 1."
)


def _end(processes: list["subprocess.Popen[bytes]"], memory: SharedMemory, owner: int) -> None:
    if os.getpid() != owner:  # forked off
        return
    memory.close()
    for process in processes:
        process.kill()
    for process in processes:
        process.wait()
        with suppress(OSError):  # of what it had not read
            assert process.stdin is not None
            process.stdin.close()


def can_share() -> bool:
    """Whether several processes can share a training on this machine."""
    return bool(sys.executable) and platform.machine().lower() in ORDERED_PROCESSORS


def state_arrays(arrays: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """What learning changes, in shared memory, by the names of `state_of`."""
    return {name.removeprefix("state "): array for name, array in arrays.items() if name.startswith("state ")}


def serve() -> None:
    """What each process does: take part in one training after the other, until its standard input ends."""
    from byhand.training.divergence import DivergedError
    from byhand.training.loop import Event, Training

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Once as much has been freed, the C library keeps memory instead of giving it back after every step.
    np.empty(FREED_AT_START_BYTES, np.uint8)
    for order in _messages(sys.stdin.buffer):
        if isinstance(order, Job):
            job = order
            arrays = SharedMemory(job.handle).arrays(job.places)
            whole = state_arrays(arrays)
            continue
        network = Network(job.sizes, job.recipe.activation, whole["parameters"].dtype)
        network.parameters[:] = whole["parameters"]
        training = Training(
            network, arrays["inputs"], arrays["targets"], job.recipe, np.random.default_rng(),
            scale=order.scale, augment=order.augment, weighted=order.weighted,
        )  # fmt: skip
        training.position, training.guard.limit = order.position, order.limit
        training.join(whole, Exchange(arrays, order.rank, order.members, order.count, lambda: None))
        training.one_thread = False  # it has but one, and to make sure would take 10 ms before the first step
        with suppress(DivergedError):  # the first member says so
            for _ in islice((event for event in training.events() if event is Event.STEP), order.steps):
                pass


def _messages(pipe: IO[bytes]) -> Iterator[Any]:
    """What the first member sends. When it is gone, this process ends, also in the middle of a step."""
    import queue

    waiting: queue.SimpleQueue[Any] = queue.SimpleQueue()

    def listen() -> None:
        with suppress(EOFError, OSError, pickle.UnpicklingError):
            while True:
                waiting.put(pickle.load(pipe))
        os._exit(0)

    threading.Thread(target=listen, daemon=True).start()
    while True:
        yield waiting.get()
