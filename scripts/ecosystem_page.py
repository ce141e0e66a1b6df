"""The page on byhand among other libraries, from what `benchmarks/` kept in `docs/results/`."""

import statistics

from benchmarks.dependencies import PURPOSES
from scripts.results_page import kept

PLUGINS = """A package can add recipes, data sources and corruptions, as entry points in its `pyproject.toml`:

```toml
[project.entry-points."byhand.recipes"]
tiny = "stain_kit:TINY"

[project.entry-points."byhand.data_sources"]
kuzushiji = "stain_kit:load"

[project.entry-points."byhand.corruptions"]
stains = "stain_kit:STAINS"
```

```python
TINY = {"hidden": [8], "epochs": 1}  # a dictionary of settings, as in a recipe file


def load(what):  # "" or what stands after the colon; gives what byhand.train(data=...) takes, or a path
    return images, labels, test_images, test_labels


def stain(images, rng):  # float32, shape (n, height, width), 0 background to 1 foreground; a NumPy generator
    return np.maximum(images, rng.random((len(images), 1, 1)) * stain_shape)


STAINS = (stain, 0.05)  # and the fraction of the images that it is applied to
```

Once it is installed, `byhand train tiny --data kuzushiji:train --corruptions 1 --extra-corruptions stains` uses all
three. Nothing of a package is loaded before its name is asked for, and nothing changes for trainings that do not ask. A
name that byhand or another package already has is refused, and an error says which package it comes from."""


def ecosystem_page() -> str:
    """The whole page."""
    parts = [
        "# Among other libraries",
        "This page is written by `python scripts/build_documents.py` from the files in [results/](results/).",
        "## In scikit-learn's place",
        "`byhand.estimator.MLPClassifier` has the names and defaults of scikit-learn's MLPClassifier and passes all of "
        "its `check_estimator`. It works in float64 where the inputs are float64, as scikit-learn does; "
        '`dtype="float32"`, which is enough for images, is faster.',
        _drop_in(),
        "## The same model elsewhere",
        _copies(),
        "## What other packages add",
        PLUGINS,
        "## What is installed",
        _dependencies(),
    ]
    return "\n\n".join(parts) + "\n"


def _copies() -> str:
    """What `python -m benchmarks.copies` measured."""
    measured = kept("copies")
    lines = [
        f"Copies of the models that come along, over the {measured['images']:,} test images (`python -m "
        "benchmarks.copies`): how far the probabilities are at most from byhand's own, in the same precision, how many "
        "images get another label, and how many are right. In float32 it is rounding that makes the difference: in "
        "float64, next to nothing is left of it.",
        "",
        "| | " + " | ".join(f"`{name}`" for name in measured["models"]) + " |",
        "| --- " * (len(measured["models"]) + 1) + "|",
    ]
    lines.append(
        "| byhand | " + " | ".join(f"{100 * one['accuracy']:.2f} % right" for one in measured["models"].values()) + " |"
    )
    for copy in next(iter(measured["models"].values()))["copies"]:
        found = [one["copies"][copy] for one in measured["models"].values()]
        cells = [
            f"{one['largest_difference']:.1e}; other labels: {one['other_labels']}; {100 * one['accuracy']:.2f} %"
            for one in found
        ]
        lines.append(f"| {copy} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _drop_in() -> str:
    """What `python -m benchmarks.drop_in` measured."""
    measured = kept("drop-in")
    lines = [
        f"Examples of scikit-learn {measured['scikit-learn']} for its MLPClassifier, with only the import changed "
        "(`python -m benchmarks.drop_in`): mean score of some seeds and its standard error, measured as in the example "
        "(of the learning strategies on what was learned from). From the same weights and in the same order, both "
        "learn the same, as a test shows; with two classes, byhand has two outputs and scikit-learn one.",
        "",
        "| | seeds | scikit-learn | byhand |",
        "| --- | --- | --- | --- |",
        *(
            f"| {name} | {scores['byhand']['seeds']} | {_score(scores['scikit-learn'])} | {_score(scores['byhand'])} |"
            for name, scores in measured["examples"].items()
        ),
        "",
        f"Fitting on 21,000 images of MNIST, {measured['runs']} runs in turn, time of one core:",
        "",
        "| | epochs | scikit-learn | byhand | byhand is so many times as fast | scores of these runs |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for name, one in measured["mnist"].items():
        theirs, ours = (statistics.median(one["seconds"][kind]) for kind in ("scikit-learn", "byhand"))
        lines.append(
            f"| {name} | {one['epochs']} | {theirs:.2f} s | {ours:.2f} s | **{one['ratio']:.2f}** | "
            f"{100 * one['scores']['scikit-learn']:.2f} % and {100 * one['scores']['byhand']:.2f} % |"
        )
    trainer = measured["trainer"]
    lines += [
        "",
        f'`MLPClassifier.from_recipe("fast")` takes {trainer["ratio"]:.2f} times as long as `byhand.train("fast")` '
        f"with one process, for {trainer['epochs']} epochs of all 60,000 images and the test, and gives the same "
        f"accuracy, {100 * trainer['accuracies']['estimator']:.2f} %.",
    ]
    return "\n".join(lines)


def _score(score: dict[str, float]) -> str:
    return f"{100 * score['mean']:.2f} ± {100 * score['standard_error']:.2f} %"


def _dependencies() -> str:
    """What `python -m benchmarks.dependencies` measured."""
    measured = kept("dependencies")
    lines = [
        f"`pip install byhand` installs {measured['count']} packages with {measured['megabytes']:.0f} MB (`python -m "
        "benchmarks.dependencies`; what Python compiles comes on top). `import byhand` takes "
        f"{1000 * max(measured['import_seconds'] - measured['python_seconds'], 0):.0f} ms of processor time beyond "
        f"Python's own {1000 * measured['python_seconds']:.0f} ms: each part is loaded when it is first used.",
        "",
        "| package | MB | what only it brings along | MB | for |",
        "| --- | --- | --- | --- | --- |",
    ]
    for row in sorted(measured["packages"], key=lambda row: -row["megabytes"] - row["megabytes_brought"]):
        brought = f"{row['megabytes_brought']:.1f}" if row["brings"] else ""
        lines.append(
            f"| {row['package']} | {row['megabytes']:.1f} | {', '.join(row['brings'])} | {brought} | "
            f"{PURPOSES[row['package']]} |"
        )
    return "\n".join(lines)
