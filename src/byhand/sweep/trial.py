"""One trial: a training that is judged on held-out images and never sees the test set."""

import os
import socket
import time
import warnings
from functools import lru_cache
from typing import Any

from byhand.data.dataset import Dataset
from byhand.processors import one_blas_thread
from byhand.training.divergence import DivergedError
from byhand.training.recipe import Recipe


def run_trial(recipe: Recipe, data: Dataset | None) -> dict[str, Any]:
    """Train as a recipe says, and measure on the images that it holds out.

    Args:
        recipe: with `validation` above 0.
        data: what to learn from; None for the bundled MNIST, which every machine has.

    Returns:
        "validation_accuracy", 0 to 1, and "validation_loss", in nats, or None; "seconds"; "worker", the machine and
        process; "error", a sentence or nothing.
    """
    from byhand.training.run import Run

    start = time.perf_counter()
    accuracy, loss, error = None, None, ""
    with one_blas_thread(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            run = Run(recipe, data or _mnist())
            run.training.run()
            accuracy, loss = run.validate()
        except DivergedError as failure:
            error = str(failure).removesuffix(" The last good weights are kept.")
        except MemoryError:
            error = "There was not enough memory for it."
        except Exception as failure:
            error = str(failure) or type(failure).__name__
    return {
        "validation_accuracy": accuracy,
        "validation_loss": loss,
        "seconds": round(time.perf_counter() - start, 3),
        "worker": f"{socket.gethostname()}:{os.getpid()}",
        "error": " ".join(error.split()),
    }


@lru_cache(maxsize=1)
def _mnist() -> Dataset:
    """Loaded once in each process."""
    return Dataset.mnist()
