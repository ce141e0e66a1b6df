"""`python -m fuzz PARSER --seconds N`; see the package."""

import argparse
import hashlib
import importlib.util
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
HANGS_SECONDS = 30  # an input that is not done by then is ended from outside


def main() -> None:
    """Fuzz one parser, or all of them in turn, and say what was found."""
    options = _options()
    from fuzz.parsers import parsers

    if options.engine == "atheris" and importlib.util.find_spec("atheris") is None:
        sys.exit("The engine atheris needs a package, for which not every system has one: pip install 'byhand[fuzz]'.")
    names = list(parsers()) if options.parser == ["all"] else options.parser
    if unknown := set(names) - set(parsers()):
        sys.exit(f"There is no parser {', '.join(unknown)}: choose all, {', '.join(parsers())}.")
    found = False
    for name in names:
        result = _supervise(name, options)
        found = found or bool(result["found"])
        if options.results:
            kept = json.loads(options.results.read_text()) if options.results.exists() else {}
            options.results.write_text(json.dumps(kept | {name: result}, indent=1, sort_keys=True) + "\n")
    sys.exit(found)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m fuzz", description=__doc__)
    parser.add_argument("parser", nargs="+", help="some of fuzz/parsers.py, or 'all'")
    parser.add_argument("--seconds", type=float, default=60.0, help="for each parser")
    parser.add_argument(
        "--inputs", type=int, default=0, help="end after so many inputs; 0 for as many as there is time"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--engine", choices=("mutations", "atheris"), default="mutations")
    parser.add_argument("--results", type=Path, help="add what was found to this JSON file")
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        _work(options)
        sys.exit()
    return options


def _supervise(name: str, options: argparse.Namespace) -> dict[str, Any]:
    """Let a process try inputs; one that it dies of or hangs at is kept, and another process goes on."""
    if options.engine == "atheris":
        return _atheris(name, options.seconds, options.inputs)
    start, tried, seed = time.monotonic(), 0, options.seed
    found: dict[str, str] = {}
    with tempfile.TemporaryDirectory() as folder:
        while (left := options.seconds - (time.monotonic() - start)) > 0 and not 0 < options.inputs <= tried:
            state = Path(folder) / str(seed)
            state.mkdir()
            command = [sys.executable, "-m", "fuzz", name, "--seconds", str(left), "--seed", str(seed)]
            command += ["--inputs", str(max(options.inputs - tried, 0)), "--child", str(state)]
            process = subprocess.Popen(command, stderr=subprocess.PIPE)
            _watch(process, state)
            said = process.stderr.read().decode(errors="replace") if process.stderr else ""
            report = state / "report.json"
            done: dict[str, Any] = json.loads(report.read_text()) if report.exists() else {"tried": 0, "found": {}}
            tried += done["tried"]
            found |= done["found"]
            if process.returncode != 0:
                what = (
                    f"ended the process ({signal.Signals(-process.returncode).name})"
                    if process.returncode < 0
                    else said
                )
                current = state / "input"
                if not current.exists():
                    sys.exit(said)  # before the first input: the harness itself is wrong
                found[_keep(name, current.read_bytes())] = what[-300:]
            elif said:
                found["stderr"] = said[:300]
            seed += 1
    seconds = time.monotonic() - start
    print(f"{name}: {tried:,} inputs in {seconds:.0f} s, {len(found)} found", flush=True)
    for place, what in found.items():
        print(f"  {place}: {what}")
    return {"inputs": tried, "seconds": round(seconds, 1), "found": found}


def _watch(process: "subprocess.Popen[bytes]", state: Path) -> None:
    """Wait for a process, and end it if it stays at one input for too long."""
    current = state / "input"
    while process.poll() is None:
        time.sleep(0.05)
        if current.exists() and time.time() - current.stat().st_mtime > HANGS_SECONDS:
            process.kill()
            process.wait()


def _work(options: argparse.Namespace) -> None:
    """Try inputs until time is over, noting each before it is tried."""
    from fuzz.judge import judge, limit_memory
    from fuzz.mutations import mutated
    from fuzz.parsers import parsers

    parser, rng = parsers()[options.parser[0]], random.Random(options.seed)
    seeds = parser.seeds() + corpus(options.parser[0])
    for seed in seeds:  # loads all modules before memory is limited
        judge(parser, seed)
    limit_memory()
    start, tried, noted = time.monotonic(), 0, 0.0
    found: dict[str, str] = {}
    kinds: set[str] = set()
    descriptor = os.open(options.child / "input", os.O_RDWR | os.O_CREAT)
    while time.monotonic() - start < options.seconds and not 0 < options.inputs <= tried:
        content = mutated(rng.choice(seeds), seeds, rng)
        os.pwrite(descriptor, content, 0)
        os.ftruncate(descriptor, len(content))
        wrong = judge(parser, content)
        tried += 1
        if wrong and (kind := "".join(c for c in wrong if not c.isdigit())[:40]) not in kinds:
            kinds.add(kind)
            found[_keep(options.parser[0], content)] = wrong
        if wrong or time.monotonic() - noted > 0.5:
            noted = time.monotonic()
            (options.child / "report.json").write_text(json.dumps({"tried": tried, "found": found}))
    (options.child / "report.json").write_text(json.dumps({"tried": tried, "found": found}))


def corpus(name: str) -> list[bytes]:
    """What was found before, in the order of the files' names."""
    folder = HERE / "corpus" / name.removeprefix("data-")
    return [path.read_bytes() for path in sorted(folder.iterdir())] if folder.is_dir() else []


def _keep(name: str, content: bytes) -> str:
    folder = HERE / "found" / name.removeprefix("data-")
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / hashlib.sha256(content).hexdigest()[:12]
    path.write_bytes(content)
    return path.relative_to(HERE).as_posix()


def _atheris(name: str, seconds: float, inputs: int) -> dict[str, Any]:
    """Let libFuzzer choose the inputs by the code that they reach; it ends at the first that goes wrong."""
    from fuzz.parsers import parsers

    with tempfile.TemporaryDirectory() as folder:
        for number, seed in enumerate(parsers()[name].seeds() + corpus(name)):
            (Path(folder) / str(number)).write_bytes(seed)
        kept = HERE / "found" / name
        kept.mkdir(parents=True, exist_ok=True)
        command = [sys.executable, "-m", "fuzz.guided", name, folder, f"-max_total_time={seconds:.0f}"]
        command += [
            "-timeout=10",
            "-rss_limit_mb=900",
            f"-artifact_prefix={kept}/",
            "-print_final_stats=1",
            "-max_len=20000",
            f"-runs={inputs or -1}",
        ]
        done = subprocess.run(command, capture_output=True, text=True)
    numbers = [line.split()[-1] for line in done.stderr.splitlines() if "number_of_executed_units" in line]
    tried = int(numbers[0]) if numbers else 0
    found = {} if done.returncode == 0 else {name: done.stderr[-1500:]}
    print(f"{name}: {tried:,} inputs guided by coverage, {len(found)} found\n{''.join(found.values())}", flush=True)
    return {"inputs": tried, "seconds": seconds, "found": found}


if __name__ == "__main__":
    main()
