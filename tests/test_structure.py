"""Imports point one way: each folder of the package may use those that are listed for it, and no others."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.dependencies import PURPOSES, direct_dependencies

PACKAGE = Path(__file__).parents[1] / "src" / "byhand"
# From the bottom up. "model" and the like are single files.
BASE = {"errors", "files", "jupyter", "plugins", "processors"}
MAY_IMPORT: dict[str, set[str]] = {
    "errors": set(),
    "files": {"errors"},
    "jupyter": set(),
    "plugins": {"errors"},
    "processors": set(),
    "engines": {"errors", "processors"},
    "nn": set(),
    "data": {*BASE},
    "preprocessing": {*BASE, "data"},
    "augmentation": {*BASE, "data", "preprocessing"},
    "model": {*BASE, "nn", "data", "preprocessing"},
    "evaluation": {*BASE, "nn", "data", "preprocessing", "augmentation", "model"},
    "reading": {*BASE, "engines", "data", "model"},
    "training": {*BASE, "nn", "data", "preprocessing", "augmentation", "model", "evaluation", "reading"},
    "sweep": {*BASE, "engines", "data", "model", "evaluation", "training"},
    "figures": {*BASE, "nn", "data", "augmentation", "model", "evaluation", "training", "reading", "sweep"},
    "playground": {*BASE, "nn", "data", "model", "training", "reading"},
    "export": {*BASE, "nn", "preprocessing", "model", "playground"},
    "estimator": {*BASE, "nn", "data", "preprocessing", "model", "training", "reading"},
    "explanation": {*BASE, "nn", "data", "preprocessing", "model"},
    "exercises": {*BASE, "nn", "data"},
    "experiments": {*BASE, "nn", "data", "preprocessing", "model", "evaluation", "training"},
    "cli": {
        *BASE,
        "engines",
        "nn",
        "data",
        "model",
        "evaluation",
        "training",
        "reading",
        "sweep",
        "figures",
        "playground",
        "export",
        "explanation",
        "exercises",
    },
}
# The package's own face: `byhand.read` and the like, loaded when they are first used.
FACE = {"__init__", "__main__"}


def imported(file: Path) -> set[str]:
    """The folders and files of the package that a module imports, wherever in it."""
    names = []
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            names += [node.module] if node.module != "byhand" else [f"byhand.{alias.name}" for alias in node.names]
            assert node.level == 0, f"{file} imports relatively"
        elif isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
    return {name.split(".")[1] for name in names if name.startswith("byhand.") and not name.startswith("byhand.__")}


def room(file: Path) -> str:
    """The folder below the package, or the file's own name where it lies at the top."""
    return file.relative_to(PACKAGE).parts[0].removesuffix(".py")


def test_every_folder_is_listed() -> None:
    assert {room(file) for file in PACKAGE.rglob("*.py")} == {*MAY_IMPORT, *FACE}


@pytest.mark.parametrize("name", MAY_IMPORT)
def test_a_folder_imports_only_what_it_may(name: str) -> None:
    found = {(file.name, other) for file in PACKAGE.rglob("*.py") if room(file) == name for other in imported(file)}
    assert {(file, other) for file, other in found if other not in MAY_IMPORT[name] | {name}} == set()


def test_no_two_folders_import_each_other() -> None:
    def reached(name: str) -> set[str]:
        return MAY_IMPORT[name].union(*(reached(other) for other in MAY_IMPORT[name]))

    for name in MAY_IMPORT:
        assert name not in reached(name)


@pytest.mark.parametrize("module", ["byhand.playground.content", "byhand.export", "byhand.training.run"])
def test_what_has_nothing_to_do_with_reading_does_not_load_it(module: str) -> None:
    code = f"import sys, {module}; print(sorted(name for name in sys.modules if name.startswith('byhand.reading')))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_dependency_says_what_it_is_for() -> None:
    assert set(direct_dependencies()) == set(PURPOSES)
