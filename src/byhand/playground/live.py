"""A training that can be watched: it runs in a process of its own, reports, and listens to commands."""

import re
import time
from multiprocessing.connection import Connection
from typing import Any

import numpy as np

from byhand.beginning import begin
from byhand.data.sources import load_dataset
from byhand.nn import Network, Optimiser
from byhand.run import Run, finish
from byhand.training.recipe import Recipe
from byhand.training.trainer import DivergedError, Epoch, Training, blas_threads, loss_of_guessing

# Seconds between two reports, and between two copies of the weights: eyes want no more, and they cost time.
REPORT_EVERY = 0.2
WEIGHTS_EVERY = 1.0
# Those of large networks come more seldom: each kind takes at most this part of the time.
TIME_FOR_REPORTS = 0.03
# So many of the held-out images are looked at for each report.
HELD_OUT_LOOKED_AT = 500
# A unit whose activation stays within so little for all of them is inactive: it tells no image from another.
INACTIVE = 0.01


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
        self.connection, self.recipe = connection, recipe
        self.prepared = prepared = begin(recipe, load_dataset(recipe.data, seed=recipe.seed))
        self.model = prepared.model
        self.training = Training(
            self.model.network, prepared.pixels, prepared.targets, recipe, prepared.order_rng,
            scaling=self.model.scaling, deform=prepared.deform,
        )  # fmt: skip
        self.run_so_far = Run(
            recipe, self.model, len(prepared.pixels), prepared.test_images, prepared.test_labels,
            loss_of_guessing(prepared.targets), len(prepared.pixels),
        )  # fmt: skip
        self.measured = _Measured(self.training.optimiser, self.model.network)
        self.training.optimiser = self.measured
        self.state = "paused" if paused else "running"
        self.delay = 0.0  # seconds after each step, in slow motion
        self.steps_wanted = 0  # while paused
        self.next_report = self.next_weights = 0.0
        # Sums at the last report: what came since is the difference.
        self.reported = {"loss": 0.0, "right": 0.0, "shown": 0, "epoch": 0, "step": 0, "time": time.perf_counter()}

    def run(self) -> None:
        """Train to the end, a halt, or a runaway."""
        message = ""
        self.send_model()
        self.report()
        self.listen()
        self.next_report = 0.0  # the first batch is shown at once
        try:
            with blas_threads(self.recipe.batch_size), np.errstate(over="ignore", invalid="ignore"):
                while self.training.step < self.training.steps and self.state != "stopped":
                    self.run_epoch()
        except DivergedError as error:
            self.state, message = "diverged", in_words(str(error))
        if self.state not in {"stopped", "diverged"}:
            finish(self.prepared, self.run_so_far.history[-1].validation_accuracy)
            self.state = "finished"
        self.send_model()
        self.report(message=message, **self.model.results)

    def run_epoch(self) -> None:
        """Show every image once, or stop on the way."""
        start = time.perf_counter()
        for _ in self.training.run_epoch():
            now = time.perf_counter()
            if self.delay or self.state == "paused" or now >= self.next_report:
                self.report()
                if self.state == "paused" or now >= self.next_weights:
                    self.send_model()
                self.listen()
            if self.state == "stopped":
                return
        training = self.training
        epoch = Epoch(training.epoch, training.loss, training.accuracy, self.accuracy_on_held_out(), training.last_rate,
                      time.perf_counter() - start)  # fmt: skip
        self.run_so_far.history.append(epoch)
        self.model.history.append(epoch.without_seconds())

    def listen(self) -> None:
        """Obey the commands that have come; wait for one while paused, and a while in slow motion."""
        end = time.perf_counter() + self.delay
        if self.state == "paused" and self.steps_wanted:
            self.steps_wanted -= 1
            end = 0.0
        while self.connection.poll(max(0.0, end - time.perf_counter())) or (
            self.state == "paused" and not self.steps_wanted
        ):
            self.obey(*self.connection.recv())
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
            "epochs": self.recipe.epochs,
            "examples": len(self.prepared.pixels),
            "shown": training.shown,
            "rate": training.last_rate,
            "warning": in_words(self.run_so_far.warning or ""),
        }
        if shown:
            report |= {
                "loss": (loss - last["loss"]) / shown,
                "accuracy": (right - last["right"]) / shown,
                "heldOut": self.accuracy_on_held_out(),
                "gradient": self.measured.gradient,
                "inactive": self.inactive,
                "speed": shown / (now - last["time"]),
            }
            self.measured.wanted = True
        last.update(loss=loss, right=right, shown=training.shown, time=now)
        self.connection.send(("report", report | more))
        self.next_report = self.after(REPORT_EVERY, start)

    def accuracy_on_held_out(self) -> float:
        """Measure the accuracy on held-out images, 0 to 1, and count the inactive units of each layer on the way."""
        labels = self.prepared.validation_labels[:HELD_OUT_LOOKED_AT]
        logits = self.model.logits(self.prepared.validation_images[: len(labels)])
        # After logits(), each layer still holds what it gave out for these images.
        self.inactive = [
            int((np.ptp(layer.output, axis=0) < INACTIVE).sum()) for layer in self.model.network.dense[:-1]
        ]
        return float((logits.argmax(axis=1) == labels).mean())

    def send_model(self) -> None:
        """Send the model as it is now."""
        start = time.perf_counter()
        self.connection.send(("model", self.model.to_bytes()))
        self.next_weights = self.after(WEIGHTS_EVERY, start)

    @staticmethod
    def after(seconds: float, start: float) -> float:
        """When to do something again that has just been done, since `start`."""
        now = time.perf_counter()
        return now + max(seconds, (now - start) / TIME_FOR_REPORTS)


def in_words(sentence: str) -> str:
    """Write options such as --learning-rate the way the page calls them."""
    return re.sub(r"--([a-z0-9-]+)", lambda found: found[1].replace("-", " "), sentence)
