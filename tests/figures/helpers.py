from typing import Any

import matplotlib
from matplotlib.figure import Figure
from matplotlib.text import Text


def texts(figure: Figure) -> list[str]:
    """Everything that is written on a figure, in the order in which it was put there."""
    return [text.get_text() for text in figure.findobj(Text) if text.get_text()]


def titled(figure: Figure) -> str:
    return figure.texts[0].get_text().replace("\n", " ")


def settings() -> dict[str, Any]:
    """Matplotlib's settings, without the backend, which Matplotlib chooses when it is first asked for it."""
    return {name: matplotlib.rcParams[name] for name in list(matplotlib.rcParams) if name != "backend"}
