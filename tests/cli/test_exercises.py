"""`byhand exercises` as a learner meets it, in processes of its own."""

import json
from pathlib import Path
from typing import Any

import pytest

from byhand.errors import ByhandError
from byhand.exercises import EXERCISES, check, checking
from tests.cli.conftest import Byhand


def solve(folder: Path, but: dict[str, str] | None = None) -> None:
    """Write right solutions, apart from some files."""
    folder.mkdir(exist_ok=True)
    for name, exercise in EXERCISES.items():
        text = (but or {}).get(name, exercise.solved_file())
        (folder / f"{name}.py").write_text(text, "utf-8")


def checked(byhand: Byhand, *options: str) -> tuple[int, dict[str, Any]]:
    done = byhand("exercises", "check", "mine", "--json", *options)
    assert "Traceback" not in done.stderr
    return done.returncode, json.loads(done.stdout)


@pytest.mark.slow
def test_solutions_pass_and_learn_mnist_to_97_percent(byhand: Byhand, tmp_path: Path) -> None:
    solve(tmp_path / "mine")
    status, answer = checked(byhand)
    assert status == 0 and answer["passed"]
    assert answer["training"]["test_accuracy"] >= 0.97


def test_what_is_written_is_open_and_never_overwritten(byhand: Byhand, tmp_path: Path) -> None:
    assert byhand("exercises", "write", "mine").returncode == 0
    assert {path.stem for path in (tmp_path / "mine").iterdir()} == set(EXERCISES)
    status, answer = checked(byhand)
    assert status == 1
    assert {one["message"] for one in answer["functions"][:-1]} == {"Not written yet."}
    again = byhand("exercises", "write", "mine")
    assert again.returncode == 1 and "in use" in again.stderr


def test_each_trouble_of_a_file_is_a_sentence(byhand: Byhand, tmp_path: Path) -> None:
    solve(
        tmp_path / "mine",
        {
            "sigmoid": "def sigmoid_forward(z):\n    return 1 / (1 + \n",
            "softmax": "import sys\nprint('debugging')\ndef softmax(z):\n    sys.exit('enough')\n",
            "loss": "import os\ndef loss(p, labels):\n    os._exit(3)\n",
            "dense": "import nothing_of_the_kind\n",
            "update": (
                "def sgd_step(parameters, gradients, learning_rate):\n    return sgd_step(parameters, gradients, 0)\n"
            ),
        },
    )
    status, answer = checked(byhand, "--hint")
    assert status == 1
    said = {one["function"]: one["message"] for one in answer["functions"]}
    assert "cannot read sigmoid.py, line 2" in said["sigmoid_forward"]
    assert "SystemExit in softmax.py, line 4: enough" in said["softmax"]
    assert "status 3" in said["loss"]
    assert "nothing_of_the_kind" in said["dense_forward"]
    assert "RecursionError" in said["sgd_step"]
    assert said["train_epoch"].startswith("Waits for sigmoid.py, softmax.py")
    assert all(one["hint"] for one in answer["functions"])


def test_an_endless_loop_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "SECONDS_FOR_A_FILE", 2.0)
    endless = (
        EXERCISES["sigmoid"]
        .solved_file()
        .replace("return a_gradient", "while True:\n        pass\n    return a_gradient")
    )
    solve(tmp_path / "mine", {"sigmoid": endless})
    verdicts = {verdict.function: verdict for verdict in checking.check_folder(tmp_path / "mine")}
    assert verdicts["sigmoid_forward"].passed
    assert "never ends" in (verdicts["sigmoid_backward"].message or "")
    assert verdicts["sgd_step"].passed


def test_hint_and_solution_come_when_asked(byhand: Byhand, tmp_path: Path) -> None:
    wrong = EXERCISES["loss"].solved_file().replace(" / len(p)", "")
    solve(tmp_path / "mine", {"loss": wrong})
    plain = byhand("exercises", "check", "mine", "--quiet")
    assert "The mean is missing" in plain.stdout and "Hint" not in plain.stdout
    assert "wrong  loss_backward" in plain.stdout and "right  loss\n" in plain.stdout
    helped = byhand("exercises", "check", "mine", "--hint", "--solution").stdout
    assert "Hint: With y the labels" in helped and "return (p - y) / len(p)" in helped


def test_the_notebook_writes_and_checks_the_same_files(byhand: Byhand, tmp_path: Path) -> None:
    import nbformat
    from nbclient import NotebookClient

    assert byhand("exercises", "write", "mine", "--notebook").returncode == 0
    path = tmp_path / "mine" / "exercises.ipynb"
    notebook = nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    nbformat.validate(notebook)
    sources = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    assert [source.splitlines()[0] for source in sources[:-1:2]] == [f"%%writefile {name}.py" for name in EXERCISES]
    notebook.cells = [cell for cell in notebook.cells if "train_with" not in cell.source][:4]
    NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(path.parent)}}).execute()
    assert (path.parent / "sigmoid.py").read_text("utf-8").strip() == EXERCISES["sigmoid"].open_file().strip()
    assert "sigmoid_forward: Not written yet." in str(notebook.cells[3].outputs)


def test_check_in_the_notebook_helps_when_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    solve(tmp_path, {"softmax": EXERCISES["softmax"].open_file()})
    check("softmax", tmp_path)
    assert capsys.readouterr().out == "softmax: Not written yet.\n"
    check("softmax", tmp_path, hint=True, solution=True)
    said = capsys.readouterr().out
    assert "Hint: Each row" in said and "return powers" in said
    with pytest.raises(ByhandError, match="did you mean 'softmax'"):
        check("softmaks", tmp_path)


def test_slow_code_is_not_trained_with_for_hours(byhand: Byhand, tmp_path: Path) -> None:
    slow = "import time\n" + EXERCISES["update"].solved_file().replace("return [", "time.sleep(0.08)\n    return [")
    solve(tmp_path / "mine", {"update": slow})
    done = byhand("exercises", "check", "mine")
    assert done.returncode == 1
    assert "too slow for MNIST" in done.stderr and "All 9 functions are right." in done.stdout


@pytest.mark.parametrize("place", ["nowhere", "empty"])
def test_a_folder_without_exercises_gets_a_sentence(byhand: Byhand, tmp_path: Path, place: str) -> None:
    (tmp_path / "empty").mkdir()
    done = byhand("exercises", "check", place)
    assert done.returncode == 1 and "byhand exercises write" in done.stderr
