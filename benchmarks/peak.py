"""Runs a module as `python -m` does and writes the peak of its memory, in MB, to a file.

python -m benchmarks.peak FILE MODULE [ARGUMENTS]
"""

import importlib
import runpy
import sys
from pathlib import Path
from typing import Any


def peak() -> float:
    """The most memory this process has had, in MB."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) * 1024 / 1e6
    psutil: Any = importlib.import_module("psutil")
    memory = psutil.Process().memory_info()
    if hasattr(memory, "peak_wset"):  # Windows
        return float(memory.peak_wset / 1e6)
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6  # macOS counts bytes


def main() -> None:
    """Run it, then measure."""
    file, module, *arguments = sys.argv[1:]
    sys.argv = [module, *arguments]
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    finally:
        Path(file).write_text(str(peak()))


if __name__ == "__main__":
    main()
