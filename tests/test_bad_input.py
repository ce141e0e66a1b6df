"""What a stranger's file, name or number can be: each gets one sentence, soon and in little memory."""

import gzip
import io
import json
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from byhand.data.decoding import decode
from byhand.data.idx import decode_idx
from byhand.data.sources import load_examples
from byhand.errors import ByhandError
from byhand.model import Model, load_model
from byhand.training.recipe import Recipe
from tests.test_model import SMALL, changed


def sentence(error: pytest.ExceptionInfo[ByhandError]) -> str:
    text = str(error.value)
    assert "\n" not in text and text[-1] in ".?" and len(text) < 1000
    return text


@pytest.mark.parametrize(
    "text",
    [
        "epochs = " + "9" * 5000,
        "learning_rate = " + "9" * 400,
        "hidden = " + "[" * 5000 + "]" * 5000,
        ".".join("a" * 8000) + " = 1",
        "a" * 10_000 + " = 1",
        "activation = '" + "relu" * 3000 + "'",
        "epochs = " + "[" * 900 + "]" * 900,
        "data = 'a\0b'",
        "x" * 20_000_000,
    ],
    ids=["digits", "beyond floats", "brackets", "dots", "name", "word", "lists", "null", "length"],
)
def test_recipes(text: str, tmp_path: Path) -> None:
    path = tmp_path / "r.toml"
    path.write_text(text)
    if "\0" in text:
        with pytest.raises(ByhandError, match="not valid TOML"):
            Recipe.load(str(path))
        return
    start = time.process_time()
    with pytest.raises(ByhandError) as error:
        Recipe.load(str(path))
    sentence(error)
    assert time.process_time() - start < 20  # a.a.a... took 82 s


@pytest.mark.parametrize(
    "description",
    [
        {"image_shape": None}, {"image_shape": [28]}, {"image_shape": ["28", "28"]}, {"image_shape": [-28, -28]},
        {"image_shape": [28, 28, 1]}, {"image_shape": 10**400}, {"temperature": None}, {"temperature": 10**400},
        {"temperature": "x"}, {"temperature": float("nan")}, {"brightness": float("inf")},
        {"layers": [784, 10**9, 10]}, {"layers": [784, "128", 10]}, {"layers": [784]}, {"layers": "x"},
        {"layers": [784, 128.0, 10]}, {"labels": ["0"] * 10}, {"labels": ["8" * 5000, *"123456789"]}, {"labels": 3},
        {"labels": ["", *"123456789"]}, {"activation": []}, {"activation": "softplus"}, {"deskew": [], "labels": None},
        {"recipe": {"stored": "banana"}}, {"recipe": []}, {"recipe": {"name": {}}}, {"results": {"test_accuracy": "x"}},
        {"results": None}, {"history": [1]}, {"history": [{"epoch": []}]}, {"format": []}, {"format": "9" * 5000},
    ],
)  # fmt: skip
def test_metadata_of_models(description: dict[str, Any]) -> None:
    with pytest.raises(ByhandError) as error:
        Model.from_bytes(changed(SMALL, **description), "The model")
    sentence(error)


def test_models_with_deep_metadata_or_other_weights() -> None:
    old = json.loads(SMALL[8 : 8 + int.from_bytes(SMALL[:8], "little")])
    old["__metadata__"]["byhand"] = '{"format":' + "[" * 50_000 + "]" * 50_000 + "}"
    text = json.dumps(old).encode()
    text += b" " * (-len(text) % 8)
    rest = SMALL[8 + int.from_bytes(SMALL[:8], "little") :]
    for content in (
        len(text).to_bytes(8, "little") + text + rest,
        changed(SMALL, {"scaling.minimum": np.full(784, 300.0)}),
        changed(SMALL, {"scaling.maximum": np.full(784, 1e300)}),
        (2**62).to_bytes(8, "little") + SMALL[8:],
    ):
        with pytest.raises(ByhandError) as error:
            Model.from_bytes(content, "The model")
        sentence(error)


def test_numbers_that_would_fill_the_memory(tmp_path: Path) -> None:
    header = bytes([0, 0, 8, 3]) + np.array([130_000, 28, 28], ">u4").tobytes()
    packed = gzip.compress(header + bytes(784 * 130_000), 1)
    with pytest.raises(ByhandError, match="would unpack to 101,920,000"):
        decode_idx(packed, "The file")
    with pytest.raises(ByhandError, match="at most 8"):
        decode_idx(bytes([0, 0, 8, 200]) + bytes(800), "The file")
    row = b"1," + b"0," * 783 + b"0\n"
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(row * 42_000, 1))
    with pytest.raises(ByhandError, match="would unpack to"):
        load_examples(tmp_path / "a.csv.gz", image_size=(28, 28))
    (tmp_path / "b.csv").write_bytes(b"," * 12_000_000)
    with pytest.raises(ByhandError, match="a row of more than 10 MB"):
        load_examples(tmp_path / "b.csv", image_size=(28, 28))


def test_arrays_that_promise_more_than_there_is(tmp_path: Path) -> None:
    array = io.BytesIO()
    np.save(array, np.zeros((2, 28, 28), np.uint8))
    lying = array.getvalue().replace(b"(2, 28, 28)", b"(9999999, 28, 28)")[: len(array.getvalue())]
    (tmp_path / "a.npy").write_bytes(lying)
    with zipfile.ZipFile(tmp_path / "b.npz", "w") as archive:
        archive.writestr("x_train.npy", lying)
        archive.writestr("y_train.npy", lying)
    with zipfile.ZipFile(tmp_path / "c.npz", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x_train.npy", array.getvalue() + bytes(10**8))
        archive.writestr("y_train.npy", b"")
    for name, word in (("a.npy", "promises"), ("b.npz", "promises"), ("c.npz", "would unpack")):
        with pytest.raises(ByhandError, match=word) as error:
            load_examples(tmp_path / name, image_size=(28, 28))
        sentence(error)


LONG = "a" * 300


@pytest.mark.parametrize(
    "arguments",
    [
        ["read", LONG], ["read", "loop.png"], ["predict", LONG], ["predict", "loop.png"],
        ["evaluate", "--data", LONG],
        ["evaluate", "--model", LONG], ["evaluate", "--model", "loop.png"],
        ["train", LONG + ".toml"],
        ["train", "--out", LONG, "--limit", "200", "--epochs", "1"],
        ["train", "--resume", LONG],
        ["train", "--data", "loop.png"], ["show", "weights", "--save", LONG + ".png"],
        ["export", LONG + ".safetensors"],
        ["train", "--out", "loop.png", "--limit", "200", "--epochs", "1"], ["train", "--resume", "loop.png"],
        ["read", "page.png", "--annotate", LONG + ".png"], ["read", "page.png", "--save-crops", LONG],
    ],
)  # fmt: skip
def test_names_that_cannot_be(arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from typer.testing import CliRunner

    from byhand.cli.app import app

    monkeypatch.chdir(tmp_path)
    (tmp_path / "loop.png").symlink_to("loop.png")
    Image.fromarray(np.full((40, 40), 255, np.uint8)).save("page.png")
    result = CliRunner().invoke(app, [*arguments, "--json"])
    assert result.exit_code == 1, result.output
    assert "in a way it should not" not in result.stderr
    json.loads(result.stdout)


def test_a_damaged_file_does_not_cost_the_others(tmp_path: Path) -> None:
    page = Image.new("L", (60, 60), 255)
    page.paste(0, (28, 10, 32, 50))
    page.save(tmp_path / "a.png")
    page.save(tmp_path / "c.png")
    file = io.BytesIO()
    page.convert("RGB").resize((400, 400)).save(file, "AVIF")
    (tmp_path / "b.avif").write_bytes(file.getvalue()[:-40])
    (tmp_path / "loop.png").symlink_to("loop.png")
    command = [sys.executable, "-m", "byhand", "read", str(tmp_path), "--json"]
    done = subprocess.run(command, capture_output=True, text=True)
    answers = json.loads(done.stdout)
    assert [Path(answer["file"]).name for answer in answers] == ["a.png", "b.avif", "c.png"]
    assert [answer.get("text") for answer in answers] == ["1", None, "1"]
    assert "is damaged or cut off" in answers[1]["error"]
    assert len(done.stderr.split("\n\n")[0].splitlines()) == 1
    assert done.returncode == 1


def test_an_error_that_nobody_foresaw_does_not_cost_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from byhand.reading.many import File, Options, read_files

    def broken(source: object, name: str) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr("byhand.reading.many.each_page", broken)
    (outcomes,) = read_files([File("a.png", b"x")], Options())
    assert (
        outcomes[0].error and "a.png: byhand failed in a way it should not (RuntimeError: a bug)" in outcomes[0].error
    )


@pytest.mark.parametrize(
    "content", [b"P5 x 5\n255\n", b"P5 5 5\n99999999999\n", b"P5\n# \n", b"Pf\n5 5\n0\n" + bytes(100)]
)
def test_bad_headers_of_pgm(content: bytes) -> None:
    with pytest.raises(ByhandError) as error:
        decode(content)
    sentence(error)


def test_names_of_models_in_python() -> None:
    for name in (LONG, "a\0b"):
        with pytest.raises(ByhandError, match="Cannot read the model"):
            load_model(name)
