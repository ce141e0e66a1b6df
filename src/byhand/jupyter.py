"""How byhand's objects show themselves in Jupyter."""

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


def _written(value: Any) -> str:
    return "" if value is None else f"{value:.4g}" if isinstance(value, float) else str(value)


def _cells(kind: str, texts: Iterable[str]) -> str:
    return "".join(f"<{kind}>{escape(text)}</{kind}>" for text in texts)
