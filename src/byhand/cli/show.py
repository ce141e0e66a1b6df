"""`byhand show FIGURE`: pictures of data, training and network."""

from pathlib import Path
from typing import Annotated

import typer

from byhand.cli.common import (
    LARGEST_SEED,
    AsJson,
    DataSource,
    Debug,
    ModelPath,
    Quiet,
    command,
    print_json,
    say,
    within,
)
from byhand.figures import FIGURES

READING, SWEEP = "reading", "sweep"  # need a picture, and a sweep's folder, instead of data


@command
def show(
    figure: Annotated[str, typer.Argument(metavar="FIGURE", help="One of those below.")],
    image: Annotated[
        str | None,
        typer.Argument(
            metavar="[IMAGE|FOLDER]",
            help=f"For {READING}: the picture to follow; for {SWEEP}: its folder, else the latest in runs/.",
            show_default=False,
        ),
    ] = None,
    model: ModelPath = None,
    data: DataSource = None,
    save: Annotated[
        str | None, typer.Option(metavar="FILE", help="Where to: a .png, .svg or .pdf; else beside the model.")
    ] = None,
    count: Annotated[int | None, typer.Option(help="How many images to show, where there is a choice.")] = None,
    seed: Annotated[int, typer.Option(help="Decides which images are drawn at random.")] = 0,
    as_json: AsJson = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Draw a figure and say where it was saved.

    Example: byhand show mistakes --model runs/fast-1 --save mistakes.png
    """
    from byhand.cli.photographs import PhotographReader
    from byhand.data.sources import load_examples
    from byhand.errors import ByhandError, choose
    from byhand.figures import draw
    from byhand.figures.style import save as save_figure
    from byhand.model import load_model
    from byhand.training.run_folder import data_of

    within("--seed", seed, 0, LARGEST_SEED)
    if figure == READING:
        path = Path(save or f"{READING}.png")
        _show_reading(image, model, path)
        _report(figure, path, as_json)
        return
    if figure == SWEEP:
        _report(figure, _show_sweep(image, save), as_json)
        return
    if figure not in FIGURES:
        raise ByhandError(f"There is no figure '{figure}': {choose(figure, FIGURES)}")
    if image is not None:
        raise ByhandError(f"The figure '{figure}' takes no picture; 'byhand show {READING} {image}' does.")
    if save is None:
        place = Path() if model is None else Path(model) if Path(model).is_dir() else Path(model).parent
        path = place / f"{figure}.png"
    else:
        path = Path(save)
    loaded = load_model(model)
    source = data if data is not None else data_of(model, loaded)
    examples, notes = load_examples(source, image_size=loaded.image_shape, photographs=PhotographReader(model))
    if not quiet:
        for note in notes:
            say(note)
    save_figure(draw(figure, loaded, examples.with_classes_of(loaded.label_names), count=count, seed=seed), path)
    _report(figure, path, as_json)


# A line for each figure; \b keeps the lines apart.
show.__doc__ = f"{show.__doc__}\n\n\b\n" + "\n".join(
    f"{name:13} {entry.description}" for name, entry in FIGURES.items()
)


def _show_reading(image: str | None, model: str | None, path: Path) -> None:
    from byhand.errors import ByhandError
    from byhand.figures.reading import draw_reading
    from byhand.figures.style import save
    from byhand.reading import decode, reading_model, stages_of

    if image is None:
        raise ByhandError(f"The figure '{READING}' needs a picture: byhand show {READING} photo.jpg.")
    save(draw_reading(stages_of(decode(image), reading_model(model))), path)


def _show_sweep(folder: str | None, save: str | None) -> Path:
    from byhand.errors import ByhandError
    from byhand.figures.style import save as save_figure
    from byhand.figures.sweep import draw_sweep
    from byhand.sweep.results import RESULTS_FILE

    tables = sorted(Path("runs").glob(f"*/{RESULTS_FILE}"), key=lambda table: table.stat().st_mtime)
    if folder is None and not tables:
        raise ByhandError(f"There is no sweep in runs/: give the folder of one, as in byhand show {SWEEP} FOLDER.")
    place = Path(folder) if folder is not None else tables[-1].parent
    path = Path(save) if save is not None else place / f"{SWEEP}.png"
    save_figure(draw_sweep(place), path)
    return path


def _report(figure: str, path: Path, as_json: bool) -> None:
    if as_json:
        print_json({"figure": figure, "file": str(path.resolve())})
    else:
        print(f"Saved {path}")
