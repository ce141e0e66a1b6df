"""The experiments, good and bad, in one table."""

import shlex
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from byhand.experiments import trials
from byhand.experiments.trials import Results
from byhand.training.recipe import Recipe

# The settings that the page knows, by the names of its address; it calls the limit an amount.
ON_THE_PAGE = (
    "hidden",
    "activation",
    "learning_rate",
    "schedule",
    "batch_size",
    "optimizer",
    "momentum",
    "epochs",
    "seed",
)
# Where `byhand play` is found while it runs.
PAGE = "http://127.0.0.1:8784/"


@dataclass(frozen=True)
class Trial:
    """One training of an experiment.

    Attributes:
        name: what its results are called.
        options: of `byhand train`.
    """

    name: str
    options: dict[str, Any]

    @property
    def command(self) -> str:
        """What to type."""
        words = ["byhand", "train"]
        for name, value in self.options.items():
            text = (",".join(map(str, value)) or "none") if name == "hidden" else str(value)
            words += [f"--{name.replace('_', '-')}", text]
        return shlex.join(words)

    @property
    def link(self) -> str:
        """The page with these settings, as far as it knows them."""
        recipe, usual = Recipe.load("fast", **self.options).settings(), Recipe.load("fast").settings()
        changed = {name: recipe[name] for name in ON_THE_PAGE if recipe[name] != usual[name]}
        if "hidden" in changed:
            changed["hidden"] = ",".join(map(str, changed["hidden"])) or "none"
        if recipe["limit"]:
            changed["amount"] = recipe["limit"]
        return f"{PAGE}#learn" + (f"?{urlencode(changed)}" if changed else "")


@dataclass(frozen=True)
class Experiment:
    """What happens if?

    Attributes:
        name: a short one.
        title: of its section.
        question: to answer before looking.
        outcome: says what was measured, from the results.
        reason: why.
        holds: whether results are as the outcome says.
        trials: trainings to compare.
        special: runs what no option of `byhand train` does; None where `trials` say all.
        look: for these, the part of the page to look at, with what to do there.
        exact: whether the page's link repeats the trials; else it only shows what to compare with.
    """

    name: str
    title: str
    question: str
    outcome: Callable[[Results], str]
    reason: str
    holds: Callable[[Results], bool]
    trials: tuple[Trial, ...] = ()
    special: Callable[[], Results] | None = None
    look: tuple[str, str] = ("", "")
    exact: bool = True

    @property
    def commands(self) -> list[str]:
        """What to type."""
        return [f"python -m byhand.experiments {self.name}"] if self.special else [one.command for one in self.trials]

    @property
    def links(self) -> list[tuple[str, str]]:
        """Address and text of the page's part for each trial."""
        if self.special:
            return [(f"{PAGE}{self.look[0]}", self.look[1])]
        if not self.exact:
            return [(self.trials[-1].link, f"{self.trials[-1].name} on the page")]
        if len(self.trials) == 1:
            return [(self.trials[0].link, "on the page")]
        return [(trial.link, f"{trial.name} on the page") for trial in self.trials]


def percent(part: float) -> str:
    """A fraction for people."""
    return f"{100 * part:.1f} %"


def _mean_gap(results: Results, one: str, other: str, what: str = "accuracy") -> float:
    return results[one][what] - results[other][what]


ALL = (
    Experiment(
        "rate-too-large",
        "A learning rate that is too large",
        "The usual learning rate is 4. What does the network learn with 400: faster, worse, or nothing?",
        lambda r: (
            f"Nothing: after {r['rate 400']['steps']:,.0f} steps the loss is above that of guessing, and byhand stops"
            f" the training as diverged. With 4 it reads {percent(r['rate 4']['accuracy'])} after two epochs."
        ),
        "Each step leaps over the valley and lands higher on the other side. The sigmoids are driven to 0 and 1, where"
        " they have no slope, so that nothing leads back.",
        lambda r: r["rate 400"]["diverged"] == 1 and r["rate 400"]["accuracy"] < 0.5 and r["rate 4"]["accuracy"] > 0.95,
        (Trial("rate 400", {"learning_rate": 400, "epochs": 2}), Trial("rate 4", {"learning_rate": 4, "epochs": 2})),
    ),
    Experiment(
        "rate-too-small",
        "A learning rate that is too small",
        "And with 0.004, a thousandth of the usual one: does it get there in two epochs, only later?",
        lambda r: (
            f"It reads {percent(r['rate 0.004']['accuracy'])} after two epochs; with the usual"
            f" rate of 4, {percent(r['rate 4']['accuracy'])}."
        ),
        "Every step goes the right way, but a thousandth as far. The loss falls so slowly that it looks flat: a curve"
        " that hardly falls and one that leaps ask for opposite cures.",
        lambda r: 0.1 < r["rate 0.004"]["accuracy"] < 0.85 and r["rate 4"]["accuracy"] > 0.95,
        (
            Trial("rate 0.004", {"learning_rate": 0.004, "epochs": 2}),
            Trial("rate 4", {"learning_rate": 4, "epochs": 2}),
        ),
    ),
    Experiment(
        "zero-start",
        "All weights start at 0",
        "128 hidden units that all start with the same weights, 0: how good can they become?",
        lambda r: (
            f"{percent(r['zero']['accuracy'])} after two epochs; with small random weights "
            f"{percent(r['glorot']['accuracy'])}."
        ),
        "Units that are alike get the same gradient and stay alike: 128 of them are worth one. Chance at the start is"
        " what makes them different.",
        lambda r: r["zero"]["accuracy"] < 0.5 and r["glorot"]["accuracy"] > 0.95,
        (Trial("zero", {"initialiser": "zero", "epochs": 2}), Trial("glorot", {"epochs": 2})),
        exact=False,
    ),
    Experiment(
        "wide-start",
        "Weights that start too large",
        "Weights with a standard deviation of 1 instead of about 0.05: does it matter where one starts?",
        lambda r: f"{percent(r['wide']['accuracy'])} after two epochs instead of {percent(r['glorot']['accuracy'])}.",
        "A sum of a hundred bright pixels times such weights is around 10 or -10, where a sigmoid is flat: its slope a"
        " (1 - a) is next to 0, and so is each gradient that comes through it.",
        lambda r: r["glorot"]["accuracy"] - r["wide"]["accuracy"] > 0.01,
        (Trial("wide", {"initialiser": "wide", "epochs": 2}), Trial("glorot", {"epochs": 2})),
        exact=False,
    ),
    Experiment(
        "vanishing",
        "Five layers of sigmoids",
        "More layers can say more. How well do five hidden layers of 64 sigmoids read after three epochs?",
        lambda r: (
            f"{percent(r['sigmoid']['accuracy'])}: hardly more than guessing. At the start the first layer's gradient"
            f" is {1 / r['sigmoid']['ratio']:,.0f} times smaller than the last one's. With ReLU it is of about the same"
            f" size ({1 / r['relu']['ratio']:.1f} times), and the network reads {percent(r['relu']['accuracy'])}."
        ),
        "On its way back the error is multiplied by a (1 - a) in each layer, 1/4 at most. Five times that leaves the"
        " first layers next to nothing: the gradient vanishes. ReLU's slope is 1 wherever the unit is on.",
        lambda r: r["sigmoid"]["accuracy"] < 0.3 and r["relu"]["accuracy"] > 0.95 and r["sigmoid"]["ratio"] < 0.01,
        (
            Trial("sigmoid", {"hidden": [64] * 5, "epochs": 3}),
            Trial("relu", {"hidden": [64] * 5, "activation": "relu", "epochs": 3}),
        ),
    ),
    Experiment(
        "dead-relus",
        "ReLUs that die",
        "ReLU usually learns with a rate of 0.5. What do its units do with 10?",
        lambda r: (
            f"{percent(r['rate 10']['dead'])} of them put out 0 for every image, and the network reads "
            f"{percent(r['rate 10']['accuracy'])}; with a rate of 0.5, {percent(r['rate 0.5']['dead'])} are dead, and "
            f"it reads {percent(r['rate 0.5']['accuracy'])}."
        ),
        "One step too large pushes a unit's sum below 0 for all images. There ReLU's slope is 0, so no gradient reaches"
        " the unit any more: it cannot come back.",
        lambda r: r["rate 10"]["dead"] > 0.5 and r["rate 0.5"]["dead"] < 0.1,
        (
            Trial("rate 10", {"activation": "relu", "learning_rate": 10, "epochs": 2}),
            Trial("rate 0.5", {"activation": "relu", "learning_rate": 0.5, "epochs": 2}),
        ),
    ),
    Experiment(
        "one-unit",
        "A single hidden unit",
        "All that the output sees of an image is one number from 0 to 1. How much better than one in ten can it be?",
        lambda r: f"It reads {percent(r['one unit']['accuracy'])} after five epochs.",
        "Along one number the digits can only be lined up; each output gets a piece of the line. Some digits find a"
        " place of their own, the others share one.",
        lambda r: 0.15 < r["one unit"]["accuracy"] < 0.6,
        (Trial("one unit", {"hidden": [1], "epochs": 5}),),
    ),
    Experiment(
        "no-hidden-layer",
        "No hidden layer",
        "Pixels straight to digits, without any hidden unit: how much is lost?",
        lambda r: (
            f"{percent(r['none']['accuracy'])} without, {percent(r['128']['accuracy'])} with 128 hidden units, after "
            "three epochs."
        ),
        "Without a hidden layer each digit has one template, and only weighted sums of pixels count. Most of MNIST can"
        " be told apart like this; for the rest a pixel must mean something else in another context.",
        lambda r: 0.9 < r["none"]["accuracy"] < 0.935 and r["128"]["accuracy"] > 0.965,
        (Trial("none", {"hidden": [], "learning_rate": 0.5, "epochs": 3}), Trial("128", {"epochs": 3})),
    ),
    Experiment(
        "batch-size",
        "Batches of 1, batches of 1,000",
        "One epoch each, with the learning rate that suits the batch. Which reads better, and by how much?",
        lambda r: (
            f"Batches of 1, {r['batch 1']['steps']:,.0f} steps: {percent(r['batch 1']['accuracy'])}. Batches of 1,000, "
            f"{r['batch 1000']['steps']:,.0f} steps: {percent(r['batch 1000']['accuracy'])}."
        ),
        "Both have seen the same images once. A large batch gives a better direction for each step, but far fewer"
        " steps; it is quicker by the clock only because a computer multiplies large matrices faster than many small"
        " ones.",
        lambda r: _mean_gap(r, "batch 1", "batch 1000") > 0.03,
        (Trial("batch 1", {"batch_size": 1, "epochs": 1}), Trial("batch 1000", {"batch_size": 1000, "epochs": 1})),
    ),
    Experiment(
        "shuffled-labels",
        "Labels dealt out at random",
        "1,000 images get each other's labels, so that there is nothing to understand. Can the network learn them?",
        lambda r: (
            f"It knows {percent(r['shuffled']['train_accuracy'])} of the senseless labels by heart, and reads "
            f"{percent(r['shuffled']['accuracy'])} of new images, hardly more than guessing."
        ),
        "A network with 100,000 weights can store 1,000 labels. That the training loss falls proves nothing; only"
        " images that were held out tell learning from memorising.",
        lambda r: r["shuffled"]["train_accuracy"] > 0.9 and r["shuffled"]["accuracy"] < 0.2,
        special=trials.shuffled_labels,
        look=("#learn?amount=1000&epochs=150", "the same with true labels"),
    ),
    Experiment(
        "memorising",
        "100 images learned by heart",
        "After 100 epochs with only 100 images: how many of these does it read, and how many of 10,000 others?",
        lambda r: (
            f"{percent(r['100 images']['train_accuracy'])} of the 100, {percent(r['100 images']['accuracy'])} of the"
            " others."
        ),
        "About ten images of each digit do not show what its writers have in common. The gap between what was seen and"
        " what was not is overfitting; more images close it.",
        lambda r: r["100 images"]["train_accuracy"] == 1 and 0.55 < r["100 images"]["accuracy"] < 0.85,
        (Trial("100 images", {"limit": 100, "epochs": 100}),),
    ),
    Experiment(
        "noise",
        "Noise on the test images",
        "A person hardly notices noise of 40 grey levels. How does a network take it that has never seen any?",
        lambda r: (
            "Noise of 0, 40, 80 and 120 of 255 grey levels: fast reads "
            f"{', '.join(percent(one['fast']) for one in r.values())}, accurate "
            f"{', '.join(percent(one['accurate']) for one in r.values())}."
        ),
        "In MNIST the background is exactly 0, so no weight there was ever held in check. Noise on hundreds of such"
        " pixels adds up. That `accurate` brings each digit to one form helps until noise is taken for ink.",
        lambda r: r["noise 0"]["fast"] > 0.97 > 0.9 > r["noise 120"]["fast"],
        special=trials.noise,
        look=("#inside", "Look inside has a slider for noise"),
    ),
    Experiment(
        "rotation",
        "Turned test images",
        "Turn the page by 10, 20, 40 degrees: from where on does it go wrong?",
        lambda r: (
            "Turned by 0, 10, 20 and 40 degrees: fast reads "
            f"{', '.join(percent(one['fast']) for one in r.values())}, accurate "
            f"{', '.join(percent(one['accurate']) for one in r.values())}."
        ),
        "A dense layer knows pixels by their place: a turned stroke lies on others. Training on deformed images and"
        " deskewing buy some degrees; a turned 6 is a 9 in the end.",
        lambda r: (
            r["10 degrees"]["fast"] > 0.93
            and r["40 degrees"]["fast"] < 0.75
            and r["20 degrees"]["accurate"] > r["20 degrees"]["fast"]
        ),
        special=trials.rotation,
        look=("#draw", "draw a digit askew"),
    ),
    Experiment(
        "pruning",
        "Nine weights of ten removed",
        "Set the smallest half of all weights to 0, then 70 %, then 90 %: when does the network notice?",
        lambda r: (
            f"All weights: {percent(r['100% kept']['accuracy'])}. Half of them: {percent(r['50% kept']['accuracy'])}. "
            f"Three tenths: {percent(r['30% kept']['accuracy'])}. A tenth: {percent(r['10% kept']['accuracy'])}."
        ),
        "The smaller half says next to nothing; much of it belongs to pixels that are nearly always 0. Beyond that,"
        " each weight is small, but hundreds of them in one sum are not.",
        lambda r: _mean_gap(r, "100% kept", "50% kept") < 0.005 and r["10% kept"]["accuracy"] < 0.85,
        special=trials.pruning,
        look=("#inside", "Look inside prunes"),
    ),
    Experiment(
        "never-seen",
        "A network that has never seen a 7",
        "It learns all digits but the 7. What does it say of a 7: that it does not know?",
        lambda r: (
            f"It reads {percent(r['without 7']['of_sevens'])} of the sevens and {percent(r['without 7']['of_others'])}"
            f" of the others. It takes {percent(r['without 7']['share'])} of the sevens for a"
            f" {r['without 7']['most_often']:.0f}, and is {percent(r['without 7']['confidence'])} sure of its mistakes"
            " on average."
        ),
        "Softmax must divide 100 % between the answers that it has, and nothing taught it to spread them evenly. To be"
        " sure is not to know: `reader` was shown images of no digit so that it can say so.",
        lambda r: (
            r["without 7"]["of_sevens"] == 0
            and r["without 7"]["most_often"] == 9
            and r["without 7"]["confidence"] > 0.6
        ),
        special=trials.never_seen,
        look=("#inside", "look for what makes a 7"),
    ),
    Experiment(
        "forgetting",
        "Forgetting",
        "A trained network goes on to learn with images of 5 to 9 only. What becomes of 0 to 4?",
        lambda r: (
            f"Of 0 to 4 it read {percent(r['before']['low_digits'])} before and {percent(r['alone']['low_digits'])}"
            f" after. With 3,000 images of all digits mixed in it still reads {percent(r['mixed']['low_digits'])}."
        ),
        "Nothing in the new images asks for the old digits, so each step may spoil them: the outputs 0 to 4 only ever"
        " hear that they are wrong. Mixing old images in keeps them.",
        lambda r: (
            r["before"]["low_digits"] > 0.97 and r["alone"]["low_digits"] < 0.8 and r["mixed"]["low_digits"] > 0.93
        ),
        special=trials.forgetting,
        look=("#draw", "a network that has not forgotten"),
    ),
    Experiment(
        "unscaled",
        "Pixels from 0 to 255",
        "Leave the grey levels as they are instead of scaling them to 0 to 1. It is only another unit: does it matter?",
        lambda r: (
            "With the usual rate the training diverges at once. With one 80 times smaller it reads "
            f"{percent(r['small rate']['accuracy'])} after three epochs, instead of {percent(r['scaled']['accuracy'])}."
        ),
        "Sums become 255 times as large, and sigmoids are flat there; the gradients of the first layer become 255 times"
        " as large, too. A smaller rate mends the second, but not the first, and is too small for the other layer.",
        lambda r: r["unscaled"]["diverged"] == 1 and _mean_gap(r, "scaled", "small rate") > 0.02,
        special=trials.unscaled,
        look=("#learn?epochs=3", "scaled, on the page"),
    ),
    Experiment(
        "scaling-on-test",
        "Scaling fitted on the test set",
        "The original exercise took each pixel's range from all 70,000 images, test images among them. How much did it"
        " gain?",
        lambda r: (
            f"{percent(r['all images']['accuracy'])} with the flaw, {percent(r['training images']['accuracy'])} without"
            f" (loss {r['all images']['loss']:.6f} and {r['training images']['loss']:.6f}), though"
            f" {r['all images']['pixels_beyond']:.0f} pixels go beyond the range of the images learned from."
        ),
        "Here next to nothing: pixels are rarely brighter than ever before. It is a flaw all the same, for what the"
        " test images taught cannot be tested on them; with fewer data, or scaling that depends more on single images,"
        " it lies.",
        lambda r: abs(_mean_gap(r, "all images", "training images")) < 0.004 and r["all images"]["pixels_beyond"] > 0,
        special=trials.scaling_on_test,
        look=("#learn", "with the scaling as it should be"),
    ),
)
EXPERIMENTS = {one.name: one for one in ALL}
