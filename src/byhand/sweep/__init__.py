"""Many trainings: which settings are best, judged on images held out of the training set."""

from byhand.sweep.results import RESULTS_FILE, Results
from byhand.sweep.search import Grid, parse_grid, trials_of
from byhand.sweep.sweep import BEST_FOLDER, Sweep

__all__ = ["BEST_FOLDER", "RESULTS_FILE", "Grid", "Results", "Sweep", "parse_grid", "trials_of"]
