"""Training from a file larger than the memory may be: what it takes, and what its way of shuffling costs."""

import importlib
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from byhand.augmentation import Augmentation, Corruptions, Deformations
from byhand.data import Dataset, LabelledImages, mapped_images
from byhand.data.mapped_images import MappedImages
from byhand.data.sources import load_dataset
from byhand.evaluation import evaluate
from byhand.training.recipe import Recipe
from byhand.training.run import Run

AT_A_TIME = 60_000
SAMPLE_SECONDS = 0.02


def write_images(folder: Path, count: int) -> Path:
    """Write MNIST's training images again and again, each time deformed otherwise, and its test set."""
    mnist = Dataset.mnist()
    folder.mkdir(parents=True)
    (height, width), rng = mnist.train.images.shape[1:], np.random.default_rng(0)
    deform = Augmentation((height, width), Deformations(10, 0.1, 0.1, 1, 0, 4, 4), Corruptions(0))
    images = np.lib.format.open_memmap(folder / "train-images.npy", "w+", np.uint8, (count, height, width))
    labels = np.resize(mnist.train.labels, count).astype(np.uint8)
    for start in range(0, count, AT_A_TIME):
        n = min(AT_A_TIME, count - start)
        scaled = mnist.train.images[:n].reshape(n, -1) / np.float32(255)
        for first in range(0, n, 1000):
            part = deform.augment(scaled[first : first + 1000], rng)
            images[start + first : start + first + len(part)] = np.rint(np.clip(part, 0, 1) * 255).reshape(
                -1, height, width
            )
    images.flush()
    np.save(folder / "train-labels.npy", labels)
    np.save(folder / "test-images.npy", mnist.test.images)
    np.save(folder / "test-labels.npy", mnist.test.labels.astype(np.uint8))
    return folder


def train_once(folder: Path, in_memory: bool) -> dict[str, Any]:
    """One epoch of `fast` by one process, and the largest anonymous memory meanwhile."""
    if in_memory:
        mapped_images.MAPPED_FROM_BYTES = 10**12
    with _memory_watched() as peak:
        start = time.perf_counter()
        data = load_dataset(folder)
        loaded = time.perf_counter() - start
        mapped = isinstance(data.train.images, MappedImages)
        assert mapped != in_memory
        run = Run(Recipe.load("fast", epochs=1, workers=1), data)
        prepared = time.perf_counter() - start
        cpu = time.process_time()
        run.training.run()
        cpu = time.process_time() - cpu
    return {
        "images": len(data.train),
        "on": "the disk" if mapped else "memory",
        "images_per_second": len(data.train) / run.train_seconds,
        "images_per_cpu_second": len(data.train) / cpu,
        "train_seconds": run.train_seconds,
        "loading_seconds": loaded,
        "preparing_seconds": prepared - loaded,
        "test_accuracy": evaluate(run.model, run.setup.test).accuracy,
        "anonymous_MB": peak["RssAnon"] / 1000,
        "mapped_file_MB": peak["RssFile"] / 1000,
    }


def shuffling(seeds: int) -> dict[str, Any]:
    """Accuracy with MNIST's images in random order and sorted by label, shuffled as in memory and as from the disk.

    Windows are made as small, beside MNIST, as they are beside millions of images: 4,096 of 50,000 images.
    """
    mnist = Dataset.mnist()
    by_label = np.argsort(mnist.train.labels, kind="stable")
    lines = []
    for name, order, how in (
        ("in memory, one permutation of all", np.arange(60_000), None),
        ("windows, the file in random order", np.arange(60_000), (64, 64)),
        ("windows, the file sorted by label", by_label, (64, 64)),
        ("windows of fewer, larger blocks, sorted by label", by_label, (256, 16)),
        ("no shuffling within the file, sorted by label", by_label, (4096, 1)),
    ):
        accuracies = [_accuracy(mnist, order, how, seed) for seed in range(seeds)]
        lines.append({"what": name, "blocks": how, "validation_accuracy": accuracies})
    return {"recipe": "fast", "epochs": 10, "held_out": 10_000, "lines": lines}


def _accuracy(mnist: Dataset, order: NDArray[Any], blocks: tuple[int, int] | None, seed: int) -> float:
    images: Any = mnist.train.images[order]
    if blocks:
        mapped_images.FEW_BYTES = 10_000 * 784
        batching: Any = importlib.import_module("byhand.data.batches")
        batching.BLOCK_IMAGES, batching.WINDOW_BLOCKS = blocks
        images = MappedImages(images)
    train = LabelledImages(images, mnist.train.labels[order], mnist.label_names)
    run = Run(Recipe.load("fast", seed=seed, validation=10_000, workers=1), Dataset("mnist", train, mnist.test))
    run.training.run()
    return run.validate()[0]


@contextmanager
def _memory_watched() -> Iterator[dict[str, int]]:
    """Sample /proc/self/status, kB: anonymous memory is what a process needs, mapped file pages are the system's."""
    peak = {"RssAnon": 0, "RssFile": 0}
    done = threading.Event()

    def watch() -> None:
        while not done.wait(SAMPLE_SECONDS):
            for line in Path("/proc/self/status").read_text("utf-8").splitlines():
                name, _, value = line.partition(":")
                if name in peak:
                    peak[name] = max(peak[name], int(value.split()[0]))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield peak
    finally:
        done.set()
        watcher.join()
