"""What the names of files and folders say: which part of a data set they hold, and which files belong together."""

import re

TRAINING = {"train", "training", "trainset", "trainingset", "trainingimages", "trainimages"}
TEST = {"test", "testing", "testset", "testingset", "testingimages", "testimages", "t10k"}
VALIDATION = {"valid", "validation", "val", "dev", "validset", "validationset"}
# What names say besides which data set it is: part, kind and format.
WORDS = re.compile(
    r"(?:train|training|t10k|test|testing|test\d+k|valid|validation|val|images?|imgs?|labels?|targets?|pixels?|data"
    r"|[xy]|idx\d?|u?byte|int|gz|npz|npy|idx|csv|tsv|txt)+"
)


def part_of_folder(name: str) -> str | None:
    """Tell whether a folder is "train", "test" or "validation" by its name: `Training_Set`, `test`, `Valid`."""
    letters = re.sub(r"[^a-z0-9]", "", name.lower())
    for part, names in (("train", TRAINING), ("test", TEST), ("validation", VALIDATION)):
        if letters in names:
            return part
    return None


def part_of_file(name: str) -> str | None:
    """Tell whether a file is "train", "test" or "validation" by its name, such as `t10k-images.idx3-ubyte`."""
    lower = name.lower()
    if re.search(r"(?<![a-z])val(?:id|idation)?(?![a-z])", lower):
        return "validation"
    if re.search(r"t10k|test", lower):
        return "test"
    return "train" if "train" in lower else None


def data_set_of(name: str) -> str:
    """What is left of a file's name without the words for part, kind and format: files with one rest belong together.

    For example "emnist digits" for `emnist-digits-train-images-idx3-ubyte.gz`, and nothing for MNIST's own four.
    """
    words = re.split(r"[^a-z0-9]+", name.lower())
    return " ".join(word for word in words if word and not WORDS.fullmatch(word))


def own_start(name: str) -> str:
    """The beginning of a file's name that only its own data set has."""
    own = data_set_of(name)
    for length in range(1, len(name)):
        if data_set_of(name[:length]) == own:
            return name[:length]
    return name
