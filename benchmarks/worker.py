"""One rival in a process of its own, told what to do by lines of JSON.

python -m benchmarks.worker RIVAL
"""

import json
import os
import sys
import time
from functools import lru_cache
from typing import Any

import numpy as np
from threadpoolctl import threadpool_info

from benchmarks.rivals import make
from byhand import load_mnist

WARM_UP_CALLS = 200


@lru_cache(maxsize=1)
def test_images() -> Any:
    """The images to read, uint8 (10000, 28, 28)."""
    return load_mnist().test_images


def answer(rival: Any, what: str, arguments: list[Any]) -> Any:
    """Do one measurement."""
    if what == "predict all":
        return {form: _seconds(read, images) for form, read, images in _forms(rival)} | {"labels": _labels(rival)}
    if what == "predict one":
        return {form: _one_by_one(read, images, arguments[0]) for form, read, images in _forms(rival)}
    if what == "losses":
        return rival.losses(np.random.default_rng(1).permutation(6000), 40)
    if what == "blas":
        pools = [info for info in threadpool_info() if info["user_api"] == "blas"]
        return sorted({f"{i['internal_api']} {i['version']}, kernel {i.get('architecture')}" for i in pools})
    return getattr(rival, what)(*arguments)


def _forms(rival: Any) -> list[tuple[str, Any, Any]]:
    """The raw bytes, and rows that are scaled already."""
    images = test_images()
    forms = [("bytes", rival.predict, images)]
    if hasattr(rival, "predict_scaled"):
        forms.append(("scaled", rival.predict_scaled, images.reshape(len(images), -1) / np.float32(255)))
    return forms


def _labels(rival: Any) -> str:
    """All labels as one word, to see that all rivals read the same."""
    return "".join(map(str, rival.predict(test_images())))


def _one_by_one(read: Any, images: Any, calls: int) -> dict[str, float]:
    times = [_seconds(read, images[i : i + 1]) for i in range(WARM_UP_CALLS + calls)][WARM_UP_CALLS:]
    return {"p50": float(np.percentile(times, 50)), "p99": float(np.percentile(times, 99))}


def _seconds(function: Any, *arguments: Any) -> float:
    start = time.perf_counter()
    function(*arguments)
    return time.perf_counter() - start


def main() -> None:
    """Answer until the input ends."""
    answers = os.fdopen(os.dup(1), "w")  # what libraries print must not get between the answers
    os.dup2(2, 1)
    rival: Any = None
    for line in sys.stdin:
        what, *arguments = json.loads(line)
        try:
            rival = rival or make(sys.argv[1])
            result = answer(rival, what, arguments)
        except Exception as error:  # whatever a rival stumbles over, the others go on
            result = {"error": f"{type(error).__name__}: {(str(error).splitlines() or ['without a word'])[0]}"}
        print(json.dumps(result), file=answers, flush=True)


if __name__ == "__main__":
    main()
