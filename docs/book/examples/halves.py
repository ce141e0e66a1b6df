"""A network of 128 hidden units is the sum of two networks of 64."""

import numpy as np

from byhand.nn import Network

rng = np.random.default_rng(0)
whole = Network([784, 128, 10], dtype=np.float64)
whole.initialise("glorot", rng)
x = rng.random((32, 784))

halves = []
for part in (slice(0, 64), slice(64, 128)):
    half = Network([784, 64, 10], dtype=np.float64)
    half.dense[0].weights[:] = whole.dense[0].weights[:, part]
    half.dense[0].bias[:] = whole.dense[0].bias[part]
    half.dense[1].weights[:] = whole.dense[1].weights[part]
    halves.append(half.forward(x).copy())
halves[0] += whole.dense[1].bias  # only one of them has the output's bias

print(f"largest difference: {np.abs(whole.forward(x) - sum(halves)).max():.1e}")
