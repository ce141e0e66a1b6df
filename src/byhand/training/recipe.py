"""Recipes: everything that decides how a network is trained, as a flat list of settings."""

import dataclasses
import json
import math
import tomllib
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any, Self, get_origin, get_type_hints

from byhand.errors import ByhandError, choose
from byhand.plugins import RECIPES, find_plugin, plugin_names

SCALINGS = ("whole-range", "per-pixel")
SPLITS = ("standard", "original")
DTYPES = ("float32", "float64")
STORED = ("same", "float16")
NAMES = ("original", "fast", "accurate", "record", "reader", "fine-tune")
MOST_RECIPE_BYTES = 16_384  # byhand's own have at most 1,400
LONGEST_SHOWN = 80  # characters of a wrong value in a message
# Without a name: from scratch, and to fine-tune a model.
DEFAULT, DEFAULT_FINE_TUNING = "fast", "fine-tune"
# Learning rates that work for batches of 64 with the one-cycle schedule: SGD without momentum, and Adam. On 5,000
# held-out images of MNIST, all of these with one and with three hidden layers reach 96.9 to 98.1 % in three epochs;
# the identity, which can only draw straight borders, reaches 92.2 to 93.0 %.
USUAL_SGD_RATE = {"sigmoid": 4.0, "tanh": 1.0, "relu": 0.5, "identity": 0.2}
USUAL_ADAM_RATE = {"sigmoid": 0.01, "tanh": 0.005, "relu": 0.005, "identity": 0.002}
USUAL_BATCH_SIZE = 64
USUAL_MOMENTUM = 0.9
# What a setting follows from where it is not given itself.
DECIDE_RATE = ("optimizer", "activation", "momentum", "batch_size")

DATA_HELP = (
    "'mnist'; a .csv, .npz, .npy, .parquet or IDX file, or a folder of these; a folder of pictures by label; or "
    "'openml:NAME'; 'NAME:WHAT' from another package."
)
LABELS_HELP = "Where names of pictures say what they show: '{label}_*' for 7_0012.png, '*/{label}/*' for folders."


def _setting(default: Any, explanation: str) -> Any:
    """A field whose explanation also serves as the help of the command-line option of its name."""
    return field(default=default, metadata={"help": explanation})


@dataclass(frozen=True)
class Recipe:
    """How to train. Each field is a line of a recipe file and an option of `byhand train`.

    Raises:
        ByhandError: a value that cannot work.
    """

    name: str = "custom"
    data: str = _setting("mnist", DATA_HELP)
    labels: str = _setting("", LABELS_HELP)
    fine_tune: str = _setting("", "Start from this model: a file, a run folder, or 'reader', 'accurate' or 'fast'.")
    mixed: int = _setting(0, "Fine-tuning: mix in this many images of MNIST, so that nothing is forgotten.")
    split: str = _setting("standard", "'standard', or 'original': first 80 % of all images to train, scaled by all.")
    scaling: str = _setting("whole-range", "Min-max scaling over the 'whole-range' or 'per-pixel'.")
    deskew: bool = _setting(False, "Deskew the images and bring them to one size first (moment normalisation).")
    hidden: tuple[int, ...] = _setting((128,), "Units of each hidden layer, as in 128 or 128,64; 'none' for no layer.")
    activation: str = _setting("sigmoid", "Of the hidden units: 'sigmoid', 'tanh', 'relu' or 'identity'.")
    initialiser: str = _setting("glorot", "How weights are initialised: 'glorot', 'he', 'normal', 'zero' or 'wide'.")
    epochs: int = _setting(10, "How often all training images are shown.")
    batch_size: int = _setting(128, "Images per update of the weights.")
    shuffle: bool = _setting(True, "Show the images in a new random order in each epoch.")
    optimizer: str = _setting("sgd", "'sgd', 'nesterov' or 'adam'.")
    learning_rate: float = _setting(0.1, "Learning rate; the highest one where the schedule changes it.")
    momentum: float = _setting(0.0, "Momentum, from 0 to below 1.")
    schedule: str = _setting("constant", "Learning rate over time: 'constant' or 'one-cycle'.")
    l2: float = _setting(0.0, "Strength of L2 regularisation (weight decay).")
    rotation: float = _setting(0.0, "Augmentation: rotate each image by up to this many degrees, at random.")
    scale: float = _setting(0.0, "Augmentation: change height and width by up to this fraction.")
    shear: float = _setting(0.0, "Augmentation: slant, by up to this many pixels per row.")
    shift: float = _setting(0.0, "Augmentation: move by up to this many pixels along either axis.")
    elastic: float = _setting(0.0, "Augmentation: elastic deformation, standard deviation in pixels.")
    smoothness: float = _setting(4.0, "Width of the elastic deformation's bends, in pixels.")
    corruptions: float = _setting(0.0, "Augmentation: other pens, paper and cameras; 0 never, 1 as often as helps.")
    extra_corruptions: str = _setting("", "Corruptions that other packages add, by name, as in 'stains,creases'.")
    drawn_digits: int = _setting(0, "Add this many digits drawn as strokes, in ways to write them that MNIST lacks.")
    outliers: int = _setting(0, "Add this many images of no digit, with the same probability of each as their target.")
    fading: float = _setting(0.0, "By how much the augmentation fades until the end of training, 0 to 1.")
    temperature: float = _setting(1.0, "Divides the logits, for calibrated confidence; fitted with --validation.")
    validation: int = _setting(0, "Training images held out, stratified by label, to validate on after each epoch.")
    patience: int = _setting(0, "Early stopping: end after this many epochs without a lower validation loss; 0 never.")
    limit: int = _setting(0, "Train on this many images only; 0 for all.")
    seed: int = _setting(0, "Decides everything random: the same seed gives the same model.")
    workers: int = _setting(0, "Processes that share the first hidden layer; 0 for as many as make it faster.")
    dtype: str = _setting("float32", "Number type: 'float32' or 'float64'.")
    stored: str = _setting("same", "Number type of the weights in the file: 'same', or 'float16' for half the size.")

    def __post_init__(self) -> None:
        """Check every value; explain the first that cannot work."""
        # Imported here, for the command line reads this file even for --help, and NumPy takes its time.
        from byhand.nn import ACTIVATIONS, INITIALISERS, OPTIMISERS, SCHEDULES

        object.__setattr__(self, "hidden", tuple(self.hidden))
        _choice("split", self.split, SPLITS)
        _choice("scaling", self.scaling, SCALINGS)
        _choice("activation", self.activation, ACTIVATIONS)
        _choice("initialiser", self.initialiser, INITIALISERS)
        _choice("optimizer", self.optimizer, OPTIMISERS)
        _choice("schedule", self.schedule, SCHEDULES)
        _choice("dtype", self.dtype, DTYPES)
        _choice("stored", self.stored, STORED)
        for units in self.hidden:
            _range("hidden", units, 1, 100_000, "each layer needs at least one unit")
        _range("epochs", self.epochs, 1, 1_000_000)
        _range("batch_size", self.batch_size, 1, 1_000_000)
        _range("learning_rate", self.learning_rate, 0, 1_000_000, "0.1 is a good start", above=True)
        _range("momentum", self.momentum, 0, 0.9999)
        _range("l2", self.l2, 0, 1_000_000)
        _range("rotation", self.rotation, 0, 180)
        _range("scale", self.scale, 0, 0.9)
        _range("shear", self.shear, 0, 10)
        _range("shift", self.shift, 0, 10_000)
        _range("elastic", self.elastic, 0, 10_000)
        _range("smoothness", self.smoothness, 0.1, 10_000)
        _range("corruptions", self.corruptions, 0, 1)
        if self.extra_corruptions and not self.corruptions:
            raise ByhandError("--extra-corruptions come with byhand's own: say how often with --corruptions, 0 to 1.")
        _range("mixed", self.mixed, 0, 60_000)
        if self.mixed and not self.fine_tune:
            raise ByhandError("MNIST is mixed in where a model is fine-tuned: say which one with --fine-tune.")
        _range("drawn_digits", self.drawn_digits, 0, 10**7)
        _range("outliers", self.outliers, 0, 10**7)
        _range("fading", self.fading, 0, 1)
        if self.augments and self.scaling != "whole-range":
            raise ByhandError("Augmentation needs --scaling whole-range: a pixel's own range would move with it.")
        _range("temperature", self.temperature, 0, 1000, above=True)
        _range("validation", self.validation, 0, 10**9)
        _range("patience", self.patience, 0, 1_000_000)
        if self.patience and not self.validation:
            raise ByhandError(
                "Early stopping needs held-out images to judge by: give --validation 5000 with --patience."
            )
        _range("limit", self.limit, 0, 10**9)
        _range("workers", self.workers, 0, 1024)
        units = self.hidden[0] if self.hidden else 1
        if self.workers > units:
            raise ByhandError(
                f"--workers shares the first hidden layer between processes, and {self.workers} are too many for "
                f"{units} {'unit' if self.hidden else 'process: there is no hidden layer'}."
            )
        _range("seed", self.seed, 0, 2**63 - 1)

    @classmethod
    def load(cls, recipe: str, **options: Any) -> Self:
        """Find a recipe by its name, or read it from a TOML file, and change some of its settings.

        Args:
            recipe: one of `NAMES`, the name of one that another package adds, or the path of a `.toml` file.
            options: settings that replace those of the recipe; None leaves one as it is.

        Raises:
            ByhandError: no such recipe, a file that is not TOML, a setting that does not exist or cannot work.
        """
        if recipe in NAMES:
            settings = _read((files("byhand.training") / "recipes" / f"{recipe}.toml").read_text("utf-8"), recipe)
        elif recipe.endswith(".toml"):
            try:
                with Path(recipe).open("rb") as file:
                    content = file.read(MOST_RECIPE_BYTES + 1)
                text = content.decode("utf-8")
            except (OSError, ValueError) as error:
                raise ByhandError(f"Cannot read the recipe {recipe}: {_reason(error)}.") from error
            settings = _read(text, recipe)
        else:
            settings = _added(recipe)
        if options.get("fine_tune"):
            settings["fine_tune"] = options["fine_tune"]
        found = cls.from_settings({"name": Path(recipe).stem} | settings, recipe)
        if "learning_rate" not in settings:
            found = dataclasses.replace(found, learning_rate=found.usual_rate)
        return found.changed(**options)

    def changed(self, **options: Any) -> Self:
        """The recipe with other settings; those that must follow do, unless they are given as well.

        The learning rate follows optimiser, activation, momentum and batch size, in proportion to the usual rates for
        these; Nesterov's optimiser has momentum; and weights are initialised as the activation needs.

        Args:
            options: settings that replace those of the recipe; None leaves one as it is.

        Raises:
            ByhandError: a setting that does not exist or cannot work.
        """
        given = {name: value for name, value in options.items() if value is not None}
        new = self.from_settings(self.settings() | given, self.name)
        if new.optimizer == "nesterov" != self.optimizer and new.momentum == 0 and "momentum" not in given:
            new = dataclasses.replace(new, momentum=USUAL_MOMENTUM)
        if new.activation != self.activation and "initialiser" not in given:
            new = dataclasses.replace(new, initialiser="he" if new.activation == "relu" else "glorot")
        if "learning_rate" not in given and any(getattr(self, name) != getattr(new, name) for name in DECIDE_RATE):
            rate = float(f"{self.learning_rate * new.usual_rate / self.usual_rate:.3g}")
            new = dataclasses.replace(new, learning_rate=rate)
        return new

    @property
    def usual_rate(self) -> float:
        """A learning rate that works for optimiser, activation, momentum and batch size.

        For SGD it is proportional to the batch size (Goyal et al. 2017, "Accurate, large minibatch SGD"), up to
        batches of 128, beyond which higher rates diverge; and to 1 - momentum, since the velocity is a sum of about
        1 / (1 - momentum) gradients. For Adam it is proportional to the root of the batch size, which did best for
        batches of 4 to 1,000.
        """
        batches = self.batch_size / USUAL_BATCH_SIZE
        if self.optimizer == "adam":
            return USUAL_ADAM_RATE[self.activation] * math.sqrt(batches)
        return USUAL_SGD_RATE[self.activation] * min(batches, 2) * (1 - self.momentum)

    @classmethod
    def from_settings(cls, settings: dict[str, Any], origin: str) -> Self:
        """Make a recipe of settings by name, checking that each exists and is of the right type."""
        types = get_type_hints(cls)
        settings = {name: _plain(value) for name, value in settings.items()}
        if isinstance(settings.get("hidden"), int):
            settings["hidden"] = [settings["hidden"]]
        for name, value in settings.items():
            if name not in types:
                raise ByhandError(
                    f"The recipe {origin} has a setting '{_short(name)}' that byhand does not know: "
                    f"{choose(name, types)}"
                )
            if not _fits(value, types[name]):
                expected = "a list of whole numbers" if name == "hidden" else types[name].__name__
                raise ByhandError(
                    f"The setting '{name}' of the recipe {origin} must be {expected}, not {_short(value)}."
                )
        return cls(**settings)

    @property
    def augments(self) -> bool:
        """Whether each batch is augmented: deformed, corrupted or both."""
        return any((self.rotation, self.scale, self.shear, self.shift, self.elastic, self.corruptions))

    def settings(self) -> dict[str, Any]:
        """All settings by name."""
        return dataclasses.asdict(self) | {"hidden": list(self.hidden)}

    def to_toml(self) -> str:
        """The recipe as a file that gives the same training again."""
        # JSON writes strings, numbers, booleans and lists of numbers as TOML does, but for one forbidden character.
        lines = (f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in self.settings().items())
        return "\n".join(lines).replace("\x7f", "\\u007f") + "\n"


def _read(text: str, origin: str) -> dict[str, Any]:
    """The settings in a recipe's TOML."""
    if len(text) > MOST_RECIPE_BYTES:
        raise ByhandError(f"The recipe {origin} is longer than {MOST_RECIPE_BYTES:,} bytes: no recipe is.")
    try:
        return tomllib.loads(text)
    except RecursionError as error:
        raise ByhandError(f"The recipe {origin} is nested too deep: a recipe is a plain list of settings.") from error
    except ValueError as error:  # TOMLDecodeError, and numbers of more digits than Python reads
        reason = str(error).partition(";")[0].rstrip(".")
        raise ByhandError(f"The recipe {origin} is not valid TOML: {reason}.") from error


def _added(name: str) -> dict[str, Any]:
    """The settings of a recipe that another package adds."""
    plugin = find_plugin(RECIPES, name, NAMES)
    if plugin is None:
        known = [*NAMES, *plugin_names(RECIPES, NAMES)]
        raise ByhandError(f"There is no recipe '{name}', and a file must end in .toml: {choose(name, known)}")
    if not isinstance(plugin.value, dict) or not all(isinstance(setting, str) for setting in plugin.value):
        raise plugin.error("is no dictionary of a recipe's settings")
    return plugin.value


def _short(value: Any) -> str:
    """A value as Python writes it, as far as it fits into a sentence."""
    try:
        text = value if isinstance(value, str) and value.isidentifier() else repr(value)
    except (ValueError, RecursionError):  # a number of thousands of digits, or lists in lists in lists
        return "what it is"
    return text if len(text) <= LONGEST_SHOWN else text[:LONGEST_SHOWN] + "..."


def _plain(value: Any) -> Any:
    """NumPy's scalars and arrays as Python's own numbers and lists."""
    return value.tolist() if hasattr(value, "tolist") else value


def _fits(value: Any, expected: Any) -> bool:
    if get_origin(expected) is tuple:
        return isinstance(value, list | tuple) and all(_fits(item, int) for item in value)
    if isinstance(value, bool) and expected is not bool:
        return False
    return isinstance(value, int | float if expected is float else expected)


def _reason(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def _choice(name: str, value: str, choices: Any) -> None:
    if value not in choices:
        raise ByhandError(f"{_option(name)} cannot be {value[:LONGEST_SHOWN]!r}: {choose(value, choices)}")


def _range(name: str, value: float, smallest: float, largest: float, hint: str = "", above: bool = False) -> None:
    """Check that smallest <= value <= largest (`above`: smallest < value); NaN fails every comparison."""
    try:
        value = value if isinstance(value, float) else int(value)
        finite = math.isfinite(value)
    except OverflowError:  # a whole number beyond what a fraction can be
        finite = False
    fine = finite and (smallest < value if above else smallest <= value) and value <= largest
    if not fine:
        bound = "above" if above else "at least"
        hint = f" ({hint})" if hint else ""
        raise ByhandError(
            f"{_option(name)} cannot be {_short(value)}: it must be {bound} {smallest} and at most {largest:,}{hint}."
        )


def _option(name: str) -> str:
    return f"--{name.replace('_', '-')}"
