import importlib
import json
from pathlib import Path

import numpy as np
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
        (["model.docx"], "must end in .onnx, .html or .safetensors"),
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


@pytest.mark.parametrize("temperature", [1.0, 1.7])
@pytest.mark.parametrize(("sizes", "activation"), [([784, 30, 20, 10], "relu"), ([784, 16, 10], "tanh")])
def test_an_onnx_graph_gives_the_model_s_probabilities(
    tmp_path: Path, sizes: list[int], activation: str, temperature: float
) -> None:
    reference = importlib.import_module("onnx.reference")
    images = library.load_mnist().test_images[:100]
    network = Network(sizes, activation)
    network.initialise("glorot", np.random.default_rng(0))
    preprocessing = Preprocessing((28, 28), MinMaxScaling.fit(images, per_pixel=True))
    model = Model(network, preprocessing, tuple("0123456789"), temperature=temperature)
    export(model, tmp_path / "model.onnx")
    run = reference.ReferenceEvaluator(str(tmp_path / "model.onnx")).run
    probabilities, labels = run(None, {"images": images})
    np.testing.assert_allclose(probabilities, model.predict_proba(images), atol=1e-5)
    np.testing.assert_array_equal(labels, model.predict(images))


def test_a_model_that_deskews_has_no_onnx_form(byhand: Byhand, tmp_path: Path) -> None:
    done = byhand("export", "accurate.onnx", "--model", "accurate")
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "deskews" in done.stderr
    assert list(tmp_path.iterdir()) == []


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
