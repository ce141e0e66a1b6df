from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import byhand
from byhand.data import Dataset, LabelledImages
from byhand.errors import ByhandError
from byhand.model import Model, load_model
from byhand.nn import SGD, softmax
from byhand.preprocessing import MinMaxScaling, deskew
from byhand.training.checkpoint import CHECKPOINT_FILE
from byhand.training.divergence import DivergedError
from byhand.training.loop import Epoch, Event
from byhand.training.recipe import Recipe
from byhand.training.run import Run
from byhand.training.run_folder import data_of, new_run_folder, save_run
from byhand.training.train import Settings

QUICK = Recipe.load("fast", hidden=[16], epochs=2, learning_rate=1.0, batch_size=32)


def test_validation_and_limit_are_not_learned_from(few_digits: Dataset, small_run: Run) -> None:
    assert small_run.setup.train_examples == 1300
    assert small_run.history[-1].validation_accuracy is not None
    run = Run(replace(QUICK, limit=600, validation=100), few_digits).complete()
    assert (run.setup.train_examples, len(run.setup.test)) == (500, 500)
    assert run.evaluation
    assert run.model.results["train_examples"] == 500


def test_scaling_is_fitted_on_the_training_images_only(few_digits: Dataset) -> None:
    darker = replace(few_digits, train=replace(few_digits.train, images=few_digits.train.images // 2))
    scaling = Run(QUICK, darker).complete().model.preprocessing.scaling
    assert (scaling.minimum == 0).all()
    assert (scaling.maximum == 127).all()


def test_deformed_images_teach_something_else_but_the_same_each_time(few_digits: Dataset) -> None:
    plain = Run(QUICK, few_digits).complete().model.network.parameters
    deformed = [Run(replace(QUICK, shift=1.0), few_digits).complete().model.network.parameters for _ in range(2)]
    assert not np.array_equal(plain, deformed[0])
    np.testing.assert_array_equal(deformed[0], deformed[1])


def test_original_takes_the_first_four_fifths_in_order_and_scales_by_all(
    few_digits: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    updates = 0
    step = SGD.step

    def counted(self: SGD, learning_rate: float) -> None:
        nonlocal updates
        updates += 1
        step(self, learning_rate)

    monkeypatch.setattr(SGD, "step", counted)
    run = Run(Recipe.load("original", epochs=2), few_digits).complete()
    assert (run.setup.train_examples, len(run.setup.test)) == (1600, 400)
    assert updates == 2 * 1600
    np.testing.assert_array_equal(run.setup.test.images, few_digits.test.images[100:])
    everything = np.concatenate([few_digits.train.images, few_digits.test.images])
    scaling = run.model.preprocessing.scaling
    np.testing.assert_array_equal(scaling.maximum, MinMaxScaling.fit(everything, per_pixel=True).maximum)


def test_the_saved_recipe_gives_the_same_bytes(few_digits: Dataset, tmp_path: Path) -> None:
    first = Run(replace(QUICK, seed=5), few_digits).complete()
    save_run(first, tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"model.safetensors", "recipe.toml", "history.json"}
    again = Run(Recipe.load(str(tmp_path / "recipe.toml")), few_digits).complete()
    assert again.model.to_bytes() == first.model.to_bytes() == (tmp_path / "model.safetensors").read_bytes()
    assert Run(replace(QUICK, seed=6), few_digits).complete().model.to_bytes() != first.model.to_bytes()


def interrupt(run: Run, epoch: int, shown: int = 0) -> None:
    """Train until more than so many images of an epoch have been shown; then, Ctrl-C is pressed."""
    with pytest.raises(KeyboardInterrupt):
        for event in run.events():
            if event is Event.PROGRESS and run.training.epoch == epoch and run.training.shown > shown:
                raise KeyboardInterrupt
    run.interrupted = True


def test_an_interrupted_run_has_a_usable_model_and_no_result(few_digits: Dataset) -> None:
    run = Run(QUICK, few_digits)
    interrupt(run, epoch=2)
    assert run.interrupted
    assert run.evaluation is None
    assert len(run.history) == 1
    assert (run.model.predict(few_digits.test.images) == few_digits.test.labels).mean() > 0.3


def test_an_interrupted_run_goes_on_to_the_same_bytes(
    few_digits: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("byhand.training.run.SECONDS_BETWEEN_CHECKPOINTS", -1.0)
    recipe = replace(QUICK, epochs=4, rotation=5.0, deskew=True, validation=100)
    whole = Run(recipe, few_digits).complete()

    first = Run(recipe, few_digits)
    first.folder = tmp_path
    interrupt(first, epoch=3, shown=700)
    save_run(first, tmp_path)
    assert first.interrupted and (tmp_path / CHECKPOINT_FILE).exists()
    second = Run(recipe, few_digits)
    second.folder = tmp_path
    second.complete()
    save_run(second, tmp_path)
    assert second.model.to_bytes() == whole.model.to_bytes()
    assert [epoch.epoch for epoch in second.history] == [1, 2, 3, 4]
    assert not (tmp_path / CHECKPOINT_FILE).exists()


def test_deskewed_models_deskew_what_they_are_asked_about(few_digits: Dataset) -> None:
    model = Run(replace(QUICK, deskew=True), few_digits).complete().model
    plain = Model.from_bytes(model.to_bytes(), "copy")
    assert plain.preprocessing.deskew
    plain.preprocessing = replace(plain.preprocessing, deskew=False)
    images = few_digits.test.images
    np.testing.assert_array_equal(model.predict_proba(images), plain.predict_proba(deskew(images)))
    assert not np.array_equal(model.predict_proba(images), plain.predict_proba(images))


def test_the_temperature_is_fitted_on_held_out_images_or_taken_from_the_recipe(few_digits: Dataset) -> None:
    assert Run(replace(QUICK, temperature=1.7), few_digits).complete().model.temperature == 1.7
    run = Run(replace(QUICK, validation=300), few_digits).complete()
    assert run.model.temperature != 1
    assert Model.from_bytes(run.model.to_bytes(), "copy").temperature == run.model.temperature
    probabilities = run.model.predict_proba(few_digits.test.images)
    np.testing.assert_allclose(
        probabilities, softmax(run.model.logits(few_digits.test.images) / run.model.temperature), rtol=1e-5
    )


def test_run_folders_are_numbered_and_never_reused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    names = [new_run_folder(None, QUICK).name for _ in range(3)]
    assert names == ["fast-1", "fast-2", "fast-3"]
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "file").touch()
    with pytest.raises(ByhandError, match="in use"):
        new_run_folder("full", QUICK)
    with pytest.raises(ByhandError, match="in use"):
        new_run_folder("full/file", QUICK)
    (tmp_path / "empty").mkdir()
    assert new_run_folder("empty", QUICK) == Path("empty")


def test_a_model_knows_what_data_it_belongs_to(small_run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert data_of(None, byhand.load_model()) == "mnist"
    monkeypatch.setattr(small_run, "recipe", replace(QUICK, data=str(tmp_path)))
    save_run(small_run, tmp_path)
    assert data_of(tmp_path, small_run.model) == str(tmp_path)
    private = byhand.load_model()
    private.recipe["data"] = "folder"
    with pytest.raises(ByhandError, match="--data"):
        data_of(None, private)


def test_train_in_python_gives_a_tested_model(few_digits: Dataset) -> None:
    model = byhand.train("fast", data=few_digits, hidden=[12], epochs=2, learning_rate=1.0)
    assert model.network.sizes == [784, 12, 10]
    assert len(model.history) == 2
    assert model.results["test_accuracy"] == (model.predict(few_digits.test.images) == few_digits.test.labels).mean()


def test_train_in_python_raises_what_the_command_line_prints(few_digits: Dataset) -> None:
    with pytest.raises(ByhandError, match="diverged"):
        byhand.train("fast", data=few_digits, learning_rate=1000)
    with pytest.raises(ByhandError, match="did you mean 'epochs'"):
        byhand.train("fast", epoch=3)  # type: ignore[call-arg]
    with pytest.warns(UserWarning, match=r"learning rate of 1e-09 is too low. Try learning_rate=4\."):
        byhand.train("fast", data=few_digits, learning_rate=1e-9, epochs=1)


def test_train_in_python_says_what_each_epoch_brought(few_digits: Dataset) -> None:
    epochs: list[Epoch] = []
    model = byhand.train(QUICK, few_digits, validation=100, on_epoch=epochs.append)
    assert [epoch.epoch for epoch in epochs] == [1, 2]
    assert [epoch.without_seconds() for epoch in epochs] == model.history
    assert all(epoch.seconds > 0 for epoch in epochs)
    silent = byhand.train(QUICK, few_digits, validation=100)
    assert silent.to_bytes() == model.to_bytes()


def test_training_that_diverged_hands_over_the_last_good_weights(few_digits: Dataset) -> None:
    epochs: list[Epoch] = []
    with pytest.raises(DivergedError, match="diverged") as problem:
        byhand.train(QUICK, few_digits, learning_rate=1000.0, on_epoch=epochs.append)
    model = problem.value.model
    assert isinstance(model, Model)
    assert np.isfinite(model.network.parameters).all()
    assert np.isfinite(model.predict_proba(few_digits.test.images)).all()
    assert "test_accuracy" not in model.results
    assert model.history == [epoch.without_seconds() for epoch in epochs]


LIKE_THE_READER = replace(QUICK, corruptions=1.0, drawn_digits=100, outliers=50, validation=200, stored="float16")


def test_the_reader_learns_from_drawn_and_corrupted_images(few_digits: Dataset, tmp_path: Path) -> None:
    run, again = (Run(LIKE_THE_READER, few_digits).complete() for _ in range(2))
    assert (run.setup.train_examples, len(run.setup.pixels)) == (1300, 1450)
    assert run.model.to_bytes() == again.model.to_bytes()
    run.model.save(tmp_path / "model.safetensors")
    kept = load_model(tmp_path / "model.safetensors")
    np.testing.assert_array_equal(kept.network.parameters, run.model.network.parameters)
    assert kept.network.parameters.dtype == np.float32
    full = Run(replace(LIKE_THE_READER, stored="same"), few_digits).complete().model
    assert len(full.to_bytes()) - len(run.model.to_bytes()) == pytest.approx(2 * full.network.parameters.size, rel=0.01)


def test_confidence_is_fitted_on_images_corrupted_as_in_training(few_digits: Dataset) -> None:
    corrupted, clean = (replace(LIKE_THE_READER, corruptions=share) for share in (1.0, 0.0))
    asked: list[NDArray[Any]] = []
    logits = Model.logits

    def listened(model: Model, images: NDArray[Any]) -> NDArray[Any]:
        asked.append(images)
        return logits(model, images)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Model, "logits", listened)
        for recipe in (corrupted, clean):
            Run(recipe, few_digits).complete()
            *_, fitted_on, _ = asked  # the last images are those of the test set
            assert len(fitted_on) == 200
            assert (fitted_on.dtype == np.uint8) == (recipe is clean)


def test_digits_are_drawn_for_digits_only(few_digits: Dataset) -> None:
    def changed(change: Callable[[LabelledImages], LabelledImages]) -> Dataset:
        return replace(few_digits, train=change(few_digits.train), test=change(few_digits.test))

    for data in (
        changed(lambda part: replace(part, label_names=tuple("abcdefghij"))),
        changed(lambda part: replace(part, images=part.images[:, :20, :20])),
    ):
        with pytest.raises(ByhandError, match="--drawn-digits"):
            Run(LIKE_THE_READER, data).complete()


def test_python_s_settings_are_those_of_a_recipe() -> None:
    assert set(Settings.__annotations__) == {field.name for field in fields(Recipe)} - {"data"}


@pytest.mark.parametrize("hidden", [16, [16], (16,), np.int64(16), np.array([16])])
def test_one_hidden_layer_may_be_a_number(few_digits: Dataset, hidden: Any) -> None:
    numbers: Any = {"epochs": np.int64(1), "learning_rate": np.float32(1)}
    model = byhand.train("fast", few_digits, hidden=hidden, **numbers)
    assert model.network.sizes == [784, 16, 10]
