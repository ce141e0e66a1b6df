"""Results as tables and as JSON."""

import json
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

PACKAGES = (
    "byhand",
    "numpy",
    "scipy",
    "scikit-learn",
    "torch",
    "jax",
    "jaxlib",
    "onnx",
    "onnxruntime",
    "threadpoolctl",
)


def machine(threads: int) -> dict[str, Any]:
    """What it ran on."""
    versions = {}
    for package in PACKAGES:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            continue
    return {
        "processor": _processor(),
        "system": platform.system(),
        "threads": threads,
        "python": platform.python_version(),
        "versions": versions,
    }


def _processor() -> str:
    cpu = Path("/proc/cpuinfo")
    lines = cpu.read_text("utf-8").splitlines() if cpu.exists() else []
    return next((line.split(":")[1].strip() for line in lines if "model name" in line), platform.processor())


def show(part: str, result: dict[str, Any], console: Console) -> None:
    """Print a part: what has a spread as tables of rivals, the rest line by line."""
    console.rule(part)
    _show("", result, console)


def _show(title: str, result: dict[str, Any], console: Console) -> None:
    if "seconds" in result:
        table = Table("", "median", "min", "max", "times byhand", title=title or None, title_justify="left")
        for name, one in result["seconds"].items():
            numbers = (_time(one[key]) for key in ("median", "min", "max"))
            table.add_row(name, *numbers, f"{result['rival / byhand'][name]:.2f}")
        console.print(table)
    rest = {key: value for key, value in result.items() if key not in ("seconds", "rival / byhand", "accuracies")}
    for key, value in rest.items():
        if isinstance(value, dict) and "seconds" in value:
            _show(key, value, console)
        elif isinstance(value, list):
            for line in value:
                _show(key, line, console)
        elif isinstance(value, dict):
            console.print(f"{key}: " + "; ".join(f"{name} {_number(number)}" for name, number in value.items()))
        else:
            console.print(f"{key}: {_number(value)}")


def _time(seconds: float) -> str:
    for unit, size in (("s", 1.0), ("ms", 1e-3)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds / 1e-6:.3g} µs"


def _number(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def write(results: dict[str, Any], file: Path) -> None:
    """Write everything, all single measurements included."""
    file.write_text(json.dumps(results, indent=1) + "\n", "utf-8")
