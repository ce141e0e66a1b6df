"""The shapes of everything in the network of the exercise, for a batch of 32 images."""

import numpy as np

from byhand.nn import Network

network = Network([784, 128, 10])
network.initialise("glorot", np.random.default_rng(0))
batch = np.zeros((32, 784), np.float32)

for layer in network.dense:
    print(f"{batch.shape} @ {layer.weights.shape} + {layer.bias.shape}")
    batch = layer.forward(batch)
print(batch.shape)
print(f"{network.parameters.size:,} parameters")
