"""The catalogue of faults: what typical mistakes would give, and how to call them.

Nothing is guessed from the learner's code. For each mistake its result is computed, from the same arguments, and
compared with what the learner's function gave; only a mistake that gives these very numbers is named. What is right is
what `byhand.nn` gives.
"""

from byhand.exercises.mistakes.dense import DENSE_BACKWARD, DENSE_FORWARD
from byhand.exercises.mistakes.loss import LOSS, LOSS_BACKWARD
from byhand.exercises.mistakes.sigmoid import SIGMOID_BACKWARD, SIGMOID_FORWARD
from byhand.exercises.mistakes.softmax import SOFTMAX
from byhand.exercises.mistakes.subject import Arrays, Mistake, Part, Subject, finite_difference
from byhand.exercises.mistakes.update import SGD_STEP

SUBJECTS = {
    "sigmoid_forward": SIGMOID_FORWARD,
    "sigmoid_backward": SIGMOID_BACKWARD,
    "softmax": SOFTMAX,
    "loss": LOSS,
    "loss_backward": LOSS_BACKWARD,
    "dense_forward": DENSE_FORWARD,
    "dense_backward": DENSE_BACKWARD,
    "sgd_step": SGD_STEP,
}
__all__ = ["SUBJECTS", "Arrays", "Mistake", "Part", "Subject", "finite_difference"]
