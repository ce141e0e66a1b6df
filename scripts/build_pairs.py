"""Train the network that reads two touching digits at once, put it into the package and record its checksum.

python scripts/build_pairs.py [FILE]      some 40 minutes on one core, 4 GB of memory; into FILE instead
"""

import hashlib
import sys
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import byhand
from byhand.augmentation.outliers import SIGNS
from byhand.augmentation.touching import draw_pairs
from byhand.processors import one_blas_thread

MODELS = Path(__file__).parents[1] / "src" / "byhand" / "models"
# What it learns from: 1,000 a time are drawn in the processor's cache.
PAIRS, NONE, AT_A_TIME = 500_000, 180_000, 1_000
TESTS = 10_000
DIGITS = 55_000  # of the training images; by the others, settings were chosen
SEED = 0
# Deformations are in the pairs already, each digit's own.
SETTINGS: dict[str, Any] = {
    "hidden": (1200, 600), "activation": "relu", "initialiser": "he", "epochs": 18, "batch_size": 128,
    "optimizer": "nesterov", "learning_rate": 0.05, "momentum": 0.9, "schedule": "one-cycle", "corruptions": 0.4,
    "validation": 5_000, "stored": "float16", "workers": 1, "seed": SEED,
}  # fmt: skip


def drawn(pairs: int, none: int, part: str, rng: np.random.Generator) -> tuple[NDArray[np.uint8], NDArray[Any]]:
    """Draw pairs of MNIST's digits, and what is none, from its "train" or "test" images."""
    mnist = byhand.load_mnist()
    images, labels = getattr(mnist, f"{part}_images")[:DIGITS], getattr(mnist, f"{part}_labels")[:DIGITS]
    times = max(1, (pairs + none) // AT_A_TIME)
    some = [draw_pairs(pairs // times, none // times, images, labels, SIGNS, rng) for _ in range(times)]
    return np.concatenate([x for x, _ in some]), np.concatenate([y for _, y in some])


@one_blas_thread()
def main(file: Path) -> None:
    """Draw, train, test and save."""
    rng = np.random.default_rng(SEED)
    data = (*drawn(PAIRS, NONE, "train", rng), *drawn(TESTS, 0, "test", rng))
    model = byhand.train(data=data, **SETTINGS)
    model.recipe["name"] = "pairs"
    model.save(file)
    print(f"{model.results['test_accuracy']:.2%} of {TESTS:,} pairs of test digits are read.")
    checksum = hashlib.sha256(file.read_bytes()).hexdigest()
    file.with_suffix(".sha256").write_text(f"{checksum}  {file.name}\n", "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else MODELS / "pairs.safetensors")
