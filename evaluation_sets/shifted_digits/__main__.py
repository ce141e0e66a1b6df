"""Read imitations of what others collected, made from MNIST's test images, and say how many are read right.

python -m evaluation_sets.shifted_digits [COUNT] [FILE.json]     COUNT images of each kind, 1000 if left out
"""

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_digits

import byhand
from byhand.reading.reader import read, reading_model
from evaluation_sets.shifted_digits.corruptions import CORRUPTIONS, HELD_OUT, corrupt
from evaluation_sets.shifted_digits.hands import form_cuttings, mouse_drawings, postal_scans
from evaluation_sets.shifted_digits.other_signs import doodles, letters

SEED = 2024


def read_all(pictures: Iterable[NDArray[np.uint8]], labels: NDArray[Any]) -> dict[str, float]:
    """Read pictures of one digit each."""
    model = reading_model()
    found = [read(picture, model=model, single=True).digits for picture in pictures]
    right = np.array([bool(digits) and digits[0].digit == label for digits, label in zip(found, labels, strict=True)])
    sure = np.array([bool(digits) and digits[0].sure for digits in found])
    return {
        "accuracy": float(right.mean()),
        "sure": float(sure.mean()),
        "right_of_sure": float(right[sure].mean()) if sure.any() else 1.0,
        "sure_of_right": float(sure[right].mean()) if right.any() else 0.0,
    }


def measure(count: int) -> dict[str, dict[str, float]]:
    """Read `count` pictures of each kind."""
    mnist = byhand.load_mnist()
    images, labels = mnist.test_images[:count], mnist.test_labels[:count]
    cuttings, cut_labels = form_cuttings(images, labels, SEED)
    small = load_digits()
    results = {
        "as they are": read_all(images, labels),
        "mouse drawings": read_all(mouse_drawings(images, SEED), labels),
        "postal scans": read_all(postal_scans(images, SEED), labels),
        "form cuttings": read_all(cuttings, cut_labels),
        "scikit-learn's digits": read_all((small.images[:count] * 15.9).astype(np.uint8), small.target[:count]),
    }
    for name in CORRUPTIONS:
        results[name] = read_all(corrupt(images, name, SEED), labels)
        print(f"{name:22} {100 * results[name]['accuracy']:.1f} %", file=sys.stderr, flush=True)
    for name, kinds in (("fifteen corruptions", tuple(CORRUPTIONS)), ("the three held out", HELD_OUT)):
        results[name] = {"accuracy": float(np.mean([results[kind]["accuracy"] for kind in kinds]))}
    for name, signs in (("letters", letters(count, SEED)), ("doodles", doodles(count, SEED))):
        found = [read(sign) for sign in signs]
        taken = [any(digit.sure for digit in reading.digits) for reading in found]
        results[name] = {"unsure_or_other": 1 - float(np.mean(taken))}
    return results


def main() -> None:
    """Measure, print a table, and keep it."""
    results = measure(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
    for name, values in results.items():
        print(f"{name:22} " + "  ".join(f"{key} {100 * value:.1f} %" for key, value in values.items()))
    if len(sys.argv) > 2:
        Path(sys.argv[2]).write_text(json.dumps(results, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
