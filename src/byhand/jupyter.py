"""How byhand's objects show themselves in Jupyter."""

from collections.abc import Mapping
from html import escape


def html_table(rows: Mapping[str, str]) -> str:
    """Write names and what belongs to them as an HTML table; values are escaped."""
    cells = "".join(f"<tr><th>{escape(name)}</th><td>{escape(value)}</td></tr>" for name, value in rows.items())
    return f"<table>{cells}</table>"
