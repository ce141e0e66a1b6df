"""Folders of pictures of any name, mode and polarity: nothing is lost without a word."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from byhand.data import Dataset, LabelledImages
from byhand.data.arrays import dataset_of
from byhand.data.decoding import Picture, decode_pages
from byhand.data.picture_listing import list_pictures
from byhand.data.sources import load_dataset, load_examples, load_unlabelled
from byhand.errors import ByhandError
from byhand.evaluation import evaluate
from byhand.model import Model, load_model

from .digits import COUNT, IMAGES, LABELS, MODES, encoded, in_mode, write_csv, write_pictures
from .test_files import IDX, write_four, write_parquet

SIZE = (28, 28)


def load(source: Path, **options: Any) -> tuple[LabelledImages, str]:
    examples, notes = load_examples(source, image_size=SIZE, **options)
    return examples, " ".join(notes)


def labels_of(examples: LabelledImages) -> list[str]:
    return [examples.label_names[i] for i in examples.labels]


def by_name(examples: LabelledImages) -> dict[str, str]:
    assert examples.ids is not None
    return dict(zip(examples.ids.tolist(), labels_of(examples), strict=True))


@pytest.fixture(scope="module")
def reader() -> Model:
    return load_model("reader")


@pytest.fixture(scope="module")
def plain(reader: Model, tmp_path_factory: pytest.TempPathFactory) -> float:
    """The accuracy on plain PNG files, bright on dark."""
    examples, _ = load(write_pictures(tmp_path_factory.mktemp("plain")))
    return evaluate(reader, examples).accuracy


@pytest.mark.parametrize("dark_on_light", [False, True])
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("source", ["folder", "parquet"])
def test_every_mode_and_polarity_is_read_as_well_as_plain_png(
    reader: Model, plain: float, tmp_path: Path, source: str, mode: str, dark_on_light: bool
) -> None:
    if source == "folder":
        write_pictures(tmp_path, mode=mode, ending=MODES[mode], dark_on_light=dark_on_light)
    else:
        write_parquet(tmp_path / "a.parquet", 255 - IMAGES if dark_on_light else IMAGES, LABELS, mode)
    examples, notes = load(tmp_path)
    assert len(examples) == COUNT
    assert plain > 0.97
    assert round(COUNT * abs(evaluate(reader, examples).accuracy - plain)) <= 2
    # A digit that alone is opaque gets the ground that contrasts with it.
    assert ("200 of 200 pictures were dark on light" in notes) == dark_on_light


@pytest.mark.parametrize("dark_on_light", [False, True])
@pytest.mark.parametrize("source", ["arrays", "fractions", "csv", "npz", "npy", "idx"])
def test_every_source_of_numbers_and_polarity_is_read_as_well(
    reader: Model, plain: float, tmp_path: Path, source: str, dark_on_light: bool
) -> None:
    images = 255 - IMAGES if dark_on_light else IMAGES
    if source in {"arrays", "fractions"}:
        given = images / 255 if source == "fractions" else images
        data = dataset_of((given[:10], LABELS[:10], given, LABELS), 0)
        assert isinstance(data, Dataset)
        examples, notes = data.test, " ".join(data.notes)
    else:
        if source == "csv":
            write_csv(tmp_path / "a.csv", images)
        elif source == "npz":
            np.savez(tmp_path / "a.npz", x_test=images, y_test=LABELS)
        elif source == "npy":
            write_four(tmp_path, ("images.npy", "labels.npy"), (images, LABELS))
        else:
            write_four(tmp_path, IDX[2:], (images, LABELS))
        examples, notes = load(tmp_path)
    assert round(COUNT * abs(evaluate(reader, examples).accuracy - plain)) <= 2
    assert ("were dark on light and were inverted." in notes) == dark_on_light


@pytest.mark.parametrize("ending", ["jpg", "jfif", "gif", "bmp", "webp", "avif", "jp2", "ppm", "tga", "tif"])
def test_every_format_is_read(reader: Model, plain: float, tmp_path: Path, ending: str) -> None:
    if ending == "jfif":
        for i, image in enumerate(IMAGES):
            path = tmp_path / str(LABELS[i]) / f"{i}.jfif"
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(encoded(Image.fromarray(image), "jpeg"))
    else:
        for i, image in enumerate(IMAGES):
            path = tmp_path / str(LABELS[i]) / f"{i}.{ending}"
            path.parent.mkdir(exist_ok=True)
            Image.fromarray(image).save(path)
    examples, _ = load(tmp_path)
    assert len(examples) == COUNT
    assert round(COUNT * abs(evaluate(reader, examples).accuracy - plain)) <= 2


def test_heic_is_read(tmp_path: Path) -> None:
    import pillow_heif

    write_pictures(tmp_path, count=20)
    pillow_heif.from_pillow(Image.fromarray(IMAGES[0]).resize((112, 112))).save(tmp_path / str(LABELS[0]) / "x.heic")
    assert len(load(tmp_path)[0]) == 21


@pytest.mark.parametrize(
    "names", [("train", "test"), ("training", "testing"), ("Train", "Valid"), ("trainingSet", "test_set")]
)
def test_divided_folders_by_any_of_their_names(tmp_path: Path, names: tuple[str, str]) -> None:
    write_pictures(tmp_path / names[0])
    write_pictures(tmp_path / names[1], count=50)
    data = load_dataset(tmp_path)
    assert (len(data.train), len(data.test)) == (COUNT, 50)
    assert any(note.startswith("10 classes: 0 (") for note in data.notes)
    assert len(load(tmp_path)[0]) == 50


def test_only_a_test_folder_and_one_of_three_parts(tmp_path: Path) -> None:
    write_pictures(tmp_path / "test", count=50)
    assert len(load(tmp_path)[0]) == 50
    with pytest.raises(ByhandError, match="no labelled images to learn from"):
        load_dataset(tmp_path)
    write_pictures(tmp_path / "train")
    write_pictures(tmp_path / "val", count=30)
    data = load_dataset(tmp_path)
    assert (len(data.train), len(data.test)) == (COUNT, 50)
    assert "Beside training and test set, val with 30 pictures was left out." in data.notes


def test_persons_are_kept_apart(tmp_path: Path) -> None:
    write_pictures(tmp_path, "{writer}/{label}/{i}.{ending}")
    data = load_dataset(tmp_path)
    assert data.label_names == tuple("0123456789")
    [note] = [note for note in data.notes if "person" in note]
    held_out = note.split("(")[1].split(")")[0]
    assert note.startswith("Split by person: 1 of 5 (w")
    assert data.test.ids is not None
    assert {name.split("/")[0] for name in data.test.ids} == {held_out}
    assert len(data.test) == len(list((tmp_path / held_out).rglob("*.png")))
    assert len(load(tmp_path)[0]) == COUNT


def test_a_person_may_have_written_only_some_digits(tmp_path: Path) -> None:
    write_pictures(tmp_path / "ann")
    write_pictures(tmp_path / "bob", count=3)
    for path in (tmp_path / "bob").rglob("*.png"):
        Image.fromarray(IMAGES[-int(path.stem) - 1]).save(path)
    data = load_dataset(tmp_path)
    assert data.label_names == tuple("0123456789")
    assert {len(data.train), len(data.test)} == {COUNT, 3}


def test_kaggle_s_folders_in_folders_of_the_same_name(tmp_path: Path) -> None:
    write_pictures(tmp_path / "trainingSet" / "trainingSet")
    write_pictures(tmp_path / "testSet" / "testSet", "img_{i}.{ending}", count=30)
    write_pictures(tmp_path / "testSample", "img_{i}.{ending}", count=30)
    data = load_dataset(tmp_path)
    assert len(data.train) + len(data.test) == COUNT
    notes = " ".join(data.notes)
    assert "The 30 test images have no labels and were left out." in notes
    assert "Beside the parts testSet, trainingSet, left out: testSample." in notes
    part, _, _ = load_unlabelled(tmp_path, image_size=SIZE)
    assert len(part.images) == 30


def test_writers_below_labels_and_names_that_are_alike(tmp_path: Path) -> None:
    write_pictures(tmp_path / "a", "{label}/{writer}/{i}.{ending}")
    assert labels_of(load(tmp_path / "a")[0]) == sorted(map(str, LABELS))
    for i in range(20):
        path = tmp_path / "b" / str(i % 2) / str(i % 4 // 2) / f"{i}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(IMAGES[i]).save(path)
    with pytest.raises(ByhandError, match="pattern of labels"):
        load(tmp_path / "b")
    assert by_name(load(tmp_path / "b", labels="*/{label}/*")[0])["1/0/1.png"] == "0"
    assert by_name(load(tmp_path / "b", labels="{label}/*")[0])["1/0/1.png"] == "1"


def test_a_folder_in_a_folder_as_archives_leave_it(tmp_path: Path) -> None:
    write_pictures(tmp_path / "digits")
    assert labels_of(load(tmp_path)[0]) == sorted(map(str, LABELS))


@pytest.mark.parametrize(("name", "pattern"), [
    ("{label}_{i}.{ending}", ""), ("{label}-{i}.{ending}", ""), ("{label}_{i}.{ending}", "{label}_*"),
    ("{i}_{label}.{ending}", "*_{label}"), ("img{i}-is-{label}.{ending}", "img*-is-{label}"),
    ("{i}.{label}.{ending}", "*.{label}.png"), ("some/{writer}/{i}_{label}.{ending}", "*_{label}"),
])  # fmt: skip
def test_labels_in_names(tmp_path: Path, name: str, pattern: str) -> None:
    examples, notes = load(write_pictures(tmp_path, name), labels=pattern)
    found = by_name(examples)
    expected = {
        name.format(label=label, i=i, ending="png", writer=f"w{i % 5}"): str(label) for i, label in enumerate(LABELS)
    }
    assert found == expected
    assert ("Labels are from the files' names: 0_" in notes or "0-" in notes) == (pattern == "")
    assert "10 classes: 0 (" in notes


@pytest.mark.parametrize(("pattern", "words"), [
    ("*", "must have {label} in it once"), ("{label}{label}", "must have {label} in it once"),
    ("{label}+*", r"200 of 200 pictures do not fit the pattern of labels '{label}\+\*': 0_"),
])  # fmt: skip
def test_patterns_that_do_not_fit(tmp_path: Path, pattern: str, words: str) -> None:
    with pytest.raises(ByhandError, match=words):
        load(write_pictures(tmp_path, "{label}_{i}.{ending}"), labels=pattern)


def test_a_pattern_is_for_pictures_alone(tmp_path: Path) -> None:
    with pytest.raises(ByhandError, match="A pattern of labels is for folders of pictures"):
        load(write_csv(tmp_path / "a.csv"), labels="{label}_*")


@pytest.mark.parametrize("header", ["file,label", "label,filename", "id,image,digit", ""])
def test_a_table_of_labels(tmp_path: Path, header: str) -> None:
    write_pictures(tmp_path, "pictures/{i}.{ending}", count=50)
    cell = {"file": "pictures/{i}.png", "filename": "pictures/{i}.png", "image": "pictures/{i}.png", "id": "{i}"}
    columns = header.split(",") if header else ["file", "label"]
    rows = [",".join(cell.get(c, "{label}") for c in columns).format(i=i, label=LABELS[i]) for i in range(40)]
    (tmp_path / "labels.csv").write_text("\n".join(([header] if header else []) + rows))
    examples, notes = load(tmp_path)
    assert by_name(examples) == {f"pictures/{i}.png": str(LABELS[i]) for i in range(40)}
    assert "10 pictures that labels.csv does not list were left out: 40.png" in notes
    assert "no pictures" not in notes


@pytest.mark.parametrize(("table", "words"), [
    ("file,label\n0.png,7\nnowhere.png,3\n", "lists 1 pictures that are not there: nowhere.png"),
    ("file,label\n0.png,7\n1.png,\n", "no label in row 1 "),
    ("a,b,c\n1,2,3\n", "needs the columns file and label; it has a, b, c"),
    ("", "needs the columns file and label"),
])  # fmt: skip
def test_a_table_of_labels_that_is_wrong(tmp_path: Path, table: str, words: str) -> None:
    write_pictures(tmp_path, "{i}.{ending}", count=10)
    (tmp_path / "labels.csv").write_text(table)
    with pytest.raises(ByhandError, match=words):
        load(tmp_path)


def test_without_labels_pictures_are_for_prediction_alone(tmp_path: Path) -> None:
    write_pictures(tmp_path, "img_{i}.{ending}", count=20)
    with pytest.raises(ByhandError, match="no labelled images"):
        load(tmp_path)
    part, _, id_name = load_unlabelled(tmp_path, image_size=SIZE)
    assert part.ids is not None
    for name, image in zip(part.ids, part.images, strict=True):
        np.testing.assert_array_equal(image, IMAGES[int(name.removeprefix("img_").removesuffix(".png"))])
    assert id_name == "file"


def test_stray_files_are_counted_and_what_systems_leave_is_not(tmp_path: Path) -> None:
    write_pictures(tmp_path, count=20)
    for name in ("notes.txt", "labels.json", "0/model.pt", ".DS_Store", "0/Thumbs.db", "__MACOSX/0/._1.png"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("?")
    Image.fromarray(IMAGES[0]).save(tmp_path / "loose.png")
    examples, notes = load(tmp_path)
    assert len(examples) == 20
    assert "3 files that are no pictures were left out" in notes
    assert all(name in notes for name in ("notes.txt", "labels.json", "model.pt"))
    assert "1 pictures that lie in no sub-folder of a label were left out: loose.png" in notes


def test_folders_that_only_repeat_others_are_left_out_and_named(tmp_path: Path) -> None:
    write_pictures(tmp_path)
    write_pictures(tmp_path, "all/{i}.{ending}")
    write_pictures(tmp_path, "all_copy/{i}.{ending}")
    write_pictures(tmp_path, "a few/{i}.{ending}", count=12)
    write_pictures(tmp_path / "other", "{label}/{i}.{ending}", count=1)
    sevens = tmp_path / "7_copy"
    sevens.mkdir()
    for path in (tmp_path / "7").iterdir():
        (sevens / path.name).write_bytes(path.read_bytes())
    (tmp_path / "other").rename(tmp_path / ".other")
    examples, notes = load(tmp_path)
    assert labels_of(examples) == sorted(map(str, LABELS))
    assert "Left out all: its 200 pictures only repeat those of 0, 1, 2" in notes
    assert "Left out all_copy: its 200 pictures" in notes
    assert "Left out a few: its 12 pictures" in notes
    assert f"Left out 7_copy: its {(LABELS == 7).sum()} pictures only repeat those of 7." in notes
    data = load_dataset(tmp_path)
    assert data.label_names == tuple("0123456789")
    (tmp_path / "3" / "too.png").write_bytes(next((tmp_path / "8").iterdir()).read_bytes())
    assert "1 pictures have several labels" in load(tmp_path)[1]


def test_all_pages_of_a_tiff_are_images(tmp_path: Path) -> None:
    for label in range(10):
        pages = [Image.fromarray(image) for image in IMAGES[label == LABELS][:5]]
        (tmp_path / str(label)).mkdir()
        pages[0].save(tmp_path / str(label) / "a.tif", save_all=True, append_images=pages[1:])
    examples, notes = load(tmp_path)
    assert "10 files hold 50 pages; each is an image." in notes
    expected = np.concatenate([IMAGES[label == LABELS][:5] for label in range(10)])
    np.testing.assert_array_equal(examples.images, expected)
    assert labels_of(examples) == [str(label) for label in range(10) for _ in range(5)]
    assert len(decode_pages(tmp_path / "0" / "a.tif")) == 5


def test_a_function_may_make_the_images(tmp_path: Path) -> None:
    def prepare(picture: Picture) -> NDArray[np.uint8]:
        return np.full(SIZE, picture.colours.max(), np.uint8)

    write_pictures(tmp_path, dark_on_light=True)
    examples, _ = load(tmp_path, photographs=lambda: prepare)
    assert (examples.images < 255).any()  # as small as images of a data set: no photographs
    for path in tmp_path.rglob("*.png"):
        Image.open(path).resize((100, 100)).save(path)
    examples, notes = load(tmp_path, photographs=lambda: prepare)
    assert (examples.images == 255).all()
    assert "inverted" not in notes


def test_a_file_may_be_given_by_its_path_object_and_a_folder_by_a_link(tmp_path: Path) -> None:
    write_pictures(tmp_path / "real", count=30)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert len(load(tmp_path / "link")[0]) == 30
    assert len(list_pictures(tmp_path / "link").train) == 30


def test_modes_differ(tmp_path: Path) -> None:
    """Otherwise the matrix above would show nothing."""
    seen = {in_mode(IMAGES[0], mode).mode for mode in MODES}
    assert seen >= {"L", "1", "LA", "P", "RGB", "RGBA", "CMYK", "I;16", "I", "F"}
