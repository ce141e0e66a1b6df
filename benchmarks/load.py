"""The server under load: `python -m benchmarks.load --save docs/results/load.json`.

So many clients post photographs of 2 megapixels to `POST /read`, each the next one as soon as the last is answered;
who is refused comes again when the server says. Meanwhile a visitor asks for the page, ten times a second, and the
memory of the server with all its processes is noted. Needs what `pip install ".[test]"` installs.
"""

import argparse
import http.client
import io
import json
import os
import statistics
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
from PIL import Image

from evaluation_sets.generated_pages.pages import make_page
from tests.playground.conftest import playing

MEGAPIXELS = 2.0
PHOTOGRAPHS = 8  # of development seeds
PATIENCE_SECONDS = 60.0
MINUTE_SECONDS = 60.0


@dataclass
class Seen:
    """What the clients and the visitor saw.

    Attributes:
        answered: seconds that each accepted request took.
        refused: the same for those that were refused.
        ends: when each accepted request was answered, seconds since the start.
        problems: what should not happen, in words.
        page: when, and in how many seconds, the page answered.
        memory: when, and how many bytes the processes hold (each shared page counted once, by its share).
    """

    answered: list[float] = field(default_factory=list)
    refused: list[float] = field(default_factory=list)
    ends: list[float] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    page: list[tuple[float, float]] = field(default_factory=list)
    memory: list[tuple[float, int]] = field(default_factory=list)


def photograph(seed: int, megapixels: float, kind: str | None = None) -> bytes:
    """A photograph of a page, of any kind or a given one, brought to a size."""
    image = Image.open(io.BytesIO(make_page(seed, kind).file)).convert("RGB")
    scale = (megapixels * 1e6 / (image.width * image.height)) ** 0.5
    image = image.resize((round(image.width * scale), round(image.height * scale)), Image.Resampling.LANCZOS)
    content = io.BytesIO()
    image.save(content, "JPEG", quality=90)
    return content.getvalue()


def client(place: str, files: list[bytes], number: int, start: float, seconds: float, seen: Seen) -> None:
    """Post photographs until the time is over."""
    connection = http.client.HTTPConnection(place, timeout=PATIENCE_SECONDS)
    while time.monotonic() < start + seconds:
        number += 1
        asked = time.monotonic()
        try:
            connection.request("POST", "/read", files[number % len(files)], {"Content-Type": "image/jpeg"})
            answer = connection.getresponse()
            content = json.loads(answer.read())
        except (OSError, http.client.HTTPException, ValueError) as error:
            seen.problems.append(f"{type(error).__name__}: {error}")
            connection.close()
            continue
        took = time.monotonic() - asked
        if answer.status == 200 and "lines" in content:
            seen.answered.append(took)
            seen.ends.append(time.monotonic() - start)
        elif answer.status == 503 and answer.headers["Retry-After"]:
            seen.refused.append(took)
            connection.close()  # the server would, while this client waits
            time.sleep(float(answer.headers["Retry-After"]))
        else:
            seen.problems.append(f"{answer.status}: {content}")
    connection.close()


def visitor(place: str, path: str, start: float, over: threading.Event, seen: Seen) -> None:
    """Ask for a part of the page again and again, over a connection that stays open, until it is over."""
    connection = http.client.HTTPConnection(place, timeout=PATIENCE_SECONDS)
    while not over.is_set():
        asked = time.monotonic()
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                seen.problems.append(f"the page answered {answer.status}")
        except (OSError, http.client.HTTPException) as error:
            seen.problems.append(f"the page: {type(error).__name__}: {error}")
            connection.close()
        now = time.monotonic()
        seen.page.append((asked - start, now - asked))
        time.sleep(max(0.0, 0.1 - (now - asked)))
    connection.close()


def memory_watcher(process: psutil.Process, start: float, over: threading.Event, seen: Seen) -> None:
    """Note every two seconds, and once more when it is over, what the server and its processes hold."""
    last = False
    while not last:
        last = over.is_set()
        total = 0
        for one in [process, *process.children(recursive=True)]:
            try:
                total += one.memory_full_info().pss
            except psutil.Error:
                continue
        seen.memory.append((time.monotonic() - start, total))
        over.wait(2.0)  # adding up a process's pages takes the system some milliseconds


def processor_seconds(process: psutil.Process) -> tuple[float, float]:
    """What all cores have worked so far, and what of it for this process, the server and its processes."""
    times = psutil.cpu_times()
    own = 0.0
    for one in (psutil.Process(), process, *process.children(recursive=True)):
        try:
            own += sum(one.cpu_times()[:2])
        except psutil.Error:
            continue
    return sum(times) - times.idle - getattr(times, "iowait", 0.0), own


def seconds_until_a_killed_training_is_reported(place: str, server: psutil.Process) -> float:
    """Kill the process of a training, and wait for the stream to say that it failed."""
    before = {child.pid for child in server.children()}
    connection = http.client.HTTPConnection(place, timeout=PATIENCE_SECONDS)
    body = json.dumps({"settings": {"epochs": 1000, "amount": 1000}})
    connection.request("POST", "/trainings", body, {"Content-Type": "application/json"})
    stream = connection.getresponse()
    while b'"running"' not in stream.readline():
        pass
    (training,) = [child for child in server.children() if child.pid not in before]
    training.kill()
    killed = time.monotonic()
    while b'"failed"' not in stream.readline():
        pass
    took = time.monotonic() - killed
    connection.close()
    return took


def under_load(
    clients: int, seconds: float, different: int = PHOTOGRAPHS, megapixels: float = MEGAPIXELS
) -> dict[str, Any]:
    """Try it.

    Args:
        clients: how many at the same time.
        seconds: for how long.
        different: so many photographs take turns.
        megapixels: the size of each.
    """
    files = [photograph(seed, megapixels) for seed in range(different)]
    seen = Seen()
    with tempfile.TemporaryDirectory() as folder, playing(Path(folder)) as (url, process):
        place = urlsplit(url).netloc
        for _ in range(4):  # the pool is warm
            client(place, files, 0, time.monotonic(), min(0.5, seconds / 4), Seen())
        server = psutil.Process(process.pid)
        all_before, own_before = processor_seconds(server)
        start = time.monotonic()
        over = threading.Event()
        threads = [
            threading.Thread(target=visitor, args=(place, "/", start, over, seen)),
            threading.Thread(target=memory_watcher, args=(server, start, over, seen)),
        ]
        crowd = [
            threading.Thread(target=client, args=(place, files, number, start, seconds, seen))
            for number in range(clients)
        ]
        for thread in (*threads, *crowd):
            thread.start()
        for thread in crowd:
            thread.join()
        # Those who were waiting have been answered: a newcomer is served at once.
        ended = time.monotonic()
        all_after, own_after = processor_seconds(server)
        fresh = Seen()
        while not fresh.answered and time.monotonic() < ended + PATIENCE_SECONDS:
            client(place, files, 0, time.monotonic(), 0.001, fresh)
        recovered = time.monotonic() - ended - (fresh.answered[-1] if fresh.answered else 0.0)
        newcomer = fresh.answered[-1] if fresh.answered else None
        over.set()
        for thread in threads:
            thread.join()
        reported = seconds_until_a_killed_training_is_reported(place, server)
        whole = ended - start
        first = [size for when, size in seen.memory if when <= min(MINUTE_SECONDS, whole / 2)]
        last = [size for when, size in seen.memory if when >= max(whole - MINUTE_SECONDS, whole / 2)]
    times = sorted(seen.answered)
    waits = sorted(took for _, took in seen.page)
    return {
        "clients": clients,
        "seconds": round(whole, 2),
        "cores": os.cpu_count(),
        "cores_taken_by_other_programs": round(((all_after - all_before) - (own_after - own_before)) / whole, 2),
        "megapixels": megapixels,
        "photograph_bytes": round(statistics.mean(map(len, files))),
        "answered": len(times),
        "answered_per_second": round(len(times) / max(seen.ends, default=whole), 2),
        "answer_seconds": {"median": _part(times, 0.5), "p99": _part(times, 0.99), "longest": _part(times, 1.0)},
        "refused": len(seen.refused),
        "refusal_seconds": {"median": _part(seen.refused, 0.5), "p99": _part(seen.refused, 0.99)},
        "problems": len(seen.problems),
        "first_problems": seen.problems[:5],
        "page_seconds": {"median": _part(waits, 0.5), "p99": _part(waits, 0.99), "longest": _part(waits, 1.0)},
        "memory_bytes": {"first": round(statistics.mean(first)), "last": round(statistics.mean(last))},
        "memory_growth": round(statistics.mean(last) / statistics.mean(first) - 1, 4),
        "seconds_until_a_newcomer_is_accepted": round(recovered, 3),
        "newcomer_seconds": newcomer and round(newcomer, 3),
        "seconds_until_a_killed_training_is_reported": round(reported, 3),
    }


def _part(times: list[float], part: float) -> float | None:
    """A quantile."""
    ordered = sorted(times)
    return round(ordered[min(len(ordered) - 1, int(part * len(ordered)))], 3) if ordered else None


def main() -> None:
    """Try it, print, and perhaps write."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load", description=__doc__)
    parser.add_argument("--clients", type=int, default=64, help="at the same time (64)")
    parser.add_argument("--seconds", type=float, default=60.0, help="how long (60)")
    parser.add_argument("--save", type=Path, metavar="FILE", help="write the figures to this file")
    options = parser.parse_args()
    text = json.dumps(under_load(options.clients, options.seconds), indent=1)
    print(text)
    if options.save:
        options.save.write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    main()
