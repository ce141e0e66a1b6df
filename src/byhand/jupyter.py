"""How byhand's objects show themselves in Jupyter."""

import sys
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any


def html_table(rows: Mapping[str, str]) -> str:
    """Write names and what belongs to them as an HTML table; values are escaped."""
    cells = "".join(f"<tr><th>{escape(name)}</th><td>{escape(value)}</td></tr>" for name, value in rows.items())
    return f"<table>{cells}</table>"


def html_rows(rows: Sequence[Mapping[str, Any]]) -> str:
    """Write rows with the same names as an HTML table with a head: fractions with four digits, None as nothing."""
    if not rows:
        return "<table></table>"
    cells = "".join(f"<tr>{_cells('td', map(_written, row.values()))}</tr>" for row in rows)
    return f"<table><tr>{_cells('th', rows[0])}</tr>{cells}</table>"


class Rows(list[dict[str, Any]]):
    """A list of rows with the same names, which Jupyter shows as a table."""

    def _repr_html_(self) -> str:
        return html_rows(self)


class Bar:
    """How far something is, as the browser's own bar under a notebook's cell; nothing anywhere else."""

    def __init__(self) -> None:
        ipython = sys.modules.get("IPython")  # which every notebook has loaded
        shell = ipython.get_ipython() if ipython else None
        self._handle: Any = None
        if hasattr(shell, "kernel"):
            self._handle = sys.modules["IPython"].display.display({"text/html": ""}, raw=True, display_id=True)

    def show(self, part: float, text: str) -> None:
        """Move the bar to `part`, from 0 to 1, and write what there is to say beside it."""
        if self._handle:
            content = {"text/html": f'<progress value="{part:.3f}"></progress> {escape(text)}', "text/plain": text}
            self._handle.update(content, raw=True)


def _written(value: Any) -> str:
    return "" if value is None else f"{value:.4g}" if isinstance(value, float) else str(value)


def _cells(kind: str, texts: Iterable[str]) -> str:
    return "".join(f"<{kind}>{escape(text)}</{kind}>" for text in texts)
