"""The trainings of many visitors: how many there may be, and how much they may keep and save."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from byhand.errors import ByhandError
from byhand.model import MODEL_FILE, load_model
from byhand.playground import trainings
from byhand.playground.pool import BusyError
from byhand.playground.trainings import Training, TrainingOverError, Trainings
from byhand.training.recipe import Recipe
from tests.playground.asgi import wait_for

MODEL = load_model().to_bytes()


class Still:
    """A process that does nothing."""

    def __init__(self, *arguments: Any) -> None:
        self.over = False

    async def start(self) -> None:
        await asyncio.sleep(0)

    def stop(self) -> None:
        self.over = True

    def send(self, message: Any) -> bool:
        return True


@pytest.fixture
def open_trainings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Trainings:
    monkeypatch.setattr(trainings, "Worker", Still)
    monkeypatch.chdir(tmp_path)
    return Trainings()


def add(open_trainings: Trainings, name: str, model: bytes = MODEL, over: bool = True) -> Training:
    training = Training(Recipe.load("fast"), Still(), model)  # type: ignore[arg-type]
    training.worker.over = over  # type: ignore[misc]
    open_trainings.open[name] = training
    return training


def start(open_trainings: Trainings) -> str:
    return wait_for(open_trainings.start(Recipe.load("fast"), paused=False))


def test_only_so_many_learn_at_once_even_if_asked_for_together(open_trainings: Trainings) -> None:
    async def many() -> list[Any]:
        recipe = Recipe.load("fast")
        return await asyncio.gather(*(open_trainings.start(recipe, False) for _ in range(9)), return_exceptions=True)

    results = wait_for(many())
    assert sum(isinstance(one, BusyError) for one in results) == 9 - trainings.MOST_AT_ONCE


def test_one_that_has_ended_makes_room_though_its_page_is_open(open_trainings: Trainings) -> None:
    names = [start(open_trainings) for _ in range(trainings.MOST_AT_ONCE)]
    with pytest.raises(BusyError):
        start(open_trainings)
    open_trainings.open[names[0]].worker.stop()
    assert start(open_trainings)


def test_so_many_pages_and_models_are_kept_and_no_more(open_trainings: Trainings) -> None:
    for n in range(trainings.MOST_OPEN):
        add(open_trainings, str(n), b"")
    with pytest.raises(BusyError, match="open"):
        start(open_trainings)
    open_trainings.open.clear()
    add(open_trainings, "large", bytes(trainings.MOST_KEPT_BYTES))
    with pytest.raises(BusyError, match="open"):
        start(open_trainings)


def test_what_was_saved_is_not_saved_again(open_trainings: Trainings, tmp_path: Path) -> None:
    training = add(open_trainings, "mine")
    first = open_trainings.save("mine")
    assert open_trainings.save("mine") == first
    training.model = load_model("accurate").to_bytes()
    assert open_trainings.save("mine") != first
    assert len(list((tmp_path / "runs").iterdir())) == 2


@pytest.mark.parametrize(("limit", "value"), [("MOST_SAVES", 3), ("MOST_SAVED_BYTES", 3 * len(MODEL))])
def test_saving_ends_at_a_quota_whoever_saves(
    open_trainings: Trainings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, value: int
) -> None:
    monkeypatch.setattr(trainings, limit, value)
    for n in range(5):
        add(open_trainings, str(n))
    for n in range(3):
        open_trainings.save(str(n))
    with pytest.raises(ByhandError, match=r"has saved 3 trainings.*download"):
        open_trainings.save("4")
    assert len(list((tmp_path / "runs").iterdir())) == 3


def test_a_command_to_one_that_has_ended_says_why(open_trainings: Trainings) -> None:
    training = add(open_trainings, "mine")
    with pytest.raises(TrainingOverError, match="over"):
        open_trainings.command("mine", "step", 0)
    training.failed = "It broke off."
    with pytest.raises(TrainingOverError, match="broke off"):
        open_trainings.command("mine", "step", 0)


def test_a_full_disk_leaves_no_folder_and_counts_as_no_save(
    open_trainings: Trainings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(open_trainings, "mine")
    with monkeypatch.context() as full:
        full.setattr(trainings, "write_atomically", refuse)
        with pytest.raises(ByhandError, match="No space"):
            open_trainings.save("mine")
    assert list((tmp_path / "runs").iterdir()) == []
    assert open_trainings.saves == open_trainings.saved_bytes == 0
    assert open_trainings.save("mine").name == "fast-1"


def refuse(path: Path, content: bytes) -> None:
    raise ByhandError(f"Cannot write {path}: No space left on device.")


def test_saved_runs_that_are_links_to_nowhere_or_gone_are_left_out(open_trainings: Trainings, tmp_path: Path) -> None:
    add(open_trainings, "mine")
    folder = open_trainings.save("mine")
    for name, target in (("nowhere", "gone"), ("loop", MODEL_FILE)):
        (tmp_path / "runs" / name).mkdir()
        (tmp_path / "runs" / name / MODEL_FILE).symlink_to(target)
    assert Trainings.saved() == {"fast-1": folder / MODEL_FILE}


def test_commands_that_nobody_takes_are_refused(open_trainings: Trainings, monkeypatch: pytest.MonkeyPatch) -> None:
    add(open_trainings, "mine", over=False)
    monkeypatch.setattr(Still, "send", lambda self, message: False)
    with pytest.raises(BusyError, match="try again"):
        open_trainings.command("mine", "rate", 1)
