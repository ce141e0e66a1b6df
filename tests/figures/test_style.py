from pathlib import Path

import matplotlib
import pytest
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from byhand.errors import ByhandError
from byhand.figures.style import (
    AGAINST_AND_FOR,
    LABEL_COLOURS,
    SETTINGS,
    check_count,
    look,
    page,
    percent,
    save,
    shorten,
    sure,
)

from .helpers import settings


def test_settings_hold_only_while_drawing() -> None:
    with matplotlib.rc_context({"font.size": 3, "axes.facecolor": "black"}):
        before = settings()
        with look():
            assert matplotlib.rcParams["font.size"] == SETTINGS["font.size"] >= 13
            assert matplotlib.rcParams["axes.facecolor"] == "white"
        assert settings() == before


def test_settings_come_back_after_an_error() -> None:
    before = settings()
    with pytest.raises(ZeroDivisionError), look():
        raise ZeroDivisionError
    assert settings() == before


@pytest.mark.parametrize(("ending", "start"), [(".png", b"\x89PNG"), (".svg", b"<?xml"), (".PDF", b"%PDF")])
def test_saves_the_same_bytes_each_time(tmp_path: Path, ending: str, start: bytes) -> None:
    contents = []
    for name in "ab":
        figure = page(6, 2, "A title", "A note.")
        figure.subplots().imshow([[0, 1], [1, 0]])
        save(figure, tmp_path / (name + ending))
        contents.append((tmp_path / (name + ending)).read_bytes())
    assert contents[0] == contents[1]
    assert contents[0].startswith(start)


@pytest.mark.parametrize("name", ["figure.jpg", "figure", "figure.png.txt", ".png"])
def test_refuses_other_endings_and_leaves_the_old_file(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text("old")
    with pytest.raises(ByhandError, match=r"must end in \.png, \.svg or \.pdf"):
        save(Figure(), path)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_says_where_it_cannot_write(tmp_path: Path) -> None:
    with pytest.raises(ByhandError, match="Cannot write"):
        save(Figure(), tmp_path / "no such folder" / "figure.png")


def test_a_long_title_is_broken_and_stays_on_the_page() -> None:
    with look():
        figure = page(7, 1, "A title of a good many words that no single line can hold " * 2, "A note. " * 30)
        figure.draw_without_rendering()
        width, height = figure.bbox.size
        for text in figure.texts:
            box = text.get_window_extent()
            assert min(box.x0, box.y0) > 0 and box.x1 < width and box.y1 < height
        assert figure.texts[0].get_window_extent().y0 > figure.texts[1].get_window_extent().y1


@pytest.mark.parametrize(
    ("part", "text"),
    [(0.5, "50.0 %"), (1, "100 %"), (0.99996, "> 99.9 %"), (0.9994, "99.9 %"), (0.00001, "< 0.1 %"), (0, "0.0 %")],
)
def test_percentages(part: float, text: str) -> None:
    assert percent(part) == text


def test_a_model_is_never_entirely_sure() -> None:
    assert sure(1.0) == "> 99.9 % sure"


def test_long_labels_are_cut() -> None:
    assert shorten("cat") == "cat"
    assert shorten("a cat on a mat", 10) == "a cat on…"


@pytest.mark.parametrize("count", [0, -1, 51])
def test_counts_out_of_range(count: int) -> None:
    with pytest.raises(ByhandError, match=f"Cannot draw {count} pictures: choose a count from 1 to 50"):
        check_count(count, 5, 50, "pictures")


def test_zero_weight_is_white_and_label_colours_differ() -> None:
    assert AGAINST_AND_FOR(0.5)[:3] == (1, 1, 1)
    assert len({to_rgb(colour) for colour in LABEL_COLOURS}) == 10
