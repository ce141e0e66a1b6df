"""A model in other forms: files, chosen by their ending, and copies for scikit-learn and PyTorch."""

from pathlib import Path
from typing import Any

from byhand.errors import ByhandError
from byhand.files import write_atomically
from byhand.model import Model

ENDINGS = (".onnx", ".html", ".safetensors", ".h", ".md")


def check_ending(path: Path, int8: bool = False) -> str:
    """Give the ending of the file's name.

    Raises:
        ByhandError: byhand does not write files of that kind, or not with 8 bits.
    """
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        raise ByhandError(f"Cannot export to {path}: its name must end in {', '.join(ENDINGS[:-1])} or {ENDINGS[-1]}.")
    if int8 and ending != ".h":
        raise ByhandError(f"--int8 is for C headers: give a name that ends in .h, not {path}.")
    return ending


def export(
    model: Model,
    path: str | Path,
    *,
    data: str = "mnist",
    name: str = "byhand",
    trainable: bool = False,
    int8: bool = False,
) -> None:
    """Write a model to a file.

    Args:
        model: the model.
        path: ends in `.onnx` (a graph that takes images and gives probabilities), `.html` (one page for any browser),
            `.safetensors` (byhand's own model file), `.h` (a C header with a function that predicts) or `.md` (a card
            that says what the model is).
        data: where the page's sample of images comes from, as in `--data`.
        name: what the page calls the model.
        trainable: the page can train, too, on some images of the data's training set; at most 2 MB.
        int8: in the C header, keep weights as whole numbers of 8 bits.

    Raises:
        ByhandError: another ending, a model that cannot take that form, or a place that cannot be written.
    """
    path = Path(path)
    ending = check_ending(path, int8)
    if trainable and ending != ".html":
        raise ByhandError(f"Only a page can train, and {path} is none: its name must end in .html.")
    if ending == ".safetensors":
        content = model.to_bytes()
    elif ending == ".onnx":
        from byhand.export.onnx import onnx_bytes

        content = onnx_bytes(model)
    elif ending == ".h":
        from byhand.export.c_header import c_header

        content = c_header(model, int8).encode()
    elif ending == ".md":
        from byhand.export.model_card import model_card

        content = model_card(model).encode()
    else:
        from byhand.playground.content import choose_sample, choose_training_images
        from byhand.playground.one_file import page_of

        sample = choose_sample(model, data)
        training = choose_training_images(model, data) if trainable else None
        content = page_of(model, name, sample, training).encode()
    write_atomically(path, content)


def to_sklearn(model: Model) -> Any:
    """A fitted `sklearn.neural_network.MLPClassifier`: see `byhand.export.scikit_learn`."""
    from byhand.export import scikit_learn

    return scikit_learn.to_sklearn(model)


def from_sklearn(classifier: Any) -> Model:
    """A model of scikit-learn's MLPClassifier: see `byhand.export.scikit_learn`."""
    from byhand.export import scikit_learn

    return scikit_learn.from_sklearn(classifier)


def to_torch(model: Model) -> Any:
    """A `torch.nn.Sequential`: see `byhand.export.pytorch`."""
    from byhand.export import pytorch

    return pytorch.to_torch(model)


def from_torch(sequential: Any, labels: Any = None) -> Model:
    """A model of a `torch.nn.Sequential`: see `byhand.export.pytorch`."""
    from byhand.export import pytorch

    return pytorch.from_torch(sequential, labels)
