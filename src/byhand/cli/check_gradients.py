"""`byhand check-gradients`: is every derivative right?"""

from dataclasses import asdict
from itertools import groupby

import typer

from byhand.cli.common import LARGEST_SEED, AsJson, Debug, Quiet, command, print_json, say, within

TOLERANCE = 1e-6


@command
def check_gradients(
    seed: int = typer.Option(0, help="Decides weights, inputs and targets."),
    as_json: AsJson = False,
    quiet: Quiet = False,
    debug: Debug = False,
) -> None:
    """Compare every derivative found by back-propagation with a finite difference.

    Example: byhand check-gradients

    Small networks with every kind of layer, activation and loss option, in float64; fails above 1e-6.
    """
    from byhand.nn import gradient_check

    within("--seed", seed, 0, LARGEST_SEED)
    checks = list(gradient_check.check_gradients(seed))
    worst = max(checks, key=lambda check: check.max_relative_error)
    parameters = sum(check.parameters for check in checks)
    fine = worst.max_relative_error <= TOLERANCE
    if as_json:
        layers = [asdict(check) for check in checks]
        print_json(
            {
                "parameters_checked": parameters,
                "max_relative_error": worst.max_relative_error,
                "layers": layers,
            }
        )
    else:
        if not quiet:
            print("network                                   parameters   largest relative error")
            for network, group in groupby(checks, key=lambda check: check.network):
                of_network = list(group)
                count = sum(check.parameters for check in of_network)
                error = max(check.max_relative_error for check in of_network)
                print(f"{network:<42}{count:>10}{error:>25.1e}")
        print(
            f"{parameters:,} derivatives compared; the largest relative error is {worst.max_relative_error:.1e} "
            f"({worst.network}, {worst.layer})."
        )
    if not fine:
        say(f"Some derivatives are wrong: errors must stay below {TOLERANCE:g}.")
        raise typer.Exit(1)
