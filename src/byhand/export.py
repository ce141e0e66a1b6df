"""A model in other forms, chosen by the ending of the file: `.html`, `.safetensors`."""

from pathlib import Path

from byhand.errors import ByhandError
from byhand.files import write_atomically
from byhand.model import Model

ENDINGS = (".html", ".safetensors")


def check_ending(path: Path) -> str:
    """Give the ending of the file's name.

    Raises:
        ByhandError: byhand does not write files of that kind.
    """
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        raise ByhandError(f"Cannot export to {path}: its name must end in {' or '.join(ENDINGS)}.")
    return ending


def export(model: Model, path: str | Path, *, data: str = "mnist", name: str = "byhand") -> None:
    """Write a model to `path`: as one page for any browser, or as a model file.

    Args:
        model: the model.
        path: ends in `.html` or `.safetensors`.
        data: where the page's sample of images comes from, as in `--data`.
        name: what the page calls the model.

    Raises:
        ByhandError: another ending, a model that the page cannot show, or a place that cannot be written.
    """
    path = Path(path)
    if check_ending(path) == ".safetensors":
        content = model.to_bytes()
    else:
        from byhand.playground.content import choose_sample
        from byhand.playground.one_file import page_of

        content = page_of(model, name, choose_sample(model, data)).encode()
    write_atomically(path, content)
