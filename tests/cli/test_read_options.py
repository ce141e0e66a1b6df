"""`byhand read` with many files, regions, tables and signs, as a user meets it."""

import csv
import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import psutil
import pytest
from PIL import Image

import byhand as library
from evaluation_sets.generated_pages.signed_numbers import signed_number
from tests.reading.test_many import two_pages
from tests.reading.test_region import two_digits
from tests.reading.test_table import GRADES, sheet

from .conftest import Byhand


def digits(folder: Path, count: int, side: int = 28) -> Path:
    folder.mkdir(exist_ok=True)
    for number, image in enumerate(library.load_mnist().test_images[:count]):
        Image.fromarray(255 - image).resize((side, side)).save(folder / f"{number:04}.png")
    return folder


def test_strays_in_a_folder_are_skipped_and_counted(byhand: Byhand, tmp_path: Path) -> None:
    folder = digits(tmp_path / "folder", 2)
    for name in ("notes.txt", "labels.json"):
        (folder / name).write_text("{}")
    done = byhand("read", "folder", "--single", "--json")
    assert done.returncode == 0
    assert [one["text"] for one in json.loads(done.stdout)] == ["7", "2"]
    assert done.stderr == "Skipped 2 files that are no pictures: labels.json, notes.txt.\n"
    assert byhand("read", "folder", "--single", "--quiet").stderr == ""
    for path in folder.glob("*.png"):
        path.unlink()
    done = byhand("read", "folder")
    assert done.returncode == 1
    assert done.stderr == "The folder folder has no pictures in it, only 2 other files.\n"
    # Named, it is read, whatever it is called.
    done = byhand("read", "folder/notes.txt")
    assert done.returncode == 1
    assert "is not a picture" in done.stderr


def test_an_empty_name_is_refused(byhand: Byhand) -> None:
    done = byhand("read", "")
    assert done.returncode == 1
    assert "empty" in done.stderr


@pytest.mark.parametrize("name", ["pages.tif", "pages.pdf"])
def test_each_page_is_an_entry_of_its_own(byhand: Byhand, tmp_path: Path, name: str) -> None:
    if name.endswith("pdf"):
        pytest.importorskip("pypdfium2")
    path = two_pages(tmp_path / name)
    results = json.loads(byhand("read", name, "--json").stdout)
    assert [(one["file"], one["page"], one["text"]) for one in results] == [(str(path), 1, "7"), (str(path), 2, "2")]
    done = byhand("read", name, "--annotate", "found.png")
    assert done.stdout == f"{name}, page 1: 7\n{name}, page 2: 2\n"
    assert sorted(one.name for one in tmp_path.glob("found*")) == ["found-page1.png", "found-page2.png"]


def test_a_picture_of_one_page_has_no_page_number(byhand: Byhand, tmp_path: Path) -> None:
    digits(tmp_path / "folder", 1)
    (one,) = json.loads(byhand("read", "folder", "--json").stdout)
    assert list(one) == ["file", "text", "lines", "digits", "other"]


def test_a_large_folder_is_read_in_order(byhand: Byhand, tmp_path: Path) -> None:
    folder = digits(tmp_path / "many", 1100)
    (folder / "0003.png").write_text("no picture")
    done = byhand("read", "many", "--single", "--json")
    assert done.returncode == 1
    results = json.loads(done.stdout)
    assert [Path(one["file"]).name for one in results] == [f"{number:04}.png" for number in range(1100)]
    labels = library.load_mnist().test_labels
    right = [one.get("text") == str(label) for one, label in zip(results, labels, strict=False)]
    assert np.mean(right) > 0.98
    assert "error" in results[3]


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent otherwise there")
def test_ctrl_c_ends_all_processes(tmp_path: Path) -> None:
    digits(tmp_path / "many", 600, 112)
    command = [sys.executable, "-m", "byhand", "read", "many"]
    with subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    ) as running:
        assert running.stdout is not None and running.stderr is not None
        deadline = time.monotonic() + 60
        children: list[psutil.Process] = []
        while len(children) < 1 and time.monotonic() < deadline:
            children = psutil.Process(running.pid).children()
            time.sleep(0.05)
        time.sleep(1)
        children = psutil.Process(running.pid).children()
        # As a terminal does, to all of them.
        for process in [*children, psutil.Process(running.pid)]:
            process.send_signal(signal.SIGINT)
        _, errors = running.communicate(timeout=60)
    assert running.returncode == 130
    assert errors == "Stopped.\n"
    _, alive = psutil.wait_procs(children, timeout=10)
    assert not alive


def test_a_region(byhand: Byhand, tmp_path: Path) -> None:
    Image.fromarray(two_digits()).save(tmp_path / "two.png")
    (one,) = json.loads(byhand("read", "two.png", "--region", "50%,0,100%,100%", "--json").stdout)
    assert one["text"] == "2"
    assert one["digits"][0]["box"][0] > 200
    done = byhand("read", "two.png", "--region", "50%,0,30%,100%")
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "right must be beyond its left" in done.stderr
    done = byhand("read", "two.png", "--region", "0,0,900,100")
    assert done.returncode == 1
    assert "400 x 200 pixels" in done.stderr


def test_a_table(byhand: Byhand, tmp_path: Path) -> None:
    Image.fromarray(sheet(GRADES)).save(tmp_path / "grades.png")
    done = byhand("read", "grades.png", "--table", "grades.csv", "--json")
    assert done.returncode == 0, done.stderr
    (one,) = json.loads(done.stdout)
    with (tmp_path / "grades.csv").open(newline="") as file:
        rows = list(csv.reader(file))
    assert rows == GRADES
    assert [[cell["text"] for cell in one["cells"] if cell["row"] == row] for row in range(4)] == GRADES
    done = byhand("read", "grades.png", "grades.png", "--table", "tables")
    assert done.returncode == 0, done.stderr
    assert sorted(file.name for file in (tmp_path / "tables").iterdir()) == ["grades-2.csv", "grades.csv"]
    Image.fromarray(two_digits()).save(tmp_path / "two.png")
    done = byhand("read", "two.png", "--table", "two.csv")
    assert done.returncode == 1
    assert "no table" in done.stderr
    assert not (tmp_path / "two.csv").exists()
    for arguments, words in (
        (["--table", "grades.png"], ".csv"),
        (["--table", "x.csv", "--single"], "--single"),
        (["two.png", "--table", "x.csv"], "folder"),
    ):
        done = byhand("read", "grades.png", *arguments)
        assert done.returncode == 1
        assert words in done.stderr
        assert done.stderr.count("\n") == 1


def test_signs(byhand: Byhand, tmp_path: Path) -> None:
    number = next(n for n in map(signed_number, range(700, 800)) if n.text[0] == "-" and "." in n.text)
    Image.fromarray(number.picture).save(tmp_path / "number.png")
    done = byhand("read", "number.png", "--signs")
    assert done.stdout.replace("?", "").strip() == number.text
    (one,) = json.loads(byhand("read", "number.png", "--signs", "--json").stdout)
    assert one["text"] == number.text
    assert [sign["sign"] for sign in one["signs"]] == ["-", "."]
    (one,) = json.loads(byhand("read", "number.png", "--json").stdout)
    assert "signs" not in one
