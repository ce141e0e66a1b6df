"""The page on what happens when things go wrong, from what `python -m trials` and `python -m fuzz` kept."""

import json
from pathlib import Path
from typing import Any

from byhand.data import csv_files, decoding, idx, unpacking
from byhand.training import recipe

ROOT = Path(__file__).parents[1]
RESULTS = ROOT / "docs" / "results"
CORPUS = ROOT / "fuzz" / "corpus"
MB = 1_000_000
MOMENTS = {
    "at a write": "in the middle of a write",
    "at a rename": "just before a rename",
    "at a renamed": "just after one",
    "the other process of a team": "of the other process of a team",
}


def reliability_page() -> str:
    """The text of `docs/reliability.md`."""
    trials: dict[str, Any] = json.loads((RESULTS / "reliability.json").read_text("utf-8"))
    fuzzed, guided = (json.loads((RESULTS / name).read_text("utf-8")) for name in ("fuzz.json", "fuzz-guided.json"))
    return "\n".join(["# When things go wrong", "", PROMISES, *_trials(trials), *_formats(), _fuzzing(fuzzed, guided)])


PROMISES = """\
## What is promised

- **A training is never lost.** Every few seconds it leaves a checkpoint, and `--resume` goes on to the same bytes.
  Files are written under another name and renamed when they are on the disk: what has its final name is whole.
- **A checkpoint belongs to its recipe and data**, by their fingerprint, and carries a checksum. A damaged one is kept
  aside, and the training begins anew.
- **A run folder belongs to one process** until it ends or dies.
- **A full disk** at a checkpoint warns, and the training goes on; at the end, the checkpoint stays.
- **A file from a stranger** gives a result or one sentence, in little memory. No format can execute code.
- **One error, one sentence**: [errors.md](errors.md) lists all of them, each with a test that causes it.

Not promised: the same bytes with another number of processes or cores, or another OpenBLAS, which may add in another
order.
"""


def _trials(trials: dict[str, Any]) -> list[str]:
    killed, full, same = trials["kills"], trials["full-disk"], trials["same-folder"]
    own, counts = trials["own-folders"], trials["kills"]["kills"]
    wrong = len(killed["wrong"]) + len(full["wrong"]) + len(same["wrong"])
    return [
        "## How it was tried",
        "",
        f"`python -m trials`, on {trials['machine']}:",
        "",
        "| trial | how often | came of it |",
        "| --- | --- | --- |",
        f"| killed (SIGKILL): {', '.join(f'{count} {MOMENTS.get(kind, kind)}' for kind, count in counts.items())} | "
        f"{sum(counts.values())} kills "
        f"in {killed['trainings']} trainings | {killed['same_bytes']} ended in the same bytes |",
        f"| a disk with room for few bytes | {full['trainings']} trainings | {full['refused']} ended with a "
        f"sentence, "
        f"{full['went_on']} went on without a checkpoint, {full['same_bytes']} ended in the same bytes once "
        f"there was room |",
        f"| two processes, one new folder | {same['rounds']} rounds | {same['worked']} worked, "
        f"{same['refused']} were refused |",
        f"| four processes, no folder given | {own['trainings']} trainings | {own['folders']} folders |",
        "",
        f"After each, every file with a final name was read, and nothing else was left in the folder: {wrong} faults.",
        "",
    ]


def _formats() -> list[str]:
    by_decoder: dict[int, list[str]] = {}
    for kind, cost in decoding.FORMATS.items():
        if kind not in {"JPEG", *decoding.SLOW_FORMATS}:
            by_decoder.setdefault(decoding.MOST_MEMORY_BYTES // (cost + decoding.MODE_BYTES["RGB"]) // MB, []).append(
                kind
            )
    pictures = [
        f"| {', '.join(kinds)} | {megapixels} megapixels in colour |"
        for megapixels, kinds in sorted(by_decoder.items())
    ]
    progressive = decoding.MOST_MEMORY_BYTES // decoding.PROGRESSIVE_BYTES_PER_PIXEL // MB
    return [
        "## What a file may hold",
        "",
        "All of this is checked before memory is taken. Pictures that Pillow could open but that are not named "
        "here are not "
        "opened.",
        "",
        "| format | limit |",
        "| --- | --- |",
        f"| JPEG | {decoding.MOST_PIXELS // MB} megapixels, {progressive} if progressive |",
        *pictures,
        f"| {', '.join(sorted(decoding.SLOW_FORMATS))}, PPM as text | {decoding.MOST_SLOW_PIXELS / MB:g} megapixels |",
        f"| any picture | {decoding.MOST_FILE_BYTES // MB} MB, {decoding.MOST_SIDE_PX:,} pixels long, "
        f"{decoding.MOST_PAGES:,} pages |",
        f"| packed IDX, CSV, .npz | unpacks to {unpacking.ALWAYS_BYTES // MB} MB, or {unpacking.MOST_TIMES} "
        f"times its size |",
        f"| IDX | {idx.MOST_DIMENSIONS} dimensions |",
        f"| CSV | {csv_files.MOST_LINE_BYTES // MB} MB a row |",
        f"| recipe | {recipe.MOST_RECIPE_BYTES:,} bytes |",
        "",
    ]


FUZZING = """\
## Fuzzing

`python -m fuzz all` changes real files: bits, bytes, lengths, pieces, and in JSON whole values. Each input must give a
result or one sentence, within 2 s of processor time and 500 MB, and without a word on stderr. What once went wrong,
{kept} inputs so far, is in `fuzz/corpus` and tried by the tests, with 2,000 new inputs a parser (300 for PDF).
Pictures as data (`data-`) are decoded as those to read are, and only tried here. With `--engine atheris`, inputs are
chosen by the code that they reach, where parsers have code of ours to reach.

| parser | inputs | guided by coverage | wrong |
| --- | --- | --- | --- |
"""


def _fuzzing(fuzzed: dict[str, Any], guided: dict[str, Any]) -> str:
    rows = ""
    for name, result in fuzzed.items():
        by_coverage = guided.get(name, {"inputs": "–", "found": {}})
        inputs = [f"{one:,}" if isinstance(one, int) else one for one in (result["inputs"], by_coverage["inputs"])]
        rows += f"| {name} | {inputs[0]} | {inputs[1]} | {len(result['found'] | by_coverage['found'])} |\n"
    return FUZZING.format(kept=sum(path.is_file() for path in CORPUS.rglob("*"))) + rows
