"""The file that trains: from file://, without a request, as small as promised, by keyboard and on a phone."""

import json
import re
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

import byhand
from byhand.data import LabelledImages
from byhand.errors import ByhandError
from byhand.export import export
from byhand.model import Model
from byhand.nn import Network
from byhand.playground import one_file
from byhand.playground.content import choose_sample, choose_training_images
from byhand.playground.one_file import LARGEST_TRAINABLE, page_of

from .conftest import OpenPage, draw, keep
from .test_accessibility import violations


@pytest.fixture(scope="module")
def trainable(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("trainable") / "class.html"
    export(byhand.load_model(), path, name="fast", trainable=True)
    return path


def held_out(page: Page) -> float:
    found = re.search(r"([\d.]+) % on 500 held-out", page.locator("#progress-numbers").inner_text())
    return float(found[1]) if found else 0.0


def test_it_has_at_most_two_megabytes(trainable: Path) -> None:
    assert trainable.stat().st_size <= LARGEST_TRAINABLE


def test_it_learns_on_a_phone_by_keyboard_alone_and_reads_what_is_drawn(open_page: OpenPage, trainable: Path) -> None:
    requests: list[str] = []
    page = open_page(f"file://{trainable}", width=360, height=740)
    page.on("request", lambda request: requests.append(request.url))
    page.focus("#tab-draw")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#tab-learn")).to_be_focused()
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "start":
            break
    page.keyboard.press("Enter")
    expect(page.locator("#state")).to_have_text("Finished")
    assert held_out(page) >= 90
    expect(page.locator("#learn-result")).to_contain_text("of 500 test images are read right")
    expect(page.locator("#state")).to_be_in_viewport()  # and not below the settings
    expect(page.locator("#loss svg")).to_be_in_viewport()
    # The worker's own script is all that was loaded.
    assert [url for url in requests if not url.startswith("blob:")] == []
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    keep(page, "trainable-phone")

    page.click("#tab-draw")
    draw(page, "3")
    expect(page.locator("#bars .best .label")).to_have_text("3")
    page.click("#tab-inside")
    expect(page.locator("#map-wait")).to_contain_text("laid out for the network that this file came with")
    page.select_option("#network", "fast")
    expect(page.locator("#map-part")).to_be_visible()


def test_it_can_be_paused_stepped_and_stopped_and_says_when_the_loss_runs_away(
    open_page: OpenPage, trainable: Path
) -> None:
    page = open_page(f"file://{trainable}#learn?hidden=16&epochs=1000&amount=1000")
    page.click("#step")
    expect(page.locator("#state")).to_have_text("Paused")
    expect(page.locator("#progress-epoch")).to_contain_text("batch 1 of")
    page.click("#step")
    expect(page.locator("#progress-epoch")).to_contain_text("batch 2 of")
    page.click("#pause")
    expect(page.locator("#state")).to_have_text("Learning")
    page.click("#stop")
    expect(page.locator("#state")).to_have_text("Stopped")
    page.locator("#learning-rate").fill("1000")
    page.locator("#learning-rate").press("Enter")
    expect(page.locator("#state")).to_have_text("It ran away")
    expect(page.locator("#learn-message")).to_contain_text("learning rate of 1000 is too high")


def test_its_usual_learning_rates_are_those_of_the_server(open_page: OpenPage, trainable: Path) -> None:
    page = open_page(f"file://{trainable}#learn")
    page.locator("#activation").select_option("relu")
    expect(page.locator("#learning-rate")).to_have_value("0.5")
    page.locator("#optimizer").select_option("nesterov")
    expect(page.locator("#learning-rate")).to_have_value("0.05")
    expect(page.locator("#momentum")).to_have_value("0.9")
    page.locator("#optimizer").select_option("adam")
    expect(page.locator("#learning-rate")).to_have_value("0.005")


def test_no_image_that_is_held_out_is_learned_from() -> None:
    images = choose_training_images(byhand.load_model(), "mnist")
    assert len(images) == 4500
    held_out, learned = images.images[:500], images.images[500:]
    assert not {image.tobytes() for image in held_out} & {image.tobytes() for image in learned}
    assert np.bincount(images.labels[:500]).min() > 30


def test_a_model_that_leaves_no_room_is_refused_and_fewer_images_are_taken_where_all_do_not_fit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    model = byhand.load_model()
    sample = choose_sample(model, "mnist", 40)
    images = choose_training_images(model, "mnist")
    monkeypatch.setattr(one_file, "LARGEST_TRAINABLE", 1_200_000)
    page = page_of(model, "fast", sample, images)
    found = re.search(r'<script type="application/json" id="content">(.*?)</script>', page)
    assert found
    assert 600 <= json.loads(found[1])["training"]["count"] < 4500
    assert 1_100_000 < len(page.encode()) <= 1_200_000
    network = Network([784, 500, 10])
    network.initialise("glorot", np.random.default_rng(0))
    large = Model(network, model.preprocessing, model.label_names)
    with pytest.raises(ByhandError, match="leaves no room"):
        page_of(large, "large", sample, images)


def test_too_few_images_and_other_endings_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = byhand.load_model()
    with pytest.raises(ByhandError, match=r"must end in \.html"):
        export(model, tmp_path / "model.safetensors", trainable=True)
    rng = np.random.default_rng(0)
    few = LabelledImages(rng.integers(0, 256, (300, 28, 28), np.uint8), np.arange(300) % 10, model.label_names)
    np.savez(tmp_path / "few.npz", x_train=few.images, y_train=few.labels, x_test=few.images, y_test=few.labels)
    with pytest.raises(ByhandError, match="needs at least 600 images"):
        choose_training_images(model, str(tmp_path / "few.npz"))
