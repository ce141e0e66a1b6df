import json
from pathlib import Path

import pytest

import byhand as library
from byhand.export import export
from byhand.model import Model, shipped_model
from byhand.nn import Network
from byhand.preprocessing import MinMaxScaling, Preprocessing

from .conftest import Byhand


def test_export_writes_one_page_with_everything_inside(byhand: Byhand, tmp_path: Path) -> None:
    done = byhand("export", "digits.html", "--json")
    assert done.returncode == 0, done.stderr
    page = (tmp_path / "digits.html").read_text("utf-8")
    assert json.loads(done.stdout) == {"file": str(tmp_path / "digits.html"), "bytes": len(page.encode())}
    assert len(page.encode()) <= 1_000_000
    assert "http://" not in page.replace("http://www.w3.org/2000/svg", "")
    assert "https://" not in page
    assert 'src="' not in page
    assert "Content-Security-Policy" in page
    again = byhand("export", "again.html", "--quiet")
    assert again.stdout == ""
    assert (tmp_path / "again.html").read_text("utf-8") == page


def test_export_copies_a_model_file(byhand: Byhand, tmp_path: Path, run_folder: Path) -> None:
    assert byhand("export", "copy.safetensors", "--model", run_folder).returncode == 0
    assert (tmp_path / "copy.safetensors").read_bytes() == (run_folder / "model.safetensors").read_bytes()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["model.docx"], "must end in .onnx, .html, .safetensors, .h or .md"),
        (["model.onnx", "--int8"], "--int8 is for C headers"),
        (["nowhere/model.html"], "Cannot write"),
        (["model.html", "--model", "missing"], "no model at missing"),
    ],
)
def test_what_cannot_be_exported_gets_one_sentence(
    byhand: Byhand, tmp_path: Path, arguments: list[str], words: str
) -> None:
    done = byhand("export", *arguments)
    assert done.returncode == 1
    assert words in done.stderr
    assert done.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "options", "words"),
    [
        ("weights.h", [], "static int byhand_predict"),
        ("weights.h", ["--int8"], "static const int8_t byhand_weights1"),
        ("card.md", [], "## Limits"),
    ],
)
def test_export_writes_headers_and_cards(
    byhand: Byhand, tmp_path: Path, name: str, options: list[str], words: str
) -> None:
    done = byhand("export", name, "--model", "accurate", *options)
    assert done.returncode == 0, done.stderr
    assert words in (tmp_path / name).read_text("utf-8")


def test_a_model_of_private_data_needs_none_but_for_the_page(byhand: Byhand, tmp_path: Path) -> None:
    scaling = MinMaxScaling.fit(library.load_mnist().test_images[:9])
    model = Model(Network([784, 10]), Preprocessing((28, 28), scaling), tuple("0123456789"), {"data": "arrays"})
    model.save(tmp_path / "mine.safetensors")
    assert byhand("export", "mine.onnx", "--model", "mine.safetensors").returncode == 0
    done = byhand("export", "mine.html", "--model", "mine.safetensors")
    assert done.returncode == 1
    assert "--data" in done.stderr


def test_a_network_that_the_page_cannot_show_is_refused(tmp_path: Path) -> None:
    scaling = MinMaxScaling.fit(library.load_mnist().test_images[:9, :8, :8])
    small = Model(Network([64, 10]), Preprocessing((8, 8), scaling), tuple("0123456789"))
    with pytest.raises(library.ByhandError, match="28 x 28"):
        export(small, tmp_path / "small.html")
    assert not (tmp_path / "small.html").exists()


def test_play_says_what_cannot_work(byhand: Byhand) -> None:
    done = byhand("play", "--no-browser", "--model", "missing")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "no model at missing" in done.stderr
    done = byhand("play", "--no-browser", "--host", "256.1.1.1", "--model", shipped_model())
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "256.1.1.1" in done.stderr
