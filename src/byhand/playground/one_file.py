"""The page as one HTML file: styles, modules and content inside, nothing to fetch."""

import base64
import hashlib
import json
import re
from pathlib import Path
from typing import Any

from byhand.data import LabelledImages
from byhand.errors import ByhandError
from byhand.model import Model
from byhand.playground.content import (
    HELD_OUT,
    LEAST_EXAMPLES,
    map_content,
    model_content,
    sample_content,
    training_content,
)
from byhand.playground.trainings import default_settings

WEB = Path(__file__).parent / "web"
IMPORT = re.compile(r'^import (\{[^;]*?\}) from "\./(\w+\.js)";\n', re.MULTILINE)
EXPORT = re.compile(r"^export (?:async )?(?:function\*?|class|const) (\w+)", re.MULTILINE)
# A file that trains is passed on by e-mail and messenger, to phones too: bytes.
LARGEST_TRAINABLE = 2_000_000


def page_of(model: Model, name: str, sample: LabelledImages, training: LabelledImages | None = None) -> str:
    """Make the page of a model: the HTML file that `byhand export` writes.

    Args:
        model: the model.
        name: what the page calls it.
        sample: labelled images to look at.
        training: images for the page to train on, held-out ones first; None for a page that does not train. Of those
            to learn from, as many are taken as fit into 2 MB.

    Raises:
        ByhandError: a page that trains would be larger than 2 MB.
    """
    content = {
        "live": False,
        "model": model_content(model, name),
        "sample": sample_content(sample),
        "map": map_content(model, sample),
    }
    if training is None:
        return one_file(content)
    content["settings"] = default_settings()
    while True:
        page = one_file(content | {"training": training_content(training)})
        excess = len(page.encode()) - LARGEST_TRAINABLE
        if excess <= 0:
            return page
        # All images take about the same room.
        room = len(training_content(training)["images"]) / len(training)
        fewer = min(len(training) - 1, len(training) - int(excess / room) - 1)
        if fewer < HELD_OUT + LEAST_EXAMPLES:
            raise ByhandError(
                "A page that trains may take 2 MB, and this model leaves no room for images to learn from: choose a "
                "smaller --model, or leave --trainable out."
            )
        training = training.take(slice(fewer))


def one_file(content: dict[str, Any]) -> str:
    """Put the page and its content into one file.

    Args:
        content: what the live page fetches as `content.json`.
    """
    style = (WEB / "style.css").read_text("utf-8")
    script = joined_modules("main.js")
    # A page that trains starts a worker from its own text, as a blob: from a file, browsers allow no other.
    trains = "training" in content
    worker = f'<script type="text/plain" id="worker">{joined_modules("worker.js")}</script>\n' if trains else ""
    icon = base64.b64encode((WEB / "icon.svg").read_bytes()).decode()
    # The file may do what its own script and style do, and nothing else: no connection, no other script.
    policy = (
        f"default-src 'none'; script-src {_hash(script)}; style-src {_hash(style)}; "
        f"img-src data: blob:; {'worker-src blob:; ' if trains else ''}"
        "base-uri 'none'; form-action 'none'"
    )
    meta = f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    # In JSON, < may be written as an escape: then nothing inside can end the element.
    data = json.dumps(content, separators=(",", ":")).replace("<", "\\u003c")
    page = (WEB / "page.html").read_text("utf-8")
    for old, new in (
        ('<meta charset="utf-8">', f'<meta charset="utf-8">\n{meta}'),
        ('<link rel="icon" href="icon.svg">', f'<link rel="icon" href="data:image/svg+xml;base64,{icon}">'),
        ('<link rel="stylesheet" href="style.css">', f"<style>{style}</style>"),
        (
            '<script type="module" src="main.js"></script>',
            f'<script type="application/json" id="content">{data}</script>\n'
            f'{worker}<script type="module">{script}</script>',
        ),
    ):  # fmt: skip
        before, found, after = page.partition(old)
        assert found, f"page.html lacks {old}"
        page = before + new + after
    return page


def joined_modules(first: str) -> str:
    """Join a module and all it imports into one, each after those it needs.

    Each becomes a function that gives what the module exports, so that names stay its own. The modules write
    imports as `import { a, b } from "./file.js";`, put `export` before declarations, and import in no circle.
    """
    functions: dict[str, str] = {}

    def add(name: str) -> None:
        text = (WEB / name).read_text("utf-8")
        for _, needed in IMPORT.findall(text):
            if needed not in functions:
                add(needed)
        exported = ", ".join(EXPORT.findall(text))
        body = IMPORT.sub(r'const \1 = modules["\2"];\n', text)
        body = EXPORT.sub(lambda found: found[0].removeprefix("export "), body)
        functions[name] = f'modules["{name}"] = (() => {{\n{body}return {{ {exported} }};\n}})();\n'

    add(first)
    return "const modules = {};\n" + "".join(functions.values())


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
