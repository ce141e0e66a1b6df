import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import load, save

import byhand
from byhand.data import Dataset
from byhand.errors import ByhandError
from byhand.model import FORMAT, Model, load_model
from byhand.training.run import Run

SMALL = Model.from_bytes(byhand.model.shipped_model().read_bytes(), "shipped").to_bytes()


def header_of(content: bytes) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(content[8 : 8 + struct.unpack("<Q", content[:8])[0]])
    return value


def changed(content: bytes, tensors: dict[str, Any] | None = None, **description: Any) -> bytes:
    """The model file with some tensors or parts of its description replaced."""
    old = json.loads(header_of(content)["__metadata__"]["byhand"])
    return save(load(content) | (tensors or {}), {"byhand": json.dumps(old | description)})


def test_a_saved_model_predicts_the_same_and_has_the_same_bytes(
    small_run: Run, few_digits: Dataset, tmp_path: Path
) -> None:
    path = tmp_path / "m.safetensors"
    small_run.model.save(path)
    again = load_model(path)
    np.testing.assert_array_equal(
        again.predict_proba(few_digits.test.images), small_run.model.predict_proba(few_digits.test.images)
    )
    assert again.to_bytes() == path.read_bytes() == small_run.model.to_bytes()
    assert again.results == small_run.model.results
    assert again.history == small_run.model.history
    assert again.recipe == small_run.model.recipe


def test_the_metadata_is_one_json_string_with_sorted_keys_and_no_times(small_run: Run) -> None:
    metadata = header_of(small_run.model.to_bytes())["__metadata__"]
    assert list(metadata) == ["byhand"]
    description = json.loads(metadata["byhand"])
    assert json.dumps(description, sort_keys=True) == metadata["byhand"]
    assert description["format"] == FORMAT
    assert {"layers", "activation", "labels", "recipe", "results", "history"} <= set(description)
    for word in ("second", "time", "date", "/"):
        assert word not in metadata["byhand"]


def test_images_may_be_flat_or_square_and_of_any_number_type(small_run: Run, few_digits: Dataset) -> None:
    model, images = small_run.model, few_digits.test.images[:7]
    expected = model.predict_proba(images)
    np.testing.assert_allclose(expected.sum(axis=1), 1, rtol=1e-5)
    for same in (images.reshape(7, 784), images.astype(float), images.astype(np.int64)):
        np.testing.assert_array_equal(model.predict_proba(same), expected)
    assert model.predict(images).dtype.kind == "i"
    assert model.predict(images).tolist() == expected.argmax(axis=1).tolist()
    assert model.predict_proba(images[:0]).shape == (0, 10)


@pytest.mark.parametrize(
    "images",
    [np.zeros((2, 27, 28)), np.zeros(784), np.zeros((2, 783)), np.full((1, 784), np.nan), np.array([["a"] * 784])],
)
def test_other_images_are_refused(small_run: Run, images: Any) -> None:
    with pytest.raises(ByhandError):
        small_run.model.predict(images)


def test_labels_that_are_words_come_back_as_words(small_run: Run) -> None:
    model = Model.from_bytes(changed(SMALL, labels=list("abcdefghij")), "x")
    assert model.predict(np.zeros((1, 784), np.uint8))[0] in list("abcdefghij")


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_truncated_file_is_refused(data: st.DataObject) -> None:
    with pytest.raises(ByhandError, match="x is not a safetensors file, or it is truncated"):
        Model.from_bytes(SMALL[: data.draw(st.integers(0, len(SMALL) - 1))], "x")


@settings(max_examples=100, deadline=None)
@given(st.data())
def test_a_file_with_a_flipped_byte_loads_or_is_refused(data: st.DataObject) -> None:
    header = 8 + struct.unpack("<Q", SMALL[:8])[0]
    content = bytearray(SMALL)
    content[data.draw(st.integers(0, header + 100))] ^= data.draw(st.integers(1, 255))
    try:
        Model.from_bytes(bytes(content), "x")
    except ByhandError as error:
        assert str(error).startswith("x ")


@given(st.binary(max_size=200))
def test_other_bytes_are_refused(content: bytes) -> None:
    with pytest.raises(ByhandError):
        Model.from_bytes(content, "x")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (save({"a": np.zeros(3)}), "not a model of byhand"),
        (save({"a": np.zeros(3)}, {"byhand": "[]"}), "not a model of byhand"),
        (changed(SMALL, format=FORMAT + 1), f"has format {FORMAT + 1}.* install a newer"),
        (changed(SMALL, format=FORMAT - 1), f"has format {FORMAT - 1}.* train it again"),
        (changed(SMALL, layers=[784, 64, 10]), "damaged"),
        (changed(SMALL, layers=[784, 128, -10]), "damaged"),
        (changed(SMALL, layers="many"), "damaged"),
        (changed(SMALL, activation="step"), "damaged"),
        (changed(SMALL, labels=["1", "2"]), "damaged"),
        (changed(SMALL, image_shape=[28]), "damaged"),
        (changed(SMALL, {"layer1.bias": np.zeros(127, np.float32)}), "damaged"),
        (changed(SMALL, {"layer1.bias": np.full(128, np.nan, np.float32)}), "damaged"),
        (changed(SMALL, {"extra": np.zeros(1)}), "left over"),
    ],
)
def test_models_that_contradict_themselves_are_refused(content: bytes, words: str) -> None:
    with pytest.raises(ByhandError, match=words):
        Model.from_bytes(content, "x")


def test_a_missing_model_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(ByhandError, match="byhand train"):
        load_model(tmp_path)


def test_models_that_come_along_are_loaded_by_name() -> None:
    assert load_model("accurate").recipe["name"] == "accurate"
    assert load_model("fast").to_bytes() == load_model().to_bytes()
    with pytest.raises(ByhandError, match="There is no model at slow"):
        load_model("slow")


def test_what_is_shown_of_a_model_is_short_and_without_addresses(small_run: Run) -> None:
    accuracy = small_run.model.results["test_accuracy"]
    assert repr(small_run.model) == (
        f"<Model fast: 784-24-10, sigmoid, reads 28 x 28 pixels, {accuracy:.2%} on the test set>"
    )
    trained = small_run.model
    untrained = Model(trained.network, trained.preprocessing, trained.label_names)
    assert repr(untrained) == "<Model untrained: 784-24-10, sigmoid, reads 28 x 28 pixels>"
    for shown in (repr(trained), repr(untrained), trained._repr_html_(), untrained._repr_html_()):
        assert "0x" not in shown


def test_jupyter_gets_a_table_in_which_nothing_is_taken_for_html(small_run: Run) -> None:
    trained = small_run.model
    assert f"<td>{trained.results['test_accuracy']:.2%}</td>" in trained._repr_html_()
    assert "<td>0, 1, 2, 3, 4, 5, 6, 7, 8, 9</td>" in trained._repr_html_()
    names = ("<script>alert(1)</script>", "a & b", *"23456789")
    wicked = Model(trained.network, trained.preprocessing, names, {"name": '<img src="x">'})
    table = wicked._repr_html_()
    assert "<script" not in table and "<img" not in table
    assert "&lt;script&gt;alert(1)&lt;/script&gt;, a &amp; b, 2" in table
    assert "&lt;img src=&quot;x&quot;&gt;" in table
