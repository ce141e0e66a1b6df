"""Right solutions in many styles: short, loops, einsum, in place on arrays of their own, other number types, views."""

RIGHT: dict[str, tuple[str, ...]] = {
    "sigmoid_forward": (
        "return 1 / (1 + np.exp(-z))",
        "return 1.0 / (np.exp(-z) + 1.0)",
        "return np.reciprocal(1 + np.exp(-z))",
        "return (np.tanh(z / 2) + 1) / 2",
        "return np.where(z >= 0, 1 / (1 + np.exp(-z)), np.exp(np.minimum(z, 0)) / (1 + np.exp(np.minimum(z, 0))))",
        "a = z.copy()\na *= -1\nnp.exp(a, out=a)\na += 1\nreturn 1 / a",
        (
            "a = np.empty(z.shape)\nfor i in range(z.shape[0]):\n    for j in range(z.shape[1]):\n"
            "        a[i, j] = 1 / (1 + math.exp(-z[i, j])) if z[i, j] > -700 else 0.0\nreturn a"
        ),
        "return (1 / (1 + np.exp(-z.astype(np.float32)))).astype(np.float32)",
        "from scipy.special import expit\nreturn expit(z)",
        "return np.array([[1 / (1 + np.exp(-v)) for v in row] for row in z])",
        "def one(v):\n    return 1 / (1 + np.exp(-v))\nreturn np.vectorize(one, otypes=[float])(z)",
        "return 1 - 1 / (1 + np.exp(z))",
    ),
    "sigmoid_backward": (
        "return a_gradient * a * (1 - a)",
        "return a_gradient * (a - a ** 2)",
        "return np.multiply(a_gradient, a - a * a)",
        "result = a_gradient.copy()\nresult *= a\nresult *= 1 - a\nreturn result",
        "slope = a * (1.0 - a)\nreturn slope * a_gradient",
        "return np.einsum('ij,ij,ij->ij', a_gradient, a, 1 - a)",
        (
            "result = np.zeros_like(a)\nfor i in range(len(a)):\n    for j in range(len(a[0])):\n"
            "        result[i, j] = a_gradient[i, j] * a[i, j] * (1 - a[i, j])\nreturn result"
        ),
        "return (a_gradient.astype('float32') * a.astype('float32') * (1 - a.astype('float32')))",
        "z = np.log(a / (1 - a))\nreturn a_gradient * np.exp(-z) / (1 + np.exp(-z)) ** 2",
    ),
    "softmax": (
        "e = np.exp(z - z.max(axis=1, keepdims=True))\nreturn e / e.sum(axis=1, keepdims=True)",
        "e = np.exp(z - np.max(z, axis=-1)[:, None])\nreturn e / np.sum(e, axis=-1)[:, None]",
        "e = np.exp(z.T - z.max(axis=1))\nreturn (e / e.sum(axis=0)).T",
        "from scipy.special import softmax\nreturn softmax(z, axis=1)",
        "from scipy.special import logsumexp\nreturn np.exp(z - logsumexp(z, axis=1, keepdims=True))",
        "rows = []\nfor row in z:\n    e = np.exp(row - max(row))\n    rows.append(e / sum(e))\nreturn np.array(rows)",
        (
            "p = np.array(z, np.float64)\np -= p.max(1, keepdims=True)\nnp.exp(p, p)\np /= p.sum(1,"
            " keepdims=True)\nreturn p"
        ),
        (
            "p = np.empty(z.shape, np.float32)\nfor n in range(len(z)):\n    m = z[n].max()\n    p[n] = np.exp(z[n] -"
            " m)\n    p[n] /= p[n].sum()\nreturn p"
        ),
        "return np.array([[1 / sum(np.exp(min(other - v, 700)) for other in row) for v in row] for row in z])",
    ),
    "loss": (
        "return -np.log(p[np.arange(len(labels)), labels]).mean()",
        "return -np.mean(np.log(p[range(len(p)), labels]))",
        "return float(-np.log(p[np.arange(p.shape[0]), labels]).sum() / p.shape[0])",
        "y = np.eye(p.shape[1])[labels]\nreturn -(y * np.log(p)).sum() / len(p)",
        "total = 0\nfor row, label in zip(p, labels):\n    total -= math.log(row[label])\nreturn total / len(labels)",
        "return np.log(1 / np.take_along_axis(p, labels[:, None], axis=1)).mean()",
        "y = np.zeros_like(p)\ny[np.arange(len(p)), labels] = 1\nreturn -np.einsum('nk,nk->', y, np.log(p)) / len(y)",
        "return -np.log(np.clip(p[np.arange(len(labels)), labels], 1e-12, 1)).mean(keepdims=True)",
        "return np.float32(-np.log(p[np.arange(len(labels)), labels] + 1e-12).mean())",
    ),
    "loss_backward": (
        "y = np.eye(p.shape[1])[labels]\nreturn (p - y) / len(p)",
        "return (p - np.eye(10)[labels]) / len(labels)",
        "g = p.copy()\ng[np.arange(len(labels)), labels] -= 1\nreturn g / len(labels)",
        "g = p / len(p)\ng[range(len(p)), labels] -= 1 / len(p)\nreturn g",
        "y = (labels[:, None] == np.arange(p.shape[1])).astype(float)\nreturn -(y - p) / p.shape[0]",
        "g = np.array(p, np.float32)\nfor n, label in enumerate(labels):\n    g[n, label] -= 1\ng /= len(g)\nreturn g",
        "return np.array([[(v - (k == y)) / len(p) for k, v in enumerate(row)] for row, y in zip(p, labels)])",
        "y = np.zeros(p.shape)\nnp.put_along_axis(y, labels[:, None], 1, axis=1)\nreturn (p - y) * (1 / len(p))",
    ),
    "dense_forward": (
        "return x @ W + b",
        "return np.dot(x, W) + b[None, :]",
        "return (W.T @ x.T).T + b",
        "return np.einsum('ni,ij->nj', x, W) + b",
        "z = np.matmul(x, W)\nz += b\nreturn z",
        (
            "z = np.zeros((x.shape[0], W.shape[1]))\nfor n in range(x.shape[0]):\n    for j in range(W.shape[1]):\n    "
            "    z[n, j] = b[j]\n        for i in range(x.shape[1]):\n            z[n, j] += x[n, i] * W[i,"
            " j]\nreturn z"
        ),
        "return np.hstack([x, np.ones((len(x), 1))]) @ np.vstack([W, b])",
        "return (x[:, :, None] * W).sum(axis=1) + b",
        "return np.array([row @ W + b for row in x], np.float32)",
    ),
    "dense_backward": (
        "return z_gradient @ W.T, x.T @ z_gradient, z_gradient.sum(axis=0)",
        "return [np.dot(z_gradient, W.T), np.dot(x.T, z_gradient), np.sum(z_gradient, 0)]",
        (
            "return (np.einsum('nj,ij->ni', z_gradient, W), np.einsum('ni,nj->ij', x, z_gradient), np.einsum('nj->j',"
            " z_gradient))"
        ),
        (
            "dW = np.zeros(W.shape)\ndb = np.zeros(W.shape[1])\ndx = np.zeros(x.shape)\nfor n in range(len(x)):\n    dW"
            " += np.outer(x[n], z_gradient[n])\n    db += z_gradient[n]\n    dx[n] = W @ z_gradient[n]\nreturn dx,"
            " dW, db"
        ),
        "return (W @ z_gradient.T).T, (z_gradient.T @ x).T, np.ones(len(x)) @ z_gradient",
        "both = np.hstack([x, np.ones((len(x), 1))]).T @ z_gradient\nreturn z_gradient @ W.T, both[:-1], both[-1]",
        (
            "g = z_gradient.astype(np.float32)\nreturn g @ W.T.astype(np.float32), x.T.astype(np.float32) @ g,"
            " g.sum(axis=0)"
        ),
        "return np.tensordot(z_gradient, W, (1, 1)), np.tensordot(x, z_gradient, (0, 0)), np.add.reduce(z_gradient)",
    ),
    "sgd_step": (
        "return [w - learning_rate * g for w, g in zip(parameters, gradients)]",
        "return tuple(w + -learning_rate * g for w, g in zip(parameters, gradients))",
        "for w, g in zip(parameters, gradients):\n    w -= learning_rate * g\nreturn parameters",
        "for w, g in zip(parameters, gradients):\n    w -= learning_rate * g",
        (
            "for i in range(len(parameters)):\n    parameters[i] = parameters[i] - gradients[i] * learning_rate\nreturn"
            " parameters"
        ),
        "for i, g in enumerate(gradients):\n    np.subtract(parameters[i], learning_rate * g, out=parameters[i])",
        "return list(map(lambda w, g: w - learning_rate * g, parameters, gradients))",
        "return [(w - np.float32(learning_rate) * g).astype(np.float32) for w, g in zip(parameters, gradients)]",
    ),
}
FORWARD_AND_BACK = """
    a = sigmoid_forward(dense_forward(x[batch], W1, b1))
    p = softmax(dense_forward(a, W2, b2))
    da, dW2, db2 = dense_backward(loss_backward(p, labels[batch]), a, W2)
    _, dW1, db1 = dense_backward(sigmoid_backward(da, a), x[batch], W1)
"""
RIGHT_LOOPS = (
    "order = rng.permutation(len(x))\nfor start in range(0, len(x), batch_size):\n"
    "    batch = order[start : start + batch_size]\n    W1, b1, W2, b2 = parameters" + FORWARD_AND_BACK +
    "    parameters = sgd_step(parameters, [dW1, db1, dW2, db2], learning_rate)\nreturn parameters",
    "W1, b1, W2, b2 = [one.copy() for one in parameters]\norder = np.arange(len(x))\nrng.shuffle(order)\n"
    "for batch in np.array_split(order, -(-len(x) // batch_size)):" + FORWARD_AND_BACK +
    "    W1 -= learning_rate * dW1\n    b1 -= learning_rate * db1\n    W2 -= learning_rate * dW2\n"
    "    b2 -= learning_rate * db2\nreturn W1, b1, W2, b2",
    "W1, b1, W2, b2 = parameters\norder = rng.permutation(len(x))\nx, labels = x[order], labels[order]\nstart = 0\n"
    "while start < len(x):\n    batch = slice(start, start + batch_size)" + FORWARD_AND_BACK +
    "    for w, g in zip(parameters, (dW1, db1, dW2, db2)):\n        w -= learning_rate * g\n    start += batch_size",
    "left = list(range(len(x)))\nW1, b1, W2, b2 = parameters\nwhile left:\n"
    "    batch = [left.pop(int(rng.integers(len(left)))) for _ in range(min(batch_size, len(left)))]"
    + FORWARD_AND_BACK +
    "    W1, b1, W2, b2 = sgd_step([W1, b1, W2, b2], [dW1, db1, dW2, db2], learning_rate)\nreturn [W1, b1, W2, b2]",
)  # fmt: skip
