"""Files of numbers and of encoded pictures: CSV, .npz, .npy, Parquet, IDX under any name."""

import gzip
import pickle
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from byhand.data.emnist import CHARACTERS, FIRST_LABEL
from byhand.data.idx import write_idx
from byhand.data.sources import load_dataset, load_examples, load_unlabelled
from byhand.errors import ByhandError

from .digits import COUNT, IMAGES, LABELS, MNIST, MODES, encoded, in_mode, write_csv

X2, Y2 = MNIST.train_images[:40], MNIST.train_labels[:40]
SIZE = (28, 28)


def check(source: Path, count: int = COUNT) -> tuple[str, ...]:
    """All of `IMAGES` are there with their labels, in order; gives the notes."""
    examples, notes = load_examples(source, image_size=SIZE)
    np.testing.assert_array_equal(examples.images, IMAGES[:count])
    assert [examples.label_names[i] for i in examples.labels] == [str(label) for label in LABELS[:count]]
    data = load_dataset(str(source))
    assert len(data.train) + len(data.test) == count
    return notes


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz", "a.tsv", "a.txt"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("last", [False, True])
@pytest.mark.parametrize("header", [False, True])
def test_csv_of_every_layout(tmp_path: Path, name: str, delimiter: str, last: bool, header: bool) -> None:
    notes = check(write_csv(tmp_path / name, header=header, last=last, delimiter=delimiter, end="\r\n"))
    assert bool(notes) == (not header)
    if not header:
        assert f"its {'last' if last else 'first'} column has the labels" in notes[0]


def test_csv_with_ids_words_quotes_a_byte_order_mark_and_the_header_of_pandas(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", ids=True)
    check(path)
    path.write_bytes(b"\xef\xbb\xbf" + b'"' + path.read_bytes().replace(b",", b'","').replace(b"\n", b'"\n"')[:-1])
    check(path)
    words = np.array([*"abcdefghij"])[LABELS]
    assert load_examples(write_csv(path, labels=words), image_size=SIZE)[0].label_names == tuple("abcdefghij")
    rows = write_csv(path).read_text().splitlines()
    path.write_text("\n".join(["label," + ",".join(map(str, range(784))), *rows[1:]]))
    check(path)
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame(IMAGES.reshape(COUNT, -1))
    frame.insert(0, "label", LABELS)
    for index in (True, False):
        frame.to_csv(path, index=index)
        check(path)
    frame["label"] = frame["label"].astype(float)
    frame.to_csv(path, index=False)
    check(path)


def test_csv_sorted_by_label_and_images_without_margins(tmp_path: Path) -> None:
    order = np.argsort(LABELS, kind="stable")
    noisy = np.clip(IMAGES[order].astype(int) + np.random.default_rng(0).integers(0, 30, IMAGES.shape), 0, 255)
    for last in (False, True):
        path = write_csv(tmp_path / "a.csv", noisy, LABELS[order], header=False, last=last)
        examples, _ = load_examples(path, image_size=SIZE)
        np.testing.assert_array_equal(examples.labels, LABELS[order])


@pytest.mark.parametrize(("change", "note"), [
    (lambda x: np.round(x / 255, 4), "from 0 to 1 "), (lambda x: 255 - x, "inverted"), (lambda x: x * 1.0, ""),
    (lambda x: x.astype(int) * 257, "from 0 to 6.554e+04"),
])  # fmt: skip
def test_csv_of_every_range(tmp_path: Path, change: Callable[[Any], NDArray[Any]], note: str) -> None:
    examples, notes = load_examples(write_csv(tmp_path / "a.csv", change(IMAGES)), image_size=SIZE)
    assert np.abs(examples.images.astype(int) - IMAGES).max() <= 1
    assert note in " ".join(notes)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (lambda lines: [*lines, lines[3] + ",7"], "785 pixels in row 200 .* and 784 in others"),
        (lambda lines: [*lines, "7,0"], "1 pixels in row 200 "),
        (lambda lines: [*lines, "7"], "too few columns in row 200"),
        (lambda lines: [*lines, "7," + ",".join(["x"] * 784)], "'x' among the pixels of row 200 "),
        (lambda lines: [*lines, "7," + ",".join([""] * 784)], "'' among the pixels of row 200 "),
        (lambda lines: [*lines, "7," + ",".join(["nan"] * 784)], "784 pixels that are no numbers .* in row 200 "),
        (lambda lines: [*lines, "," + ",".join(["0"] * 784)], "has no label in row 200 "),
        (lambda lines: [*lines, "7.5," + ",".join(["0"] * 784)], r"has 7\.5 in row 200 "),
        (lambda lines: [*lines, "7," + ",".join(["99999999999"] * 784)], "has a pixel of 1e.11 in row 200 "),
        (lambda lines: [line + ",1,2" for line in lines], "has 787 columns"),
        (lambda lines: [line.replace("label", "what") for line in lines], "call the labels 'label'"),
        (lambda lines: lines[:1], "has 0 images"),
        (lambda lines: [], "is empty"),
    ],
)
def test_a_csv_file_that_is_wrong_is_refused_with_its_row(
    tmp_path: Path, wrong: Callable[[list[str]], list[str]], words: str
) -> None:
    path = write_csv(tmp_path / "a.csv")
    path.write_text("\n".join(wrong(path.read_text().splitlines())))
    with pytest.raises(ByhandError, match=words):
        load_dataset(path)


def test_a_folder_of_kaggle_has_a_test_set_without_labels(tmp_path: Path) -> None:
    write_csv(tmp_path / "train.csv")
    write_csv(tmp_path / "test.csv", X2, None)
    (tmp_path / "sample_submission.csv").write_text("ImageId,Label\n1,0\n")
    data = load_dataset(tmp_path)
    assert len(data.train) + len(data.test) == COUNT
    assert "The 40 test images have no labels and were left out." in data.notes
    part, _, id_name = load_unlabelled(tmp_path, image_size=SIZE)
    np.testing.assert_array_equal(part.images, X2)
    assert (part.ids, id_name) == (None, "ImageId")
    with pytest.raises(ByhandError, match="no labelled images to learn from"):
        load_dataset(tmp_path / "test.csv")
    with pytest.raises(ByhandError, match="'byhand predict' needs no labels"):
        load_examples(tmp_path / "test.csv", image_size=SIZE)
    write_csv(tmp_path / "test.csv", X2, Y2, ids=True)
    assert (len(load_dataset(tmp_path).train), len(load_dataset(tmp_path).test)) == (COUNT, 40)
    part, _, id_name = load_unlabelled(tmp_path / "test.csv", image_size=SIZE)
    assert part.ids is not None
    assert (part.ids[:2].tolist(), id_name) == (["a0", "a1"], "id")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.text(alphabet='0123456789,;.\n"-ex ', max_size=300) | st.binary(max_size=100).map(lambda b: b.decode("latin1"))
)
def test_any_text_is_a_table_or_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(text, encoding="latin1", errors="replace")
    try:
        data = load_dataset(path)
    except ByhandError as error:
        assert str(error).endswith(".")
    else:
        assert data.train.images.ndim == 3


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.integers(2, 30), st.integers(4, 6), st.sampled_from(",;\t|"), st.booleans(), st.booleans(), st.integers(0, 99)
)
def test_any_table_is_read_back(
    tmp_path: Path, rows: int, side: int, delimiter: str, last: bool, ids: bool, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    images = rng.integers(0, 256, (rows, side, side))
    images[0, 0, 0] = 255  # not all from 0 to 16, which is a range of its own
    labels = np.arange(rows) % 2
    path = write_csv(tmp_path / "a.csv", images, labels, last=last, ids=ids, delimiter=delimiter)
    examples, notes = load_examples(path, image_size=SIZE)
    expected = 255 - images if "were inverted" in " ".join(notes) else images
    np.testing.assert_array_equal(examples.images, expected)
    np.testing.assert_array_equal(examples.labels, labels)


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_npz_by_its_keys(tmp_path: Path, save: Callable[..., None]) -> None:
    path = tmp_path / "mnist.npz"
    save(path, x_train=X2, y_train=Y2, x_test=IMAGES, y_test=LABELS)
    examples, _ = load_examples(path, image_size=SIZE)
    np.testing.assert_array_equal(examples.images, IMAGES)
    assert len(load_dataset(path).train) == 40
    save(path, X=IMAGES.reshape(COUNT, -1) / 255, y=LABELS)
    assert "from 0 to 1 " in check(path)[0]
    check(tmp_path)


def test_npz_that_cannot_be_used(tmp_path: Path) -> None:
    path = tmp_path / "a.npz"
    np.savez(path, a=IMAGES, b=LABELS)
    with pytest.raises(ByhandError, match=r"no images under a key .* it has a, b"):
        load_dataset(path)
    np.savez(path, X=np.array([{}], object), y=LABELS)
    with pytest.raises(ByhandError, match="Cannot read"):
        load_dataset(path)
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(ByhandError, match="Cannot read"):
        load_dataset(path)
    (tmp_path / "mnist.pkl.gz").write_bytes(gzip.compress(pickle.dumps((IMAGES, LABELS))))
    with pytest.raises(ByhandError, match=r"no data that byhand knows: give 'mnist', a \.csv"):
        load_dataset(tmp_path / "mnist.pkl.gz")


IDX = ("train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte")


def write_four(
    folder: Path, names: tuple[str, ...], arrays: tuple[NDArray[Any], ...] = (X2, Y2, IMAGES, LABELS)
) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, array in zip(names, arrays, strict=True):
        path = folder / name
        if path.suffix == ".npz":
            np.savez_compressed(path, array)
        elif path.suffix == ".npy":
            np.save(path, array)
        else:
            write_idx(path, array)
    return folder


@pytest.mark.parametrize(
    "names",
    [
        IDX,
        tuple(f"{name}.gz" for name in IDX),
        tuple(name.replace("-idx", ".idx") for name in IDX),
        tuple(f"qmnist-{name.replace('t10k', 'test')}" for name in IDX),
        tuple(f"kmnist-{name}.npz" for name in ("train-imgs", "train-labels", "test-imgs", "test-labels")),
        ("x_train.npy", "y_train.npy", "x_test.npy", "y_test.npy"),
        ("train_images.npy", "train_labels.npy", "test_images.npy", "test_labels.npy"),
        ("TrainImages.bin", "TrainLabels.bin", "TestImages.bin", "TestLabels.bin"),
    ],
)
@pytest.mark.parametrize("below", ["", "raw", "MNIST/raw"])
def test_four_files_by_any_of_their_names(tmp_path: Path, names: tuple[str, ...], below: str) -> None:
    folder = write_four(tmp_path / below, names)
    (folder / "LICENSE").write_text("CC")
    data = load_dataset(tmp_path)
    np.testing.assert_array_equal(data.train.images, X2)
    np.testing.assert_array_equal(data.train.labels, Y2)
    np.testing.assert_array_equal(data.test.images, IMAGES)
    np.testing.assert_array_equal(data.test.labels, LABELS)
    assert data.notes == ()
    part, _, _ = load_unlabelled(folder / names[0], image_size=SIZE)
    np.testing.assert_array_equal(part.images, X2)
    for name in names[:2]:
        (folder / name).unlink()
    np.testing.assert_array_equal(load_examples(tmp_path, image_size=SIZE)[0].labels, LABELS)
    with pytest.raises(ByhandError, match="no labelled images to learn from"):
        load_dataset(tmp_path)


def test_torchvision_keeps_raw_and_gzipped_files_side_by_side(tmp_path: Path) -> None:
    write_four(write_four(tmp_path, IDX), tuple(f"{name}.gz" for name in IDX))
    assert len(load_dataset(tmp_path).test) == COUNT


def test_qmnist_s_labels_have_eight_columns(tmp_path: Path) -> None:
    columns = np.arange(COUNT * 8, dtype=np.int32).reshape(COUNT, 8)
    columns[:, 0] = LABELS
    write_four(tmp_path, ("qmnist-test-images-idx3-ubyte.gz", "qmnist-test-labels-idx2-int.gz"), (IMAGES, columns))
    np.testing.assert_array_equal(load_examples(tmp_path, image_size=SIZE)[0].labels, LABELS)


@pytest.mark.parametrize("split", CHARACTERS)
def test_emnist_is_upright_and_has_its_characters(tmp_path: Path, split: str) -> None:
    characters = CHARACTERS[split]
    labels = (np.arange(COUNT) % len(characters) + FIRST_LABEL.get(split, 0)).astype(np.uint8)
    turned = IMAGES.swapaxes(1, 2)
    for part in ("train", "test"):
        names = (f"emnist-{split}-{part}-images-idx3-ubyte.gz", f"emnist-{split}-{part}-labels-idx1-ubyte.gz")
        write_four(tmp_path, names, (turned, labels))
    data = load_dataset(tmp_path)
    np.testing.assert_array_equal(data.train.images, IMAGES)
    assert [data.label_names[i] for i in data.train.labels] == [characters[i % len(characters)] for i in range(COUNT)]
    assert f"EMNIST ({split}): its images are stored transposed and were turned upright." in data.notes


def test_emnist_as_tables_on_kaggle(tmp_path: Path) -> None:
    letters = LABELS + np.arange(COUNT) % 2 * 16 + 1  # 1 to 26
    for split in ("letters", "digits"):
        for part in ("train", "test"):
            labels = letters if split == "letters" else LABELS
            write_csv(tmp_path / f"emnist-{split}-{part}.csv", IMAGES.swapaxes(1, 2), labels, header=False)
    with pytest.raises(ByhandError, match=r"several tables of images .*as in .*/emnist-digits\."):
        load_dataset(tmp_path)
    data = load_dataset(tmp_path / "emnist-letters")
    assert (len(data.train), len(data.test)) == (COUNT, COUNT)
    np.testing.assert_array_equal(data.train.images, IMAGES)
    assert [ord(data.label_names[i]) - 64 for i in data.train.labels] == letters.tolist()
    assert data.notes.count("EMNIST (letters): its images are stored transposed and were turned upright.") == 2


def test_the_official_mappings_of_emnist() -> None:
    assert [len(CHARACTERS[split]) for split in ("byclass", "bymerge", "balanced", "letters")] == [62, 47, 47, 26]
    # Lines of emnist-balanced-mapping.txt: "36 97" and "46 116".
    assert (ord(CHARACTERS["balanced"][36]), ord(CHARACTERS["balanced"][46])) == (97, 116)


def test_of_several_data_sets_one_is_chosen_by_name(tmp_path: Path) -> None:
    for split, images in (("digits", IMAGES), ("mnist", X2)):
        names = tuple(f"emnist-{split}-{name.replace('t10k', 'test')}" for name in IDX[:2])
        write_four(tmp_path, names, (images.swapaxes(1, 2), LABELS if split == "digits" else Y2))
    with pytest.raises(
        ByhandError, match=r"several data sets \(emnist digits, emnist mnist\).*as in .*/emnist-digits\."
    ):
        load_dataset(tmp_path)
    check(tmp_path / "emnist-digits")
    with pytest.raises(ByhandError, match="There is no data"):
        load_dataset(tmp_path / "emnist-letters")
    write_four(tmp_path / "a", IDX)
    write_four(tmp_path / "b", IDX)
    for path in tmp_path.glob("emnist*"):
        path.unlink()
    with pytest.raises(ByhandError, match=r"several data sets: choose .*a or .*b"):
        load_dataset(tmp_path)


def test_what_is_missing_and_what_was_found_is_named(tmp_path: Path) -> None:
    write_four(tmp_path, IDX)
    (tmp_path / IDX[1]).unlink()
    with pytest.raises(ByhandError, match=f"lacks {IDX[1]}, to go with {IDX[0]} .found: .*{IDX[2]}, "):
        load_dataset(tmp_path)
    write_four(tmp_path, ("train-images-more", IDX[1]), (X2, Y2))
    with pytest.raises(ByhandError, match="several"):
        load_dataset(tmp_path)


def test_two_files_without_a_part_in_their_names_are_everything(tmp_path: Path) -> None:
    check(write_four(tmp_path, ("images.npy", "labels.npy"), (IMAGES, LABELS)))
    check(tmp_path / "images.npy")


def write_parquet(path: Path, images: NDArray[Any], labels: NDArray[Any] | None, mode: str = "L") -> None:
    pyarrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")

    pictures = [{"bytes": encoded(in_mode(image, mode), MODES[mode]), "path": None} for image in images]
    columns = {"image": pictures} | ({} if labels is None else {"label": labels.tolist()})
    path.parent.mkdir(parents=True, exist_ok=True)
    parquet.write_table(pyarrow.table(columns), path)


def test_parquet_as_hugging_face_keeps_mnist(tmp_path: Path) -> None:
    write_parquet(tmp_path / "mnist" / "train-00000-of-00002.parquet", X2[:20], Y2[:20])
    write_parquet(tmp_path / "mnist" / "train-00001-of-00002.parquet", X2[20:], Y2[20:], "RGB")
    write_parquet(tmp_path / "mnist" / "test-00000-of-00001.parquet", IMAGES, LABELS)
    data = load_dataset(tmp_path)
    np.testing.assert_array_equal(data.train.images, X2)
    np.testing.assert_array_equal(data.train.labels, Y2)
    np.testing.assert_array_equal(data.test.images, IMAGES)
    check(tmp_path / "mnist" / "test-00000-of-00001.parquet")
    write_parquet(tmp_path / "a.parquet", IMAGES, None)
    with pytest.raises(ByhandError, match="no labelled images"):
        load_dataset(tmp_path / "a.parquet")
    (tmp_path / "a.parquet").write_bytes(b"PAR1 and no more")
    with pytest.raises(ByhandError, match="Cannot read"):
        load_dataset(tmp_path / "a.parquet")


def test_parquet_without_pyarrow_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.parquet").write_bytes(b"PAR1")
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    with pytest.raises(ByhandError, match=r"pip install 'byhand\[parquet\]'"):
        load_dataset(tmp_path / "a.parquet")


MEASURED = """
import resource, sys, time
import byhand, byhand.data.parquet_files
from byhand.training.recipe import Recipe
from byhand.training.run import Run
byhand.load_model("fast")
def most(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
start, before = time.perf_counter(), most()
run = Run(Recipe.load("fast", data=sys.argv[1]))
print(time.perf_counter() - start, most() - before, run.data.train.images.nbytes + run.data.test.images.nbytes)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="counts the memory of a process as Linux does")
def test_sixty_thousand_rows_of_csv_take_no_longer_than_pandas_and_little_memory(tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas")
    path = write_csv(tmp_path / "train.csv", MNIST.train_images, MNIST.train_labels)
    done = subprocess.run([sys.executable, "-c", MEASURED, path], capture_output=True, text=True, check=True)
    seconds, memory, pixels = map(float, done.stdout.split())
    start = time.perf_counter()
    pandas.read_csv(path)
    assert seconds < 3 * (time.perf_counter() - start)
    assert pixels == 60_000 * 784
    assert memory < 2 * pixels
