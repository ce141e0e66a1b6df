"""Softmax, and what the loss says of an answer."""

import numpy as np

from byhand.nn import SoftmaxNLL, softmax

logits = np.array([[2.0, 1.0, -1.0]])
p = softmax(logits)
print("probabilities", p.round(3))
print("100 more on each", softmax(logits + 100).round(3))

for right in range(3):
    y = np.eye(3)[[right]]
    loss = SoftmaxNLL()
    wrong_by = loss.forward(logits.copy(), y)
    print(f"if class {right} is right: loss {wrong_by:.3f}, gradient {loss.backward().round(3)}")
