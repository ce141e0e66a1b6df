"""Typical mistakes as learners write them, and a word that the message must have."""

WRONG: dict[str, tuple[tuple[str, str], ...]] = {
    "sigmoid_forward": (
        ("return 1 / (1 + np.exp(z))", "sign in the exponent"),
        ("return 1 / 1 + np.exp(-z)", "[Bb]rackets are missing"),
        ("return 1 / (1 - np.exp(-z))", "denominator has the wrong sign"),
        ("return np.tanh(z)", "tanh"),
        ("return np.exp(z) / (1 + np.exp(z))", "Large numbers give NaN"),
        ("z *= -1\nnp.exp(z, out=z)\nz += 1\nreturn 1 / z", "z is overwritten in place"),
        ("1 / (1 + np.exp(-z))", "return missing"),
        ("return [[1 / (1 + math.exp(-v)) for v in row] for row in z]", "is a list"),
        ("return math.exp(z)", "stops with TypeError"),
        ("return (1 / (1 + np.exp(-z))).T", "transposed"),
        ("return np.round(1 / (1 + np.exp(-z)))", "the library says"),
    ),
    "sigmoid_backward": (
        ("s = 1 / (1 + np.exp(-a))\nreturn a_gradient * s * (1 - s)", "wrong place"),
        ("return a * (1 - a)", "chain rule"),
        ("return a_gradient * (1 - a)", "factor a is missing"),
        ("return a_gradient * a", r"factor \(1 - a\) is missing"),
        ("return a_gradient * (1 - a ** 2)", "derivative of tanh"),
        ("return -a_gradient * a * (1 - a)", "sign"),
        ("return a_gradient * a * (a - 1)", "wrong sign"),
        ("a_gradient *= a\na_gradient *= 1 - a\nreturn a_gradient", "a_gradient is overwritten"),
        ("return a_gradient * a * (1 - a) / len(a)", r"5 times too small.*batch once too often"),
    ),
    "softmax": (
        ("return np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)", "Subtract each row's maximum"),
        ("e = np.exp(z - z.max(axis=0))\nreturn e / e.sum(axis=0)", "wrong axis"),
        ("e = np.exp(z - z.max())\nreturn e / e.sum()", "all rows together"),
        ("e = np.exp(z - z.max())\nreturn e / e.sum(axis=1, keepdims=True)", "maximum of all rows"),
        ("return np.exp(z - z.max(axis=1, keepdims=True))", "division by the sum"),
        ("return z / z.sum(axis=1, keepdims=True)", "exponential is missing"),
        ("e = np.exp(z - z.max(axis=1))\nreturn e / e.sum(axis=1)", "keepdims=True is missing"),
        ("z -= z.max(axis=1, keepdims=True)\ne = np.exp(z)\nreturn e / e.sum(axis=1, keepdims=True)", "overwritten"),
        (
            "return np.array([[math.exp(v) / sum(map(math.exp, row)) for v in row] for row in z])",
            "subtract the largest",
        ),
    ),
    "loss": (
        ("return np.log(p[np.arange(len(labels)), labels]).mean()", "minus is missing"),
        ("return -np.log(p[np.arange(len(labels)), labels]).sum()", "sum over the images"),
        ("return -(np.eye(p.shape[1])[labels] * np.log(p)).mean()", "also runs over the classes"),
        ("return -np.log10(p[np.arange(len(labels)), labels]).mean()", "base 10"),
        ("return -(labels[:, None] * np.log(p)).sum(axis=1).mean()", "not one-hot"),
        ("return -np.log(p[:, labels]).mean()", "whole columns"),
        ("return -np.log(p[labels]).mean()", "whole rows"),
        ("return ((p - np.eye(p.shape[1])[labels]) ** 2).mean()", "squared error"),
        ("return -np.log(p[np.arange(len(labels)), labels])", "One loss for each image"),
        ("return -p[np.arange(len(labels)), labels].mean()", "logarithm is missing"),
    ),
    "loss_backward": (
        ("return p - np.eye(p.shape[1])[labels]", "mean is missing"),
        ("return (np.eye(p.shape[1])[labels] - p) / len(p)", "sign is wrong"),
        ("return (p - labels[:, None]) / len(p)", "not one-hot"),
        ("return (p - np.eye(p.shape[1])[labels]) / p.shape[1]", "number of classes"),
        ("return -np.eye(p.shape[1])[labels] / p / len(p)", "gradient by the probabilities"),
        ("return (p - np.eye(p.shape[1])[labels]) * p * (1 - p) / len(p)", "twice"),
        ("p[np.arange(len(p)), labels] -= 1\nreturn p / len(p)", "p is overwritten"),
        ("return (p - labels) / len(p)", "not one-hot"),
        ("return 7 * (p - np.eye(p.shape[1])[labels]) / len(p)", "Right direction, 7 times too large"),
    ),
    "dense_forward": (
        ("return x @ W", "bias is forgotten"),
        ("return x @ W.T + b", "W is transposed"),
        ("return W @ x + b", "wrong way round"),
        ("return x * W + b", "product of matrices is @"),
        ("return x @ W @ b", "Its shape is"),
        ("return (x @ W + b).T", "transposed"),
        ("return x @ W + b.sum()", "All biases"),
        ("return x @ W - b", "wrong sign"),
        ("return 1 / (1 + np.exp(-(x @ W + b)))", "activation comes later"),
    ),
    "dense_backward": (
        ("return z_gradient @ W.T, z_gradient.T @ x, z_gradient.sum(axis=0)", "W_gradient: It is transposed"),
        (
            "return z_gradient @ W.T, x.T @ z_gradient, z_gradient.sum(axis=1)",
            "b_gradient: The sum runs over the wrong axis",
        ),
        ("return z_gradient @ W.T, x.T @ z_gradient, z_gradient", "not added up over the images"),
        ("return z_gradient @ W.T, x.T @ z_gradient, z_gradient.mean(axis=0)", "mean over the images"),
        ("return z_gradient @ W.T, x.T @ z_gradient / len(x), z_gradient.sum(axis=0)", "divided by n once more"),
        ("return x.T @ z_gradient, z_gradient.sum(axis=0), z_gradient @ W.T", "another order"),
        ("return z_gradient @ W.T, x.T @ z_gradient", "gives 2 results"),
        ("return z_gradient @ W.T, x.T @ z_gradient, np.zeros(W.shape[1])", "bias is forgotten"),
        ("return z_gradient @ W.T, x.T @ z_gradient, z_gradient.sum(axis=0, keepdims=True)", "not the form"),
        ("return z_gradient @ W, x.T @ z_gradient, z_gradient.sum(axis=0)", "x_gradient: W must be transposed"),
        ("return z_gradient @ W.T, x @ z_gradient, z_gradient.sum(axis=0)", "W_gradient: x must be transposed"),
        ("return (z_gradient @ W.T) * x, x.T @ z_gradient, z_gradient.sum(axis=0)", "x does not belong"),
        ("return z_gradient @ W.T, -x.T @ z_gradient, z_gradient.sum(axis=0)", "sign is wrong"),
        ("return z_gradient @ W.T, x.T @ z_gradient, z_gradient.sum()", "over everything"),
    ),
    "sgd_step": (
        ("return [w + learning_rate * g for w, g in zip(parameters, gradients)]", "uphill"),
        ("return [w - g for w, g in zip(parameters, gradients)]", "rate is missing"),
        ("return [w - learning_rate ** 2 * g for w, g in zip(parameters, gradients)]", "applied twice"),
        ("for w, g in zip(parameters, gradients):\n    w = w - learning_rate * g", "has not moved"),
        ("return [learning_rate * g for g in gradients]", "step alone"),
        ("for w, g in zip(parameters, gradients):\n    g *= learning_rate\n    w -= g", "gradients is overwritten"),
        (
            "return [w - learning_rate * g if w.ndim == 2 else w for w, g in zip(parameters, gradients)]",
            "Parameter 1: .*biases too",
        ),
        ("for w, g in zip(parameters, gradients):\n    return w - learning_rate * g", "results back|wanted"),
    ),
}
_LOOP = """
order = rng.permutation(len(x))
for start in range(0, len(x), batch_size):
    batch = order[start : start + batch_size]
    W1, b1, W2, b2 = parameters
    a = sigmoid_forward(dense_forward(x[batch], W1, b1))
    p = softmax(dense_forward(a, W2, b2))
    da, dW2, db2 = dense_backward(loss_backward(p, labels[batch]), a, W2)
    _, dW1, db1 = dense_backward(sigmoid_backward(da, a), x[batch], W1)
    parameters = sgd_step(parameters, [dW1, db1, dW2, db2], learning_rate)
return parameters"""


def _changed(old: str, new: str) -> str:
    assert old in _LOOP
    return _LOOP.replace(old, new)


WRONG_LOOPS = (
    (_changed("sigmoid_backward(da, a)", "da"), "derivative is missing"),
    (_changed("labels[batch]", "labels[start : start + batch_size]"), "same order"),
    (_changed("parameters = sgd_step(", "sgd_step("), "Nothing moves"),
    (_changed("[dW1, db1, dW2, db2]", "[dW1, 0 * db1, dW2, 0 * db2]"), "biases do not learn"),
    (_changed("[dW1, db1, dW2, db2]", "[0 * dW1, 0 * db1, dW2, db2]"), "first layer does not learn"),
    (_changed(", learning_rate)", ", learning_rate * learning_rate)"), "applied twice"),
    (_changed(", learning_rate)", ", learning_rate / len(batch))"), "divided by the batch twice"),
    (
        _changed("range(0, len(x), batch_size)", "range(0, len(x) - batch_size + 1, batch_size)"),
        "smaller batch is left out",
    ),
    (_changed("batch = order[start : start + batch_size]", "batch = order[:batch_size]"), "never shown"),
    (_changed("order = rng.permutation(len(x))", "order = np.arange(len(x))"), "order is the same"),
    (_changed("range(0, len(x), batch_size)", "range(0, len(x))"), "more than once"),
    (
        _changed(
            "    _, dW1",
            "    W2 = W2 - learning_rate * dW2\n    da = loss_backward(p, labels[batch]) @ W2.T\n    _, dW1",
        ),
        "before the error has gone back",
    ),
    (_changed("return parameters", "return parameters[0]"), "shapes|list of parameters"),
    (_changed("\nreturn parameters", ""), "Nothing moves"),
)  # fmt: skip
