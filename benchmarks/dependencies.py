"""What each dependency weighs: `python -m benchmarks.dependencies --save docs/results/dependencies.json`.

Megabytes of the files that a package installs, without what Python compiles of them, and of the packages that only it
brings along; and the processor's time of `import byhand`, beside that of starting Python.
"""

import argparse
import json
import re
import resource
import statistics
import subprocess
import sys
import tomllib
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

ROOT = Path(__file__).parents[1]
BYTES_PER_MEGABYTE = 1e6
IMPORTS = 5
PURPOSES = {
    "filelock": "two trainings do not write into one folder",
    "numpy": "the network, and all arrays",
    "matplotlib": "figures",
    "pillow": "pictures: decoding, drawing, annotating",
    "pillow-heif": "photographs of phones (HEIC)",
    "scipy": "filters, connected components and hulls in reading; L-BFGS",
    "scikit-learn": "data from openml.org, the map of images, the estimators",
    "joblib": "sweeps on all cores",
    "typer": "the command line",
    "rich": "progress and tables in the terminal",
    "safetensors": "model files, which run no code",
    "threadpoolctl": "threads of BLAS",
    "starlette": "the server of the page",
    "uvicorn": "the server of the page",
    "pebble": "processes that may hang or die",
    "segno": "the QR code of the page's address",
}


def name_of(package: str) -> str:
    """A package's name in its usual form."""
    return re.sub(r"[-_.]+", "-", package).lower()


def needed_by(package: str, seen: set[str]) -> set[str]:
    """A package and all that it needs, directly or not."""
    if package in seen:
        return seen
    seen.add(package)
    for line in distribution(package).requires or []:
        requirement = Requirement(line)
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            needed_by(name_of(requirement.name), seen)
    return seen


def megabytes(package: str) -> float:
    """What a package installs."""
    files = distribution(package).files or []
    paths = [Path(str(file.locate())) for file in files if file.suffix != ".pyc"]
    return sum(path.stat().st_size for path in paths if path.is_file()) / BYTES_PER_MEGABYTE


def processor_seconds(code: str) -> float:
    """How long Python works on a line, its start included; the median of some."""
    found = []
    for _ in range(IMPORTS):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-c", code], check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        found.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return statistics.median(found)


def direct_dependencies() -> list[str]:
    """What `pyproject.toml` names."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return [name_of(Requirement(line).name) for line in project["dependencies"]]


def main() -> None:
    """Measure; print, and keep what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--save", type=Path, help="a JSON file to keep the result in")
    arguments = parser.parse_args()
    direct = direct_dependencies()
    needs = {package: needed_by(package, set()) for package in direct}
    rows: list[dict[str, Any]] = []
    for package in direct:
        others = set(direct).union(*(needs[other] for other in direct if other != package))
        brings = sorted(needs[package] - others)
        own, more = megabytes(package), sum(map(megabytes, brings))
        rows.append({"package": package, "megabytes": own, "brings": brings, "megabytes_brought": more})
        print(f"{package}: {own:.1f} MB, and {more:.1f} MB of {', '.join(brings) or 'nothing'}")
    everything = set[str]().union(*needs.values())
    result = {
        "packages": rows,
        "count": len(everything),
        "megabytes": sum(map(megabytes, everything)),
        "python_seconds": processor_seconds("pass"),
        "import_seconds": processor_seconds("import byhand"),
    }
    print(f"{result['count']} packages, {result['megabytes']:.0f} MB; import: {result['import_seconds']:.3f} s")
    if arguments.save:
        arguments.save.write_text(json.dumps(result, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
