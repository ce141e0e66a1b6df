"""`DigitReader`: pipelines that begin with pictures."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from sklearn.compose import make_column_transformer
from sklearn.pipeline import make_pipeline
from sklearn.utils.estimator_checks import check_estimator

import byhand
from byhand.errors import InputWarning
from byhand.estimator import DigitReader, MLPClassifier


def test_scikit_learn_s_own_checks() -> None:
    assert {result["status"] for result in check_estimator(DigitReader(), on_fail=None)} == {"passed"}


def test_a_pipeline_begins_with_photographs(tmp_path: Path) -> None:
    mnist = byhand.load_mnist()
    paths = []
    for number, image in enumerate(mnist.test_images[:8]):
        # Dark on light, larger, as a photograph would be.
        paths.append(str(tmp_path / f"{number}.png"))
        Image.fromarray(255 - image).resize((112, 112)).save(paths[-1])
    reading = make_pipeline(DigitReader(), MLPClassifier.from_model(byhand.load_model("reader")))
    np.testing.assert_array_equal(reading.predict(paths), mnist.test_labels[:8])
    frame = pd.DataFrame({"photograph": paths})
    columns = make_column_transformer((DigitReader(), ["photograph"])).set_output(transform="pandas")
    table = columns.fit_transform(frame)
    assert table.shape == (8, 784)
    assert table.columns[0].endswith("pixel0")
    texts = DigitReader("text", single=True).fit_transform(paths)
    assert texts[:, 0].tolist() == [str(label) for label in mnist.test_labels[:8]]


def test_a_picture_without_a_digit_is_said() -> None:
    empty, digit = np.full((60, 60), 255, np.uint8), byhand.load_mnist().test_images[0]
    with pytest.warns(InputWarning, match=r"1 of 2 pictures, and their rows are dark: 0 "):
        images = DigitReader().fit_transform([empty, digit])
    assert images[0].max() == 0 < images[1].max()


def test_what_cannot_be_read_gets_one_sentence() -> None:
    with pytest.raises(byhand.ByhandError, match="into a list"):
        DigitReader().transform("photo.png")
    with pytest.raises(byhand.ByhandError, match="shape"):
        DigitReader().transform(np.zeros((3, 784)))
    with pytest.raises(byhand.ByhandError, match="images"):
        DigitReader("pixels").fit()  # type: ignore[arg-type]
    with pytest.raises(byhand.ByhandError, match="signs"):
        DigitReader(signs=True).fit()
