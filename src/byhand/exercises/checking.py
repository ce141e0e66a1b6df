"""The learner's files, each judged in a process of its own: an endless loop or a crash there is a sentence here."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from byhand.errors import ByhandError, choose
from byhand.exercises.judge import NOT_WRITTEN
from byhand.exercises.tasks import EXERCISES, Exercise
from byhand.exercises.writing import NOTEBOOK

# A few hundred numbers take milliseconds; most of it is for Python to start on a busy machine.
SECONDS_FOR_A_FILE = 30.0
SECONDS_FOR_TRAINING = 900.0
LOOP = "loop"


@dataclass(frozen=True)
class Verdict:
    """What came of one function.

    Attributes:
        exercise: the file's name without .py.
        function: its name.
        message: what is wrong, in a sentence; None where it is right.
        hint: a second hint.
        solution: a function that is right.
    """

    exercise: str
    function: str
    message: str | None
    hint: str
    solution: str

    @property
    def passed(self) -> bool:
        """Whether the function is right."""
        return self.message is None

    @property
    def is_open(self) -> bool:
        """Whether it waits to be written."""
        return self.message == NOT_WRITTEN

    def to_json(self) -> dict[str, Any]:
        """What `byhand exercises check --json` prints."""
        return {
            "file": f"{self.exercise}.py",
            "function": self.function,
            "passed": self.passed,
            "message": self.message,
        }


def check_folder(folder: str | Path) -> Iterator[Verdict]:
    """Judge every function, file by file.

    Raises:
        ByhandError: there is no such folder, or none of the files is in it.
    """
    place = Path(folder).resolve()
    if not place.is_dir():
        raise ByhandError(f"There is no folder {folder}: 'byhand exercises write {folder}' makes it.")
    if not any((place / f"{name}.py").is_file() for name in EXERCISES):
        if (place / NOTEBOOK).is_file():
            raise ByhandError(
                f"Nothing is written yet in {folder}: open {NOTEBOOK} and run its cells, which write the files."
            )
        raise ByhandError(f"There are no exercises in {folder}: 'byhand exercises write' puts them into a new folder.")
    failed: list[str] = []
    for exercise in EXERCISES.values():
        verdicts = list(_check_file(place, exercise, failed))
        if not all(verdict.passed for verdict in verdicts):
            failed.append(f"{exercise.name}.py")
        yield from verdicts


def check(name: str, folder: str | Path = ".", *, hint: bool = False, solution: bool = False) -> None:
    """Judge one file and print what comes of it; for the notebook.

    Args:
        name: of the exercise, such as "sigmoid".
        folder: where its file lies.
        hint: print a second hint for what is not right yet.
        solution: print one way to write it.

    Raises:
        ByhandError: there is no such exercise.
    """
    if name not in EXERCISES:
        raise ByhandError(f"There is no exercise '{name}': {choose(name, EXERCISES)}")
    for verdict in _check_file(Path(folder).resolve(), EXERCISES[name], []):
        print(f"{verdict.function}: {verdict.message or 'right.'}")
        if hint and not verdict.passed:
            print(f"Hint: {verdict.hint}")
        if solution and not verdict.passed:
            print(verdict.solution)


def _check_file(folder: Path, exercise: Exercise, failed: list[str]) -> Iterator[Verdict]:
    messages = _messages(folder, exercise, failed)
    for function in exercise.functions:
        message = messages.get(function.name, messages.get("", "It was not reached."))
        yield Verdict(exercise.name, function.name, message, function.hint, function.code(function.solution))


def _messages(folder: Path, exercise: Exercise, failed: list[str]) -> dict[str, str | None]:
    """What is wrong with each function; under the empty name, what is wrong with all that are not named."""
    file = f"{exercise.name}.py"
    if not (folder / file).is_file():
        return {"": f"There is no {file} in this folder."}
    if exercise.name == LOOP and failed:
        return {"": f"Waits for {', '.join(failed)}."}
    process = _start(folder, exercise.name)
    try:
        output, _ = process.communicate(timeout=SECONDS_FOR_A_FILE)
        late = False
    except subprocess.TimeoutExpired:
        process.kill()
        output, _ = process.communicate()
        late = True
    messages: dict[str, str | None] = {}
    for line in output.splitlines():
        answer = json.loads(line)
        if "function" in answer:
            messages[answer["function"]] = answer["message"]
    if late:
        messages[""] = (
            f"It is not done after {SECONDS_FOR_A_FILE:.0f} seconds, with a few numbers: is there a loop that never"
            " ends?"
        )
    elif process.returncode:
        messages[""] = f"Python itself has ended while it ran {file} (status {process.returncode})."
    return messages


def train_with(folder: str | Path) -> Iterator[dict[str, Any]]:
    """Learn MNIST with the learner's functions.

    Yields:
        After each epoch "epoch", "epochs" and "seconds"; at the end "test_accuracy", "epochs" and "seconds".

    Raises:
        ByhandError: it takes too long, or the learner's code fails.
    """
    process = _start(Path(folder).resolve(), "--train")
    assert process.stdout
    timer = threading.Timer(SECONDS_FOR_TRAINING, process.kill)
    timer.start()
    try:
        for line in process.stdout:
            answer = json.loads(line)
            if "message" in answer:
                raise ByhandError(answer["message"])
            yield answer
        if process.wait():
            raise ByhandError("The training with these files was stopped: see what stands above.")
    finally:
        timer.cancel()
        process.kill()
        process.communicate()


def _start(folder: Path, task: str) -> "subprocess.Popen[str]":
    # The folder is put on the path by the child itself, after byhand has been loaded.
    path = os.pathsep.join(entry for entry in sys.path if entry)
    return subprocess.Popen(
        [sys.executable, "-P", "-B", "-m", "byhand.exercises.child", str(folder), task],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, encoding="utf-8",
        env=os.environ | {"PYTHONPATH": path, "PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip
