"""Rivals in processes of their own, and commands timed as a whole. Never two at once."""

import importlib.util
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.rivals import RIVALS
from byhand.processors import blas_environment

# Settings of OpenBLAS that some users need and that change how fast NumPy is; and what would have Python translate
# byhand's modules, in an editable installation, each time anew: pip does so once with all that it installs.
LEFT_OUT = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE", "PYTHONDONTWRITEBYTECODE")
# Idle threads of BLAS and OpenMP turn round for a while before they sleep: the next rival waits for that.
PAUSE = 0.3


def environment(threads: int) -> dict[str, str]:
    """The environment of every measured process: so many threads, and OpenBLAS free to choose its kernel."""
    kept = {name: value for name, value in os.environ.items() if name not in LEFT_OUT}
    return kept | blas_environment(threads)


class Rivals:
    """Some rivals, each in a process that lives as long as this; between measurements it waits for its input."""

    def __init__(self, names: list[str], threads: int) -> None:
        self.workers: dict[str, subprocess.Popen[str]] = {}
        self.shuffle = random.Random(0).shuffle
        for name in names:
            missing = [package for package in RIVALS[name][2] if importlib.util.find_spec(package) is None]
            if missing:
                _say(f"{name} is left out: {' and '.join(missing)} is not installed.")
                continue
            self.workers[name] = subprocess.Popen(
                [sys.executable, "-m", "benchmarks.worker", name],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                text=True, env=environment(threads),
            )  # fmt: skip

    def __enter__(self) -> "Rivals":
        """Use them."""
        return self

    def __exit__(self, *_: object) -> None:
        """End them."""
        for worker in self.workers.values():
            worker.kill()
            worker.communicate()

    def ask(self, name: str, what: str, *arguments: Any) -> Any:
        """Let one rival measure something; None if it cannot."""
        worker = self.workers[name]
        assert worker.stdin and worker.stdout
        try:
            worker.stdin.write(json.dumps([what, *arguments]) + "\n")
            worker.stdin.flush()
            line = worker.stdout.readline()
        except OSError:
            line = ""
        result = json.loads(line) if line else {"error": "its process ended"}
        if isinstance(result, dict) and "error" in result:
            _say(f"{name} is left out of '{what}': {result['error']}.")
            return None
        time.sleep(PAUSE)
        return result

    def rounds(self, runs: int, what: str, *arguments: Any, warm_up: bool = True) -> dict[str, list[Any]]:
        """Ask all rivals one after the other, in a new order each round; the round of warming up is dropped."""
        results: dict[str, list[Any]] = {name: [] for name in self.workers}
        for number in range(runs + warm_up):
            order = list(results)
            self.shuffle(order)
            for name in order:
                result = self.ask(name, what, *arguments)
                if result is None:
                    del results[name]
                elif number >= warm_up:
                    results[name].append(result)
        return results


def time_commands(commands: dict[str, list[str]], runs: int, threads: int) -> dict[str, list[dict[str, Any]]]:
    """Run whole commands, in a new order each round: seconds and output of each. OUT stands for a new folder."""
    results: dict[str, list[dict[str, Any]]] = {name: [] for name in commands}
    shuffle = random.Random(0).shuffle
    for _ in range(runs):
        order = list(commands)
        shuffle(order)
        for name in order:
            with tempfile.TemporaryDirectory() as place:
                command = [word.replace("OUT", place) for word in commands[name]]
                start = time.perf_counter()
                process = subprocess.run(command, env=environment(threads), text=True, capture_output=True)
                seconds = time.perf_counter() - start
            if process.returncode:
                _say(f"{name} failed: {(process.stderr.strip().splitlines() or ['without a word'])[-1]}")
                continue
            results[name].append({"seconds": seconds, "output": process.stdout})
            time.sleep(PAUSE)
    return {name: timed for name, timed in results.items() if timed}


def peak_memory(module: str, arguments: list[str], threads: int) -> float | None:
    """The most memory, in MB, that a fresh process needs to run a module."""
    with tempfile.TemporaryDirectory() as place:
        answer = Path(place) / "peak"
        words = [word.replace("OUT", f"{place}/out") for word in arguments]
        command = [sys.executable, "-m", "benchmarks.peak", str(answer), module, *words]
        process = subprocess.run(command, env=environment(threads), text=True, capture_output=True)
        if process.returncode or not answer.exists():
            _say(f"{module} failed: {(process.stderr.strip().splitlines() or ['without a word'])[-1]}")
            return None
        return float(answer.read_text())


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr)
