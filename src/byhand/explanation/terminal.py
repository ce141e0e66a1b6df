"""An explanation in the terminal, with Rich."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table

from byhand.explanation.explain import Explanation, Step, Sum

# What stands beside a value in a table: what it is made of.
FACTORS = ("p", "y", "error", "slope")
# So many terms of a sum, or values of a layer, are printed; the rest is counted. `--json` and `--html` have them all.
MOST_LINES = 12
# Dark to bright, for half as many rows as columns: a letter is about twice as high as wide.
INK = " ░▒▓█"


class Printer:
    """Prints explanations.

    Args:
        console: where to.
        everything: leave nothing out.
    """

    def __init__(self, console: Console, everything: bool = False) -> None:
        self.console = console
        self.most = 10**9 if everything else MOST_LINES

    def show(self, explanation: Explanation) -> None:
        """Print an explanation from the image to the update."""
        one = explanation
        layers = "-".join(map(str, one.sizes))
        hidden = f", {one.activation}" if len(one.sizes) > 2 else ""
        self._head(f"{layers}{hidden}: it shows {one.label}, and is read as {one.predicted}")
        self._head("Forward")
        for step in one.forward:
            self._step(step, one)
        self._head("Backward")
        self._say("How does the loss change with each number on the way? From the last to the first:")
        for step in one.backward:
            self._step(step, one)
        self._say(f"The largest distance of a gradient from its finite difference: {one.largest_error:.1e}")
        self._update(one)

    def _head(self, text: str) -> None:
        self.console.print()
        self.console.rule(escape(text), align="left", style="bold")

    def _say(self, text: str, style: str = "") -> None:
        self.console.print(Padding(escape(text), (0, 0, 0, 2), expand=False), style=style)

    def _step(self, step: Step, one: Explanation) -> None:
        self.console.print()
        shape = " x ".join(map(str, step.shape)) or "one number"
        self.console.print(f"[bold]{escape(step.title)}[/]  [dim]{escape(step.name)}, {shape}[/]")
        self._say(step.says)
        if step.formula:
            self._say(step.formula, "cyan")
        if step.name in ("image", "prepared"):
            self._image(step.values)
        elif step.name == "x":
            shown = np.flatnonzero(step.values)
            text = ", ".join(f"x{i} = {step.values[i]:.4g}" for i in shown[: self.most])
            rest = f", and {len(shown) - self.most} more that are not 0" if len(shown) > self.most else ""
            self._say(f"{text or 'all are 0'}{rest}")
        elif step.name == "p":
            self._softmax(step, one)
        elif step.name == "L":
            self._say(f"-log {step.parts['label_probability']:.6g} = {float(step.values):.6g}")
        elif step.name == "confidence":
            text = ", ".join(f"{name} {value:.4f}" for name, value in zip(one.label_names, step.values, strict=True))
            self._say(text)
        elif step.units is not None:
            for column, unit in enumerate(step.units):
                self._weights(step, column, unit, one)
        else:
            for written in step.sums:
                self._sum(written, step, one)
            self._values(step, one)

    def _image(self, grey: NDArray[Any]) -> None:
        low, high = float(grey.min()), float(grey.max())
        level = (grey.astype(float) - low) / ((high - low) or 1) * (len(INK) - 1)
        if len(grey) > 2:
            level = level[::2]
            for row in np.rint(level).astype(int):
                self._say("".join(INK[i] for i in row).rstrip())
        else:
            self._say("  ".join(f"{value:g}" for value in grey.reshape(-1).tolist()))

    def _sum(self, written: Sum, step: Step, one: Explanation) -> None:
        """A weighted sum term by term, the largest first."""
        terms = sorted(written.terms, key=lambda term: -abs(term.product))
        table = self._table("from", "value", "", "weight", "", "product")
        for term in terms[: self.most]:
            table.add_row(
                _place(term.index, step, one),
                _number(term.value),
                "·",
                _number(term.weight),
                "=",
                _number(term.product),
            )
        rest = terms[self.most :]
        if rest:
            table.add_row(f"{len(rest)} more", "", "", "", "", _number(sum(term.product for term in rest)))
        if written.bias is not None:
            table.add_row("bias", "", "", "", "", _number(written.bias))
        table.add_row("sum", "", "", "", "", f"[bold]{_number(written.total)}[/]")
        self._say(f"Unit {written.unit}, term by term:" if len(written.terms) else f"Unit {written.unit}:")
        self._print(table)

    def _values(self, step: Step, one: Explanation) -> None:
        """The values of all units, those that stand out first where there are many."""
        values = step.values.reshape(-1)
        names = one.label_names if len(values) == len(one.label_names) and step.name in _outputs(one) else None
        order = np.arange(len(values))
        chosen = written_out(step, one)
        if len(values) > self.most:
            largest = np.argsort(-np.abs(values), kind="stable")[: self.most]
            order = np.concatenate([largest, [unit for unit in chosen if unit not in largest]]).astype(int)
        extra = [name for name in FACTORS if name in step.parts]
        checks = ["finite difference"] if step.difference is not None else []
        table = self._table("label" if names else "unit", *extra, step.name, *checks)
        for i in order:
            cells = [_number(step.parts[name][i]) for name in extra]
            cells.append(f"[bold]{_number(values[i])}[/]" if i in chosen else _number(values[i]))
            if step.difference is not None:
                cells.append(_number(step.difference[i]))
            table.add_row(names[i] if names else str(i), *cells)
        if len(order) < len(values):
            self._say(f"The {self.most} largest of {len(values):,}, and the unit that is written out:")
        self._print(table)

    def _weights(self, step: Step, column: int, unit: int, one: Explanation) -> None:
        """The gradients of the weights into one unit, with their two factors."""
        gradient = step.values[:, column]
        assert step.difference is not None
        order = np.arange(len(gradient))
        if len(gradient) > self.most:
            order = np.argsort(-np.abs(gradient), kind="stable")[: self.most]
        table = self._table("from", "input", "", "delta", "", "gradient", "finite difference")
        delta = _number(step.parts["deltas"][column])
        for i in order:
            value, difference = _number(step.parts["inputs"][i]), _number(step.difference[i, column])
            table.add_row(_place(int(i), step, one), value, "·", delta, "=", _number(gradient[i]), difference)
        few = f", the {len(order)} largest of {len(gradient):,}" if len(order) < len(gradient) else ""
        self._say(f"Into unit {unit}{few}:")
        self._print(table)

    def _softmax(self, step: Step, one: Explanation) -> None:
        table = self._table("label", "logit - largest", "exp", "/ sum = probability")
        for name, shifted, power, value in zip(
            one.label_names, step.parts["shifted"], step.parts["exponentials"], step.values, strict=True
        ):
            table.add_row(escape(name), _number(shifted), _number(power), _number(value))
        table.add_row("sum", "", _number(step.parts["sum"]), _number(float(step.values.sum())))
        self._print(table)

    def _update(self, one: Explanation) -> None:
        update = one.update
        self._head("One step of learning")
        self._say(f"{update.formula}; learning rate {update.learning_rate:g}", "cyan")
        table = self._table("", "before", "gradient", "after")
        for moved in update.parameters:
            table.add_row(escape(moved.name), _number(moved.before), _number(moved.gradient), _number(moved.after))
        self._print(table)
        worse = "" if update.loss_after <= update.loss_before else " The step was too large: it made things worse."
        self._say(
            f"Loss {update.loss_before:.6g} before, {update.loss_after:.6g} after; probability of {one.label}: "
            f"{update.probability_before:.6g} before, {update.probability_after:.6g} after.{worse}"
        )

    def _table(self, *columns: str) -> Table:
        table = Table(box=None, pad_edge=False, header_style="dim")
        for name in columns:
            table.add_column(escape(name), justify="right")
        return table

    def _print(self, table: Table) -> None:
        self.console.print(Padding(table, (0, 0, 0, 4), expand=False))


def written_out(step: Step, one: Explanation) -> tuple[int, ...]:
    """The units that are written out of the layer that a step belongs to."""
    number = step.name[-1]
    return next((other.units or () for other in one.backward if other.name == f"dL/dW{number}"), ())


def _place(i: int, step: Step, one: Explanation) -> str:
    """The number of an input; of a pixel, with its row and column."""
    if step.name not in ("z1", "dL/dW1"):
        return str(i)
    return pixel_name(i, one)


def pixel_name(i: int, one: Explanation) -> str:
    """The number of a pixel with its row and column, both from 0."""
    height, width = one.image.shape
    return f"{i} ({i // width}, {i % width})" if height > 1 else str(i)


def _outputs(one: Explanation) -> set[str]:
    last = len(one.sizes) - 1
    return {f"z{last}", f"dL/dz{last}", f"dL/db{last}"}


def _number(value: float) -> str:
    """Six digits: enough to follow the way by hand."""
    if np.isnan(value):
        return "at a corner"
    return f"{value:.6f}" if value == 0 or 1e-3 <= abs(value) < 1e4 else f"{value:.3e}"
