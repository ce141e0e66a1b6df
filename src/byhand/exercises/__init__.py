"""Back-propagation as an exercise: files with open bodies, and a judge that names the mistake.

`tasks` holds what is to be written, `writing` puts it into a folder, `mistakes` is the catalogue of faults, `judge`
compares one function with the library, `checking` runs the learner's files in processes of their own, and `training`
lets the learner's code learn MNIST.
"""

from byhand.exercises.checking import Verdict, check, check_folder, train_with
from byhand.exercises.tasks import EXERCISES
from byhand.exercises.writing import write_files, write_notebook

__all__ = ["EXERCISES", "Verdict", "check", "check_folder", "train_with", "write_files", "write_notebook"]
