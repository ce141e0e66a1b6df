"""The C header, compiled by the system's compiler with all its warnings as errors."""

import ctypes
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

import byhand
from byhand.export.c_header import c_header
from byhand.model import Model

from .conftest import a_model


class Compiled:
    """The header's function, called from Python."""

    def __init__(self, model: Model, folder: Path, int8: bool = False) -> None:
        compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
        assert compiler, "no C compiler"
        (folder / "weights.h").write_text(c_header(model, int8))
        (folder / "main.c").write_text(
            '#include "weights.h"\n'
            "int predict(const uint8_t *image, float *out) { return byhand_predict(image, out); }\n"
            "const char *label(int number) { return byhand_labels[number]; }\n"
        )
        command = [compiler, "-std=c99", "-O2", "-Wall", "-Wextra", "-Wpedantic", "-Werror", "-shared", "-fPIC"]
        subprocess.run([*command, "main.c", "-o", "main.so", "-lm"], cwd=folder, check=True)
        self.shared = ctypes.CDLL(str(folder / "main.so"))
        self.shared.label.restype = ctypes.c_char_p
        self.classes = len(model.label_names)

    def __call__(self, images: NDArray[np.uint8]) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
        probabilities = np.empty((len(images), self.classes), np.float32)
        images = np.ascontiguousarray(images)
        positions = [
            self.shared.predict(image.ctypes.data_as(ctypes.c_void_p), row.ctypes.data_as(ctypes.c_void_p))
            for image, row in zip(images, probabilities, strict=True)
        ]
        return np.array(positions), probabilities


@pytest.mark.parametrize("name", ["fast", "accurate"])
def test_a_shipped_model_reads_the_test_images_alike(name: str, tmp_path: Path, test_images: NDArray[np.uint8]) -> None:
    model = byhand.load_model(name)
    positions, probabilities = Compiled(model, tmp_path)(test_images)
    np.testing.assert_allclose(probabilities, model.predict_proba(test_images), rtol=0, atol=1e-5)
    np.testing.assert_array_equal(model.labels[positions], model.predict(test_images))


@pytest.mark.parametrize("name", ["fast", "accurate"])
def test_eight_bits_cost_less_than_a_tenth_of_a_point(name: str, tmp_path: Path) -> None:
    mnist, model = byhand.load_mnist(), byhand.load_model(name)
    positions, _ = Compiled(model, tmp_path, int8=True)(mnist.test_images)
    right = float((model.labels[positions] == mnist.test_labels).mean())
    assert right > model.results["test_accuracy"] - 0.001
    assert len(c_header(model, int8=True)) < 0.3 * len(c_header(model))


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "relu", "identity"])
def test_any_network(activation: str, tmp_path: Path, test_images: NDArray[np.uint8]) -> None:
    labels = ("a", 'quo"te', "back\\slash", "ünï", "?\n")
    model = a_model([64, 9, 7, 5], activation, labels=labels, per_pixel=True, temperature=1.7)
    compiled, images = Compiled(model, tmp_path), test_images[:50, 10:18, 10:18]
    positions, probabilities = compiled(images)
    np.testing.assert_allclose(probabilities, model.predict_proba(images), rtol=0, atol=1e-5)
    np.testing.assert_array_equal(positions, model.logits(images).argmax(axis=1))
    assert [compiled.shared.label(number).decode() for number in range(5)] == list(labels)


def test_strange_images_are_deskewed_alike(tmp_path: Path) -> None:
    model = a_model([784, 20, 10], "tanh", deskew=True)
    images = np.zeros((6, 28, 28), np.uint8)
    images[1], images[2, 27, 27], images[3, :, 5], images[4, 3] = 255, 1, 200, 9
    images[5] = np.random.default_rng(0).integers(0, 256, (28, 28))
    _, probabilities = Compiled(model, tmp_path)(images)
    np.testing.assert_allclose(probabilities, model.predict_proba(images), rtol=0, atol=1e-5)
