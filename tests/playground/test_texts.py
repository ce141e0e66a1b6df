"""The page's texts: the same in both languages, all there, and chosen by the browser."""

import json
import re
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, expect

from byhand.playground.one_file import WEB

Texts = dict[str, str | list[str]]


def texts(language: str) -> Texts:
    """A file of texts is JSON but for its first and last line and the comma before that."""
    content = (WEB / f"{language}.js").read_text("utf-8")
    found: Texts = json.loads(content[content.index("{") : content.rindex("}")].rstrip().rstrip(",") + "}")
    return found


def forms(text: str | list[str]) -> list[str]:
    return [text] if isinstance(text, str) else text


def test_both_languages_have_the_same_texts_with_the_same_values_and_elements() -> None:
    english, german = texts("english"), texts("german")
    assert set(english) == set(german)
    for name, text in english.items():
        for one, other in zip(forms(text), forms(german[name]), strict=True):
            assert sorted(re.findall(r"\{\w+\}", one)) == sorted(re.findall(r"\{\w+\}", other)), name
            assert sorted(re.findall(r"<[^>]+>", one)) == sorted(re.findall(r"<[^>]+>", other)), name


def test_every_text_that_the_page_names_is_there_and_every_text_is_named() -> None:
    page = (WEB / "page.html").read_text("utf-8")
    scripts = "".join(file.read_text("utf-8") for file in WEB.glob("*.js") if file.stem not in {"english", "german"})
    named = set(re.findall(r'data-(?:text|label|title)="([^"]+)"', page))
    assert named <= set(texts("english"))
    for name in set(texts("english")) - named:
        composed = name.startswith(("hint.", "state."))
        assert composed or f'"{name}"' in scripts, name


def test_no_script_shows_a_sentence_of_its_own() -> None:
    for file in WEB.glob("*.js"):
        if file.stem not in {"english", "german"}:
            code = re.sub(r"//.*", "", file.read_text("utf-8"))
            assert re.findall(r"[\"'`][A-Z][a-z]+ [a-z]+ [^\"'`\n]*[\"'`]", code) == [], file.name


def test_a_german_browser_gets_german(browser: Browser, exported: Path) -> None:
    context = browser.new_context(locale="de-DE")
    page: Any = context.new_page()
    page.goto(f"file://{exported}#inside?image=3&view=backward&digit=1&unit=1.5")
    page.locator("html[data-ready]").wait_for()
    assert page.evaluate("document.documentElement.lang") == "de"
    expect(page.locator("#tab-draw")).to_have_text("Zeichnen")
    expect(page.locator("#unit-name")).to_have_text("Verborgene Einheit 5")
    expect(page.locator("#image-name")).to_contain_text("Bild 3 der Stichprobe")
    expect(page.locator("#loss-before")).to_contain_text(",")
    context.close()
