"""Checkpoints: a training saved between two epochs, and resumed as if nothing had happened, to the last bit."""

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from byhand.errors import ByhandError
from byhand.files import write_atomically
from byhand.training.loop import Training

CHECKPOINT_FILE = "checkpoint.safetensors"
FORMAT = 1


def save_checkpoint(training: Training, path: Path) -> None:
    """Write everything that the rest of a training depends on: arrays, random number generators, where it stands.

    Args:
        training: between two epochs.
        path: the file, replaced as a whole.

    Raises:
        ByhandError: it cannot be written.
    """
    from safetensors.numpy import save

    position = {"format": FORMAT} | training.position
    write_atomically(path, save(_arrays(training), {"byhand": json.dumps(position)}))


def load_checkpoint(training: Training, path: Path) -> None:
    """Put a fresh training, made by the same recipe of the same data, where the checkpoint was written.

    Raises:
        ByhandError: the file cannot be read, is damaged, or belongs to another training.
    """
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, "numpy") as file:
            position: dict[str, Any] = json.loads((file.metadata() or {})["byhand"])
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (not a dictionary)
        if position["format"] != FORMAT:
            raise ValueError(f"its format is {position['format']}, not {FORMAT}")
        for name, place in _arrays(training).items():
            if arrays[name].shape != place.shape or arrays[name].dtype != place.dtype:
                raise ValueError("its recipe or data was another")
            place[...] = arrays[name]
        training.position = position
    except (OSError, SafetensorError, KeyError, TypeError, ValueError) as error:
        raise ByhandError(f"Cannot go on from {path} ({error}): start this training anew.") from error


def _arrays(training: Training) -> dict[str, NDArray[np.generic]]:
    """The arrays of a training, by the names they have in the file; writing into them changes the training."""
    memory = {f"optimiser.{name}": array for name, array in training.optimiser.memory.items()}
    weights = {"parameters": training.network.parameters, "good": training.guard.good, "best": training.best}
    return weights | memory
