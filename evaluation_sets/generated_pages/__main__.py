"""Read generated pages and report how well.

python -m evaluation_sets.generated_pages --pages 200 --seed 1000 --json
python -m evaluation_sets.generated_pages --hard --pages 550             the hard kinds in turn
"""

import argparse
import json
import time
from collections import defaultdict
from pathlib import Path

from byhand.reading import decode, read_picture, reading_model
from evaluation_sets.generated_pages.kinds import HARD_KINDS, make_hard_page
from evaluation_sets.generated_pages.layouts import KINDS
from evaluation_sets.generated_pages.pages import make_page
from evaluation_sets.generated_pages.scoring import Score, compare


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m evaluation_sets.generated_pages", description=__doc__)
    parser.add_argument("--pages", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0, help="of the first page; below 1000 for developing")
    parser.add_argument("--kind", choices=(*KINDS, *HARD_KINDS), help="only this kind of layout, or this hard kind")
    parser.add_argument("--hard", action="store_true", help="all hard kinds in turn")
    parser.add_argument("--doodles", type=int, help="so many doodles on each page")
    parser.add_argument("--model", help="a model file; the reader that comes with byhand if left out")
    parser.add_argument("--keep", help="save the pages with errors in this folder")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    model = reading_model(options.model)
    groups: dict[str, Score] = defaultdict(Score)
    seconds = 0.0
    for seed in range(options.seed, options.seed + options.pages):
        if options.hard or options.kind in HARD_KINDS:
            page = make_hard_page(seed, options.kind)
        else:
            page = make_page(seed, options.kind, doodles=options.doodles)
        started = time.perf_counter()
        reading = read_picture(decode(page.file), model, single=page.single)
        seconds += time.perf_counter() - started
        score = compare(page, reading)
        for group in ("all", f"layout {page.kind}", *(f"scene {name}" for name in page.scene)):
            groups[group] += score
        if options.keep and not score.perfect:
            place = Path(options.keep)
            place.mkdir(parents=True, exist_ok=True)
            (place / f"{seed}.jpg").write_bytes(page.file)
            print(
                f"seed {seed} {page.kind} {page.scene}: {score.errors} errors; "
                f"written {page.text}, read {reading.text!r}"
            )
    report = {name: score.report() for name, score in sorted(groups.items())}
    if options.json:
        print(json.dumps({"seed": options.seed, "seconds_per_page": seconds / options.pages, **report}, indent=1))
        return
    for name, values in report.items():
        print(
            f"{name:18}", "  ".join(f"{k} {v:.3f}" if isinstance(v, float) else f"{k} {v}" for k, v in values.items())
        )
    print(f"{seconds / options.pages:.2f} s per page")


if __name__ == "__main__":
    main()
