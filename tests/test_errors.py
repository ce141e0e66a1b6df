"""The errors that no test of their own module causes: each sentence, and what leads to it."""

import asyncio
import dataclasses
import errno
import io
import sys
from collections.abc import AsyncIterator, Callable
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar, cast

import numpy as np
import pytest
from PIL import Image
from starlette.datastructures import QueryParams
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from typer.testing import CliRunner

import byhand
from byhand.cli.app import app
from byhand.data import decoding, mnist
from byhand.data.csv_files import read_csv
from byhand.data.dataset import Dataset, LabelledImages
from byhand.data.idx import decode_idx
from byhand.data.labels import to_labels
from byhand.data.mapped_images import MappedImages
from byhand.data.mnist import MNIST
from byhand.data.parquet_files import read_parquet
from byhand.data.parts import Part, Parts
from byhand.data.picture_folder import load_pictures
from byhand.data.sources import load_dataset, load_examples, load_unlabelled
from byhand.engines import DaskEngine, LocalEngine
from byhand.errors import ByhandError
from byhand.estimator.parameters import parameters_of
from byhand.exercises import checking
from byhand.exercises.writing import NOTEBOOK
from byhand.export import export, from_torch
from byhand.figures.sweep import draw_sweep
from byhand.files import keep_aside
from byhand.model import Model, load_model
from byhand.playground import bodies, tasks, worker
from byhand.playground.pool import BrokenOffError, BusyError, Pool
from byhand.playground.reading_options import reading_options
from byhand.reading import reader, spread
from byhand.reading.crops import Crops
from byhand.reading.readings import Readings
from byhand.sweep.results import Results, read_results
from byhand.sweep.search import trials_of
from byhand.sweep.sweep import Sweep
from byhand.training import checkpoint
from byhand.training.fine_tuning import set_up_fine_tuning
from byhand.training.folder_lock import locked
from byhand.training.recipe import Recipe
from byhand.training.run_folder import new_run_folder
from fuzz.parsers import _training as small_training
from tests.caused import CAUSED, never_caused

IMAGES = np.zeros((4, 5, 5), np.uint8)
IMAGES[:, 1:4, 2] = 200
LABELS = np.array([0, 1, 0, 1])
MNIST_LIKE = np.pad(IMAGES, ((0, 0), (12, 11), (12, 11)))

Attempt = Callable[[Path, pytest.MonkeyPatch], object]


def file(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def npz(folder: Path, name: str, **arrays: Any) -> Path:
    np.savez(folder / name, **arrays)
    return folder / name


def npy(array: Any) -> bytes:
    content = io.BytesIO()
    np.save(content, array)
    return content.getvalue()


def refusing(number: int) -> Callable[..., Any]:
    """What an operation of the system does that fails."""

    def refuse(*arguments: Any, **options: Any) -> Any:
        raise OSError(number, "Input/output error")

    return refuse


def dataset(train: Any = IMAGES, train_labels: Any = LABELS, test: Any = IMAGES, test_labels: Any = LABELS) -> Dataset:
    return Dataset.from_arrays("x", MNIST(train, train_labels, test, test_labels), "the arrays")


def picture(kind: str, size: tuple[int, int] = (40, 30), mode: str = "L", **options: Any) -> bytes:
    content = io.BytesIO()
    Image.new(mode, size, 255).save(content, kind, **options)
    return content.getvalue()


def pdf(pages: int, size: tuple[int, int] = (40, 30)) -> bytes:
    page = Image.new("L", size, 255)
    return picture("pdf", size, save_all=True, append_images=[page] * (pages - 1))


def pdf_without_pages(monkeypatch: pytest.MonkeyPatch) -> object:
    import pypdfium2

    # The present PDFium opens no such file, which is no promise.
    monkeypatch.setattr(pypdfium2.PdfDocument, "__len__", lambda document: 0)
    return decoding.decode_pages(pdf(1))


def parquet(folder: Path, **columns: Any) -> Path:
    import pyarrow
    import pyarrow.parquet

    pyarrow.parquet.write_table(pyarrow.table(columns), folder / "a.parquet", compression="zstd")
    return folder / "a.parquet"


def same_picture_often(folder: Path) -> Path:
    """A file of a kilobyte with the same megabyte in every one of 20,000 rows."""
    import pyarrow

    content = pyarrow.array([picture("png") + bytes(1_000_000)])
    image = pyarrow.DictionaryArray.from_arrays(pyarrow.array([0] * 20_000, pyarrow.int32()), content)
    return parquet(folder, image=image, label=[0, 1] * 10_000)


def openml(monkeypatch: pytest.MonkeyPatch, answer: Callable[..., Any]) -> Dataset:
    monkeypatch.setattr("sklearn.datasets.fetch_openml", answer)
    return load_dataset("openml:x")


def fails(*arguments: Any, **options: Any) -> Any:
    raise ValueError("no\nsuch data")


def two_files_of_one_kind(folder: Path) -> Path:
    np.save(folder / "train-images.npy", IMAGES)
    np.save(folder / "train_images.npy", IMAGES)
    return folder


def longer(folder: Path) -> Path:
    return file(folder, "a.npy", npy(IMAGES).replace(b"(4, 5, 5)", b"(9, 9, 9)"))


def two_npz(folder: Path) -> Path:
    for name in ("a.npz", "b.npz"):
        npz(folder, name, x_train=IMAGES, y_train=LABELS)
    return folder


def table_with_null(folder: Path) -> Path:
    file(folder, "a.png", picture("png"))
    file(folder, "labels.csv", b"file,label\na.png,\0\n")
    return folder


def mnist_without_files(monkeypatch: pytest.MonkeyPatch, folder: Path) -> MNIST:
    monkeypatch.setattr(mnist, "files", lambda package: folder)
    return mnist.load_mnist()


def without(monkeypatch: pytest.MonkeyPatch, package: str) -> object:
    """As if a package were not installed."""
    monkeypatch.setitem(sys.modules, package, None)
    return package


def unreadable_table(folder: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    path = file(folder, "a.csv", b"1,2\n")
    monkeypatch.setattr(Path, "open", refusing(errno.EIO))
    return read_csv(path)


def unreadable_picture(folder: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    path = file(folder, "a.png", picture("png"))
    monkeypatch.setattr(Path, "read_bytes", refusing(errno.EIO))
    return load_pictures([("a.png", path)])


def unreadable_folder(folder: Path, monkeypatch: pytest.MonkeyPatch, labels: str) -> object:
    monkeypatch.setattr(Path, "iterdir", refusing(errno.EIO))
    return load_examples(folder, image_size=(28, 28), labels=labels)


def examples(path: Path) -> object:
    return load_examples(path, image_size=(28, 28))


DATA: dict[str, tuple[Attempt, str]] = {
    "npy that promises more": (
        lambda folder, _: load_unlabelled(longer(folder), image_size=(28, 28)), "is truncated"
    ),
    "two files of one kind": (lambda folder, _: examples(two_files_of_one_kind(folder)), "leave one of them out"),
    "CSV on a bad disk": (unreadable_table, r"^Cannot read .*a\.csv: Input/output error\.$"),
    "CSV with a long row": (lambda folder, _: read_csv(file(folder, "a.csv", b"1," * 6_000_000)), "more than 10 MB"),
    "CSV with another column": (
        lambda folder, _: read_csv(file(folder, "a.csv", (",".join("abcdefghijklmnopqrstuvwxyz") + "\n").encode())),
        r"cannot tell which \(a, y, z\): call the labels 'label'",
    ),
    "damaged gzip": (lambda folder, _: read_csv(file(folder, "a.csv.gz", b"\x1f\x8bxx")), "is damaged .*fresh copy"),
    "images of two dimensions": (lambda *_: dataset(train=IMAGES[0]), r"shape \(5, 5\).*mixed up\?$"),
    "fewer labels": (lambda *_: dataset(test_labels=LABELS[:3]), "4 test images and 3 labels"),
    "no images": (lambda *_: dataset(test=IMAGES[:0], test_labels=LABELS[:0]), "has no test images"),
    "a long picture": (
        lambda *_: decoding.decode(picture("png", (70_000, 1), "1")), r"more than 65,535 pixels long: cut it"
    ),
    "a large file": (
        lambda _, patch: (patch.setattr(decoding, "MOST_FILE_BYTES", 9), decoding.decode(picture("png"))), "make it s"
    ),
    "IDX of nothing": (
        lambda *_: decode_idx(b"\0\0\x08\x03" + b"\0\0\0\0" + b"\x7f\xff\xff\xff" * 2, "It"), "has no numbers in it"
    ),
    "IDX of many dimensions": (
        lambda *_: decode_idx(b"\0\0\x08\x09" + bytes(36), "It"), "9 dimensions.*at most 8"
    ),
    "ragged labels": (lambda *_: to_labels([[1], [1, 2]], "y"), "y must hold one label per image"),
    "complex labels": (lambda *_: to_labels(np.array([1j]), "y"), "whole numbers or words, not complex128"),
    "labels of tuples": (lambda *_: to_labels(np.array([None, (1, 2)], object)[1:], "y"), r"has \(1, 2\) in row 0"),
    "an installation without MNIST": (lambda folder, patch: mnist_without_files(patch, folder), "missing: install"),
    "Parquet without pictures": (
        lambda folder, _: read_parquet([parquet(folder, text=["a"])]), "no column 'image'.*it has text"
    ),
    "Parquet with words": (lambda folder, _: read_parquet([parquet(folder, image=["a"])]), "no encoded picture in row"),
    "Parquet that unpacks to gigabytes": (lambda folder, _: read_parquet([same_picture_often(folder)]), "would unpack"),
    "damaged Parquet": (lambda folder, _: read_parquet([file(folder, "a.parquet", b"PAR1")]), "^Cannot read .*a.parq"),
    "no Parquet": (lambda folder, patch: (without(patch, "pyarrow"), read_parquet([folder])), "need pyarrow"),
    "parts without images to evaluate on": (
        lambda *_: Parts("x", "It", None, Part(IMAGES[:0], LABELS[:0])).examples(), "It has no images"
    ),
    "parts without images": (lambda *_: Parts("x", "It", None, None).unlabelled(), "It has no images"),
    "no PDFium": (lambda folder, patch: (without(patch, "pypdfium2"), decoding.decode_pages(pdf(1))), "install pypdf"),
    "PDF of many pages": (lambda _, patch: (patch.setattr(decoding, "MOST_PAGES", 1), decoding.decode_pages(pdf(2))),
                          "more than 1 pages"),
    "PDF without pages": (lambda _, patch: pdf_without_pages(patch), "has no pages"),
    "PDF of a large page": (lambda *_: decoding.decode_pages(pdf(1, (9000, 9000))), "^Page 1 of .*million pixels at"),
    "a picture on a bad disk": (unreadable_picture, "^Cannot read .*Input/output error"),
    "a folder on a bad disk": (
        lambda folder, patch: unreadable_folder(folder, patch, ""), "^Cannot look into .*Input/output error"
    ),
    "a folder of pictures on a bad disk": (
        lambda folder, patch: unreadable_folder(folder, patch, "{label}_*"), "^Cannot look into .*Input/output error"
    ),
    "a listing with a null character": (lambda folder, _: examples(table_with_null(folder)), "null characters"),
    "two archives": (lambda folder, _: examples(two_npz(folder)), "several data sets: choose .*a.npz or .*b.npz"),
    "openml.org without it": (lambda _, patch: openml(patch, fails), r"no usable data set x: no such data\.$"),
    "openml.org with other data": (
        lambda _, patch: openml(patch, lambda *a, **o: SimpleNamespace(data=np.zeros((2, 5)), target=[0, 1])),
        "does not hold square images",
    ),
}  # fmt: skip


def test_who_causes_an_error_is_noted(request: pytest.FixtureRequest) -> None:
    with pytest.raises(ByhandError):
        decode_idx(b"\0\0\x08\x01", "It")
    noted = request.config.stash[CAUSED]["data/idx.py"]
    assert noted["{name} is truncated: it ends within its header. Get a fresh copy."].startswith("tests/")
    assert any("it ends within its header" in line for line in never_caused({}))
    assert not any("it ends within its header" in line for line in never_caused({"data/idx.py": noted}))


@pytest.mark.parametrize("case", DATA)
def test_data(case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    check(DATA[case], tmp_path, monkeypatch)


def check(case: tuple[Attempt, str], folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    attempt, words = case
    with pytest.raises(ByhandError, match=words) as error, monkeypatch.context() as patch:
        attempt(folder, patch)
    sentence = str(error.value)
    assert "\n" not in sentence
    assert sentence[-1] in ".?"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["show", ""], "FIGURE is empty: give a value, or leave it out."),
        (["train", "--hidden", "many"], "'many' is not a list of whole numbers"),
        (["train", "fast", "--resume", "run"], "leave everything else out"),
        (["show", "samples", "--seed", "-1"], "--seed cannot be -1: give a number from 0 to"),
        (["show", "sample"], "There is no figure 'sample': did you mean 'samples'?"),
        (["show", "samples", "white.png"], "takes no picture; 'byhand show reading white.png' does"),
        (["show", "reading"], "needs a picture: byhand show reading photo.jpg."),
        (["show", "reading", "white.png"], "There is nothing to draw"),
        (["show", "sweep"], "There is no sweep in runs/"),
        (["show", "sweep", "empty"], "There are no results of a sweep in empty"),
        (["explain", "8", "--tiny"], "--tiny brings its own image"),
        (["explain"], "Say which image"),
        (["explain", "8", "--html", "a.txt"], "its name must end in .html"),
        (["explain", "8", "--unit", "x"], "--unit cannot be 'x'"),
        (["explain", "10000"], "There is no image 10,000 in the test set: give a number from 0 to 9,999."),
        (["explain", "8", "--learning-rate", "1e308"], "leads to no finite loss"),
        (["explain", "white.png"], "white.png has no digit in it"),
        (["predict", "mnist", "--out", "a.txt"], "Predictions are written as"),
        (["predict", "mnist", "--out", "nowhere/a.csv"], "There is no folder nowhere to write a.csv to."),
        (["read", "empty"], "The folder empty has no pictures in it."),
        (["read", "white.png", "white.png", "--table", "a.csv"], "give --table a folder instead of a.csv"),
        (["read", "white.png", "--table", "a.txt"], "Cannot write the table to a.txt"),
        (["read", "white.png", "--table", "a.csv"], "There is no table in it"),
        (["read", "white.png", "white.png", "--annotate", "a.png"], "give --annotate a folder instead of a.png"),
        (["read", "white.png", "--annotate", "a.txt"], "Cannot annotate to a.txt"),
        (["sweep", "--grid", "l2=0,1", "--engine", "local", "--scheduler", "tcp://x"], "--scheduler needs a cluster"),
        (["sweep", "--grid", "epochs=1,2", "--halving"], "--halving chooses the epochs itself"),
        (["sweep", "--grid", "l2=0,1", "--limit", "9", "--validation", "9"], "Cannot hold out 9 of 9 images"),
        (["sweep", "--grid", "l2=0,1", "--seeds", "1000000000"], "This sweep has 2,000,000,000 trials"),
        (["exercises", "check", "nowhere"], "There is no folder nowhere"),
        (["exercises", "check", "empty"], "There are no exercises in empty"),
        (["exercises", "check", "notebook"], "Nothing is written yet in notebook"),
        (["exercises", "write", "notebook"], "notebook is in use already"),
        (["export", "a.txt"], "Cannot export to a.txt"),
        (["export", "a.html", "--int8"], "--int8 is for C headers"),
    ],
)
def test_commands(arguments: list[str], words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    file(tmp_path, "white.png", picture("png"))
    (tmp_path / "empty").mkdir()
    (tmp_path / "notebook").mkdir()
    file(tmp_path / "notebook", NOTEBOOK, b"{}")
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code != 0
    assert words in " ".join(result.output.replace("\u2502", " ").split())


class Request:
    """A request whose body comes as it likes."""

    headers: ClassVar[dict[str, str]] = {}

    def __init__(self, *chunks: bytes | Exception, wait: float = 0) -> None:
        self.chunks, self.wait = chunks, wait

    async def stream(self) -> AsyncIterator[bytes]:
        for chunk in self.chunks:
            await asyncio.sleep(self.wait)
            if isinstance(chunk, Exception):
                raise chunk
            yield chunk


@pytest.mark.parametrize(
    ("request_", "error", "words"),
    [
        (Request(bytes(20)), BusyError, "Too much is being sent at once"),
        (Request(b"a", b"b", wait=5), HTTPException, "more slowly than 50 kB a second"),
        (Request(ClientDisconnect()), HTTPException, "broke off"),
    ],
)
def test_bodies(request_: Any, error: Any, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "MOST_BYTES", 10)
    monkeypatch.setattr(bodies, "GRACE_SECONDS", 0.01)
    with pytest.raises(error, match=words):
        asyncio.run(bodies.Uploads().body(request_, 100))


@pytest.mark.parametrize(
    ("options", "words"), [({"single": "yes"}, "true or false, not 'yes'"), ({"region": "9" * 200}, "four numbers")]
)
def test_options_of_a_request(options: dict[str, str], words: str) -> None:
    with pytest.raises(HTTPException, match=words):
        reading_options(QueryParams(options))


async def wanted() -> bool:
    return True


def test_a_pool_that_breaks_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    async def breaks(*arguments: Any) -> Any:
        raise BrokenProcessPool

    pool = Pool(1, 1, 1.0)
    monkeypatch.setattr(pool, "_result", breaks)
    with pytest.raises(BrokenOffError, match="twice"):
        asyncio.run(pool.run(wanted, len, ""))


def no_memory(*arguments: Any, **options: Any) -> Any:
    raise MemoryError


def test_a_task_and_a_training_without_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "decode", no_memory)
    with pytest.raises(ByhandError, match="not enough memory"):
        tasks.read_task(b"", b"", {}, False)
    sent: list[Any] = []
    monkeypatch.setattr(worker, "give_way", lambda: None)
    worker._work(no_memory, SimpleNamespace(send=sent.append))  # type: ignore[arg-type]
    assert "not enough memory" in str(sent[0])


def huge(folder: Path) -> object:
    model = load_model("fast")
    model.network.parameters[:] = np.float32(3e38)
    return Model.from_bytes(model.to_bytes(), "The model").predict(np.full((2, 28, 28), 200, np.uint8))


def mapped(dataset: Dataset) -> Dataset:
    """The same, as if its training images were too many to be held in memory."""
    images = dataclasses.replace(dataset.train, images=object.__new__(MappedImages))  # type: ignore[arg-type]
    return dataclasses.replace(dataset, train=images)


def engine(monkeypatch: pytest.MonkeyPatch, everywhere: Callable[..., Any], scheduler: str | None = None) -> DaskEngine:
    made = DaskEngine.__new__(DaskEngine)
    made._scheduler = scheduler
    monkeypatch.setattr(DaskEngine, "everywhere", lambda self, function: everywhere(function))
    return made


def killed_process(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    from joblib.externals.loky.process_executor import TerminatedWorkerError

    def parallel(*arguments: Any, **options: Any) -> Any:
        raise TerminatedWorkerError("killed")

    monkeypatch.setattr("joblib.Parallel", parallel)
    return list(LocalEngine(2).run(lambda task, shared: task, [1]))


def cluster_without_workers(monkeypatch: pytest.MonkeyPatch) -> object:
    import distributed

    def late(*arguments: Any, **options: Any) -> Any:
        raise TimeoutError

    client = SimpleNamespace(wait_for_workers=late, close=lambda **_: None)
    monkeypatch.setattr(distributed, "Client", lambda *arguments, **options: client)
    return DaskEngine("tcp://127.0.0.1:1", None)


def unfinished_exercises(folder: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    process = SimpleNamespace(stdout=iter([]), wait=lambda: 1, kill=lambda: None, communicate=lambda: None)
    monkeypatch.setattr(checking, "_start", lambda *arguments: process)
    return list(checking.train_with(folder))


def sweep_that_failed(folder: Path) -> object:
    results = Results(folder, ["l2"])
    results.add({"key": "a", "validation_accuracy": None})
    return draw_sweep(folder)


def unwritable_results(folder: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    results = Results(folder, ["l2"])
    monkeypatch.setattr(Path, "open", refusing(errno.ENOSPC))
    results.add({"key": "a"})
    return None


def sweep_on_a_cluster(folder: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    sweep = Sweep.__new__(Sweep)
    sweep.data = mapped(dataset())
    return next(sweep.run(engine(monkeypatch, len)))


def checkpoint_of_another_version(folder: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    training = small_training()
    with monkeypatch.context() as patch:
        patch.setattr(checkpoint, "FORMAT", 1)
        checkpoint.save_checkpoint(training, folder / "c")
    checkpoint.load_checkpoint(training, folder / "c")
    return None


def no_checkpoint(folder: Path) -> None:
    checkpoint.load_checkpoint(small_training(), folder / "c")


def to_onnx(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    without(monkeypatch, "onnx")
    export(load_model(), folder / "a.onnx")


def no_locks(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("filelock.FileLock.acquire", refusing(errno.ENOLCK))
    with locked(folder):
        pass


def no_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    monkeypatch.chdir(folder)
    (folder / "runs").mkdir()
    monkeypatch.setattr(Path, "mkdir", refusing_after_the_first(Path.mkdir))
    return new_run_folder(None, Recipe.load("fast"))


def refusing_after_the_first(operation: Callable[..., Any]) -> Callable[..., Any]:
    done: list[Any] = []

    def once(*arguments: Any, **options: Any) -> Any:
        done.append(arguments)
        return operation(*arguments, **options) if len(done) == 1 else refusing(errno.ENOSPC)()

    return once


def fine_tuning_of_too_much(monkeypatch: pytest.MonkeyPatch) -> object:
    data = dataset(MNIST_LIKE, LABELS, MNIST_LIKE, LABELS)
    monkeypatch.setattr(LabelledImages, "take", lambda self, chosen: mapped(data).train)
    return set_up_fine_tuning(load_model("fast"), Recipe.load("fine-tune", fine_tune="fast", validation=2), data)


def estimator_of(**options: Any) -> Any:
    from byhand.estimator import MLPClassifier

    return MLPClassifier(hidden_layer_sizes=(3,), **options)


def other_classes() -> object:
    rows = np.random.default_rng(0).random((4, 3))
    return estimator_of().partial_fit(rows, LABELS, classes=[0, 1]).partial_fit(rows, LABELS, classes=[0, 1, 2])


def not_finite(monkeypatch: pytest.MonkeyPatch) -> object:
    def minimise(training: Any, **options: Any) -> tuple[int, bool]:
        training.network.parameters[:] = np.nan
        return 1, True

    monkeypatch.setattr("byhand.estimator.classifier.minimise", minimise)
    return estimator_of(solver="lbfgs").fit(np.eye(4), LABELS)


def frame_of_two_columns() -> object:
    import pandas

    from byhand.estimator import DigitReader

    return DigitReader().fit([]).transform(pandas.DataFrame({"a": ["x"], "b": ["y"]}))


def torch_network(outputs: int, *others: str) -> list[Any]:
    """What looks like layers of PyTorch, which is not needed to refuse them."""
    weight = SimpleNamespace(detach=lambda: SimpleNamespace(cpu=lambda: SimpleNamespace(numpy=lambda: np.eye(outputs))))
    return [type("Linear", (), {"weight": weight, "bias": None})(), *(type(name, (), {})() for name in others)]


def crops_on_a_full_disk(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = Image.new("L", (120, 120), "white")
    page.paste(Image.fromarray(255 - mnist.load_mnist().test_images[0]).resize((56, 56)), (32, 32))
    content = io.BytesIO()
    page.save(content, "png")
    monkeypatch.setattr(Image.Image, "save", refusing(errno.ENOSPC))
    Crops(folder).save(byhand.read(content.getvalue()), "a.png")


def damaged_readings(folder: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    Readings(folder, {})
    file(folder, "part-000001.parquet", b"x")
    return Readings(folder, {})


def no_page(*_: object) -> object:
    return reader._cells(SimpleNamespace(picture=None, reading=None, found=None))  # type: ignore[arg-type]


OTHERS: dict[str, tuple[Attempt, str]] = {
    "a model of huge weights": (lambda folder, _: huge(folder), "no finite numbers: train it anew"),
    "a recipe's word of two lines": (
        lambda *_: Recipe(optimizer="nest\nov"), r"cannot be 'nest\\nov': did you mean 'nesterov'"
    ),
    "a model from a number": (lambda *_: load_model(3), "not from a int"),  # type: ignore[arg-type]
    "images of several sizes": (
        lambda *_: load_model("fast").predict(cast(Any, [np.eye(2), np.eye(3)])), "have different sizes"
    ),
    "a killed process": (lambda _, patch: killed_process(patch), "A process was killed"),
    "no Dask": (lambda _, patch: (without(patch, "distributed"), DaskEngine(None, None)), "A cluster needs Dask"),
    "a cluster without workers": (lambda _, patch: cluster_without_workers(patch), "has no workers: dask worker"),
    "a cluster without byhand": (lambda _, patch: engine(patch, fails)._check_versions(), "cannot use byhand"),
    "a cluster with another byhand": (
        lambda _, patch: engine(patch, lambda function: ["0.0.1"])._check_versions(), "The cluster has byhand 0.0.1"
    ),
    "a cluster that ended": (
        lambda _, patch: raise_(engine(patch, fails, "tcp://x")._gone()), "The cluster at tcp://x has ended"
    ),
    "other classes": (lambda *_: other_classes(), "is not what the first call said"),
    "weights that are not finite": (lambda _, patch: not_finite(patch), "no longer finite: scale X first"),
    "a frame of two columns": (lambda *_: frame_of_two_columns(), "has 2 columns: give the one with the pictures"),
    "a recipe for no estimator": (
        lambda *_: parameters_of(Recipe.load("fast", limit=5)), "uses limit, which the estimator does not do"
    ),
    "a training of exercises that was stopped": (unfinished_exercises, "was stopped: see what stands above"),
    "no ONNX": (to_onnx, "needs the package onnx"),
    "another network of PyTorch": (
        lambda *_: from_torch(torch_network(2, "GELU")), "This network has Linear, GELU: byhand knows"
    ),
    "other labels for PyTorch": (lambda *_: from_torch(torch_network(4), ["a"]), "has 4 outputs, and there are 1"),
    "a sweep that failed": (lambda folder, _: sweep_that_failed(folder), "None of the trials in .* succeeded"),
    "a file that cannot be renamed": (lambda folder, _: keep_aside(folder / "a"), "^Cannot rename .*No such file"),
    "crops on a full disk": (
        crops_on_a_full_disk, "^Cannot write .*png: "
    ),
    "no Parquet for readings": (
        lambda folder, patch: (without(patch, "pyarrow"), Readings(folder, {}, False)), "Readings are kept as Parquet"
    ),
    "damaged readings": (
        damaged_readings, "^Cannot read .* Remove it"
    ),
    "a small picture and a table": (no_page, "There is no table in it"),
    "no fsspec": (lambda _, patch: (without(patch, "fsspec"), spread._in_url("s3://x")), "need fsspec"),
    "a store without its package": (
        lambda _, patch: (patch.setattr("fsspec.core.url_to_fs", no_package), spread._in_url("s3://x")), "another packa"
    ),
    "results that cannot be written": (unwritable_results, "^Cannot write .*Input/output error"),
    "results that cannot be read": (
        lambda folder, _: read_results(file(folder, "results.csv", b"\xff")), "^Cannot read .*results.csv"
    ),
    "a grid without values": (
        lambda *_: trials_of(Recipe.load("fast"), {"l2": []}, None, 1), "--grid l2 has no values: give at least one"
    ),
    "too many images for a cluster": (sweep_on_a_cluster, "too many to be sent to a cluster"),
    "too many images for fine-tuning": (lambda _, patch: fine_tuning_of_too_much(patch), "held in memory, as fine"),
    "no checkpoint": (
        lambda folder, _: no_checkpoint(folder), "^Cannot read .*c: No such file"
    ),
    "a checkpoint of another byhand": (checkpoint_of_another_version, "another byhand wrote it"),
    "a disk without locks": (no_locks, "^Cannot lock "),
    "a full disk": (no_folder, r"^Cannot make the folder runs.fast-1: .*Give --out\.$"),
}  # fmt: skip


def raise_(error: Exception) -> None:
    raise error


def no_package(*arguments: Any) -> Any:
    raise ImportError("install s3fs")


@pytest.mark.parametrize("case", OTHERS)
def test_others(case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    check(OTHERS[case], tmp_path, monkeypatch)
