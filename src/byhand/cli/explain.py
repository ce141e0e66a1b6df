"""`byhand explain`: one image through the network, every number of the way, and backwards."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from byhand.cli.common import AsJson, DataSource, Debug, ModelPath, Quiet, command, print_json, say

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from byhand.model import Model


@command
def explain(
    image: Annotated[
        str | None,
        typer.Argument(
            metavar="IMAGE|INDEX",
            help="A picture of one digit, or the number of an image of the test set, from 0.",
            show_default=False,
        ),
    ] = None,
    label: Annotated[
        str | None, typer.Option(help="What the image shows; of the test set, it is known.", show_default=False)
    ] = None,
    tiny: Annotated[
        bool, typer.Option("--tiny", help="Instead: two pixels in a network 2-2-2, small enough for paper.")
    ] = False,
    unit: Annotated[
        str | None,
        typer.Option(
            metavar="N[,N...]",
            help="The hidden unit to write out, from 0, one for each hidden layer; else that of the largest error.",
            show_default=False,
        ),
    ] = None,
    learning_rate: Annotated[float, typer.Option(help="Of the one step of learning at the end.")] = 0.1,
    html: Annotated[
        str | None, typer.Option(metavar="FILE.html", help="Write it all as one page for a browser.")
    ] = None,
    model: ModelPath = None,
    data: DataSource = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Follow one image forward to the loss and back to each gradient, with formulas, numbers and finite differences.

    Example: byhand explain 8 --label 5

    In float64, whatever the model was trained in. A picture is prepared as by 'byhand read --single'; without --label,
    what the network reads is taken for right. The terminal shows the largest numbers; --html and --json have all units
    of each layer, and all weights of the units that are written out.
    """
    from byhand.errors import ByhandError

    if tiny and (image is not None or model is not None or data is not None):
        raise ByhandError("--tiny brings its own image and network: leave out the image, --model and --data.")
    if not tiny and image is None:
        raise ByhandError("Say which image: a picture of one digit, or a number such as 8 for the test set; or --tiny.")
    if html is not None and Path(html).suffix.lower() not in (".html", ".htm"):
        raise ByhandError(f"Cannot write a page to {html}: its name must end in .html.")

    from byhand import explanation
    from byhand.files import write_atomically
    from byhand.model import load_model

    where: dict[str, Any]
    known: str | None
    if tiny:
        loaded, pixels, known, where = explanation.tiny_model(), explanation.TINY_IMAGE, "1", {"tiny": True}
    else:
        assert image is not None
        loaded = load_model(model)
        pixels, known, where = _image(image, loaded, model, data, quiet)
    told = label if label is not None else known
    result = explanation.explain(loaded, pixels, told, units=_units(unit), learning_rate=learning_rate, everything=tiny)
    if not quiet:
        if label is not None and known is not None and label != known:
            say(f"The image is labelled {known}; what follows is as if it showed {label}.")
        if told is None:
            say(f"No --label was given: it is taken for right that the image shows {result.label}.")
    if html is not None:
        from byhand.explanation.page import page_of

        write_atomically(Path(html), page_of(result, _title(where)).encode())
    if as_json:
        answer = result.to_json()
        print_json(answer | {"image": where | answer["image"]})
    elif html is not None:
        if not quiet:
            print(f"Saved {html}")
    else:
        from rich.console import Console

        from byhand.explanation.terminal import Printer

        Printer(Console(highlight=False), everything=tiny).show(result)


def _units(text: str | None) -> tuple[int, ...]:
    from byhand.errors import ByhandError

    try:
        return tuple(int(part) for part in text.split(",")) if text is not None else ()
    except ValueError as error:
        raise ByhandError(
            f"--unit cannot be '{text}': give a number, or one for each hidden layer as in 5,17."
        ) from error


def _title(where: dict[str, Any]) -> str:
    if "tiny" in where:
        return "Two pixels in a network of two, two and two units"
    return f"Image {where['index']} of the test set" if "index" in where else Path(where["file"]).name


def _image(
    image: str, loaded: "Model", model: str | None, data: str | None, quiet: bool
) -> tuple["NDArray[Any]", str | None, dict[str, Any]]:
    """The image in the model's form, its label where that is known, and where it comes from, for JSON."""
    from byhand.cli.photographs import PhotographReader
    from byhand.data.sources import load_examples
    from byhand.errors import ByhandError
    from byhand.training.run_folder import data_of

    path = Path(image)
    if not image.isdecimal() or (data is None and path.is_file()):
        from byhand.reading import read

        digits = read(image, model=loaded, single=True).digits
        if not digits:
            raise ByhandError(f"{image} has no digit in it: nothing stands out from the background.")
        return digits[0].image, None, {"file": str(path.resolve())}
    source = data if data is not None else data_of(model, loaded)
    examples, notes = load_examples(source, image_size=loaded.image_shape, photographs=PhotographReader(model))
    if not quiet:
        for note in notes:
            say(note)
    index = int(image)
    if index >= len(examples):
        raise ByhandError(
            f"There is no image {index:,} in the test set: give a number from 0 to {len(examples) - 1:,}."
        )
    examples = examples.with_classes_of(loaded.label_names)
    label = loaded.label_names[int(examples.labels[index])]
    return examples.images[index], label, {"data": source, "index": index}
