"""Training: a recipe says how, the trainer does it, the history says how it went."""
