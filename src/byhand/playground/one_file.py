"""The page as one HTML file: styles, modules and content inside, nothing to fetch."""

import base64
import hashlib
import json
import re
from pathlib import Path
from typing import Any

from byhand.data import LabelledImages
from byhand.model import Model
from byhand.playground.content import map_content, model_content, sample_content

WEB = Path(__file__).parent / "web"
IMPORT = re.compile(r'^import (\{[^;]*?\}) from "\./(\w+\.js)";\n', re.MULTILINE)
EXPORT = re.compile(r"^export (?:async )?(?:function\*?|class|const) (\w+)", re.MULTILINE)


def page_of(model: Model, name: str, sample: LabelledImages) -> str:
    """Make the page of a model: the HTML file that `byhand export` writes.

    Args:
        model: the model.
        name: what the page calls it.
        sample: labelled images to look at.
    """
    return one_file(
        {
            "live": False,
            "model": model_content(model, name),
            "sample": sample_content(sample),
            "map": map_content(model, sample),
        }
    )


def one_file(content: dict[str, Any]) -> str:
    """Put the page and its content into one file.

    Args:
        content: what the live page fetches as `content.json`.
    """
    style = (WEB / "style.css").read_text("utf-8")
    script = joined_modules("main.js")
    icon = base64.b64encode((WEB / "icon.svg").read_bytes()).decode()
    # The file may do what its own script and style do, and nothing else: no connection, no other script.
    policy = (
        f"default-src 'none'; script-src {_hash(script)}; style-src {_hash(style)}; img-src data: blob:; "
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
            f'<script type="application/json" id="content">{data}</script>\n<script type="module">{script}</script>',
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
