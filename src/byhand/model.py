"""What a user holds: a network with everything it takes to use it on images."""

import itertools
import json
import math
import threading
from concurrent.futures import ThreadPoolExecutor
from contextvars import Context
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray

from byhand.data.mapped_images import MappedImages
from byhand.errors import ByhandError, reason_of
from byhand.files import write_atomically
from byhand.jupyter import Rows, html_table
from byhand.nn import ACTIVATIONS, Network, softmax
from byhand.preprocessing import MinMaxScaling, Preprocessing
from byhand.processors import one_blas_thread

if TYPE_CHECKING:
    from matplotlib.figure import Figure

FORMAT = 2
MODEL_FILE = "model.safetensors"
# Limits to what a file may say of itself: the models that come along have 20 kB of header and short labels.
MOST_HEADER_BYTES, LONGEST_LABEL = 10_000_000, 200
LARGEST_NUMBER, LARGEST_GREY, SMALLEST_SPAN = 1e300, 2.0**32, 2.0**-32
# What a probability is worth, for calibrated models. Below OTHER, what is in a picture is no digit; from SURE on, a
# digit is flagged as sure: on 320 generated pages, 98.1 % of those flagged are right, and 97.1 % of the right ones are
# flagged (with 0.98 it is 98.5 and 95.5 %, but then clear drawings with the mouse are doubted).
OTHER, SURE = 0.45, 0.95
# Large enough for fast products, small enough that a chunk, 784 KB scaled, stays in the cache of one core.
IMAGES_AT_A_TIME = 250


class Model:
    """Network, preprocessing and labels; what `byhand train` makes and everything else uses.

    Attributes:
        network: the trained network.
        preprocessing: from images to the network's inputs.
        temperature: divides the logits before the softmax, so that confidence means what it says.
        label_names: what each class is called, for example "0" to "9".
        recipe: the settings it was trained with, by name; without the place of a private data folder.
        results: what was measured at the end of training: "test_accuracy", "test_loss", "test_examples", ...
        history: one dictionary per epoch: "epoch", "train_loss", "train_accuracy", "validation_accuracy",
            "learning_rate". No times: the same training gives the same file.
    """

    def __init__(
        self,
        network: Network,
        preprocessing: Preprocessing,
        label_names: tuple[str, ...],
        recipe: dict[str, Any] | None = None,
        results: dict[str, Any] | None = None,
        history: list[dict[str, Any]] | None = None,
        *,
        temperature: float = 1.0,
    ) -> None:
        self.network, self.preprocessing, self.temperature = network, preprocessing, temperature
        self._of_thread = threading.local()
        self.label_names = label_names
        self.recipe, self.results, self.history = recipe or {}, results or {}, Rows(history or [])

    def __repr__(self) -> str:
        name, accuracy = self.recipe.get("name", "untrained"), self.results.get("test_accuracy")
        tested = "" if accuracy is None else f", {accuracy:.2%} on the test set"
        height, width = self.image_shape
        return (
            f"<Model {name}: {'-'.join(map(str, self.network.sizes))}, {self.network.activation}, "
            f"reads {width} x {height} pixels{tested}>"
        )

    def _repr_html_(self) -> str:
        """The model as a table, for Jupyter."""
        accuracy = self.results.get("test_accuracy")
        rows = {
            "recipe": self.recipe.get("name", ""),
            "layers": f"{' - '.join(map(str, self.network.sizes))}, {self.network.activation}",
            "parameters": f"{self.network.parameters.size:,}",
            "reads": f"{self.image_shape[1]} x {self.image_shape[0]} pixels{', deskewed' * self.preprocessing.deskew}",
            "labels": ", ".join(self.label_names),
            "test accuracy": "" if accuracy is None else f"{accuracy:.2%}",
        }
        return html_table(rows)

    def show(self, figure: str, data: Any = "mnist", *, count: int | None = None, seed: int = 0) -> "Figure":
        """Draw a figure of the model, as `byhand show` does; Jupyter shows it.

        Args:
            figure: "confusion", "mistakes", "weights", "history", ...: one of those that `byhand show --help` lists.
            data: labelled images for it: a source as in `byhand show --data`, or (images, labels).
            count: how many images or units to show; None for the figure's usual number.
            seed: decides what is chosen at random.

        Raises:
            ByhandError: no such figure, or data or a count that it cannot have.
        """
        import byhand

        return byhand.show(figure, self, data, count=count, seed=seed)

    @property
    def image_shape(self) -> tuple[int, int]:
        """(height, width) of the images it reads."""
        return self.preprocessing.image_shape

    @property
    def labels(self) -> NDArray[Any]:
        """The labels as an array, shape (classes,): of integers if all of them are whole numbers, else of text."""
        return _label_array(self.label_names)

    def predict(self, images: NDArray[Any]) -> NDArray[Any]:
        """Give the most probable label of each image; input as `predict_proba`, result of shape (n,)."""
        # The largest logit is the largest probability.
        labels: NDArray[Any] = self.labels[self.logits(images).argmax(axis=1)]
        return labels

    def predict_proba(self, images: NDArray[Any]) -> NDArray[Any]:
        """Give the probability of each label for each image.

        Args:
            images: grey levels in the form of the training data, bright on dark (for MNIST uint8, 0 to 255),
                shape (n, height, width) or (n, height * width).

        Returns:
            Shape (n, classes); rows sum to 1.

        Raises:
            ByhandError: images of another size, or numbers that are not finite, in the images or in what comes of them.
        """
        logits = self.logits(images)
        logits /= self.temperature
        return softmax(logits)

    def logits(self, images: NDArray[Any]) -> NDArray[Any]:
        """Give the network's raw output for images as in `predict_proba`, shape (n, classes).

        Raises:
            ByhandError: as `predict_proba`.
        """
        if isinstance(images, MappedImages):
            return np.concatenate([self.logits(block) for block in images.blocks()])
        logits = self.logits_of_pixels(self.preprocessing.pixels(images))
        # The sum of squares is finite only if all are, and takes half the time to find for one image.
        if not math.isfinite(np.vdot(logits, logits)) and not np.isfinite(logits).all():
            raise ByhandError("The model's weights are so large that it computes no finite numbers: train it anew.")
        return logits

    def logits_of_pixels(self, pixels: NDArray[Any]) -> NDArray[Any]:
        """Give the network's raw output for what `Preprocessing.pixels` gives: (n, inputs) in, (n, classes) out."""
        if len(pixels) <= IMAGES_AT_A_TIME:
            return self._forward(pixels).copy()
        result = np.empty((len(pixels), len(self.label_names)), self.network.parameters.dtype)

        def fill(start: int) -> None:
            result[start : start + IMAGES_AT_A_TIME] = self._forward(pixels[start : start + IMAGES_AT_A_TIME])

        # Threads that each take whole chunks also share what lies between the products, BLAS's own only these: for
        # 10,000 images, 28 ms of two cores together instead of 52 and more, and the same bits on any number of cores.
        with one_blas_thread() as threads, ThreadPoolExecutor(threads) as pool:
            for _ in (pool.map if threads > 1 else map)(fill, range(0, len(pixels), IMAGES_AT_A_TIME)):
                pass
        return result

    def _forward(self, pixels: NDArray[Any]) -> NDArray[Any]:
        """Logits of a chunk of images at most; this thread's next call overwrites them."""
        network, scaled, context = self._own()
        return context.run(network.forward, self.preprocessing.scaling.transform(pixels, out=scaled[: len(pixels)]))

    def _own(self) -> tuple[Network, NDArray[Any], Context]:
        """Network and inputs of this thread: layers write into buffers of their own, which threads must not share.

        And a context in which NumPy does not warn of what overflows, as `logits` says what is wrong, then: to run
        something in it takes 0.1 microseconds, and np.errstate() 1.1.
        """
        own: tuple[Network, NDArray[Any], Context] | None = getattr(self._of_thread, "own", None)
        if own is None or own[0].parameters is not self.network.parameters:
            scaled = np.empty((IMAGES_AT_A_TIME, self.network.sizes[0]), self.network.parameters.dtype)
            own = self._of_thread.own = self.network.twin(), scaled, Context()
            own[2].run(lambda: np.seterr(over="ignore", invalid="ignore"))
        return own

    def __getstate__(self) -> dict[str, Any]:
        """What copies and pickles keep: everything but the threads' own layers."""
        return {name: value for name, value in vars(self).items() if name != "_of_thread"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state, _of_thread=threading.local())

    def save(self, path: str | Path) -> None:
        """Write the model as one safetensors file; the same model always gives the same bytes.

        Raises:
            ByhandError: the place cannot be written; an old file there stays whole.
        """
        write_atomically(Path(path), self.to_bytes())

    def to_bytes(self) -> bytes:
        """The model as the bytes of its file."""
        from safetensors.numpy import save

        scaling = self.preprocessing.scaling
        tensors = {"scaling.minimum": scaling.minimum, "scaling.maximum": scaling.maximum}
        for number, layer in enumerate(self.network.dense, start=1):
            tensors[f"layer{number}.weights"] = layer.weights.astype(self._stored)
            tensors[f"layer{number}.bias"] = layer.bias.astype(self._stored)
        description = {
            "format": FORMAT,
            "layers": self.network.sizes,
            "activation": self.network.activation,
            "labels": self.label_names,
            "image_shape": self.image_shape,
            "deskew": self.preprocessing.deskew,
            "brightness": self.preprocessing.brightness,
            "temperature": self.temperature,
            "recipe": self.recipe,
            "results": self.results,
            "history": self.history,
        }
        return save(tensors, {"byhand": json.dumps(description, sort_keys=True)})

    @property
    def _stored(self) -> np.dtype[Any]:
        """Number type of the weights in the file: the recipe's "stored", or the network's own."""
        stored = self.recipe.get("stored", "same")
        return self.network.parameters.dtype if stored == "same" else np.dtype(stored)

    def round_to_stored(self) -> None:
        """Round the weights to what the file will keep of them, so that nothing changes when they are read back."""
        self.network.parameters[:] = self.network.parameters.astype(self._stored)

    @classmethod
    def from_bytes(cls, content: bytes, name: str) -> Self:
        """Read a model back; `name` is what error messages call it. Nothing in the file is ever executed.

        Raises:
            ByhandError: not a byhand model, a damaged one, or one of a newer byhand.
        """
        from safetensors import SafetensorError
        from safetensors.numpy import load

        try:
            header_length = int.from_bytes(content[:8], "little")
            if header_length > MOST_HEADER_BYTES and len(content) > header_length:
                raise SafetensorError("its header is too long")
            tensors = load(content)
            header = json.loads(content[8 : 8 + header_length])
            text = header["__metadata__"]["byhand"]
            description = json.loads(text)
            version = description["format"]
        except RecursionError as error:
            raise ByhandError(f"{name} is a damaged model of byhand (nested too deep): get a fresh copy.") from error
        except SafetensorError as error:
            raise ByhandError(
                f"{name} is not a safetensors file, or it is truncated: give a model that byhand has saved."
            ) from error
        except (KeyError, TypeError, ValueError) as error:
            raise ByhandError(f"{name} is a safetensors file, but not a model of byhand.") from error
        if version != FORMAT:
            cure = "train it again" if isinstance(version, int) and version < FORMAT else "install a newer byhand"
            raise ByhandError(f"{name} has format {str(version)[:20]}, and this byhand reads format {FORMAT}: {cure}.")
        try:
            # Half the digits are enough to keep weights, but not to compute with them.
            sizes = _sizes(description["layers"], tensors)
            dtype = np.promote_types(tensors["layer1.weights"].dtype, np.float32)
            height, width = description["image_shape"]
            labels = tuple(str(label) for label in description["labels"])
            if type(height) is not int or type(width) is not int or height < 1 or width < 1:
                raise ValueError("an image size that is none")
            if not all(0 < len(label) <= LONGEST_LABEL for label in labels) or len(set(labels)) < len(labels):
                raise ValueError("labels that are none")
            shape = (height, width)
            if (
                description["activation"] not in ACTIVATIONS
                or sizes[0] != shape[0] * shape[1]
                or sizes[-1] != len(labels)
            ):
                raise ValueError("layers, image size and labels contradict each other")
            expected = {f"layer{n}.{part}" for n in range(1, len(sizes)) for part in ("weights", "bias")}
            if set(tensors) != expected | {"scaling.minimum", "scaling.maximum"}:
                raise ValueError("tensors are missing or left over")
            network = Network(sizes, description["activation"], dtype)
            for number, layer in enumerate(network.dense, start=1):
                _fill(layer.weights, tensors[f"layer{number}.weights"])
                _fill(layer.bias, tensors[f"layer{number}.bias"])
            temperature, brightness = float(description["temperature"]), float(description["brightness"])
            if not 0 < temperature < math.inf or not math.isfinite(brightness):
                raise ValueError(f"a temperature of {temperature} and a brightness of {brightness}")
            extremes = np.empty((2, sizes[0]))
            _fill(extremes[0], tensors["scaling.minimum"])
            _fill(extremes[1], tensors["scaling.maximum"])
            span = extremes[1] - extremes[0]
            if ((span < SMALLEST_SPAN) & (span != 0)).any() or np.abs(extremes).max() > LARGEST_GREY:
                raise ValueError("a scaling that no grey levels have")
            scaling = MinMaxScaling(extremes[0], extremes[1])
            _check_notes(description)
            return cls(
                network, Preprocessing(shape, scaling, bool(description["deskew"]), brightness),
                labels,
                dict(description["recipe"]), dict(description["results"]), list(description["history"]),
                temperature=temperature,
            )  # fmt: skip
        except (AttributeError, IndexError, KeyError, OverflowError, RecursionError, TypeError, ValueError) as error:
            raise ByhandError(f"{name} is a damaged model of byhand ({reason_of(error)}): get a fresh copy.") from error


def _sizes(sizes: Any, tensors: dict[str, NDArray[Any]]) -> list[int]:
    """The units of each layer, checked against the tensors before memory is taken for as many."""
    if not isinstance(sizes, list) or len(sizes) < 2 or any(type(units) is not int or units < 1 for units in sizes):
        raise ValueError("layers that are none")
    for number, shape in enumerate(itertools.pairwise(sizes), start=1):
        if tensors[f"layer{number}.weights"].shape != shape:
            raise ValueError(f"the weights of layer {number} have another shape")
    return sizes


def _check_notes(description: dict[str, Any]) -> None:
    """Check what a model says of itself, which is shown and written to files, but never computed with."""
    recipe, results, history = description["recipe"], description["results"], description["history"]
    if not isinstance(recipe, dict) or not isinstance(results, dict) or not isinstance(history, list):
        raise ValueError("its recipe, results or history are none")
    if recipe.get("stored", "same") not in ("same", "float16"):
        raise ValueError("weights stored as nobody knows")
    settings = [item for value in recipe.values() for item in (value if isinstance(value, list) else [value])]
    texts = all(isinstance(recipe.get(name, ""), str) for name in ("name", "data"))
    if not texts or not all(isinstance(value, str | bool) or _is_number(value) for value in settings):
        raise ValueError("a setting of its recipe that is none")
    numbers = [*results.values(), *(value for epoch in history for value in epoch.values())]
    if not all(value is None or _is_number(value) for value in numbers):
        raise ValueError("results or a history that are no numbers")


def _is_number(value: Any) -> bool:
    return type(value) in (int, float) and abs(value) < LARGEST_NUMBER


@lru_cache
def _label_array(names: tuple[str, ...]) -> NDArray[Any]:
    """See `Model.labels`; made once, since that takes a tenth of the time to read one image."""
    labels = np.array([int(name) for name in names] if all(name.isdecimal() for name in names) else names)
    labels.flags.writeable = False  # it is given to all who ask
    return labels


def _fill(place: NDArray[Any], tensor: NDArray[Any]) -> None:
    """Copy a tensor from a file to its place, if it fits and holds numbers one can compute with."""
    if tensor.shape != place.shape or tensor.dtype.kind != "f" or not np.isfinite(tensor).all():
        raise ValueError(f"a tensor of shape {tensor.shape} where {place.shape} finite numbers belong")
    place[...] = tensor


def shipped_model(name: str = "fast") -> Path:
    """The path of a model that comes with the package."""
    return Path(__file__).parent / "models" / f"{name}.safetensors"


def load_model(path: str | Path | None = None) -> Model:
    """Load a model.

    Args:
        path: a model file, or a run folder with one in it; or the name of a model that comes with byhand, such as
            "accurate"; None for `fast`.

    Raises:
        ByhandError: there is none, or it cannot be used.
    """
    if path is not None and not isinstance(path, str | Path):
        raise ByhandError(f"A model is loaded from a path, or by its name, not from a {type(path).__name__}.")
    file = Path(path or "fast")
    try:
        if path is None or (not file.exists() and shipped_model(str(path)).is_file()):
            file = shipped_model(str(file))
        if file.is_dir():
            file = file / MODEL_FILE
        content = file.read_bytes()
    except FileNotFoundError as error:
        raise ByhandError(f"There is no model at {file}: 'byhand train' makes one.") from error
    except (OSError, ValueError) as error:  # ValueError: a name with a null character
        raise ByhandError(f"Cannot read the model {file}: {getattr(error, 'strerror', None) or error}.") from error
    return Model.from_bytes(content, str(file))
