"""The page that lists every error: the sentence as it is written in the source, and a test that causes it."""

import ast
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
SOURCES = ROOT / "src" / "byhand"
CAUSED = ROOT / "docs" / "results" / "errors.json"  # written by pytest --caused
OTHER_KINDS = {"HTTPException", "typer.BadParameter"}  # beside ByhandError and what derives from it
HEADER = """\
# Every error

What stands between braces is filled in. On the right is a test that causes the error: a run of the whole suite fails
if there is a sentence that no test causes, and `pytest --caused docs/results/errors.json` keeps who causes which.
"""


@dataclass(frozen=True)
class Sentence:
    """A sentence that an error is raised with.

    Attributes:
        file: where, under `src/byhand`.
        lines: of the call that makes the error.
        text: the sentence, with braces around what is filled in.
    """

    file: str
    lines: range
    text: str


def errors_page() -> str:
    """The text of `docs/errors.md`."""
    caused: dict[str, dict[str, str]] = json.loads(CAUSED.read_text("utf-8"))
    lines = [HEADER]
    by_file: dict[str, list[str]] = {}
    for sentence in sentences():
        texts = by_file.setdefault(sentence.file, [])
        if sentence.text not in texts:
            texts.append(sentence.text)
    for file, texts in by_file.items():
        lines += [f"## {file}", "", "| error | caused by |", "| --- | --- |"]
        for text in texts:
            test = caused.get(file, {}).get(text)
            lines.append(f"| {text.replace('|', '&#124;')} | {f'`{test}`' if test else '–'} |")
        lines.append("")
    return "\n".join(lines)


@cache
def sentences() -> tuple[Sentence, ...]:
    """Every sentence of the package's errors, by file and line; what only rewords another is left out."""
    trees = {file: ast.parse(file.read_text("utf-8")) for file in sorted(SOURCES.rglob("*.py"))}
    kinds = {"ByhandError", *OTHER_KINDS} | {
        node.name
        for tree in trees.values()
        for node in tree.body
        if isinstance(node, ast.ClassDef) and any(ast.unparse(base) == "ByhandError" for base in node.bases)
    }
    found = []
    for file, tree in trees.items():
        named = {
            target.id: node.value
            for node in tree.body
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func) in kinds]
        for call in sorted(calls, key=lambda call: call.lineno):
            text = " ".join(" ".join(_text(argument, named) for argument in call.args).split())
            if text:
                lines = range(call.lineno, (call.end_lineno or call.lineno) + 1)
                found.append(Sentence(file.relative_to(SOURCES).as_posix(), lines, text))
    return tuple(found)


def _text(node: ast.expr, named: dict[str, ast.expr]) -> str:
    """A string as it is written, with braces around what is filled in; `named` are the module's constants."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if isinstance(node, ast.Name) and isinstance(named.get(node.id), ast.Constant | ast.JoinedStr):
        return _text(named[node.id], named)
    if isinstance(node, ast.JoinedStr):
        return "".join(_text(value, named) for value in node.values)
    if isinstance(node, ast.FormattedValue):
        return "{" + ast.unparse(node.value) + "}"
    if isinstance(node, ast.IfExp):
        return f"{_text(node.body, named)} / {_text(node.orelse, named)}"
    return ""
