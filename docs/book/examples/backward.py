"""Backward through a network small enough for paper: two inputs, two hidden units, two classes."""

import numpy as np

from byhand.nn import Network, SoftmaxNLL

network = Network([2, 2, 2], dtype=np.float64)
network.dense[0].weights[:] = [[0.5, -1.0], [1.0, 0.5]]
network.dense[1].weights[:] = [[1.0, -1.0], [0.0, 2.0]]
x, y = np.array([[1.0, 0.5]]), np.array([[1.0, 0.0]])

loss = SoftmaxNLL()
before = loss.forward(network.forward(x), y)
network.backward(loss.backward())
for number, layer in enumerate(network.dense, start=1):
    print(f"layer {number}: dL/dW =\n{layer.weights_gradient.round(4)}")
    print(f"         dL/db = {layer.bias_gradient.round(4)}")

network.parameters -= 0.5 * network.gradient
print(f"loss {before:.4f}, after one step {loss.forward(network.forward(x), y):.4f}")
