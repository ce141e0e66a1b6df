"""Notes which test causes which error; a run of the whole suite fails where a sentence is caused by none.

`pytest --caused FILE` adds them to a JSON file, from which `docs/errors.md` is generated.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest
import typer
from starlette.exceptions import HTTPException

from byhand.errors import ByhandError
from scripts.errors_page import SOURCES, sentences

CAUSED = pytest.StashKey[dict[str, dict[str, str]]]()  # file, sentence, test
FRAMES_ABOVE = 3  # a subclass's constructor may stand between
RANDOM = "tests/test_fuzz.py"  # causes errors that nobody looks at one by one


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--caused", type=Path, metavar="FILE", help="add which test causes which error to this file")


def pytest_configure(config: pytest.Config) -> None:
    caused = config.stash[CAUSED] = {}
    places = {(sentence.file, line): sentence.text for sentence in sentences() for line in sentence.lines}
    for kind in (ByhandError, HTTPException, typer.BadParameter):
        _watch(kind, places, caused)


def _watch(kind: Any, places: dict[tuple[str, int], str], caused: dict[str, dict[str, str]]) -> None:
    construct = kind.__init__

    def __init__(self: Any, *arguments: Any, **options: Any) -> None:  # noqa: N807
        construct(self, *arguments, **options)
        test = os.environ.get("PYTEST_CURRENT_TEST", "").split("[")[0].split(" ")[0]
        frame = sys._getframe(1)
        for _ in range(FRAMES_ABOVE):
            path = Path(frame.f_code.co_filename)
            if path.is_relative_to(SOURCES):
                file = path.relative_to(SOURCES).as_posix()
                text = places.get((file, frame.f_lineno))
                if text and test and not test.startswith(RANDOM):
                    _add(caused, {file: {text: test}})
                    return
            if frame.f_back is None:
                return
            frame = frame.f_back

    kind.__init__ = __init__


def _add(caused: dict[str, dict[str, str]], more: dict[str, dict[str, str]]) -> None:
    """Of several tests that cause an error, keep the first by name, so that every run keeps the same."""
    for file, tests in more.items():
        for text, test in tests.items():
            kept = caused.setdefault(file, {})
            kept[text] = min(test, kept.get(text, test))


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    _add(node.config.stash[CAUSED], getattr(node, "workeroutput", {}).get("caused", {}))


def pytest_sessionfinish(session: pytest.Session) -> None:
    config = session.config
    caused = config.stash[CAUSED]
    if hasattr(config, "workeroutput"):  # one of several processes: the one that started it adds them up
        config.workeroutput["caused"] = caused
        return
    if file := config.option.caused:
        kept = json.loads(file.read_text("utf-8")) if file.exists() and not _is_whole(config) else {}
        _add(kept, caused)
        texts = {(sentence.file, sentence.text) for sentence in sentences()}
        kept = {f: {text: test for text, test in kept[f].items() if (f, text) in texts} for f in kept}
        file.write_text(json.dumps(kept, indent=1, sort_keys=True) + "\n", "utf-8")
    if _is_whole(config) and session.exitstatus == 0 and never_caused(caused):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    if _is_whole(config) and (never := never_caused(config.stash[CAUSED])):
        terminalreporter.section(f"{len(never)} errors that no test causes")
        for sentence in never:
            terminalreporter.line(sentence)


def _is_whole(config: pytest.Config) -> bool:
    """Whether all tests were asked for."""
    whole: bool = config.args_source is pytest.Config.ArgsSource.TESTPATHS and not config.option.keyword
    return whole and config.option.markexpr == "not long" and not config.option.collectonly


def never_caused(caused: dict[str, dict[str, str]]) -> list[str]:
    """Where in the source, and with which sentence, errors are made that no test caused."""
    never = [one for one in sentences() if one.text not in caused.get(one.file, {})]
    return [f"{sentence.file}:{sentence.lines.start}: {sentence.text}" for sentence in never]
