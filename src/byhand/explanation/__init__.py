"""One image through a network, forwards and backwards, in every number: what `byhand explain` shows.

`explain` takes the numbers from `byhand.nn`; `terminal` and `page` only show them.
"""

from byhand.explanation.explain import LEARNING_RATE, Explanation, Moved, Step, Sum, Term, Update, explain
from byhand.explanation.tiny import TINY_IMAGE, TINY_LABEL, tiny_model

__all__ = [
    "LEARNING_RATE",
    "TINY_IMAGE",
    "TINY_LABEL",
    "Explanation",
    "Moved",
    "Step",
    "Sum",
    "Term",
    "Update",
    "explain",
    "tiny_model",
]
