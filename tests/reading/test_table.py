"""The cells of a ruled table: found, numbered, and each with its text."""

import csv
import io

import numpy as np
import pytest
from PIL import Image, ImageDraw

import byhand
from byhand.reading import Reading, read
from byhand.reading.table import CellPlace, cell_of, find_table
from byhand.reading.table_files import as_csv

Texts = list[list[str]]


def sheet(
    texts: Texts, *, tilt: float = 0, headline: bool = False, gap: bool = False, boxes: bool = False
) -> np.ndarray:
    """A table with digits of MNIST in its cells, 90 x 70 pixels each."""
    mnist = byhand.load_mnist()
    rows, columns = len(texts), len(texts[0])
    image = Image.new("L", (90 * columns + 200, 70 * rows + 200), 245)
    draw = ImageDraw.Draw(image)
    right, bottom = 100 + 90 * columns, 100 + 70 * rows
    if boxes:
        for row in range(rows):
            for column in range(columns):
                x, y = 100 + 90 * column, 100 + 70 * row
                draw.rectangle([x + 6, y + 6, x + 84, y + 64], outline=90, width=2)
    else:
        for row in range(rows + 1):
            draw.line([100, 100 + 70 * row, right, 100 + 70 * row], fill=90, width=2)
        for column in range(columns + 1):
            top = 170 if headline and 0 < column < columns else 100
            draw.line([100 + 90 * column, top, 100 + 90 * column, bottom], fill=90, width=2)
    if gap:
        draw.rectangle([95, 110, 105, 140], fill=245)
    for row, line in enumerate(texts):
        for column, text in enumerate(line):
            for i, letter in enumerate(text):
                number = np.flatnonzero(mnist.test_labels == int(letter))[3 * row + column]
                digit = Image.fromarray(mnist.test_images[number]).resize((40, 40))
                image.paste(30, (105 + 90 * column + 34 * i, 115 + 70 * row), digit)
    return np.asarray(image.rotate(tilt, Image.Resampling.BICUBIC, fillcolor=245))


GRADES = [["1", "", "25"], ["", "", "8"], ["34", "6", ""], ["0", "7", ""]]


def texts_of(reading: Reading) -> Texts:
    return list(csv.reader(io.StringIO(as_csv(reading.cells or ()))))


@pytest.mark.parametrize("tilt", [0, 4, -5])
def test_each_cell_has_its_text(tilt: float) -> None:
    reading = read(sheet(GRADES, tilt=tilt), table=True)
    assert texts_of(reading) == GRADES
    assert reading.cells is not None
    assert [(cell.row, cell.column) for cell in reading.cells] == [(r, c) for r in range(4) for c in range(3)]
    empty = [cell for cell in reading.cells if not cell.text]
    assert all(cell.sure for cell in empty)
    cell = reading.to_json()["cells"][2]
    assert list(cell) == ["row", "column", "box", "text", "sure"]
    if not tilt:
        assert np.abs(np.array(cell["box"]) - (280, 100, 370, 170)).max() <= 3


def test_separate_boxes_are_a_table_too() -> None:
    assert texts_of(read(sheet(GRADES, boxes=True), table=True)) == GRADES


def test_a_headline_over_all_columns_is_a_row() -> None:
    headed = [["5", "", ""], ["1", "2", "3"], ["", "9", ""]]
    reading = read(sheet(headed, headline=True), table=True)
    assert texts_of(reading) == headed
    assert sum(cell.row == 0 for cell in reading.cells or ()) == 1


def test_a_cell_that_a_gap_opens_is_where_its_row_and_column_meet() -> None:
    texts = [["2", "5", "3"], ["4", "", "6"], ["7", "8", "9"]]
    assert texts_of(read(sheet(texts, gap=True), table=True)) == texts


def test_an_empty_table_is_empty() -> None:
    assert texts_of(read(sheet([["", ""], ["", ""]]), table=True)) == [["", ""], ["", ""]]


def test_no_table_and_two_tables_are_refused() -> None:
    with pytest.raises(byhand.ByhandError, match="no table"):
        read(np.full((300, 300), 255, np.uint8), table=True)
    one = sheet([["1", "2"], ["3", "4"]])
    with pytest.raises(byhand.ByhandError, match=r"2 tables.*--region"):
        read(np.concatenate([one, one]), table=True)
    first = read(np.concatenate([one, one]), table=True, region=("0%", "0%", "100%", "50%"))
    assert texts_of(first) == [["1", "2"], ["3", "4"]]
    second = read(np.concatenate([one, one]), table=True, region=("0%", "50%", "100%", "100%"))
    assert second.cells and second.cells[0].box[1] > one.shape[0]


def test_a_digit_over_the_line_goes_to_the_cell_of_its_middle() -> None:
    cells = [CellPlace(0, 0, (0, 0, 100, 100)), CellPlace(0, 1, (100, 0, 200, 100))]
    assert cell_of((70, 20, 120, 80), cells) == 0
    assert cell_of((85, 20, 130, 80), cells) == 1
    assert cell_of((250, 20, 290, 80), cells) is None


def test_loops_of_digits_are_no_cells() -> None:
    mask = np.zeros((400, 400), bool)
    for start in (50, 150, 250):
        mask[start, 50:251] = mask[50:251, start] = True
    mask[80:110, 80] = mask[80:110, 110] = mask[80, 80:110] = mask[110, 80:111] = True  # a square 0
    assert len(find_table(mask)) == 4
