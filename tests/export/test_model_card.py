import byhand
from byhand.export.model_card import model_card

from .conftest import a_model


def test_a_card_says_data_recipe_figures_and_limits() -> None:
    model = byhand.load_model("accurate")
    card = model_card(model)
    for words in ("MNIST", "CC BY-SA 3.0", "| rotation | 5.0 |", f"{model.results['test_accuracy']:.2%}", "deskewed"):
        assert words in card
    headings = [line for line in card.splitlines() if line.startswith("#")]
    assert headings == ["# accurate", "## Use", "## Data", "## Recipe", "## Figures", "## Limits"]
    assert "shifted" not in card
    assert "shifted" in model_card(byhand.load_model("fast"))
    assert "such outliers" in model_card(byhand.load_model("reader"))


def test_a_model_without_results_says_so() -> None:
    card = model_card(a_model([64, 10], "relu"))
    assert "Nothing was measured." in card
    assert "It has not been tested." in card
    assert "not calibrated" in card
