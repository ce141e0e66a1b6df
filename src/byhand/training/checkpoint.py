"""Checkpoints: a training saved between two epochs, and resumed as if nothing had happened, to the last bit."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from byhand.data.mapped_images import MappedImages
from byhand.data.one_hot import OneHot
from byhand.errors import ByhandError, reason_of
from byhand.files import write_atomically
from byhand.training.loop import Training

CHECKPOINT_FILE = "checkpoint.safetensors"
FORMAT = 2
# Settings that say where something is, or what it is called: it may have been moved. The fingerprint of the data stands
# for what is there.
PLACES = ("name", "data", "labels", "fine_tune")
# The number of processes changes nothing but the rounding.
MAY_CHANGE = (*PLACES, "workers")


class DamagedCheckpointError(ByhandError):
    """The file is not what was written: bytes were lost or changed."""


def save_checkpoint(training: Training, path: Path) -> None:
    """Write everything that the rest of a training depends on: arrays, random number generators, where it stands.

    With it go the recipe, a fingerprint of the data, and a checksum of all this.

    Args:
        training: between two epochs.
        path: the file, replaced as a whole.

    Raises:
        ByhandError: it cannot be written.
    """
    from safetensors.numpy import save

    position = {"format": FORMAT, "recipe": training.recipe.settings(), "data": fingerprint(training)}
    arrays, text = _arrays(training), json.dumps(position | training.position)
    write_atomically(path, save(arrays, {"byhand": text, "checksum": _checksum(arrays, text)}))


def load_checkpoint(training: Training, path: Path) -> None:
    """Put a fresh training where the checkpoint was written; if that cannot be done, leave it as it is.

    Raises:
        DamagedCheckpointError: the file is not what was written.
        ByhandError: the file cannot be read, or belongs to another recipe, other data or another byhand.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        content = path.read_bytes()
    except OSError as error:
        raise ByhandError(f"Cannot read {path}: {error.strerror or error}.") from error
    try:
        arrays = load(content)
        metadata = json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])["__metadata__"]
        text = metadata["byhand"]
        if metadata.get("checksum", "") != _checksum(arrays, text):
            raise ValueError("its checksum is another")
        position: dict[str, Any] = json.loads(text)
        version = position["format"]
    except (SafetensorError, AttributeError, KeyError, TypeError, ValueError, RecursionError) as error:
        raise DamagedCheckpointError(f"{path} is damaged ({reason_of(error)}).") from error
    if version != FORMAT:
        raise ByhandError(f"Cannot go on from {path} (another byhand wrote it): start this training anew.")
    if difference := _difference(training, position):
        raise ByhandError(
            f"Cannot go on from {path}: it belongs to a training with {difference}. Put that back, or start this "
            "training anew in another folder."
        )
    try:
        _restore(training, arrays, position)
    except (AttributeError, KeyError, OverflowError, TypeError, ValueError) as error:
        raise DamagedCheckpointError(f"{path} contradicts itself ({reason_of(error)}).") from error


def fingerprint(training: Training) -> str:
    """What a training learns from, as the SHA-256 of its inputs and targets; taken once, 0.05 s for MNIST."""
    if training not in _fingerprints:
        _fingerprints[training] = _fingerprint(training)
    return _fingerprints[training]


_fingerprints: WeakKeyDictionary[Training, str] = WeakKeyDictionary()


def _fingerprint(training: Training) -> str:
    digest = hashlib.sha256()
    for array in (training.inputs, training.targets):
        digest.update(f"{array.dtype} {array.shape}".encode())
        for part in _parts(array):
            digest.update(np.ascontiguousarray(part).data)
    return digest.hexdigest()


def _parts(array: NDArray[Any] | MappedImages | OneHot) -> Iterable[NDArray[Any]]:
    """What is in it, as arrays; of images on the disk, a part at a time."""
    if isinstance(array, MappedImages):
        return array.blocks()
    return [array.labels if isinstance(array, OneHot) else array]


def _difference(training: Training, position: dict[str, Any]) -> str:
    """What a checkpoint's training has other than this one, in words; empty if nothing."""
    then, now = position.get("recipe"), training.recipe.settings()
    if not isinstance(then, dict):
        return "no recipe"
    other = [name for name in now if name not in MAY_CHANGE and then.get(name, "missing") != now[name]]
    if other:
        return "another recipe: " + ", ".join(f"{name} = {json.dumps(then.get(name))[:40]}" for name in other[:5])
    return "other data" if position.get("data") != fingerprint(training) else ""


def _restore(training: Training, arrays: dict[str, NDArray[Any]], position: dict[str, Any]) -> None:
    """Check all of a checkpoint, and only then change the training."""
    places = _arrays(training)
    for name, place in places.items():
        if arrays[name].shape != place.shape or arrays[name].dtype != place.dtype:
            raise ValueError(f"{name} has another shape or type")
    before = training.position
    try:
        training.position = position
        numbers = [value for epoch in training.history for value in asdict(epoch).values() if value is not None]
        if not all(type(number) in (int, float) for number in [*numbers, *training.guard.losses]):
            raise ValueError("its history is not made of numbers")
        if type(training.guard.at_start) is not bool:
            raise ValueError("at_start is neither true nor false")
        if not _fits(training):
            raise ValueError("its epoch and step do not fit its history")
    except Exception:
        training.position = before
        raise
    for name, place in places.items():
        place[...] = arrays[name]


def _fits(training: Training) -> bool:
    epoch, step = training.epoch, training.step
    return type(epoch) is int and type(step) is int and epoch == len(training.history) and 0 <= step <= training.steps


def _checksum(arrays: dict[str, NDArray[Any]], text: str) -> str:
    digest = hashlib.sha256(text.encode())
    for name in sorted(arrays):
        digest.update(f"{name} {arrays[name].dtype} {arrays[name].shape}".encode())
        digest.update(np.ascontiguousarray(arrays[name]).data)
    return digest.hexdigest()


def _arrays(training: Training) -> dict[str, NDArray[Any]]:
    """The arrays of a training, by the names they have in the file; writing into them changes the training."""
    memory = {f"optimiser.{name}": array for name, array in training.optimiser.memory.items()}
    weights = {"parameters": training.network.parameters, "good": training.guard.good, "best": training.best}
    return weights | memory
