"""Many bodies of requests, from good to garbage: `python -m benchmarks.bodies --save docs/results/bodies.json`.

Each must get a result or one sentence. The strategies are those of `tests/playground/test_bodies.py`.
"""

import argparse
import json
import resource
import time
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.playground import test_bodies as bodies

SHOWN_BYTES = 300  # of the body that took longest


def fuzz(inputs: int) -> dict[str, Any]:
    """Try so many; the first that is not answered as it should be raises."""
    app = bodies.make_app()
    seconds: list[tuple[float, float, bytes]] = []  # by the clock, of the processor, and for what

    @given(body=bodies.sent, path=st.sampled_from(bodies.PATHS), seed=st.integers(0, 2**32))
    @settings(
        max_examples=-(-inputs // (1 + bodies.COPIES)),
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    def try_all(body: bytes, path: str, seed: int) -> None:
        for one in bodies.all_of(body, seed):
            start, worked = time.perf_counter(), time.process_time()
            bodies.check(app, path, one)
            seconds.append((time.perf_counter() - start, time.process_time() - worked, one[:SHOWN_BYTES]))

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    try_all()
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {
        "inputs": len(seconds),
        "unanswered": 0,
        "longest_seconds": round(max(seconds)[0], 4),
        "longest_processor_seconds": round(max(worked for _, worked, _ in seconds), 4),
        "longest_for": repr(max(seconds, key=lambda one: one[1])[2]),
        "memory_added_kilobytes": after - before,
    }


def main() -> None:
    """Try it, print, and perhaps write."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bodies", description=__doc__)
    parser.add_argument("--inputs", type=int, default=100_000, help="how many (100,000)")
    parser.add_argument("--save", type=Path, metavar="FILE", help="write the figures to this file")
    options = parser.parse_args()
    text = json.dumps(fuzz(options.inputs), indent=1)
    print(text)
    if options.save:
        options.save.write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    main()
