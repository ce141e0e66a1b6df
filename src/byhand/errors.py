"""The one error that byhand shows to people."""

import difflib
import re
from collections.abc import Iterable

LONGEST_REASON = 200  # characters of another library's message


class ByhandError(ValueError):
    """Something the user gave cannot work; the message is one sentence that says what to do.

    The command line prints the message alone and ends with status 1. It is a `ValueError`, so that Python
    callers can catch it without knowing byhand.
    """


class ByhandWarning(UserWarning):
    """Something is not as it should be, and byhand goes on; the message says how."""


class InputWarning(ByhandWarning):
    """Something the user gave was of another form than expected, and was recognised; the message says what was done."""


def reason_of(error: Exception) -> str:
    """What another library says is wrong, short and on one line, without a full stop; the error's type if nothing."""
    return (" ".join(str(error).split()).rstrip(".") or type(error).__name__)[:LONGEST_REASON]


def choose(value: object, choices: Iterable[str]) -> str:
    """The end of a sentence on a word that is not known: what was probably meant, or what there is to choose from."""
    names = list(choices)
    by_lower_case = {name.lower(): name for name in names}
    close = difflib.get_close_matches(str(value).lower(), by_lower_case, 1)
    return f"did you mean '{by_lower_case[close[0]]}'?" if close else f"choose {', '.join(names)}."


def in_python(sentence: str) -> str:
    """Write options such as `--learning-rate 0.1` the way Python's arguments are written: `learning_rate=0.1`."""

    def argument(found: re.Match[str]) -> str:
        name, value = found[1].replace("-", "_"), found[2]
        if value is None:
            return name
        return f"{name}={value}" if re.fullmatch(r"[\d.e-]+", value) else f'{name}="{value}"'

    values = r"\d+(?:\.\d+)?(?:e-?\d+)?|relu|he|whole-range"
    return re.sub(rf"--([a-z][a-z0-9-]*)(?: ({values})(?![\w-]))?", argument, sentence)
