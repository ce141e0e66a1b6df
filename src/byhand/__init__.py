"""byhand: handwritten digits, read by a neural network written by hand.

`load_mnist()` gives the data, `train()` a model, `load_model()` one from a file or the one that comes with byhand,
`read()` the digits in a picture, `show()` a figure.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from byhand.data.mnist import load_mnist as load_mnist
    from byhand.errors import ByhandError as ByhandError
    from byhand.figures.show import show as show
    from byhand.model import Model as Model
    from byhand.model import load_model as load_model
    from byhand.reading.reader import Reading as Reading
    from byhand.reading.reader import read as read
    from byhand.training.train import train as train

__version__ = "0.1.0"

# Where each public name lives. Loaded when first used, so that `import byhand` costs next to nothing.
_HOMES = {
    "ByhandError": "byhand.errors",
    "Model": "byhand.model",
    "load_mnist": "byhand.data.mnist",
    "load_model": "byhand.model",
    "Reading": "byhand.reading.reader",
    "read": "byhand.reading.reader",
    "show": "byhand.figures.show",
    "train": "byhand.training.train",
}
__all__ = ["ByhandError", "Model", "Reading", "load_mnist", "load_model", "read", "show", "train"]


def __getattr__(name: str) -> Any:
    """Load a public name when it is first asked for."""
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'byhand' has no attribute '{name}'")


def __dir__() -> list[str]:
    return sorted([*globals(), *_HOMES])
