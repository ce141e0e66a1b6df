"""`byhand predict`: labels for images that have none."""

import time
from typing import Annotated

import typer

from byhand.cli.common import AsJson, Debug, ModelPath, Quiet, command, print_json, say

IMAGES_AT_A_TIME = 4096


@command
def predict(
    data: Annotated[str, typer.Argument(metavar="DATA", help="As --data of other commands; its labels are not used.")],
    out: Annotated[
        str, typer.Option(metavar="FILE", help="Where to: .csv as Kaggle wants it, or .jsonl or .npz with confidence.")
    ] = "predictions.csv",
    model: ModelPath = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Predict what unlabelled images show and write it to a file.

    Example: byhand predict test.csv --model runs/fast-1 --out predictions.csv

    Of data that is divided, the test set. Images are called by their id or file, or else by their number, from 1.
    """
    import numpy as np

    from byhand.cli.bars import pictures_bar
    from byhand.cli.photographs import PhotographReader
    from byhand.cli.predictions import check_name, write_predictions
    from byhand.data.sources import load_unlabelled
    from byhand.model import load_model
    from byhand.nn import softmax

    start = time.perf_counter()
    path = check_name(out)
    loaded = load_model(model)
    photographs = PhotographReader(model)
    with pictures_bar(None, quiet) as read:
        part, notes, id_name = load_unlabelled(
            data, image_size=loaded.image_shape, photographs=photographs, on_picture=read
        )
    if not quiet:
        for note in notes:
            say(note)
    classifier = photographs.reader or loaded
    numbers, confidence = [], []
    for first in range(0, len(part.images), IMAGES_AT_A_TIME):
        chunk = part.images[first : first + IMAGES_AT_A_TIME]
        probabilities = softmax(classifier.logits(chunk) / classifier.temperature)
        numbers.append(probabilities.argmax(axis=1))
        confidence.append(probabilities.max(axis=1))
    ids = np.arange(1, len(part.images) + 1) if part.ids is None else part.ids
    columns = {id_name: ids, "Label" if id_name == "ImageId" else "label": classifier.labels[np.concatenate(numbers)]}
    if path.suffix.lower() != ".csv":
        columns["confidence"] = np.concatenate(confidence)
    write_predictions(path, columns)
    seconds = time.perf_counter() - start
    if as_json:
        print_json({"examples": len(ids), "out": str(path), "seconds": seconds})
    else:
        print(f"Saved {len(ids):,} predictions in {path}.")
