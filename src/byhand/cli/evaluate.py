"""`byhand evaluate`: how good is a model, on any labelled images?"""

from typing import Annotated

import typer

from byhand.cli.common import AsJson, DataSource, Debug, Labels, Quiet, command, percent, print_json, say


@command
def evaluate(
    model: Annotated[
        list[str] | None,
        typer.Option(
            metavar="PATH",
            help="As for other commands; several of them are averaged as an ensemble.",
        ),
    ] = None,
    data: DataSource = None,
    labels: Labels = None,
    predictions: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Write what it says of each image, as .csv, .jsonl or .npz."),
    ] = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Measure accuracy, loss, calibration, and precision and recall of each digit.

    Example: byhand evaluate --model runs/fast-1 --data my-pictures

    Uses the test set of the data, or everything where the data is not divided; of the model's own data, what was held
    out when it learned.
    """
    import numpy as np

    from byhand.cli.photographs import PhotographReader
    from byhand.cli.predictions import check_name, write_predictions
    from byhand.data.sources import load_dataset, load_examples
    from byhand.evaluation import Ensemble
    from byhand.evaluation import evaluate as measure
    from byhand.model import load_model
    from byhand.nn import softmax
    from byhand.training.orientation import upright_examples
    from byhand.training.run_folder import data_of

    paths: list[str | None] = [*model] if model else [None]
    members = [load_model(path) for path in paths]
    loaded = members[0] if len(members) == 1 else Ensemble(members)
    source = data if data is not None else data_of(paths[0], members[0])
    photographs = PhotographReader(paths[0])
    place = check_name(predictions) if predictions is not None else None
    if data is None:
        # The model's own data, divided as it was when it learned: no image that it has learned from is among these.
        settings = members[0].recipe
        own = load_dataset(
            source,
            seed=int(settings.get("seed", 0)),
            image_size=loaded.image_shape,
            labels=labels or str(settings.get("labels", "")),
            photographs=photographs,
        )
        examples, notes = own.test, own.notes
    else:
        examples, notes = load_examples(
            source, image_size=loaded.image_shape, labels=labels or "", photographs=photographs
        )
    examples, turned = upright_examples(examples) if source != "mnist" else (examples, ())
    if not quiet:
        for note in notes + turned:
            say(note)
    # Several models are averaged on the images; one answers as `byhand read` does.
    classifier = photographs.reader if photographs.reader and len(members) == 1 else loaded
    result = measure(classifier, examples)
    if place:
        ids = np.arange(1, len(examples) + 1) if examples.ids is None else examples.ids
        probabilities = softmax(classifier.logits(examples.images) / classifier.temperature)
        write_predictions(
            place,
            {
                "image" if examples.ids is None else "file": ids,
                "label": np.array(examples.label_names)[examples.labels],
                "prediction": np.array(loaded.label_names)[probabilities.argmax(axis=1)],
                "confidence": probabilities.max(axis=1),
            },
        )
    if as_json:
        print_json(
            {
                "data": source,
                "examples": result.examples,
                "accuracy": result.accuracy,
                "loss": result.loss,
                "calibration_error": result.calibration_error,
                "confusion": result.confusion.tolist(),
                "per_digit": result.per_digit,
            }
        )
        return
    print(f"Accuracy           {percent(result.accuracy)} of {result.examples:,} images")
    print(f"Loss               {result.loss:.4f}")
    print(f"Calibration error  {percent(result.calibration_error)}")
    width = max(5, *(len(name) for name in loaded.label_names))
    print(f"\n{'digit':>{width}}  precision  recall      f1  images")
    for row in result.per_digit:
        shares = "".join(f"{_share(row[name]):>{size}}" for name, size in (("precision", 11), ("recall", 8), ("f1", 8)))
        print(f"{row['digit']:>{width}}{shares}{row['support']:>8,}")
    print(
        f"\nConfusion (row: true, column: predicted)\n{'':>{width}}" + "".join(f"{n:>6.6}" for n in loaded.label_names)
    )
    for name, counts in zip(loaded.label_names, result.confusion.tolist(), strict=True):
        print(f"{name:>{width}}" + "".join(f"{count or '.':>6}" for count in counts))


def _share(part: float | None) -> str:
    return "-" if part is None else f"{part:.4f}"
