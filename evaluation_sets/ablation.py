"""What each stage of the reading pipeline is worth: pages read with one of them left out, over and over.

python -m evaluation_sets.ablation --pages 200 --seed 0 docs/results/ablation-reading.json
python -m evaluation_sets.ablation --folder PICTURES           a folder with a labels.json: {name: {"rows": [...]}}
"""

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from byhand.model import Model
from byhand.reading import decode, reading_model, stages_of
from byhand.reading.foreground import ForegroundSettings
from byhand.reading.rulings import RulingSettings
from byhand.reading.splitting import SplittingSettings
from byhand.reading.stages import Settings
from evaluation_sets.generated_pages.pages import Page, make_page
from evaluation_sets.generated_pages.scoring import compare, edit_distance

# A picture's file, the number of its digits, and the page it shows or its digits in reading order.
Example = tuple[bytes, int, Page | str]
WHOLE = Settings()
VARIANTS: dict[str, Settings] = {
    "as it is": WHOLE,
    "no page on a desk": replace(WHOLE, page=None),
    "no other way to see the picture": replace(WHOLE, alternatives=False),
    "no strokes too broad for the window": replace(WHOLE, broad_window_of_shorter=None),
    "window 1/24 of the shorter side": replace(WHOLE, foreground=ForegroundSettings(window_of_shorter=1 / 24)),
    "window 1/6": replace(WHOLE, foreground=ForegroundSettings(window_of_shorter=1 / 6)),
    "no limit to what is noise": replace(WHOLE, foreground=ForegroundSettings(noise_most=1.0)),
    "no broad strokes kept across lines": replace(WHOLE, rulings=RulingSettings(broader=1000)),
    "no removal of rulings": replace(WHOLE, rulings=None),
    "no grouping": replace(WHOLE, grouping=None),
    "no splitting": replace(WHOLE, splitting=None),
    "no two digits read at once": replace(WHOLE, splitting=SplittingSettings(pairs=False)),
}


def generated(seed: int, count: int) -> Iterator[Example]:
    """Pages drawn from seeds."""
    for number in range(seed, seed + count):
        page = make_page(number)
        yield page.file, len(page.digits), page


def errors_of(settings: Settings, pages: list[Example], model: Model) -> NDArray[np.intp]:
    """The errors on each page, shape (pages,)."""
    counts = []
    for content, digits, truth in pages:
        reading = stages_of(decode(content), model, settings=settings).reading
        if isinstance(truth, str):
            counts.append(min(edit_distance(truth, "".join(str(one.digit) for one in reading.digits)), digits))
        else:
            counts.append(compare(truth, reading).errors)
    return np.array(counts)


def interval(errors: NDArray[np.intp], digits: NDArray[np.intp], times: int = 2000) -> tuple[float, float]:
    """Where 95 % of the shares of right digits lie that pages drawn again from these have (Efron 1979)."""
    draws = np.random.default_rng(0).integers(0, len(errors), (times, len(errors)))
    shares = 1 - errors[draws].sum(axis=1) / digits[draws].sum(axis=1)
    low, high = np.percentile(shares, [2.5, 97.5])
    return float(low), float(high)


def main() -> None:
    """Measure every variant, print a table, and keep it."""
    parser = argparse.ArgumentParser(prog="python -m evaluation_sets.ablation", description=__doc__)
    parser.add_argument("file", nargs="?", help="where to keep the table, as JSON")
    parser.add_argument("--pages", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0, help="of the first page; below 1000 for developing")
    parser.add_argument("--folder", help="pictures with a labels.json, instead of generated pages")
    options = parser.parse_args()
    model = reading_model()
    if options.folder:
        place = Path(options.folder)
        labels = json.loads((place / "labels.json").read_text("utf-8"))
        pages: list[Example] = [
            ((place / name).read_bytes(), sum(map(len, about["rows"])), "".join(about["rows"]))
            for name, about in labels.items()
            if not about.get("single")
        ]
    else:
        pages = list(generated(options.seed, options.pages))
    digits = np.array([count for _, count, _ in pages])
    whole = errors_of(WHOLE, pages, model)
    rows = []
    for name, settings in VARIANTS.items():
        errors = whole if settings is WHOLE else errors_of(settings, pages, model)
        low, high = interval(errors, digits)
        worse, better = interval(errors - whole, digits)
        accuracy, difference = 1 - errors.sum() / digits.sum(), (whole - errors).sum() / digits.sum()
        row = {"accuracy": float(accuracy), "low": low, "high": high, "difference": float(difference)}
        rows.append({"what": name} | row | {"difference_low": worse - 1, "difference_high": better - 1})
        print(
            f"{name:38} {accuracy:6.1%} ({low:.1%} to {high:.1%}), {difference:+.1%} "
            f"({worse - 1:+.1%} to {better - 1:+.1%})",
            file=sys.stderr,
            flush=True,
        )
    if options.file:
        kept = {"pages": len(pages), "digits": int(digits.sum()), "seed": options.seed, "lines": rows}
        Path(options.file).write_text(json.dumps(kept, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
