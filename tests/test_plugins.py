"""Recipes, data sources and corruptions of another package, which is really there: a module and its dist-info."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import byhand
from byhand.augmentation.added_corruptions import added
from byhand.data.sources import load_dataset, load_examples
from byhand.training.recipe import Recipe

MODULE = """
import numpy as np
import byhand

TINY = {"hidden": [8], "epochs": 1, "limit": 300}
TWO_WRONG_SETTINGS = {"hiden": [8]}


def digits(what):
    if what == "broken":
        raise OSError("the disk is gone")
    mnist = byhand.load_mnist()
    count = int(what or 200)
    return mnist.train_images[:count], mnist.train_labels[:count]


def stains(images, rng):
    return images + np.float32(2)


def shrinks(images, rng):
    return images[:, :-1]


STAINS, SHRINKS, NO_PAIR = (stains, 0.5), (shrinks, 1), stains
"""
ENTRIES = """
[byhand.recipes]
tiny = stain_kit:TINY
misspelt = stain_kit:TWO_WRONG_SETTINGS
nowhere = stain_kit:MISSING
no-module = no_such_module:TINY
no-settings = stain_kit:digits

[byhand.data_sources]
first-digits = stain_kit:digits

[byhand.corruptions]
stains = stain_kit:STAINS
shrinks = stain_kit:SHRINKS
no_pair = stain_kit:NO_PAIR
"""


def install(folder: Path, package: str, entries: str, module: str = "") -> None:
    """What pip leaves behind in a folder of packages."""
    info = folder / f"{package.replace('-', '_')}-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(entries)
    if module:
        (folder / "stain_kit.py").write_text(module)


@pytest.fixture
def packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "packages"
    install(folder, "stain-kit", ENTRIES, MODULE)
    monkeypatch.syspath_prepend(folder)
    monkeypatch.delitem(sys.modules, "stain_kit", raising=False)
    return folder


def test_a_training_with_nothing_but_what_a_package_adds(packages: Path, tmp_path: Path) -> None:
    command = "train tiny --data first-digits:400 --corruptions 0.5 --extra-corruptions stains --workers 2 --json"
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(packages), os.environ.get("PYTHONPATH", "")])}
    done = subprocess.run(
        [sys.executable, "-m", "byhand", *command.split(), "--no-figures", "--out", "run"],
        cwd=tmp_path, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert (result["recipe"], result["layers"], result["train_examples"]) == ("tiny", [784, 8, 10], 300)
    recipe = (tmp_path / "run" / "recipe.toml").read_text()
    assert 'extra_corruptions = "stains"' in recipe
    assert 'data = "first-digits:400"' in recipe


def test_recipes_follow_the_rules_of_all_recipes(packages: Path) -> None:
    recipe = Recipe.load("tiny", activation="relu")
    assert (recipe.name, recipe.hidden, recipe.epochs, recipe.initialiser) == ("tiny", (8,), 1, "he")
    assert recipe.learning_rate == recipe.usual_rate
    with pytest.raises(byhand.ByhandError, match=r"recipe misspelt has a setting 'hiden'.*did you mean 'hidden'"):
        Recipe.load("misspelt")
    with pytest.raises(byhand.ByhandError, match="did you mean 'tiny'"):
        Recipe.load("tyny")


def test_data_goes_wherever_data_goes(packages: Path) -> None:
    data = load_dataset("first-digits:")
    assert (len(data.train), len(data.test), data.name) == (160, 40, "first-digits:")
    assert len(load_examples("first-digits:50", image_size=(28, 28))[0]) == 10
    with pytest.raises(byhand.ByhandError, match=r"stain-kit .*has failed .OSError: the disk is gone"):
        load_dataset("first-digits:broken")
    with pytest.raises(byhand.ByhandError, match="no data at nobody:"):
        load_dataset("nobody:1")


def test_corruptions_are_applied_and_watched(packages: Path) -> None:
    [(stains, share)] = added("stains")
    images = np.zeros((3, 28, 28), np.float32)
    assert share == 0.5
    assert stains(images, np.random.default_rng(0)).max() == 1
    [(shrinks, _)] = added(" shrinks, ")
    with pytest.raises(byhand.ByhandError, match=r"stain-kit .*shape"):
        shrinks(images, np.random.default_rng(0))
    with pytest.raises(byhand.ByhandError, match="did you mean 'stains'"):
        added("stain")
    with pytest.raises(byhand.ByhandError, match="--corruptions"):
        Recipe.load("fast", extra_corruptions="stains")


@pytest.mark.parametrize(
    ("name", "words"),
    [("nowhere", "AttributeError"), ("no-module", "No module named"), ("no-settings", "no dictionary")],
)
def test_a_broken_package_is_named(packages: Path, name: str, words: str) -> None:
    with pytest.raises(byhand.ByhandError, match=f"'{name}', which the package stain-kit adds .*{words}"):
        Recipe.load(name)
    with pytest.raises(byhand.ByhandError, match="no pair"):
        added("no_pair")


def test_names_that_clash_are_refused(packages: Path) -> None:
    install(packages / "more", "other-kit", "[byhand.recipes]\ntiny = x:Y\n[byhand.corruptions]\nblur = x:Y\n")
    sys.path.insert(0, str(packages / "more"))
    try:
        with pytest.raises(byhand.ByhandError, match=r"'tiny' to byhand\.recipes, a name that other-kit already uses"):
            Recipe.load("tiny")
        with pytest.raises(byhand.ByhandError, match=r"other-kit adds 'blur' .*byhand itself"):
            added("stains")
        assert Recipe.load("fast").name == "fast"
    finally:
        sys.path.remove(str(packages / "more"))


def test_nothing_is_looked_for_before_it_is_needed() -> None:
    code = "import sys, byhand; from byhand.training.recipe import Recipe; Recipe.load('fast'); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "importlib.metadata" not in done.stdout.split()
