"""A model in other forms, chosen by the ending of the file: `.onnx`, `.html`, `.safetensors`."""

from pathlib import Path

from byhand.errors import ByhandError
from byhand.files import write_atomically
from byhand.model import Model

ENDINGS = (".onnx", ".html", ".safetensors")


def check_ending(path: Path) -> str:
    """Give the ending of the file's name.

    Raises:
        ByhandError: byhand does not write files of that kind.
    """
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        raise ByhandError(f"Cannot export to {path}: its name must end in {', '.join(ENDINGS[:-1])} or {ENDINGS[-1]}.")
    return ending


def export(
    model: Model, path: str | Path, *, data: str = "mnist", name: str = "byhand", trainable: bool = False
) -> None:
    """Write a model to `path`: as an ONNX graph, as one page for any browser, or as byhand's own model file.

    Args:
        model: the model.
        path: ends in `.onnx`, `.html` or `.safetensors`.
        data: where the page's sample of images comes from, as in `--data`.
        name: what the page calls the model.
        trainable: the page can train, too, on some images of the data's training set; at most 2 MB.

    Raises:
        ByhandError: another ending, a model that cannot take that form, or a place that cannot be written.
    """
    path = Path(path)
    ending = check_ending(path)
    if trainable and ending != ".html":
        raise ByhandError(f"Only a page can train, and {path} is none: its name must end in .html.")
    if ending == ".safetensors":
        content = model.to_bytes()
    elif ending == ".onnx":
        from byhand.export.onnx import onnx_bytes

        content = onnx_bytes(model)
    else:
        from byhand.playground.content import choose_sample, choose_training_images
        from byhand.playground.one_file import page_of

        sample = choose_sample(model, data)
        training = choose_training_images(model, data) if trainable else None
        content = page_of(model, name, sample, training).encode()
    write_atomically(path, content)
