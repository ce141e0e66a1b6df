"""How much luck there is in one run: the same recipe, five seeds."""

import numpy as np

import byhand

right = []
for seed in range(5):
    model = byhand.train("fast", limit=6000, validation=1000, epochs=3, seed=seed)
    right.append(model.results["validation_accuracy"])
print(", ".join(f"{one:.1%}" for one in right))
print(f"mean {np.mean(right):.1%}, from worst to best {max(right) - min(right):.1%}")
