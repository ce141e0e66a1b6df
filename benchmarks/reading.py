"""How long `byhand read` takes, start-up included: `python -m benchmarks.reading --save FILE`.

Photographs from 1 to 48 megapixels, the same page at every size, and folders of many small pictures.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from PIL import Image

import byhand
from benchmarks.load import photograph
from benchmarks.processes import environment

MEGAPIXELS = (1, 3, 6, 12, 24, 48)
FOLDERS = ((1000, 28), (1000, 112), (10_000, 28))  # how many pictures, and their side in pixels
PAGE_SEED = 12  # any page of several rows


def fill(folder: Path, count: int, side: int) -> None:
    """Write so many of MNIST's test images, enlarged to a side, as pictures."""
    folder.mkdir()
    images = byhand.load_mnist().test_images
    for number in range(count):
        image = Image.fromarray(255 - images[number % len(images)]).resize((side, side), Image.Resampling.BICUBIC)
        image.save(folder / f"{number:05d}.png")


def read(place: Path, scratch: Path) -> tuple[float, float]:
    """Read a photograph, or a folder of single digits, by the command: seconds, and the peak of memory in MB."""
    peak = scratch / "peak"
    command = [sys.executable, "-m", "benchmarks.peak", str(peak), "byhand", "read", str(place), "--json", "--quiet"]
    command += ["--single"] if place.is_dir() else []
    start = time.perf_counter()
    with (scratch / "readings.json").open("wb") as file:
        # It ends with 1 where a picture among many has no digit that can be read.
        ended = subprocess.run(command, stdout=file, stderr=subprocess.PIPE, env=environment(os.cpu_count() or 1))
        if ended.returncode > 1 or not peak.exists():
            sys.exit(f"byhand read failed: {ended.stderr.decode()}")
    return time.perf_counter() - start, float(peak.read_text())


def measured(what: dict[str, Any], place: Path, scratch: Path, runs: int) -> dict[str, Any]:
    """The medians of several runs, after one that warms up."""
    read(place, scratch)
    results = [read(place, scratch) for _ in range(runs)]
    seconds, memory = zip(*results, strict=True)
    found = what | {
        "seconds": [round(one, 3) for one in seconds],
        "median_seconds": round(statistics.median(seconds), 3),
        "peak_mb": round(max(memory)),
    }
    print(json.dumps(found), file=sys.stderr)
    return found


def main() -> None:
    """Measure, print, and perhaps write."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reading", description=__doc__)
    parser.add_argument("--runs", type=int, default=5, help="of each (5)")
    parser.add_argument("--save", type=Path, metavar="FILE", help="write the figures to this file")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        photographs, folders = [], []
        for megapixels in MEGAPIXELS:
            place = scratch / f"{megapixels}.jpg"
            place.write_bytes(photograph(PAGE_SEED, megapixels, "rows"))
            photographs.append(measured({"megapixels": megapixels}, place, scratch, options.runs))
        for count, side in FOLDERS:
            place = scratch / f"{count}-{side}"
            fill(place, count, side)
            folders.append(measured({"pictures": count, "side": side}, place, scratch, options.runs))
    text = json.dumps({"cores": os.cpu_count(), "photographs": photographs, "folders": folders}, indent=1)
    print(text)
    if options.save:
        options.save.write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    main()
