"""Whether an input was treated as it should be: a result or one sentence, in time, in little memory, in silence."""

import contextlib
import io
import resource
import time
import warnings
from pathlib import Path

from byhand.errors import ByhandError
from fuzz.parsers import Parser

MOST_SECONDS = 2.0
MOST_MEMORY_BYTES = 500_000_000
LONGEST_SENTENCE = 1000  # characters


def judge(parser: Parser, content: bytes) -> str | None:
    """Try one input.

    Returns:
        What was wrong; None if nothing was.
    """
    said = io.StringIO()
    start = time.process_time()
    with warnings.catch_warnings(record=True) as warned, contextlib.redirect_stderr(said):
        warnings.simplefilter("always")
        wrong = _outcome(parser, content)
    seconds = time.process_time() - start
    if wrong is None and seconds > MOST_SECONDS:
        wrong = f"took {seconds:.1f} s"
    if wrong is None and warned:
        wrong = f"warned: {warned[0].message}"
    if wrong is None and said.getvalue():
        wrong = f"said: {said.getvalue()[:100]!r}"
    return wrong


def _outcome(parser: Parser, content: bytes) -> str | None:
    try:
        parser.read(content)
    except ByhandError as error:
        sentence = str(error)
        if "\n" in sentence or not sentence.endswith((".", "?")) or len(sentence) > LONGEST_SENTENCE:
            return f"no clear sentence: {sentence[:100]!r}"
    except MemoryError:
        return f"more than {MOST_MEMORY_BYTES / 1e6:.0f} MB"
    except BaseException as error:
        return f"{type(error).__name__}: {str(error)[:100]}"
    return None


def limit_memory() -> None:
    """Give this process so much more memory than it has, and no more."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    most = pages * resource.getpagesize() + MOST_MEMORY_BYTES
    resource.setrlimit(resource.RLIMIT_AS, (most, resource.getrlimit(resource.RLIMIT_AS)[1]))
