"""Run experiments: python -m byhand.experiments [NAME...] [--json]."""

import json
import sys

from byhand.errors import choose
from byhand.experiments import EXPERIMENTS, run


def main() -> None:
    """Run those that are named, or list them all."""
    names = [argument for argument in sys.argv[1:] if not argument.startswith("-")]
    for name in names:
        if name not in EXPERIMENTS:
            sys.exit(f"There is no experiment '{name}': {choose(name, EXPERIMENTS)}")
    if not names:
        for experiment in EXPERIMENTS.values():
            print(f"{experiment.name:18} {experiment.question}")
        return
    measured = {}
    for name in names:
        results = measured[name] = run(EXPERIMENTS[name])
        if "--json" not in sys.argv:
            print(f"{EXPERIMENTS[name].question}\n{EXPERIMENTS[name].outcome(results)} {EXPERIMENTS[name].reason}")
    if "--json" in sys.argv:
        print(json.dumps(measured, indent=1))


if __name__ == "__main__":
    main()
