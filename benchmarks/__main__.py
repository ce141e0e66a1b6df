"""byhand beside its rivals, measured in turn.

pip install -r benchmarks/requirements.txt
python -m benchmarks --json results.json
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from rich.console import Console

from benchmarks.parts import PARTS, Settings
from benchmarks.report import machine, show, write


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="byhand beside its rivals.")
    parser.add_argument("--only", default=",".join(PARTS), metavar="PART[,PART]", help=f"some of {', '.join(PARTS)}")
    parser.add_argument("--runs", type=int, default=5, help="interleaved runs of each measurement (5)")
    parser.add_argument("--threads", type=int, default=2, help="threads of every rival (2)")
    parser.add_argument("--quick", action="store_true", help="one run, one batch size, small widths: does it work?")
    parser.add_argument(
        "--json", type=Path, metavar="FILE", help="write all figures to this file, which keeps its other parts"
    )
    options = parser.parse_args()
    parts = options.only.split(",")
    if unknown := [part for part in parts if part not in PARTS]:
        parser.error(f"there is no part {unknown[0]!r}: choose from {', '.join(PARTS)}")
    if options.runs < 1 or options.threads < 1:
        parser.error("--runs and --threads must be at least 1")
    settings = Settings(1 if options.quick else options.runs, options.threads, options.quick)
    console, results = Console(), dict[str, Any]()
    if options.json and options.json.exists():
        results = json.loads(options.json.read_text("utf-8"))  # the parts that are not measured now stay
    results["machine"] = machine(options.threads)
    show("machine", results["machine"], console)
    for part in parts:
        results[part] = PARTS[part](settings)
        show(part, results[part], console)
        if options.json:
            write(results, options.json)
    if not results.get("same", {}).get("same", True):
        sys.exit("The rivals do not compute the same: the figures mean nothing.")


if __name__ == "__main__":
    main()
