"""What was read, held against what was written."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from byhand.reading import Reading
from evaluation_sets.generated_pages.pages import Mark, Page


@dataclass(frozen=True)
class Score:
    """Counts for one page or many; `a + b` adds them up.

    Attributes:
        pages: how many.
        perfect: of them without any error.
        digits: that were written.
        errors: inserted, deleted or changed digits in reading order; without order where the layout has none.
        right: digits read right, by their places.
        sure: digits flagged sure that a digit or nothing was written for.
        sure_right: of these, the right ones.
        doodles: things that are no digits.
        handled: of these, those that were not read as a digit for sure.
    """

    pages: int = 0
    perfect: int = 0
    digits: int = 0
    errors: int = 0
    right: int = 0
    sure: int = 0
    sure_right: int = 0
    doodles: int = 0
    handled: int = 0

    def __add__(self, other: "Score") -> "Score":
        return Score(*(a + b for a, b in zip(vars(self).values(), vars(other).values(), strict=True)))

    def report(self) -> dict[str, float | int | None]:
        """Shares, 0 to 1."""
        return {
            "pages": self.pages,
            "pages_without_error": _share(self.perfect, self.pages),
            "digits": self.digits,
            "digit_accuracy": _share(self.digits - self.errors, self.digits),
            "sure_right": _share(self.sure_right, self.sure),
            "right_sure": _share(self.sure_right, self.right),
            "doodles": self.doodles,
            "doodles_handled": _share(self.handled, self.doodles),
        }


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def edit_distance(a: str, b: str) -> int:
    """The least number of insertions, deletions and changes that make `b` of `a` (Levenshtein 1965)."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, start=1):
        before, row[0] = row[0], i
        for j, y in enumerate(b, start=1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (x != y))
    return row[-1]


def compare(page: Page, reading: Reading) -> Score:
    """Score one page."""
    counted = [one for one in reading.digits if not _on_any(one.box, page.ignored)]
    digits = [one for one in counted if not _on_any(one.box, page.doodles)]
    on_doodles = [one for one in counted if _on_any(one.box, page.doodles)]
    matches = _match([one.box for one in digits], page.digits)
    right = [match is not None and str(one.digit) == match.text for one, match in zip(digits, matches, strict=True)]
    if page.ordered:
        errors = edit_distance(page.text, "".join(str(one.digit) for one in digits))
    else:
        errors = max(len(page.digits), len(digits)) - sum(right)
    bad = sum(any(_on_any(one.box, (doodle,)) and one.sure for one in on_doodles) for doodle in page.doodles)
    return Score(
        pages=1,
        perfect=int(errors == 0 and not on_doodles),
        digits=len(page.digits),
        errors=errors,
        right=sum(right),
        sure=sum(one.sure for one in digits),
        sure_right=sum(one.sure and ok for one, ok in zip(digits, right, strict=True)),
        doodles=len(page.doodles),
        handled=len(page.doodles) - bad,
    )


def _match(boxes: Sequence[tuple[int, int, int, int]], marks: Sequence[Mark]) -> list[Mark | None]:
    """The mark that each box is for: pairs from near to far, none farther than 0.6 heights."""
    pairs = sorted(
        (math.hypot((left + right) / 2 - mark.x, (top + bottom) / 2 - mark.y) / max(mark.height, 1), i, j)
        for i, (left, top, right, bottom) in enumerate(boxes)
        for j, mark in enumerate(marks)
    )
    found: list[Mark | None] = [None] * len(boxes)
    used = set()
    for distance, i, j in pairs:
        if distance < 0.6 and found[i] is None and j not in used:
            found[i] = marks[j]
            used.add(j)
    return found


def _on_any(box: tuple[int, int, int, int], marks: Sequence[Mark]) -> bool:
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return any(max(abs(x - mark.x), abs(y - mark.y)) < 0.6 * mark.height for mark in marks)
