"""`byhand.show` and `model.show`: figures from Python, and what Jupyter shows."""

import asyncio
from typing import Any

import nbformat
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from nbclient import NotebookClient

import byhand
from byhand.data import load_mnist
from byhand.evaluation import evaluate
from byhand.training.run import Run


def test_a_model_shows_figures_of_whatever_data(small_run: Run) -> None:
    model, mnist = small_run.model, load_mnist()
    images, labels = mnist.test_images[:300], mnist.test_labels[:300]
    frame = pd.DataFrame(images.reshape(300, -1))
    for figure in (
        model.show("confusion"),
        model.show("confusion", (images, labels)),
        model.show("mistakes", (frame, pd.Series(labels)), count=3),
        byhand.show("weights", count=4),
    ):
        assert isinstance(figure, Figure)
        assert figure._repr_png_().startswith(b"\x89PNG")  # type: ignore[attr-defined]
    # The numbers of the matrix are those of the images given.
    whole = [text.get_text() for axes in model.show("confusion", (images, labels)).axes for text in axes.texts]
    assert sum(int(text) for text in whole if text.isdigit()) == 300


def test_what_cannot_be_shown_gets_one_sentence(small_run: Run) -> None:
    model = small_run.model
    for figure, data, words in (
        ("confusoin", "mnist", "did you mean 'confusion'"),
        ("confusion", "nowhere", "nowhere"),
        ("confusion", np.zeros((3, 28, 28)), "or \\(images, labels\\)"),
        ("confusion", (np.zeros((3, 9, 9)), [1, 2, 3]), "9, 9"),
    ):
        with pytest.raises(byhand.ByhandError, match=words):
            model.show(figure, data)


def test_history_and_evaluation_are_tables(small_run: Run) -> None:
    history: Any = small_run.model.history
    table = history._repr_html_()
    assert table.count("<tr>") == 1 + len(history)
    assert "<th>train_loss</th>" in table and f"<td>{history[-1]['train_loss']:.4g}</td>" in table
    evaluation = evaluate(small_run.model, small_run.data.test)
    shown = evaluation._repr_html_()
    assert f"<td>{evaluation.accuracy:.2%}</td>" in shown
    assert "<th>precision</th>" in shown and shown.count("<tr>") == 4 + 1 + 10


def test_a_notebook_shows_them() -> None:
    v4: Any = nbformat.v4
    notebook = v4.new_notebook()
    cells = ("import byhand; model = byhand.load_model(); model", "model.history", "model.show('weights', count=4)")
    notebook.cells = [v4.new_code_cell(cell) for cell in cells]
    asyncio.set_event_loop(asyncio.new_event_loop())
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    model, history, figure = (cell.outputs[0].data for cell in notebook.cells)
    assert "test accuracy" in model["text/html"]
    assert "train_loss" in history["text/html"]
    assert "image/png" in figure
