import json
import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest
from playwright.sync_api import Dialog, Page, Route, expect

import byhand
from byhand.model import shipped_model
from byhand.processors import cores

from .conftest import PATIENCE, OpenPage, draw, eventually, keep, playing

SMALL = "#learn?hidden=24&epochs=1000&amount=1000&learning_rate=0.5&schedule=constant"
# What the page has made of the drawing: 784 grey levels.
DRAWN_GREY = "async () => Array.from((await import('./state.js')).app.grey)"
# The weights of the last layer of the network that the page shows, row by row.
LAST_WEIGHTS = "async () => Array.from((await import('./state.js')).app.network.layers.at(-1).weights)"


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    """A server in a folder of its own, where nothing is saved and nobody else trains: its address and its process."""
    with playing(tmp_path_factory.mktemp("own"), "--model", str(shipped_model())) as one:
        yield one


def state(page: Page, words: str) -> None:
    """Wait for a state of the training; where it does not come, say what the page says of it."""
    try:
        expect(page.locator("#state")).to_have_text(words)
    except AssertionError as error:
        error.add_note(f"The page says: {page.locator('#learn-message').inner_text() or 'nothing'}")
        raise


def batch(page: Page) -> int:
    return int(page.locator("#progress-epoch").inner_text().split("batch ")[1].split(" of")[0].replace(",", ""))


def test_a_training_can_be_paused_stepped_resumed_slowed_and_stopped(open_page: OpenPage, server: str) -> None:
    page = open_page(server + SMALL)
    page.click("#step")
    state(page, "Paused")
    expect(page.locator("#progress-epoch")).to_contain_text("batch 1 of")
    page.click("#step")
    expect(page.locator("#progress-epoch")).to_contain_text("batch 2 of")

    page.locator("#slow").fill("3")
    page.click("#pause")
    state(page, "Learning")
    expect(page.locator("#progress-epoch")).to_contain_text("batch 4 of")
    page.click("#pause")
    state(page, "Paused")
    here = batch(page)
    page.wait_for_timeout(800)
    assert batch(page) == here

    page.locator("#slow").fill("0")
    page.click("#pause")
    state(page, "Learning")
    page.locator("#learning-rate").fill("0.25")
    page.locator("#learning-rate").press("Enter")
    expect(page.locator("#progress-rate")).to_contain_text("Learning rate 0.25")
    page.click("#stop")
    state(page, "Stopped")


def test_a_network_trained_in_the_page_is_used_saved_downloaded_and_exported(
    open_page: OpenPage, server: str, play_folder: Path
) -> None:
    page = open_page(server + "#learn?hidden=30,20&activation=relu&epochs=8&learning_rate=0.2&amount=10000")
    page.click("#start")
    state(page, "Finished")
    expect(page.locator("#learn-result")).to_contain_text("test images are read right")
    expect(page.locator("#histograms svg")).to_have_count(3)
    keep(page, "learn-laptop")
    assert page.locator("#loss polyline").first.get_attribute("points")
    assert "held-out" in (page.locator("#accuracies svg").get_attribute("aria-label") or "")
    assert page.locator("#gradients polyline").count() == 3

    page.click("#save")
    expect(page.locator("#learn-saved")).to_contain_text("Saved in ")
    model = byhand.load_model(play_folder / "runs" / "play-1")
    assert model.network.sizes == [784, 30, 20, 10]
    assert len(model.history) == 8
    assert json.loads((play_folder / "runs" / "play-1" / "history.json").read_text())[0]["epoch"] == 1

    with page.expect_download() as download:
        page.click("#download")
    downloaded = byhand.load_model(download.value.path())
    np.testing.assert_array_equal(downloaded.network.parameters, model.network.parameters)
    with page.expect_download(timeout=1000 * PATIENCE) as download:
        page.click("#export")
    exported = download.value.path().with_suffix(".html")
    download.value.save_as(exported)

    # It reads drawings and can be looked into, here and in the exported file. What so small a network takes a 3 for
    # may differ with the processor's rounding: what counts is that it is what the saved model takes it for.
    page.click("#tab-draw")
    draw(page, "3")
    grey = np.array(page.evaluate(DRAWN_GREY))
    assert grey.any()
    said = str(model.predict(grey.reshape(1, 784))[0])
    expect(page.locator("#bars .best .label")).to_have_text(said)
    page.click("#tab-inside")
    expect(page.locator("#units h3").first).to_have_text("Hidden layer 1: 30 units")
    expect(page.locator("#map-layer option")).to_have_count(4)
    keep(page, "inside-trained")
    alone = open_page(f"file://{exported}")
    draw(alone, "3")
    expect(alone.locator("#bars .best .label")).to_have_text(said)

    page.select_option("#network", "fast")
    expect(page.locator("#units h3").first).to_have_text("Hidden layer: 128 units")


def test_what_is_shown_in_the_end_is_the_network_as_it_was_in_the_end_however_slowly_it_comes(
    open_page: OpenPage, server: str, play_folder: Path
) -> None:
    def answer_late(route: Route) -> None:
        answer = route.fetch()
        time.sleep(1.0)
        route.fulfill(response=answer)

    page = open_page(server + "#learn?hidden=12&epochs=2&amount=1000")
    page.route("**/model.json", answer_late)
    page.click("#start")
    state(page, "Finished")
    page.click("#save")
    expect(page.locator("#learn-saved")).to_contain_text("Saved in ")
    folder = page.locator("#learn-saved").inner_text().removeprefix("Saved in ").rstrip(".")
    last = byhand.load_model(play_folder / folder).network.dense[-1].weights
    assert eventually(lambda: np.array_equal(np.array(page.evaluate(LAST_WEIGHTS), np.float32), last.ravel()), 20)
    page.unroute_all(behavior="ignoreErrors")


def test_a_link_repeats_an_experiment(open_page: OpenPage, server: str) -> None:
    page = open_page(server + "#learn")
    page.locator("#hidden-units").fill("12")
    page.locator("#epochs").fill("2")
    page.select_option("#amount", "1000")
    page.locator("#seed").fill("9")
    page.locator("#seed").blur()
    assert page.url.endswith("#learn?hidden=12&epochs=2&seed=9&amount=1000")
    results = []
    for _ in range(2):
        page.reload()
        page.locator("html[data-ready]").wait_for()
        assert page.locator("#hidden-units").input_value() == "12"
        page.click("#start")
        state(page, "Finished")
        results.append(page.locator("#learn-result").inner_text())
    assert results[0] == results[1]


def test_wrong_choices_are_explained_where_they_happen(open_page: OpenPage, server: str) -> None:
    page = open_page(server + "#learn?learning_rate=100&amount=10000")
    page.click("#start")
    state(page, "It ran away")
    expect(page.locator("#learn-message")).to_contain_text("the learning rate of 100 is too high")
    keep(page, "learn-ran-away")

    page = open_page(
        server + "#learn?activation=relu&learning_rate=3&schedule=constant&batch_size=10&amount=1000&epochs=3"
    )
    page.click("#start")
    expect(page.locator("#learn-message")).to_contain_text("learning rate")

    page = open_page(server + "#learn?hidden=12,none")
    page.click("#start")
    state(page, "")  # the browser says what is wrong with the field
    page = open_page(server + "#learn?momentum=0.5&optimizer=sgd&activation=sine")
    page.click("#start")
    expect(page.locator("#learn-message")).to_contain_text("activation cannot be 'sine'")


def workers(process: "subprocess.Popen[str]") -> int:
    """Worker processes at work: one that ends while it is asked for its command line has none."""
    return sum("spawn_main" in " ".join(command_line(child)) for child in psutil.Process(process.pid).children())


def command_line(process: psutil.Process) -> list[str]:
    try:
        words: list[str] = process.cmdline()
        return words
    except psutil.NoSuchProcess:  # ended, or a zombie
        return []


def test_the_page_says_why_a_training_has_ended_by_itself(open_page: OpenPage, server: str) -> None:
    message = "It was paused for 15 minutes and has ended."
    report = {"state": "stopped", "step": 0, "steps": 9, "epoch": 0, "epochs": 1, "shown": 0, "message": message}
    page = open_page(server + SMALL)
    page.route("**/trainings", lambda route: route.fulfill(
        content_type="text/event-stream", body=f"data: {json.dumps(report | {'weights': False})}\n\n"))  # fmt: skip
    page.click("#step")
    state(page, "Stopped")
    expect(page.locator("#learn-message")).to_have_text(message)


def test_closing_the_tab_ends_its_training_and_ctrl_c_all_of_them(open_page: OpenPage, tmp_path: Path) -> None:
    with playing(tmp_path, "--model", str(shipped_model())) as (url, process):
        first, second = (open_page(url + "#learn?epochs=1000") for _ in range(2))
        for page in (first, second):
            page.click("#start")
            state(page, "Learning")
        reading = cores()  # processes are kept warm to read photographs
        assert workers(process) == reading + 2
        second.click("#pause")
        state(second, "Paused")
        second.close()
        assert eventually(lambda: workers(process) == reading + 1)
        state(first, "Learning")

        children = psutil.Process(process.pid).children()
        process.send_signal(subprocess.signal.SIGINT)  # type: ignore[attr-defined]
        assert process.wait(PATIENCE) == 130
        assert eventually(lambda: not any(child.is_running() and child.status() != "zombie" for child in children))
        expect(first.locator("#state")).to_have_text("Over")


def test_a_training_whose_process_is_killed_says_so(
    open_page: OpenPage, own: tuple[str, "subprocess.Popen[str]"]
) -> None:
    url, process = own
    assert eventually(lambda: workers(process) >= cores())
    reading = {child.pid for child in psutil.Process(process.pid).children()}
    page = open_page(url + "#learn?epochs=1000")
    page.click("#start")
    state(page, "Learning")
    expect(page.locator("#download")).to_have_attribute("href", re.compile("trainings/"))
    (training,) = [
        child
        for child in psutil.Process(process.pid).children()
        if child.pid not in reading and "spawn_main" in " ".join(command_line(child))
    ]
    training.kill()
    state(page, "It could not be done")
    expect(page.locator("#learn-message")).to_contain_text("ended from outside by SIGKILL")
    # What was learned until then can be had; more is not to be had.
    path = str(page.locator("#download").get_attribute("href")).rpartition("/")[0]
    assert page.request.get(url + path + "/model.safetensors").ok
    refused = page.request.post(
        url + path, data={"do": "step", "value": 0}, headers={"Origin": url.rstrip("/"), "Host": url[7:-1]}
    )
    assert refused.status == 409
    assert "SIGKILL" in refused.json()["error"]
    page.close()


def test_the_learning_rate_follows_optimiser_and_activation_until_it_is_changed(
    open_page: OpenPage, server: str
) -> None:
    page = open_page(server + "#learn")
    rate, momentum = page.locator("#learning-rate"), page.locator("#momentum")
    page.locator("#activation").select_option("relu")
    expect(rate).to_have_value("0.5")
    page.locator("#optimizer").select_option("nesterov")
    expect(rate).to_have_value("0.05")
    expect(momentum).to_have_value("0.9")
    page.locator("#optimizer").select_option("adam")
    expect(rate).to_have_value("0.005")
    rate.fill("0.02")
    rate.press("Tab")
    page.locator("#activation").select_option("sigmoid")
    page.wait_for_timeout(300)
    expect(rate).to_have_value("0.02")
    assert "learning_rate=0.02" in page.url


def test_curves_are_sampled_by_batch_and_keep_the_run_before(open_page: OpenPage, server: str) -> None:
    page = open_page(server + "#learn?hidden=8&epochs=1&amount=1000&batch_size=10")
    page.click("#start")
    state(page, "Finished")
    points = page.locator("#loss polyline.line-0").get_attribute("points")
    assert points
    # 100 batches: after 1, 2, 3, ...
    assert len(points.split()) > 50
    expect(page.locator("#loss polyline.before")).to_have_count(0)
    picture = page.locator("#loss svg")
    picture.scroll_into_view_if_needed()
    place = picture.bounding_box()
    assert place
    # The pointer is at a point where its line is drawn.
    assert place["width"] == float(picture.get_attribute("width") or 0)
    page.mouse.move(place["x"] + 66, place["y"] + 80)
    expect(page.locator("#loss .value-at")).to_have_text(
        re.compile(r"^Epoch 0\.0\d*; on the batches: [\d.]+, on held-out images: [\d.]+$")
    )
    page.mouse.move(5, 5)
    picture.focus()
    page.keyboard.press("Home")
    expect(page.locator("#loss .value-at")).to_contain_text("Epoch 0.01;")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#loss .value-at")).to_contain_text("Epoch 0.02;")

    page.get_by_role("button", name="About: Learning rate").click()
    expect(page.get_by_text("How far a step goes")).to_be_visible()
    page.get_by_role("button", name="About: Learning rate").click()

    page.locator("#learning-rate").fill("0.5")
    page.locator("#learning-rate").press("Enter")
    expect(page.locator("#loss polyline.before")).to_have_count(2)


def test_vanishing_gradients_are_named_as_such(open_page: OpenPage, server: str) -> None:
    page = open_page(server + "#learn?hidden=30,30,30,30,30&epochs=1&amount=10000&learning_rate=0.1")
    page.click("#start")
    expect(page.locator("#learn-message")).to_contain_text("gradients vanish on their way back")


def test_a_saved_run_can_be_opened_and_leaving_asks_before_it_loses_one(
    open_page: OpenPage, own: tuple[str, "subprocess.Popen[str]"]
) -> None:
    url, _ = own
    page = open_page(url + "#learn?hidden=7&epochs=1&amount=1000")
    page.click("#start")
    state(page, "Finished")
    page.wait_for_timeout(300)
    asked: list[str] = []

    def dismiss(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", dismiss)
    page.evaluate("location.reload()")
    assert eventually(lambda: asked == ["beforeunload"], 10)
    state(page, "Finished")
    result = page.locator("#learn-result").inner_text()
    page.click("#save")
    expect(page.locator("#learn-saved")).to_contain_text("play-1")
    # The accuracy stays on the screen.
    expect(page.locator("#learn-result")).to_have_text(result)
    page.reload()
    page.locator("html[data-ready]").wait_for()
    assert asked == ["beforeunload"]
    page.click("#tab-inside")
    page.select_option("#network", "play-1")
    expect(page.locator("#model-name")).to_have_text("play-1")
    expect(page.locator("#units h3")).to_have_text("Hidden layer: 7 units")
    page.close()
