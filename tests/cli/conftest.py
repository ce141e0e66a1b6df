"""The command line as a user meets it: a process of its own, judged by its status and what it prints."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Result = subprocess.CompletedProcess[str]
Byhand = Callable[..., Result]


def run_byhand(*arguments: str | Path, cwd: Path, columns: str = "200") -> Result:
    return subprocess.run(
        [sys.executable, "-m", "byhand", *map(str, arguments)],
        cwd=cwd,
        capture_output=True,
        text=True,
        env=os.environ | {"COLUMNS": columns},
        check=False,
        timeout=300,
    )


@pytest.fixture
def byhand(tmp_path: Path) -> Byhand:
    """`byhand(...)` in a fresh folder."""

    def run(*arguments: str | Path) -> Result:
        return run_byhand(*arguments, cwd=tmp_path)

    return run


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a short run with all its figures."""
    place = tmp_path_factory.mktemp("training")
    done = run_byhand("train", "--limit", "3000", "--epochs", "3", "--validation", "500", "--seed", "3", cwd=place)
    assert done.returncode == 0, done.stderr
    return place / "runs" / "fast-1"
