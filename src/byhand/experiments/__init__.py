"""Experiments: what happens if. Each has a question to answer first, a command, a measured outcome and the reason.

`table` lists them, `trials` runs those that `byhand train` cannot, `running` measures.
"""

from byhand.experiments.running import run
from byhand.experiments.table import EXPERIMENTS, Experiment, Trial
from byhand.experiments.trials import Results

__all__ = ["EXPERIMENTS", "Experiment", "Results", "Trial", "run"]
