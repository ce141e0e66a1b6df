"""What a model says of itself where it goes elsewhere."""

from byhand.model import Model


def description_of(model: Model) -> str:
    """A line on the model: its recipe, network and accuracy."""
    layers = "-".join(map(str, model.network.sizes))
    text = f"{model.recipe.get('name', 'a model')}, {layers}, {model.network.activation}"
    accuracy = model.results.get("test_accuracy")
    return text if accuracy is None else f"{text}, {accuracy:.2%} right on its test set"
