"""What `docs/server.md` says: how to use the server from other programs, its limits, and how it stands a crowd."""

import json
from pathlib import Path
from typing import Any

from byhand.playground import bodies, pool, traffic, trainings
from byhand.playground.access import TOKEN_LENGTH
from byhand.playground.openapi import REFUSALS
from byhand.playground.server import LAYOUT_SECONDS, MOST_WAITING, READING_SECONDS, WAITING_FOR_EACH

RESULTS = Path(__file__).parents[1] / "docs" / "results"

USE = """# The server behind the page

`byhand play` listens on this machine alone. Pages of other sites, opened in the same browser, can neither read from it
nor act on it.

```console
byhand play --host 0.0.0.0
```

lets others on the network in. It prints this machine's real address with a token of {token} letters and digits, and
the same as a QR code. Without the token, nothing but the page that asks for it answers. Visitors can draw, look inside,
read photographs and train; they write no files, unless `--allow-saving` lets them save trainings. The connection is not
encrypted: do this on a network that you trust.

## From other programs

```console
curl -H 'Content-Type: image/jpeg' --data-binary @photo.jpg http://127.0.0.1:8784/read
```

answers as `byhand read --json` does. `?single=true`, `signs=true`, `table=true`, `region=10%25,40%25,90%25,60%25` and
`model=NAME` are that command's options. On a network address, each request carries the token: `-H 'Authorization:
Bearer TOKEN'`. `/openapi.json` describes all there is.

Every refusal is a JSON object with one sentence, `{{"error": "…"}}`:
"""


def server_page() -> str:
    """The whole page."""
    refusals = [f"| {status} | {meaning} |" for status, meaning in REFUSALS.items()]
    limits = [f"| {what} | {limit} |" for what, limit in _limits()]
    return "\n".join(
        [
            USE.format(token=TOKEN_LENGTH),
            "| status | when |",
            "| --- | --- |",
            *refusals,
            "",
            "## Limits",
            "",
            "| what | at most |",
            "| --- | --- |",
            *limits,
            "",
            "## How it was tried",
            "",
            *_load(_kept("load")),
            "",
            *_bodies(_kept("bodies")),
            "",
        ]
    )


def _kept(name: str) -> dict[str, Any]:
    value: dict[str, Any] = json.loads((RESULTS / f"{name}.json").read_text("utf-8"))
    return value


def _limits() -> list[tuple[str, str]]:
    def megabytes(count: int) -> str:
        return f"{count / 1e6:,.0f} MB"

    return [
        ("a picture", megabytes(bodies.LARGEST_PICTURE)),
        ("settings and commands", f"{bodies.LARGEST_SETTINGS / 1e3:.0f} kB"),
        (
            "time for a request to arrive",
            f"{bodies.GRACE_SECONDS:g} s, and 1 s for each {bodies.LEAST_BYTES_PER_SECOND / 1e3:.0f} kB",
        ),
        ("all that is arriving", megabytes(bodies.MOST_BYTES)),
        ("pictures read at once", "one for each core"),
        ("pictures that wait", f"{WAITING_FOR_EACH} for each core"),
        ("time to read a picture", f"{READING_SECONDS:g} s"),
        ("memory of a process that reads", megabytes(pool.MOST_BYTES)),
        ("maps and exports that wait", f"{MOST_WAITING}"),
        ("time for a map or an export", f"{LAYOUT_SECONDS:g} s"),
        ("trainings at once", f"{trainings.MOST_AT_ONCE}"),
        ("trainings whose pages are open", f"{trainings.MOST_OPEN}, with {megabytes(trainings.MOST_KEPT_BYTES)}"),
        ("trainings saved", f"{trainings.MOST_SAVES}, with {megabytes(trainings.MOST_SAVED_BYTES)}"),
        ("connections, requests under way", f"{traffic.MOST_CONNECTIONS}, {traffic.MOST_REQUESTS}"),
        ("time to the end of a request's head", f"{traffic.HEAD_SECONDS} s"),
        ("time in which a client fetches nothing of its answer", f"{traffic.FETCH_SECONDS} s"),
    ]


def _load(load: dict[str, Any]) -> list[str]:
    answer, page, memory = load["answer_seconds"], load["page_seconds"], load["memory_bytes"]
    return [
        f"`python -m benchmarks.load`: {load['clients']} clients on {load['cores']} cores posted photographs of "
        f"{load['megapixels']:g} megapixels for {load['seconds']:.0f} s, clients and server on the same machine; other "
        f"programs took {load['cores_taken_by_other_programs']:g} of its cores meanwhile.",
        "",
        "| | |",
        "| --- | --- |",
        f"| photographs read | {load['answered']}, {load['answered_per_second']:g} a second |",
        f"| answered after | {answer['median']:g} s (median), {answer['p99']:g} s (99 %) |",
        f"| refused with Retry-After | {load['refused']}, after {load['refusal_seconds']['median']:g} s (median), "
        f"{load['refusal_seconds']['p99']:g} s (99 %) |",
        f"| neither answered nor refused so | {load['problems']} |",
        f"| the page meanwhile | {page['median']:g} s (median), {page['longest']:g} s (longest) |",
        f"| memory of all its processes | {memory['first'] / 1e6:.0f} MB in the first part, "
        f"{memory['last'] / 1e6:.0f} MB in the last ({100 * load['memory_growth']:+.1f} %) |",
        f"| afterwards, the next one is accepted after | {load['seconds_until_a_newcomer_is_accepted']:g} s |",
        f"| a training whose process is killed is reported after | "
        f"{load['seconds_until_a_killed_training_is_reported']:g} s |",
    ]


def _bodies(tried: dict[str, Any]) -> list[str]:
    return [
        f"`python -m benchmarks.bodies`: {tried['inputs']:,} bodies of requests, from good to garbage, each got a "
        f"result or a sentence; the longest took {tried['longest_seconds']:.1f} s by the clock of a machine that "
        f"others used as well, and the memory of the process that tried them, Hypothesis included, grew by "
        f"{tried['memory_added_kilobytes'] / 1e3:.0f} MB.",
    ]
