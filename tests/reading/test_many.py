"""Many pictures: lists, iterators and files, in one process or several, always in their order."""

import sys
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import byhand
from byhand.errors import InputWarning
from byhand.reading import File, Options, Outcome, Reading, many, read, read_files
from byhand.reading.many import estimated_seconds

DIGITS = byhand.load_mnist().test_images
LABELS = "".join(map(str, byhand.load_mnist().test_labels[:40]))


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[File]:
    """Forty digits, of which the sixth is no picture."""
    folder = tmp_path_factory.mktemp("digits")
    result = []
    for number in range(40):
        path = folder / f"{number:02}.png"
        Image.fromarray(255 - DIGITS[number]).save(path)
        if number == 5:
            path.write_text("no picture")
        result.append(File(path.name, str(path)))
    return result


def texts(outcomes: list[list[Outcome]]) -> str:
    return "".join(one.reading.text if one.reading else "x" for pages in outcomes for one in pages)


def test_a_list_gives_readings_in_order() -> None:
    pictures = [255 - image for image in DIGITS[:40]]
    readings = read(pictures, single=True)
    assert not isinstance(readings, Reading | list)
    found = "".join(one.text for one in readings)
    assert sum(a == b for a, b in zip(found, LABELS, strict=True)) >= 39
    assert list(read([])) == []
    assert [one.text for one in read((pictures[0],))] == ["7"]


def test_an_iterator_gives_each_reading_as_it_comes() -> None:
    taken = []

    def camera() -> Iterator[np.ndarray]:
        for number in range(1000):
            taken.append(number)
            yield DIGITS[number]

    readings = read(camera(), single=True)
    assert taken == []
    assert next(readings).text == "7"
    assert taken == [0]
    assert next(readings).text == "2"
    assert taken == [0, 1]


def test_one_picture_gives_one_reading() -> None:
    assert isinstance(read(DIGITS[0], single=True), Reading)


@pytest.mark.parametrize("pictures", [DIGITS[:3], np.zeros((2, 40, 40, 3), np.uint8)])
def test_a_stack_of_pictures_is_refused(pictures: np.ndarray) -> None:
    with pytest.raises(byhand.ByhandError, match="give them as a list"):
        read(pictures)


def test_what_is_no_picture_is_refused() -> None:
    with pytest.raises(byhand.ByhandError, match="not int"):
        read(3)  # type: ignore[call-overload]
    with pytest.raises(byhand.ByhandError, match="not int"):
        list(read([3]))  # type: ignore[list-item]
    for option in ("signs", "table"):
        with pytest.raises(byhand.ByhandError, match=f"--{option}"):
            read(DIGITS[0], single=True, **{option: True})  # type: ignore[call-overload]


@pytest.mark.parametrize("single", [False, True])
def test_several_processes_read_the_same_as_one(files: list[File], single: bool) -> None:
    options = Options(single=single)
    alone = list(read_files(files, options, processes=1))
    together = list(read_files(files, options, processes=2))
    assert texts(alone) == texts(together)
    assert alone[5][0].error == together[5][0].error
    assert "05.png is not a picture" in str(alone[5][0].error)
    if single:
        assert sum(a == b for a, b in zip(texts(alone), LABELS, strict=True)) >= 38


def test_pictures_are_kept_where_they_are_wanted(files: list[File]) -> None:
    for processes in (1, 2):
        ((first, *_), *_) = read_files(files[:2], Options(keep_pictures=True), processes)
        assert first.picture is not None and first.picture.size == (28, 28)
    ((first, *_), *_) = read_files(files[:2], Options(), 1)
    assert first.picture is None


def test_where_no_processes_can_be_had_one_reads(files: list[File], monkeypatch: pytest.MonkeyPatch) -> None:
    def none(*_: object) -> None:
        raise OSError("no more processes")

    monkeypatch.setattr(many, "_Workers", none)
    assert len(texts(list(read_files(files[:3], Options(single=True), processes=2)))) == 3


def test_a_process_that_ends_costs_its_own_files_alone(files: list[File], monkeypatch: pytest.MonkeyPatch) -> None:
    workers = many._Workers(2, Options(single=True))
    with workers:
        victim = next(iter(workers.processes.values()))
        victim.kill()
        victim.join()
        outcomes = list(workers.read([[file] for file in files[:12]]))
    errors = [one.error for pages in outcomes for one in pages if one.error and "ended" in one.error]
    assert len(outcomes) == 12
    assert len(errors) == 1
    assert not any(process.is_alive() for process in workers.processes.values())


def test_few_pictures_are_not_worth_processes(files: list[File]) -> None:
    assert estimated_seconds(files, Options(single=True)) < many.WORTH_PROCESSES_SECONDS
    assert estimated_seconds(files * 100, Options()) > many.WORTH_PROCESSES_SECONDS


def two_pages(path: Path) -> Path:
    """A 7 and a 2, enlarged, on a page each, in the format that the name says."""
    pages = [
        Image.fromarray(np.pad(255 - np.kron(image, np.ones((6, 6), np.uint8)), 100, constant_values=255))
        for image in DIGITS[:2]
    ]
    pages[0].save(path, save_all=True, append_images=pages[1:], resolution=200)
    return path


@pytest.mark.parametrize("name", ["pages.tif", "pages.pdf"])
def test_all_pages_are_read(tmp_path: Path, name: str) -> None:
    if name.endswith("pdf"):
        pytest.importorskip("pypdfium2")
    path = two_pages(tmp_path / name)
    (pages,) = read_files([File(name, str(path))], Options())
    assert [(one.page, one.reading.text) for one in pages if one.reading] == [(1, "7"), (2, "2")]
    assert pages[0].reading is not None and pages[0].reading.size == (368, 368)
    with pytest.warns(InputWarning, match="2 pages, of which the first is read"):
        assert read(path).text == "7"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        Image.new("L", (30, 30)).save(tmp_path / "one.tif")
        read(tmp_path / "one.tif")


def test_a_pdf_that_cannot_be_read_gets_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pypdfium2")
    path = two_pages(tmp_path / "pages.pdf")
    cut = path.read_bytes()[:300]
    with pytest.raises(byhand.ByhandError, match="damaged"):
        read(cut)
    with monkeypatch.context() as patch:
        patch.setattr("byhand.data.decoding.MOST_MEMORY_BYTES", 150_000)
        with pytest.raises(byhand.ByhandError, match=r"Page 1 of .*pixels"):
            read(path)
    monkeypatch.setitem(sys.modules, "pypdfium2", None)
    with pytest.raises(byhand.ByhandError, match=r"pip install 'byhand\[pdf\]'"):
        read(path)


def test_a_reading_shows_itself() -> None:
    reading = read(DIGITS[0], single=True)
    assert repr(reading).startswith("<Reading '7': 1 digit, ")
    assert "28 x 28 pixels" in repr(reading)
    html = reading._repr_html_()
    assert html.startswith("<table>")
    assert "<th>text</th><td>7</td>" in html
    assert "<th>digit 1</th><td>7" in html


def test_what_else_a_picture_may_be(tmp_path: Path) -> None:
    image = Image.fromarray(np.kron(byhand.load_mnist().test_images[0], np.ones((5, 5), np.uint8)))
    image.save(tmp_path / "seven.png")
    content = (tmp_path / "seven.png").read_bytes()
    with (tmp_path / "seven.png").open("rb") as file:
        forms: list[Any] = [image, image.convert("RGBA"), bytearray(content), memoryview(content), file]
        assert [byhand.read(form, single=True).text for form in forms] == ["7"] * 5
    assert [one.text for one in byhand.read([image, content], single=True)] == ["7", "7"]
