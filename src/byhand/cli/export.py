"""`byhand export FILE`: a model as one HTML page, an ONNX graph, a C header, a model file, or its model card."""

from pathlib import Path
from typing import Annotated

import typer

from byhand.cli.common import AsJson, DataSource, Debug, ModelPath, Quiet, command, print_json


@command
def export(
    file: Annotated[
        str, typer.Argument(metavar="FILE", help="Where to: a .html, .onnx, .safetensors, .h or .md file.")
    ],
    model: ModelPath = None,
    int8: Annotated[bool, typer.Option("--int8", help="In a C header, keep weights in 8 bits.")] = False,
    data: DataSource = None,
    trainable: Annotated[
        bool, typer.Option("--trainable", help="A page that can train, too, with images inside: at most 2 MB.")
    ] = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Write a model as one HTML page for any browser, as an ONNX graph, as a C header, or as a model file.

    Example: byhand export digits.html --model runs/fast-1

    Example: byhand export class.html --trainable

    The page needs no network and no installation: it reads drawings and shows what the network thinks, with a sample
    of the data's test images. ONNX needs the package onnx. A .h file holds the weights and a function in C99 that
    predicts, for microcontrollers. A .md file is the model card: data, recipe, figures and limits.
    """
    from byhand.export import check_ending
    from byhand.export import export as write
    from byhand.model import load_model
    from byhand.training.run_folder import data_of

    path = Path(file)
    ending = check_ending(path, int8)
    loaded = load_model(model)
    name = "fast" if model is None else Path(model).resolve().stem
    # Only the page shows images of the data.
    sample = data or (data_of(model, loaded) if ending == ".html" else "mnist")
    write(loaded, path, data=sample, name=name, trainable=trainable, int8=int8)
    if as_json:
        print_json({"file": str(path.resolve()), "bytes": path.stat().st_size})
    elif not quiet:
        print(f"Saved {path} ({path.stat().st_size / 1000:,.0f} kB)")
