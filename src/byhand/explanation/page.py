"""An explanation as one HTML page: no script, no network, nothing left out."""

from html import escape
from typing import Any

import numpy as np
from numpy.typing import NDArray

from byhand.explanation.explain import Explanation, Step
from byhand.explanation.terminal import FACTORS, pixel_name, written_out

# Tables of more rows begin folded away behind their largest ones.
MOST_ROWS = 12
STYLE = """
:root { color-scheme: light dark; --text: #1a1a1a; --quiet: #595959; --line: #d4d4d4; --page: #fff; --formula: #f3f1ec;
  --for: 0 114 178; --against: 213 94 0; }
@media (prefers-color-scheme: dark) { :root { --text: #eee; --quiet: #b0b0b0; --line: #444; --page: #161616;
  --formula: #242424; --for: 86 180 233; --against: 230 120 40; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1rem; max-width: 60rem; font: 1rem/1.5 system-ui, sans-serif; color: var(--text);
  background: var(--page); }
h1 { font-size: 1.6rem; line-height: 1.2; } h2 { margin: 2.5rem 0 0; font-size: 1.3rem; }
section { padding: 1rem 0; border-bottom: 1px solid var(--line); }
h3 { margin: 0; font-size: 1.05rem; } h3 small { font-size: .9rem; color: var(--quiet); font-weight: normal; }
p { margin: .3rem 0; max-width: 42rem; }
code { display: inline-block; padding: .2rem .5rem; background: var(--formula); border-radius: .25rem;
  font: .95rem/1.5 ui-monospace, monospace; }
.scroll { max-width: 100%; overflow-x: auto; }
.tall { max-height: 24rem; overflow-y: auto; }
table { margin: .5rem 0; border-collapse: collapse; font: .9rem/1.4 ui-monospace, monospace;
  font-variant-numeric: tabular-nums; }
th, td { padding: .1rem .6rem; text-align: right; white-space: nowrap; }
th { color: var(--quiet); font-weight: normal; } tbody th { text-align: left; }
tr.written td, tr.total td { font-weight: bold; } tr.total { border-top: 1px solid var(--line); }
summary { cursor: pointer; padding: .3rem 0; color: var(--quiet); }
svg { display: block; width: 14rem; max-width: 100%; height: auto; margin: .5rem 0; border: 1px solid var(--line); }
svg { background: #000; } .row { display: flex; flex-wrap: wrap; gap: 1.5rem; align-items: start; }
@media (max-width: 30rem) { table { font-size: .875rem; } th, td { padding: .1rem .3rem; } }
@media print { details::details-content { content-visibility: visible; } }
"""


def page_of(explanation: Explanation, title: str) -> str:
    """Write the page; `title` says which image it is."""
    one = explanation
    hidden = f", {escape(one.activation)}" if len(one.sizes) > 2 else ""
    steps = "".join(_step(step, one) for step in one.forward)
    back = "".join(_step(step, one) for step in one.backward)
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}, forwards and backwards</title>
<style>{STYLE}</style>
</head>
<body>
<main>
<h1>{escape(title)}, forwards and backwards</h1>
<p>A network of {"-".join(map(str, one.sizes))} units{hidden}. The image shows <strong>{escape(one.label)}</strong>; the
network reads <strong>{escape(one.predicted)}</strong>, {_percent(one.confidence)} sure. Everything is computed in
float64 and written with six digits; blue is above 0, orange below.</p>
<h2>Forward</h2>
{steps}
<h2>Backward</h2>
<p>How does the loss change with each number on the way? From the last to the first. Beside each gradient stands what a
finite difference says: the number is moved up and down a little, and the loss measured again. The largest distance
between the two is {one.largest_error:.1e}.</p>
{back}
<h2>One step of learning</h2>
{_update(one)}
</main>
</body>
</html>
"""


def _step(step: Step, one: Explanation) -> str:
    shape = " × ".join(map(str, step.shape)) or "one number"
    formula = f"<p><code>{escape(step.formula)}</code></p>" if step.formula else ""
    return (
        f'<section id="{escape(step.name)}"><h3>{escape(step.title)} <small>{escape(step.name)}, {shape}</small></h3>'
        f"<p>{escape(step.says)}</p>{formula}{_content(step, one)}</section>\n"
    )


def _content(step: Step, one: Explanation) -> str:
    if step.name in ("image", "prepared"):
        return _image(step.values)
    if step.name == "x":
        rows = [([pixel_name(int(i), one), step.values[i]], "") for i in np.flatnonzero(step.values)]
        return _folded(["pixel", "x"], rows, f"The {len(rows):,} that are not 0")
    if step.name == "p":
        columns = zip(one.label_names, step.parts["shifted"], step.parts["exponentials"], step.values, strict=True)
        rows = [([*row], "") for row in columns]
        rows.append((["sum", "", step.parts["sum"], float(step.values.sum())], "total"))
        return _table(["label", "logit - largest", "exp", "divided by the sum"], rows)
    if step.name == "L":
        return f"<p><code>-log {step.parts['label_probability']:.6g} = {float(step.values):.6g}</code></p>"
    if step.name == "confidence":
        names = zip(one.label_names, step.values, strict=True)
        return _table(["label", "confidence"], [([*row], "") for row in names])
    if step.units is not None:
        return "".join(_weights(step, column, unit, one) for column, unit in enumerate(step.units))
    return "".join(_sum(step, i, one) for i in range(len(step.sums))) + _values(step, one)


def _image(grey: NDArray[Any]) -> str:
    """One square a pixel; those of background are left out."""
    height, width = grey.shape
    low, high = min(float(grey.min()), 0.0), float(grey.max())
    level = np.rint((grey.astype(float) - low) / ((high - low) or 1) * 255).astype(int)
    squares = "".join(
        f'<rect x="{x}" y="{y}" width="1" height="1" fill="rgb({level[y, x]},{level[y, x]},{level[y, x]})">'
        f"<title>row {y}, column {x}: {grey[y, x]:g}</title></rect>"
        for y, x in np.argwhere(level).tolist()
    )
    label = f"{width} by {height} pixels, grey from {low:g} to {high:g}"
    return (
        f'<svg viewBox="0 0 {width} {height}" shape-rendering="crispEdges" role="img" aria-label="{label}">'
        f"{squares}</svg>"
    )


def _sum(step: Step, which: int, one: Explanation) -> str:
    written = step.sums[which]
    terms = sorted(written.terms, key=lambda term: -abs(term.product))
    name = (lambda i: pixel_name(i, one)) if step.name == "z1" else str
    rows = [([name(term.index), term.value, term.weight, term.product], "") for term in terms]
    end = [] if written.bias is None else [(["bias", "", "", written.bias], "")]
    end.append((["sum", "", "", written.total], "total"))
    return _folded(
        ["from", "value", "times weight", "product"], rows, f"Unit {written.unit}, term by term", end, few_first=True
    )


def _weights(step: Step, column: int, unit: int, one: Explanation) -> str:
    assert step.difference is not None
    name = (lambda i: pixel_name(i, one)) if step.name == "dL/dW1" else str
    order = np.argsort(-np.abs(step.values[:, column]), kind="stable")
    inputs, delta = step.parts["inputs"], step.parts["deltas"][column]
    rows = [([name(int(i)), inputs[i], delta, step.values[i, column], step.difference[i, column]], "") for i in order]
    heads = ["from", "input", "times delta", "gradient", "finite difference"]
    return _folded(heads, rows, f"Into unit {unit}", few_first=True)


def _values(step: Step, one: Explanation) -> str:
    values = step.values.reshape(-1)
    outputs = step.name[-1] == str(len(one.sizes) - 1)
    extra = [name for name in FACTORS if name in step.parts]
    heads = ["label" if outputs else "unit", *extra, step.name]
    heads += ["finite difference"] if step.difference is not None else []
    chosen = written_out(step, one)
    rows = []
    for i, value in enumerate(values):
        cells = [one.label_names[i] if outputs else str(i), *(step.parts[name][i] for name in extra), value]
        if step.difference is not None:
            cells.append(step.difference[i])
        rows.append((cells, "written" if i in chosen else ""))
    if len(rows) <= MOST_ROWS:
        return _table(heads, rows)
    written = [rows[unit] for unit in chosen]
    return f"{_table(heads, written)}{_folded(heads, rows, f'All {len(rows):,} units')}"


def _update(one: Explanation) -> str:
    update = one.update
    rows = [([moved.name, moved.before, moved.gradient, moved.after], "") for moved in update.parameters]
    worse = "" if update.loss_after <= update.loss_before else " The step was too large: it made things worse."
    losses = [
        (["before", update.loss_before, update.probability_before], ""),
        (["after", update.loss_after, update.probability_after], ""),
    ]
    return (
        f"<section><p><code>{escape(update.formula)}; learning rate {update.learning_rate:g}</code></p>"
        f"{_table(['parameter', 'before', 'gradient', 'after'], rows)}"
        f"{_table(['', 'loss', f'probability of {one.label}'], losses)}<p>{worse}</p></section>"
    )


Row = tuple[list[Any], str]  # cells, the first of them a name; and a class


def _folded(
    heads: list[str], rows: list[Row], title: str, end: list[Row] | None = None, few_first: bool = False
) -> str:
    """A table; a long one shows its first rows, or nothing, until it is unfolded."""
    end = end or []
    if len(rows) <= MOST_ROWS:
        return f"<p>{escape(title)}:</p>{_table(heads, rows + end)}"
    whole = f"<details><summary>{escape(title)}</summary>{_table(heads, rows + end)}</details>"
    if not few_first:
        return whole
    rest: Row = ([f"{len(rows) - MOST_ROWS} more", *[""] * (len(heads) - 1)], "")
    few = _table(heads, [*rows[:MOST_ROWS], rest, *end])
    return f"<p>{escape(title)}, the largest first:</p>{few}" + whole.replace(escape(title), f"All {len(rows):,}", 1)


def _table(heads: list[str], rows: list[Row]) -> str:
    head = "".join(f'<th scope="col">{escape(name)}</th>' if name else "<td></td>" for name in heads)
    body = []
    for (name, *cells), kind in rows:
        colours = [_colour(cell, cells) for cell in cells]
        columns = "".join(f"<td{colour}>{_number(cell)}</td>" for cell, colour in zip(cells, colours, strict=True))
        mark = f' class="{kind}"' if kind else ""
        body.append(f'<tr{mark}><th scope="row">{escape(str(name))}</th>{columns}</tr>')
    tall = " tall" if len(rows) > 2 * MOST_ROWS else ""
    focus = f' tabindex="0" role="group" aria-label="{escape(heads[-1])}"'
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody></table>"
    return f'<div class="scroll{tall}"{focus}>{table}</div>'


def _colour(cell: Any, cells: list[Any]) -> str:
    if isinstance(cell, str) or not cell or np.isnan(cell):
        return ""
    return f' style="background: rgb(var({"--for" if cell > 0 else "--against"}) / 12%)"'


def _number(value: Any) -> str:
    if isinstance(value, str):
        return escape(value)
    if np.isnan(value):
        return "at a corner"
    return f"{value:.6f}" if value == 0 or 1e-3 <= abs(value) < 1e4 else f"{value:.3e}"


def _percent(part: float) -> str:
    return f"{100 * part:.2f} %"
