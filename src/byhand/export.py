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


def export(model: Model, path: str | Path, *, name: str = "byhand", model_path: str | None = None,
           data: str | None = None) -> Path:  # fmt: skip
    """Write a model to `path`: as one page for any browser, or as a model file.

    Args:
        model: the model.
        path: ends in `.html` or `.safetensors`.
        name: what the page calls the model.
        model_path: where the model came from; its run folder knows which data it belongs to.
        data: where the page's sample of images comes from, as in `--data`; None for the model's own data.

    Raises:
        ByhandError: another ending, a model that the page cannot show, or a place that cannot be written.
    """
    path = Path(path)
    if check_ending(path) == ".safetensors":
        content = model.to_bytes()
    else:
        from byhand.playground.content import choose_sample, map_content, model_content, sample_content
        from byhand.playground.one_file import one_file

        sample = choose_sample(model, model_path, data)
        content = one_file(
            {
                "live": False,
                "model": model_content(model, name),
                "sample": sample_content(sample),
                "map": map_content(model, sample),
            }
        ).encode()
    write_atomically(path, content)
    return path
