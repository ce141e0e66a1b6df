"""A training that can be watched: it runs in a process of its own, reports, and listens to commands."""

import re
import time
from multiprocessing.connection import Connection
from typing import Any

import numpy as np

from byhand.nn import Network, Optimiser, SoftmaxNLL
from byhand.training.diagnosis import VANISHING_RATIO
from byhand.training.divergence import DivergedError
from byhand.training.loop import Event
from byhand.training.recipe import Recipe
from byhand.training.run import Run

# Between two reports, and between two copies of the weights: the eye needs no more, and they cost time.
SECONDS_BETWEEN_REPORTS = 0.2
SECONDS_BETWEEN_WEIGHTS = 1.0
# For large networks, less often: reports take at most this fraction of the time, and so do copies of the weights.
LARGEST_SHARE_OF_TIME = 0.03
# Besides, after 1, 2, 4, 8, ... batches and at least so often in all, so that a short training, too, has a curve.
LEAST_REPORTS = 100
# Held-out images that each report is measured on.
IMAGES_PER_REPORT = 500
# A unit whose activation varies by less than this over all of them is inactive: it distinguishes no images.
INACTIVE_RANGE = 0.01
# A paused training that nobody steers for so long ends: there are places for a few only (see trainings.py).
PAUSED_SECONDS = 15 * 60.0


class _Measured:
    """An optimiser that first notes how large the gradient is, layer by layer."""

    def __init__(self, optimiser: Optimiser, network: Network) -> None:
        self.optimiser, self.network, self.memory = optimiser, network, optimiser.memory
        self.wanted = True
        self.gradient: list[float] = []

    def step(self, learning_rate: float) -> None:
        if self.wanted:
            self.gradient = [_root_mean_square(layer.weights_gradient) for layer in self.network.dense]
            self.wanted = False
        self.optimiser.step(learning_rate)


def _root_mean_square(values: Any) -> float:
    return float(np.sqrt(np.vdot(values, values) / values.size))


def train_live(connection: Connection, recipe: Recipe, paused: bool) -> None:
    """Train, and send pairs of a word and its value: ("report", dictionary) and ("model", bytes of a model file).

    Args:
        connection: brings commands, pairs of a word and its value: see `LiveTraining.obey`.
        recipe: how to train, with some images held out to report on.
        paused: wait for a command before the first step.
    """
    LiveTraining(connection, recipe, paused).run()


class LiveTraining:
    """The training, with its listener."""

    def __init__(self, connection: Connection, recipe: Recipe, paused: bool) -> None:
        self.connection = connection
        self.training_run = Run(recipe)
        self.training, self.model = self.training_run.training, self.training_run.model
        self.measured = _Measured(self.training.optimiser, self.model.network)
        self.training.optimiser = self.measured
        self.state = "paused" if paused else "running"
        self.delay = 0.0  # seconds after each step, in slow motion
        self.steps_wanted = 0  # while paused
        self.message = ""  # why it ended, where that needs saying
        self.next_report = self.next_weights = 0.0
        self.next_step = 1  # to report after, whatever the time
        # Sums at the last report: what came since is the difference.
        self.reported = {"loss": 0.0, "right": 0.0, "shown": 0, "epoch": 0, "step": 0, "time": time.perf_counter()}

    def run(self) -> None:
        """Train to the end, until stopped, or until training diverges."""
        self.send_model()
        self.report()
        self.listen()
        self.next_report = 0.0  # the first batch is shown at once
        try:
            for event in self.training_run.events():
                if event is Event.STEP:
                    self.after_step()
                if self.state == "stopped":
                    break
            else:
                self.state = "finished"
        except DivergedError as error:
            self.state, self.message = "diverged", in_words(str(error))
        self.send_model()
        self.report(message=self.message, **self.model.results)

    def after_step(self) -> None:
        """Report and listen, if it is time to."""
        now = time.perf_counter()
        if self.delay or self.state == "paused" or now >= self.next_report or self.training.step >= self.next_step:
            self.report()
            if self.state == "paused" or now >= self.next_weights:
                self.send_model()
            self.listen()

    def listen(self) -> None:
        """Obey the commands that have come; wait for one while paused, and a while in slow motion."""
        end = time.perf_counter() + self.delay
        if self.state == "paused" and self.steps_wanted:
            self.steps_wanted -= 1
            end = 0.0
        while True:
            waits = self.state == "paused" and not self.steps_wanted
            if self.connection.poll(PAUSED_SECONDS if waits else max(0.0, end - time.perf_counter())):
                self.obey(*self.connection.recv())
            elif waits:
                self.state = "stopped"
                self.message = (
                    f"It was paused for {PAUSED_SECONDS / 60:g} minutes and has ended, to make room for others. "
                    "What it has learned can still be used and downloaded."
                )
            else:
                break
            if self.steps_wanted or self.state == "stopped":
                break

    def obey(self, word: str, value: float) -> None:
        """Do as a command says: "pause", "resume", "step", "stop", "rate" (a learning rate), "delay" (seconds)."""
        if word == "rate":
            self.training.learning_rate = value
        elif word == "delay":
            self.delay = value
        elif word == "step":
            self.state, self.steps_wanted = "paused", self.steps_wanted + 1
        else:
            self.state = {"pause": "paused", "resume": "running", "stop": "stopped"}[word]
        self.report()

    def report(self, **more: Any) -> None:
        """Send where training stands, and how it went since the last report."""
        start = time.perf_counter()
        training, last = self.training, self.reported
        loss = training.loss * training.shown if training.shown else 0.0
        right = training.accuracy * training.shown if training.shown else 0.0
        if training.epoch != last["epoch"]:
            last.update(loss=0.0, right=0.0, shown=0, epoch=training.epoch)
        now, shown = time.perf_counter(), training.shown - last["shown"]
        report: dict[str, Any] = {
            "state": self.state,
            "step": training.step,
            "steps": training.steps,
            "epoch": training.epoch,
            "epochs": training.recipe.epochs,
            "examples": len(training.inputs),
            "shown": training.shown,
            "rate": training.last_rate,
            "warning": in_words(self.training_run.warning or ""),
        }
        if shown:
            accuracy, held_out_loss = self.measure_on_held_out()
            report |= {
                "loss": (loss - last["loss"]) / shown,
                "accuracy": (right - last["right"]) / shown,
                "heldOut": accuracy,
                "heldOutLoss": held_out_loss,
                "gradient": self.measured.gradient,
                "inactive": self.inactive,
                "vanishing": self.vanishing(),
                "speed": shown / (now - last["time"]),
            }
            self.measured.wanted = True
        last.update(loss=loss, right=right, shown=training.shown, time=now)
        self.connection.send(("report", report | more))
        self.next_report = self.after(SECONDS_BETWEEN_REPORTS, start)
        if training.step >= self.next_step:
            self.next_step = min(2 * max(1, training.step), training.step + -(-training.steps // LEAST_REPORTS))

    def vanishing(self) -> bool:
        """Whether the first layer's gradient is next to nothing beside the last one's, through no dead units."""
        first, last = self.measured.gradient[0], self.measured.gradient[-1]
        alive = not any(
            silent > units / 2 for silent, units in zip(self.inactive, self.training.recipe.hidden, strict=True)
        )
        return len(self.inactive) > 1 and first < VANISHING_RATIO * last and alive

    def measure_on_held_out(self) -> tuple[float, float]:
        """Measure accuracy (0 to 1) and loss (nats) on held-out images, and count each layer's inactive units."""
        held_out = self.training_run.setup.validation.take(slice(IMAGES_PER_REPORT))
        inputs = self.model.preprocessing.inputs(held_out.images, self.model.network.parameters.dtype)
        *hidden, logits = self.model.network.activations(inputs)
        self.inactive = [int((np.ptp(layer, axis=0) < INACTIVE_RANGE).sum()) for layer in hidden]
        targets = np.eye(logits.shape[1], dtype=logits.dtype)[held_out.labels]
        accuracy = float((logits.argmax(axis=1) == held_out.labels).mean())
        return accuracy, SoftmaxNLL().forward(logits, targets)

    def send_model(self) -> None:
        """Send the model as it is now."""
        start = time.perf_counter()
        self.connection.send(("model", self.model.to_bytes()))
        self.next_weights = self.after(SECONDS_BETWEEN_WEIGHTS, start)

    @staticmethod
    def after(seconds: float, start: float) -> float:
        """When to do something again that has just been done, since `start`."""
        now = time.perf_counter()
        return now + max(seconds, (now - start) / LARGEST_SHARE_OF_TIME)


def in_words(sentence: str) -> str:
    """Write options such as --learning-rate the way the page calls them."""
    return re.sub(r"--([a-z0-9-]+)", lambda found: found[1].replace("-", " "), sentence)
