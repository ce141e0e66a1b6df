"""What `docs/scaling.md` says: past one core, past one machine and past the memory, as measured, and what follows."""

import json
import statistics
from pathlib import Path
from typing import Any

from byhand.data.batches import BLOCK_IMAGES, WINDOW_BLOCKS
from byhand.data.mapped_images import MAPPED_FROM_BYTES
from byhand.reading.spread import PAGES_IN_TASK

RESULTS = Path(__file__).parents[1] / "docs" / "results"
# What is asked of a hundred machines like the one that was measured, in a network of a gigabit a second.
MACHINES, TRIALS, PICTURES_A_DAY = 100, 10_000, 10_000_000
DAY, HOUR = 86_400, 3600  # seconds
NETWORK_BYTES_PER_SECOND = 125_000_000
MNIST_BYTES = 60_000 * 784
LONG_TRIAL_SECONDS = 60

USE = """# Past one core, one machine and the memory

## Many trainings

```console
byhand sweep fast --grid learning_rate=0.5,1,2 --grid hidden=64,128-64
byhand sweep fast --grid learning_rate=0.1..10 --random 50 --seeds 3 --halving
byhand show sweep runs/sweep-fast-…
```

Every trial is judged on held-out images, never on the test set. Results are appended to `results.csv` as they come, and
the same command goes on where an interrupted one ended. The best settings are trained again, tested once and saved as
an ordinary run folder. Trials run on all cores of this machine, each on one, through joblib.

On a Dask cluster (`pip install 'byhand[cluster]'` here and on its machines):

```console
dask scheduler                               on one machine
dask worker tcp://HOST:8786 --nthreads 1     on each, once per core
byhand sweep fast --grid … --scheduler tcp://HOST:8786
byhand read s3://bucket/scans --scheduler tcp://HOST:8786 --out readings
```

`--engine dask` starts a small cluster on this machine, to try it.

## Very many pictures

`byhand read` with `--scheduler` or `--out` takes folders, patterns and places such as `s3://bucket/scans`, and writes
Parquet files into the folder `--out`: a row for each page, with its error where there is one. The same command goes on
where an interrupted one ended.

## Larger than the memory

IDX and `.npy` files with more than {mapped} MB of images are not loaded: `byhand train --data FOLDER` reads them
through a memory map. In each epoch, blocks of {block} neighbouring images are drawn in a new random order; {window}
such blocks at a time, {images:,} images from all over the file, are read by another thread and shuffled together.
Parquet, CSV and compressed files are loaded whole. From a memory map, one process trains, whatever `--workers` says:
several would need the images in shared memory.
"""


def scaling_page() -> str:
    """The whole page."""
    rates, memory = _kept("rates"), _kept("memory")
    return "\n".join(
        [
            USE.format(
                mapped=MAPPED_FROM_BYTES // 10**6, block=BLOCK_IMAGES, window=WINDOW_BLOCKS,
                images=BLOCK_IMAGES * WINDOW_BLOCKS,
            ),
            *_memory(memory),
            "",
            *_shuffling(_kept("shuffling")),
            "",
            "## Killed in the middle",
            "",
            *_kills(_kept("kills")),
            "",
            "## How fast it is",
            "",
            *_rates(rates),
            "",
            f"## What follows for {MACHINES} machines",
            "",
            *_trials(rates),
            "",
            *_pictures(rates),
            "",
        ]
    )  # fmt: skip


def _kept(name: str) -> dict[str, Any]:
    value: dict[str, Any] = json.loads((RESULTS / f"scaling-{name}.json").read_text("utf-8"))
    return value


def _busy(kept: dict[str, Any]) -> str:
    """How busy the machine was; with the measurement's own one or two processes alone it would be 1 or 2."""
    cores = _kept("rates")["cores"]
    return f"The machine was busy with other work: {kept['load']:.0f} processes on average wanted its {cores} cores"


def _memory(kept: dict[str, Any]) -> list[str]:
    runs = kept["runs"]
    lines = ["| images | images a second | … of the processor's time | anonymous memory | test accuracy |"]
    lines += ["| --- | --- | --- | --- | --- |"]
    medians = {}
    for where in ("the disk", "memory"):
        some = [run for run in runs if run["on"] == where]
        medians[where] = [
            statistics.median(run[name] for run in some) for name in ("images_per_second", "images_per_cpu_second")
        ]
        lines.append(
            f"| {'in' if where == 'memory' else 'on'} {where} | {medians[where][0]:,.0f} | {medians[where][1]:,.0f} | "
            f"{max(run['anonymous_MB'] for run in some):,.0f} MB | {100 * some[0]['test_accuracy']:.2f} % |"
        )
    speed, work = (100 * disk / held for disk, held in zip(medians["the disk"], medians["memory"], strict=True))
    return [
        f"`python -m benchmarks.scaling memory`: one epoch of `{kept['recipe']}` on {runs[0]['images']:,} images, "
        f"MNIST's deformed, by one process, {len(runs) // 2} times each in turn (medians; the most memory):",
        "",
        *lines,
        "",
        f"From the disk, training runs at {speed:.0f} % of the speed from memory by the clock, and at {work:.0f} % by "
        f"the processor's time. {_busy(kept)}, and by the clock, the thread that reads then has a share of its own. "
        "The file had just been written, so the system still held as much of it as its free memory takes.",
    ]


def _shuffling(kept: dict[str, Any]) -> list[str]:
    lines = ["| how | validation accuracy, mean | lowest to highest |", "| --- | --- | --- |"]
    for line in kept["lines"]:
        percents = [100 * accuracy for accuracy in line["validation_accuracy"]]
        how = f" (of {line['blocks'][1]} × {line['blocks'][0]} images)" if line["blocks"] else ""
        mean, low, high = statistics.mean(percents), min(percents), max(percents)
        lines.append(f"| {line['what']}{how} | {mean:.2f} % | {low:.2f} to {high:.2f} % |")
    return [
        f"What this way of shuffling costs in accuracy (`python -m benchmarks.scaling shuffling`): `{kept['recipe']}`, "
        f"{kept['epochs']} epochs of 50,000 of MNIST's images, {kept['held_out']:,} held out, "
        f"{len(kept['lines'][0]['validation_accuracy'])} seeds, with windows made as small beside MNIST as they are "
        "beside millions of images:",
        "",
        *lines,
    ]


def _kills(kept: dict[str, Any]) -> list[str]:
    sweep, read = kept["sweep"], kept["read"]
    worker, client = sweep["worker killed"], sweep["client killed"]

    def yes(value: bool) -> str:
        return "yes" if value else "**no**"

    return [
        "`python -m benchmarks.scaling kills`: a scheduler and two workers, each a process of its own, over TCP; "
        "SIGKILL.",
        "",
        "| | |",
        "| --- | --- |",
        f"| trials of the sweep | {sweep['trials']} |",
        f"| the same best settings and score on this machine, on the cluster and after both kills | "
        f"{yes(sweep['same best'])} |",
        f"| the same score of every trial | {yes(sweep['same scores of all trials'])} |",
        f"| a worker killed after | {worker['results before']} results; {worker['results at the end']} at the end |",
        f"| the sweep itself killed after | {client['results before']} results; unchanged: "
        f"{yes(client['kept unchanged'])}; trained again: {client['trained again']} |",
        f"| pictures read | {read['pictures']:,} |",
        f"| a worker killed after | {read['worker killed']['pictures before']:,} pictures were kept; every picture in "
        f"the result exactly once: {yes(read['worker killed']['all there once'])}; the same readings: "
        f"{yes(read['worker killed']['same readings'])} |",
        f"| the reading itself killed after | {read['client killed']['pictures before']:,} pictures were kept; every "
        f"picture exactly once: {yes(read['client killed']['all there once'])}; the same readings: "
        f"{yes(read['client killed']['same readings'])} |",
    ]


def _rates(kept: dict[str, Any]) -> list[str]:
    lines = [
        "| processes | trials an hour | … times one process | a core's time for each | pictures an hour "
        "| … times one process | a core's time for each |"
    ]
    lines += ["| --- | --- | --- | --- | --- | --- | --- |"]
    for count in kept["trials"]["an hour"]:
        cells = [
            f"{kept[what]['an hour'][count]:,.0f} | {kept[what]['times as many as one'][count]:.2f} | "
            f"{_milliseconds(kept[what]['processor_seconds_each'][count])}"
            for what in ("trials", "pictures")
        ]
        lines.append(f"| {count} | {' | '.join(cells)} |")
    trial, picture, client = kept["bytes"]["trial"], kept["bytes"]["picture"], kept["client"]
    tasks = [
        f"| {int(count):,} tasks that do nothing, over TCP, two workers | {found['milliseconds_each']:.1f} ms each by "
        f"the clock; of a core's time, the scheduler {found['scheduler_processor_milliseconds_each']:.1f} ms and the "
        f"client {found['client_processor_milliseconds_each']:.1f} ms |"
        for count, found in kept["scheduler"].items()
    ]
    return [
        f"`python -m benchmarks.scaling rates`, on {kept['cores']} cores: a trial is `{kept['recipe']}`, a picture has "
        f"three digits. Medians of {kept['rounds']} rounds, the numbers of processes in turn. {_busy(kept)}, and "
        "Linux shares a busy machine between programs, however many processes each has: the clock says little of what "
        "two processes gain.",
        "",
        *lines,
        "",
        "A core's time does not depend on what else runs, but for what is shared, such as the memory's speed. By it, "
        f"two processes on two idle cores would do {_gain(kept, 'trials'):.2f} times the trials and "
        f"{_gain(kept, 'pictures'):.2f} times the pictures of one. That is reckoned, not measured.",
        "",
        "| what it costs | |",
        "| --- | --- |",
        *tasks,
        f"| a trial, sent and answered | {trial['task']:,} and {trial['result']:,} bytes |",
        f"| a picture, sent and answered | {picture['task']:,.0f} and {picture['result']:,.0f} bytes, and its file, "
        f"here {picture['file']:,.0f} bytes, where the workers do not have it |",
        f"| a trial's line in `results.csv`, safely on the disk | {_milliseconds(client['trial']['seconds'])} |",
        f"| a picture's row in Parquet | {_milliseconds(client['picture']['processor_seconds'])} of a core's time |",
    ]


def _gain(kept: dict[str, Any], what: str) -> float:
    """How many times as many two processes do, if each has a core of its own."""
    each = kept[what]["processor_seconds_each"]
    return min(2.0, 2 * float(each["1"]) / float(each["2"]))


def _task_seconds(kept: dict[str, Any]) -> float:
    """What a task takes of the busier of scheduler and client; they work at the same time."""
    found = kept["scheduler"]["1000"]
    return max(float(found[f"{who}_processor_milliseconds_each"]) for who in ("scheduler", "client")) / 1000


def _trials(kept: dict[str, Any]) -> list[str]:
    processes = MACHINES * kept["cores"]
    seconds = kept["trials"]["processor_seconds_each"]["1"]
    task, line = _task_seconds(kept), kept["client"]["trial"]["seconds"]
    bytes_each = sum(kept["bytes"]["trial"].values())
    rounds = -(-TRIALS // processes)
    name, cost = max((("the scheduler", task), ("the table of results", line)), key=lambda one: one[1])
    fed = seconds / cost
    return [
        f"**{TRIALS:,} trials.** {MACHINES} machines with {kept['cores']} cores are {processes} processes.",
        "",
        f"- Learning: {TRIALS:,} / {processes} = {rounds} trials one after the other in each. Of {seconds:.2f} s as "
        f"measured, {_long(rounds * seconds)}; of {LONG_TRIAL_SECONDS} s, {_long(rounds * LONG_TRIAL_SECONDS)}.",
        f"- The scheduler, or the client beside it: {TRIALS:,} × {_milliseconds(task)} = {_long(TRIALS * task)}.",
        f"- The table of results, each line safely on the disk before the next: {TRIALS:,} × "
        f"{_milliseconds(line)} = {_long(TRIALS * line)}.",
        f"- The network: {TRIALS:,} × {bytes_each:,} bytes = {TRIALS * bytes_each / 1e6:.1f} MB; MNIST is on every "
        f"machine. Data of one's own are sent to each process once: as large as MNIST, {processes} × "
        f"{MNIST_BYTES / 1e6:.0f} MB at a gigabit a second, "
        f"{_long(processes * MNIST_BYTES / NETWORK_BYTES_PER_SECOND)} if all came from one machine.",
        "",
        f"The first bottleneck is {name}, with {_milliseconds(cost)} a trial: it keeps {fed:,.0f} processes busy with "
        f"trials of {seconds:.2f} s, and {LONG_TRIAL_SECONDS / cost:,.0f} with trials of {LONG_TRIAL_SECONDS} s. "
        + (
            f"{processes} processes are more than that for the short trials, and their sweep takes "
            f"{_long(TRIALS * cost)}."
            if fed < processes
            else f"{processes} processes are fewer, so that the cores decide."
        )
        + " What is left is the end of the sweep, when the last trials run alone, and the best one's training on one "
        "core.",
    ]


def _pictures(kept: dict[str, Any]) -> list[str]:
    per_second = PICTURES_A_DAY / DAY
    seconds, task = kept["pictures"]["processor_seconds_each"]["1"], _task_seconds(kept)
    client, moved = kept["client"]["picture"], kept["bytes"]["picture"]
    load = json.loads((RESULTS / "load.json").read_text("utf-8"))
    photograph = load["cores"] / load["answered_per_second"]
    processes = MACHINES * kept["cores"]
    shares = {
        "the processors": per_second * photograph / processes,
        "the scheduler": per_second / PAGES_IN_TASK * task,
        "the process that keeps the readings": per_second * client["processor_seconds"],
        "the network": per_second * (load["photograph_bytes"] + moved["result"]) / NETWORK_BYTES_PER_SECOND,
    }
    first, share = max(shares.items(), key=lambda one: one[1])
    held = PICTURES_A_DAY * client["memory_bytes"]
    return [
        f"**{PICTURES_A_DAY:,} pictures a day** are {per_second:.0f} a second.",
        "",
        f"- Reading: a picture of three digits takes a core {_milliseconds(seconds)}, so {per_second * seconds:.1f} "
        f"cores; a photograph of {load['megapixels']:g} megapixels {photograph:.2f} s ([measured](server.md) with the "
        f"server, on all cores), so {per_second * photograph:.0f} cores, {100 * shares['the processors']:.0f} % of "
        f"{processes}.",
        f"- The scheduler: {PAGES_IN_TASK} pictures are a task of {_milliseconds(task)}: "
        f"{100 * shares['the scheduler']:.1f} % of its time.",
        f"- Keeping the readings: {_milliseconds(client['processor_seconds'])} each: "
        f"{100 * shares['the process that keeps the readings']:.1g} % of a core.",
        f"- The network: photographs of {load['photograph_bytes'] / 1000:.0f} kB are "
        f"{per_second * load['photograph_bytes'] / 1e6:.1f} MB a second, {100 * shares['the network']:.0f} % of a "
        "gigabit, if all come from one place.",
        f"- The memory of the process that has the list: {client['memory_bytes']:.0f} bytes a picture, "
        f"{held / 1e9:.1f} GB for a day in one command, {held / 24e9:.2f} GB for an hour.",
        "",
        f"The first bottleneck is {first}, at {100 * share:.0f} % of what {MACHINES} machines give. In one command, "
        "the list of pictures comes before it where memory is scarce: read hour by hour, a folder for each.",
    ]


def _milliseconds(seconds: float) -> str:
    """A short time, with two digits that mean something."""
    milliseconds = 1000 * seconds
    return f"{milliseconds:,.0f} ms" if milliseconds >= 10 else f"{milliseconds:.2g} ms"


def _long(seconds: float) -> str:
    """A time as people say it."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} minutes" if seconds < 2 * HOUR else f"{seconds / HOUR:.1f} hours"
