"""`python -m trials`; see the package."""

import argparse
import json
import platform
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from trials.folders import own_folders, same_folder
from trials.full_disk import full_disk
from trials.kills import kills

RESULTS = Path(__file__).parents[1] / "docs" / "results" / "reliability.json"


def main() -> None:
    """Run the trials that are named, and keep what came of them beside the results of the others."""
    trials: dict[str, Callable[[int, Path], dict[str, Any]]] = {
        "kills": kills,
        "same-folder": same_folder,
        "own-folders": own_folders,
        "full-disk": full_disk,
    }
    parser = argparse.ArgumentParser(prog="python -m trials", description=__doc__)
    parser.add_argument("trials", nargs="*", help=f"some of {', '.join(trials)}; all if left out")
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--keep", action=argparse.BooleanOptionalAction, default=True, help="write the results")
    options = parser.parse_args()
    for name in options.trials or trials:
        with tempfile.TemporaryDirectory() as folder:
            result = trials[name](options.rounds, Path(folder))
        print(f"{name}: {json.dumps(result)}", flush=True)
        if options.keep:
            kept = json.loads(RESULTS.read_text()) if RESULTS.exists() else {}
            kept |= {name: result, "machine": f"{platform.system()}, Python {platform.python_version()}"}
            RESULTS.write_text(json.dumps(kept, indent=1, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
