"""Corruptions that other packages add, beside byhand's own `KINDS`."""

from functools import partial
from typing import Any

import numpy as np

from byhand.augmentation.corruptions import KINDS, Corruption, Images
from byhand.errors import ByhandError, choose, reason_of
from byhand.plugins import CORRUPTIONS, Plugin, find_plugin, plugin_names


def added(names: str) -> tuple[tuple[Corruption, float], ...]:
    """Find corruptions by name, and the fraction of the images that each is applied to.

    A package adds a pair: a function that takes images, float32, shape (n, height, width), 0 background to 1
    foreground, and a NumPy generator, and gives images of the same shape; and the fraction, above 0 to 1.

    Args:
        names: as in "stains,creases"; "" for none.

    Raises:
        ByhandError: there is no such corruption, or it is no such pair.
    """
    found = []
    for name in filter(None, map(str.strip, names.split(","))):
        own = [kind.__name__ for kind, _ in KINDS]
        plugin = find_plugin(CORRUPTIONS, name, own)
        if plugin is None:
            known = plugin_names(CORRUPTIONS, own)
            hint = choose(name, known) if known else "no package that is installed adds any."
            raise ByhandError(f"There is no corruption '{name}' to add: {hint}")
        found.append(_pair(plugin))
    return tuple(found)


def _pair(plugin: Plugin) -> tuple[Corruption, float]:
    try:
        function, share = plugin.value
        fine = callable(function) and 0 < float(share) <= 1
    except (TypeError, ValueError):
        fine = False
    if not fine:
        raise plugin.error("is no pair of a function and a fraction from 0 to 1")
    # Only the function's own name goes to other processes, and not what it is a part of.
    return partial(_applied, function, plugin.name, plugin.package), float(share)


def _applied(function: Any, name: str, package: str, images: Images, rng: np.random.Generator) -> Images:
    """Apply another package's corruption, and see that what comes out can be learned from."""
    plugin = Plugin(name, package, function)
    try:
        changed = np.asarray(function(images, rng), np.float32)
    except Exception as error:  # whatever a stranger's function does
        raise plugin.error(f"has failed ({type(error).__name__}: {reason_of(error)})") from error
    if changed.shape != images.shape or not np.isfinite(changed).all():
        raise plugin.error(f"gives images of shape {changed.shape} for {images.shape}, or numbers that are not finite")
    return np.clip(changed, 0, 1)
