"""What each figure shows."""

from typing import Any

import numpy as np
import pytest
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure

from byhand.data import LabelledImages
from byhand.errors import ByhandError
from byhand.evaluation import Evaluation, calibration_error, evaluate
from byhand.figures.boundary import _innermost, draw_boundary
from byhand.figures.calibration import draw_calibration
from byhand.figures.confusion import MOST_LABELS, draw_confusion
from byhand.figures.history import draw_history
from byhand.figures.mistakes import draw_mistakes
from byhand.figures.predictions import draw_predictions
from byhand.figures.robustness import draw_robustness
from byhand.figures.samples import draw_samples
from byhand.figures.tiles import lay_out
from byhand.figures.weights import draw_weights
from byhand.model import Model
from byhand.nn import Network
from byhand.preprocessing import MinMaxScaling, Preprocessing

from .helpers import texts, titled


def with_history(model: Model, history: list[dict[str, Any]], **results: object) -> Model:
    return Model(model.network, model.preprocessing, model.label_names, {}, results, history)


def picture(figure: Figure) -> np.ma.MaskedArray:
    pixels = figure.axes[0].images[0].get_array()
    assert pixels is not None
    return np.ma.masked_invalid(pixels)


def test_tiles_are_where_they_say() -> None:
    images = np.arange(7 * 3 * 2).reshape(7, 3, 2)
    tiles = lay_out(images, 3, side=0.5)
    for image, (row, column) in zip(images, tiles.corners, strict=True):
        assert np.array_equal(tiles.picture[row : row + 3, column : column + 2], image)
    assert np.isfinite(tiles.picture).sum() == images.size


def test_samples_has_a_row_per_label(digits: LabelledImages) -> None:
    figure = draw_samples(digits, 4)
    assert [name.get_text() for name in figure.axes[0].get_yticklabels()] == list("0123456789")
    assert picture(figure).count() == 10 * 4 * 28 * 28
    assert not np.array_equal(picture(figure), picture(draw_samples(digits, 4, seed=1)))


def test_samples_leaves_gaps_where_a_label_is_rare(digits: LabelledImages) -> None:
    few = LabelledImages(digits.images[:3], np.array([0, 0, 7]), digits.label_names)
    figure = draw_samples(few, 4)
    assert picture(figure).count() == 3 * 28 * 28
    assert "2 of 10 labels." in texts(figure)


def test_history_shows_every_epoch_and_the_test_accuracy(digit_model: Model) -> None:
    figure = draw_history(digit_model)
    loss: Any
    accuracy: Any
    loss, accuracy = figure.axes
    assert np.array_equal(loss.lines[0].get_ydata(), [entry["train_loss"] for entry in digit_model.history])
    held_out = [entry["validation_accuracy"] for entry in digit_model.history]
    assert np.array_equal(accuracy.lines[1].get_ydata(), held_out)
    assert set(accuracy.lines[2].get_ydata()) == {digit_model.results["test_accuracy"]}
    assert len(accuracy.get_legend().get_texts()) == 3
    assert all(axes.get_xlabel() and axes.get_ylabel() for axes in figure.axes)
    low, high = accuracy.get_ylim()
    assert all(low < y < high for line in accuracy.lines for y in line.get_ydata())


def test_history_without_validation_or_test(digit_model: Model) -> None:
    entry = {"epoch": 1, "train_loss": 0.5, "train_accuracy": 1.0, "validation_accuracy": None}
    figure = draw_history(with_history(digit_model, [entry]))
    assert len(figure.axes[1].lines) == 1
    assert titled(figure) == "After 1 epoch, the loss is 0.5"


def test_history_of_nothing(digit_model: Model) -> None:
    with pytest.raises(ByhandError, match="no history to draw"):
        draw_history(with_history(digit_model, []))


def test_predictions_say_what_is_right_in_words(digit_model: Model, digits: LabelledImages) -> None:
    count = 30
    figure = draw_predictions(digit_model, digits, count, seed=1)
    assert len(figure.axes) == 2 * count
    chosen = digits.some(count, 1)
    read = digit_model.predict(digits.images[chosen])
    written = texts(figure)
    for predicted, true in zip(read, digits.labels[chosen], strict=True):
        assert f"read as {predicted}\ntrue label: {true}" in written
    right = int((read == digits.labels[chosen]).sum())
    assert 0 < right < count
    assert sum("✓ right" in text for text in written) == right
    assert sum("✗ wrong" in text for text in written) == count - right
    assert titled(figure) == f"{right} of {count} images read right"
    assert not np.array_equal(chosen, digits.some(count, 2))


def test_prediction_bars_are_the_probabilities(digit_model: Model, digits: LabelledImages) -> None:
    bars = draw_predictions(digit_model, digits, 1).axes[0].patches[10:]
    probabilities = digit_model.predict_proba(digits.images[digits.some(1, 0)])[0]
    assert np.allclose([bar.get_width() for bar in bars], probabilities)  # type: ignore[attr-defined]


def test_more_predictions_than_images(digit_model: Model, digits: LabelledImages) -> None:
    few = LabelledImages(digits.images[:3], digits.labels[:3], digits.label_names)
    assert len(draw_predictions(digit_model, few).axes) == 2 * 3


def test_mistakes_are_wrong_and_the_surest_first(digit_model: Model, digits: LabelledImages) -> None:
    figure = draw_mistakes(digit_model, digits, 12)
    probabilities = digit_model.predict_proba(digits.images)
    wrong = np.flatnonzero(probabilities.argmax(axis=1) != digits.labels)
    captions = [text for text in texts(figure) if "read as" in text]
    shares = [float(text.strip("> ").split()[0]) for text in texts(figure) if text.endswith("% sure")]
    assert len(captions) == len(shares) == 12 < len(wrong)
    assert shares == sorted(shares, reverse=True)
    assert shares[0] == pytest.approx(100 * probabilities[wrong].max(), abs=0.1)
    for caption in captions:
        true, read = caption.split(" read as ")
        assert true != read
    surest = wrong[probabilities[wrong].max(axis=1).argmax()]
    assert captions[0] == f"{digits.labels[surest]} read as {probabilities[surest].argmax()}"
    assert titled(figure) == f"{len(wrong)} of 1,000 images read wrong"


def test_no_mistakes(digit_model: Model, digits: LabelledImages) -> None:
    right = digit_model.logits(digits.images).argmax(axis=1) == digits.labels
    figure = draw_mistakes(digit_model, LabelledImages(digits.images[right], digits.labels[right], digits.label_names))
    assert titled(figure) == "No mistakes"


def test_confusion_prints_counts_and_colours_only_errors(digit_model: Model, digits: LabelledImages) -> None:
    evaluation = evaluate(digit_model, digits)
    figure = draw_confusion(digit_model, digits)
    axes = figure.axes[0]
    cells = {tuple(text.get_position()): text.get_text() for text in axes.texts}
    assert len(cells) == 100
    for (row, column), count in np.ndenumerate(evaluation.confusion):
        assert cells[column, row] == (f"{count:,}" if count or row == column else "·")
    coloured = picture(figure)
    assert coloured.mask.tolist() == np.eye(10, dtype=bool).tolist()
    assert axes.images[0].get_clim() == (0, coloured.max())
    assert titled(figure).startswith(f"{100 * evaluation.accuracy:.2f} % read right; most common mistake: ")
    assert (axes.get_ylabel(), axes.get_xlabel()) == ("true label", "predicted label")


def confusion_of(evaluation: Evaluation, label_names: tuple[str, ...]) -> Figure:
    """The figure of a model that is measured to be like this."""
    scaling, examples = MinMaxScaling(np.zeros(4), np.ones(4)), np.zeros((1, 2, 2), np.uint8)
    model = Model(Network([4, len(label_names)]), Preprocessing((2, 2), scaling), label_names)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("byhand.figures.confusion.evaluate", lambda model, examples: evaluation)
        return draw_confusion(model, LabelledImages(examples, np.zeros(1, int), label_names))


def test_confusion_without_errors() -> None:
    perfect = Evaluation(4, 1.0, 0.0, 0.0, np.diag([1, 3]), [])
    assert titled(confusion_of(perfect, ("cat", "dog"))) == "100 % read right"


def test_confusion_of_many_labels_shows_the_worst() -> None:
    counts = np.eye(60, dtype=np.int64) * 5
    counts[58, 59] = 9
    figure = confusion_of(Evaluation(309, 0.97, 0.1, 0.0, counts, []), tuple(f"L{i}" for i in range(60)))
    names = [name.get_text() for name in figure.axes[0].get_yticklabels()]
    assert len(names) == MOST_LABELS and names[-2:] == ["L58", "L59"]


def test_weights_are_sorted_and_the_scale_is_symmetrical(digit_model: Model) -> None:
    figure = draw_weights(digit_model)
    shown = figure.axes[0].images[0]
    low, high = shown.get_clim()
    assert low == -high < 0
    strongest = np.linalg.norm(digit_model.network.dense[1].weights, axis=1).argmax()
    best = digit_model.network.dense[0].weights[:, strongest].reshape(28, 28)
    pixels = picture(figure)
    top = int(np.flatnonzero(pixels.count(axis=1))[0])
    assert np.allclose(pixels[top : top + 28, :28], best)
    assert pixels.count() == 20 * 784
    assert titled(figure) == "What the 20 hidden units look for"
    assert titled(draw_weights(digit_model, 5)) == "What the 20 hidden units look for: the 5 that matter most"


def test_weights_of_more_units_than_a_page_holds(digit_model: Model) -> None:
    network = Network([784, 300, 10])
    network.initialise("glorot", np.random.default_rng(0))
    figure = draw_weights(Model(network, digit_model.preprocessing, digit_model.label_names))
    assert picture(figure).count() == 128 * 784
    assert titled(figure) == "What the 300 hidden units look for: the 128 that matter most"


def test_weights_without_a_hidden_layer_have_labels(pet_model: Model) -> None:
    figure = draw_weights(pet_model)
    assert [text.get_text() for text in figure.axes[0].texts] == ["cat", "$dog_$ with a…"]
    assert picture(figure).count() == 2 * 16 * 12


def test_boundary_shows_that_a_hidden_layer_helps(digit_model: Model, digits: LabelledImages) -> None:
    figure = draw_boundary(digit_model, digits, 50)
    titles = {axes.get_title(loc="left") for axes in figure.axes}
    straight, bent = (
        float(next(title for title in titles if title.startswith(name)).split(": ")[1].split()[0])
        for name in ("No hidden layer", "16 hidden units")
    )
    assert straight < 90 < bent
    plane: Any = next(axes for axes in figure.axes if axes.texts)
    labels = [text.get_text() for text in plane.texts if text.get_text() in digits.label_names]
    assert len(labels) == len(set(labels)) > 3
    points: list[Any] = [shape for shape in plane.collections if isinstance(shape, PathCollection)]
    assert sum(len(shape.get_offsets()) for shape in points) == 50


def test_boundary_needs_a_plane(digit_model: Model, digits: LabelledImages) -> None:
    with pytest.raises(ByhandError, match="at least 3 images"):
        draw_boundary(digit_model, LabelledImages(digits.images[:2], digits.labels[:2], digits.label_names))


def test_innermost_cell() -> None:
    region = np.zeros((9, 9), dtype=bool)
    region[:, 0] = region[4:9, 3:8] = True
    assert _innermost(region) == (6, 5)


def test_calibration_shows_how_often_each_group_is_right(digit_model: Model, digits: LabelledImages) -> None:
    figure = draw_calibration(digit_model, digits)
    error = calibration_error(digit_model.predict_proba(digits.images).astype(float), digits.labels)
    assert titled(figure) == f"Confidence is off by {100 * error:.2f} % on average"
    counts = [int(text.replace(",", "")) for text in texts(figure) if text.replace(",", "").isdigit()]
    assert sum(counts) == len(digits.images)


def test_robustness_shows_the_models_that_come_along_and_the_one_that_is_asked_for(
    digit_model: Model, digits: LabelledImages
) -> None:
    figure = draw_robustness(digit_model, digits, 50)
    labels = [line.get_label() for line in figure.axes[0].get_lines()][:3]
    assert labels[:2] == ["fast", "accurate"] and len(figure.axes) == 4
    still: dict[object, list[float]] = {}
    for axes in figure.axes:
        for line in axes.get_lines()[:2]:
            strengths, accuracies = np.asarray(line.get_xdata()), np.asarray(line.get_ydata())
            still.setdefault(line.get_label(), []).append(accuracies[strengths == 0].item())
    # Unchanged images are read the same in all four.
    assert all(len(set(values)) == 1 and values[0] > 0.9 for values in still.values())


def test_robustness_of_other_pictures_stands_alone(pet_model: Model, animals: LabelledImages) -> None:
    figure = draw_robustness(pet_model, animals, 50)
    assert len(figure.axes[0].get_lines()) == 2  # the model's, and the line at 0
