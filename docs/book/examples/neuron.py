"""One hidden unit of the network that comes with byhand, and the first test image."""

import numpy as np

import byhand

model = byhand.load_model("fast")
image = byhand.load_mnist().test_images[0]

x = image.reshape(784) / 255  # 784 brightnesses, 0 to 1
w, b = model.network.dense[0].weights[:, 0], model.network.dense[0].bias[0]

z = x @ w + b
a = 1 / (1 + np.exp(-z))
print(f"{np.count_nonzero(x)} of {x.size} pixels are not black")
print(f"largest term: {np.abs(x * w).max():.3f}")
print(f"weighted sum z = {z:.3f}")
print(f"activation a = {a:.3f}")
