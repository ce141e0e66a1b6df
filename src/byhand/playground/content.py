"""What the page is given to show: a model, a labelled sample of images, and a map of them, as JSON values."""

import base64
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from byhand.data import LabelledImages, stratified_split
from byhand.data.mnist_form import IMAGE_SHAPE
from byhand.data.sources import load_dataset, load_examples
from byhand.errors import ByhandError
from byhand.model import SURE, Model
from byhand.training.recipe import USUAL_ADAM_RATE, USUAL_BATCH_SIZE, USUAL_MOMENTUM, USUAL_SGD_RATE

SAMPLE = 500
# Coordinates on a map are whole numbers from 0 to this.
MAP_SIZE = 999
# For training inside a file: images held out to report on, as many as the server's reports use, and the most to learn
# from. 4,000 take about 0.9 MB as text.
HELD_OUT = 500
MOST_EXAMPLES = 4000
LEAST_EXAMPLES = 100


def choose_sample(model: Model, source: str, count: int = SAMPLE) -> LabelledImages:
    """Choose images from a test set, stratified by label, the same ones each time.

    Args:
        model: says which labels there are.
        source: of the images, as in `--data`.
        count: how many, at most; fewer if the test set has fewer.

    Returns:
        Bytes, shape (n, 28, 28), 0 (background) to 255, with the model's classes.

    Raises:
        ByhandError: a model or data that the page cannot show, or data that cannot be found.
    """
    if model.image_shape != IMAGE_SHAPE:
        raise ByhandError(
            f"The page shows networks that read 28 x 28 images, and this one reads {model.image_shape[1]} x "
            f"{model.image_shape[0]}: choose another --model."
        )
    examples, _ = load_examples(source, image_size=IMAGE_SHAPE)
    examples = examples.with_classes_of(model.label_names)
    if len(examples) > count:
        _, chosen = stratified_split(examples.labels, count, np.random.default_rng(0))
        examples = examples.take(chosen)
    return examples


def model_content(model: Model, name: str) -> dict[str, Any]:
    """Describe a model for the page; `network.js` reads this.

    Args:
        model: the model.
        name: what the page calls it.
    """
    return {
        "name": name,
        "sizes": model.network.sizes,
        "activation": model.network.activation,
        "labels": list(model.label_names),
        "minimum": _shortest(model.preprocessing.scaling.minimum),
        "maximum": _shortest(model.preprocessing.scaling.maximum),
        "deskew": model.preprocessing.deskew,
        "temperature": model.temperature,
        "sure": SURE,
        "testAccuracy": model.results.get("test_accuracy"),
        "parameters": base64.b64encode(parameter_bytes(model)).decode(),
    }


def parameter_bytes(model: Model) -> bytes:
    """All weights and biases, layer by layer, as little-endian float32."""
    return model.network.parameters.astype("<f4").tobytes()


def sample_content(sample: LabelledImages) -> dict[str, Any]:
    """Describe a sample for the page: its images as one compressed stretch of bytes, and its labels."""
    return {
        "count": len(sample.labels),
        "images": base64.b64encode(zlib.compress(sample.images.tobytes(), 9)).decode(),
        "labels": sample.labels.tolist(),
    }


def choose_training_images(model: Model, source: str) -> LabelledImages:
    """Choose images to learn from and to hold out, stratified by label, from a training set: the same ones each time.

    Args:
        model: says which labels there are.
        source: of the images, as in `--data`.

    Returns:
        Bytes, shape (n, 28, 28), in random order: the first `HELD_OUT` are to be held out.

    Raises:
        ByhandError: data that cannot be found, or too few images.
    """
    images = load_dataset(source, image_size=IMAGE_SHAPE).train.with_classes_of(model.label_names)
    if len(images) < HELD_OUT + LEAST_EXAMPLES:
        raise ByhandError(
            f"A page that trains needs at least {HELD_OUT + LEAST_EXAMPLES} images to learn from, and {source} has "
            f"{len(images)}: choose other --data, or leave --trainable out."
        )
    rng = np.random.default_rng(0)
    kept, held_out = stratified_split(images.labels, HELD_OUT, rng)
    if len(kept) > MOST_EXAMPLES:
        _, chosen = stratified_split(images.labels[kept], MOST_EXAMPLES, rng)
        kept = kept[chosen]
    return images.take(np.concatenate([held_out, rng.permutation(kept)]))


def training_content(images: LabelledImages) -> dict[str, Any]:
    """Describe what a file can be trained on: the images of `choose_training_images`, and the usual learning rates."""
    return sample_content(images) | {
        "heldOut": HELD_OUT,
        "usual": {
            "sgd": USUAL_SGD_RATE,
            "adam": USUAL_ADAM_RATE,
            "batchSize": USUAL_BATCH_SIZE,
            "momentum": USUAL_MOMENTUM,
        },
    }


def map_content(model: Model, sample: LabelledImages) -> list[dict[str, Any]]:
    """Lay the sample out on a plane, layer by layer: images that the layer sees alike lie side by side.

    Returns:
        For each layer "name" and, with each "pca" and "tsne", a list x, y, x, y, ... of whole numbers, 0 to 999.
    """
    from sklearn.decomposition import PCA
    from sklearn.manifold import TSNE

    layers = []
    for name, values in _outputs(model, sample.images):
        # t-SNE's "perplexity", about how many neighbours count, must be below n / 3. For so few images its threads
        # only wait for each other: 2 s with one, up to 40 s with two where others compute as well.
        # Half the usual steps: the divergence ends at 0.57 instead of 0.53, in little more than half the time.
        tsne = TSNE(2, init="pca", perplexity=min(30.0, (len(values) - 1) / 3), max_iter=500, random_state=0)
        with threadpool_limits(1):
            maps = {"pca": PCA(2, random_state=0).fit_transform(values), "tsne": tsne.fit_transform(values)}
        layers.append({"name": name} | {method: _on_the_map(points) for method, points in maps.items()})
    return layers


def _outputs(model: Model, images: NDArray[np.uint8]) -> list[tuple[str, NDArray[np.float32]]]:
    """The scaled pixels and each layer's activations for every image, with a name: shapes (n, units)."""
    inputs = model.preprocessing.inputs(images, model.network.parameters.dtype)
    *hidden, logits = model.network.activations(inputs)
    names = ["hidden layer"] if len(hidden) == 1 else [f"hidden layer {n}" for n in range(1, len(hidden) + 1)]
    outputs = [("pixels", inputs), *zip(names, hidden, strict=True), ("output", logits)]
    return [(name, values.astype(np.float32)) for name, values in outputs]


def _on_the_map(points: NDArray[Any]) -> list[int]:
    low, high = points.min(axis=0), points.max(axis=0)
    # One scale for both axes: distances keep their meaning.
    scale = MAP_SIZE / max(float((high - low).max()), 1e-12)
    placed = np.round((points - (low + high) / 2) * scale + MAP_SIZE / 2)
    return [int(value) for value in placed.clip(0, MAP_SIZE).ravel()]


def _shortest(values: NDArray[np.float64]) -> float | list[float]:
    """One number where all are alike."""
    return float(values[0]) if (values == values[0]).all() else values.tolist()
