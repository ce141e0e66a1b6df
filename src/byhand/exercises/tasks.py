"""What is to be written: six files, nine functions. Each has a second hint, and its solution for the very end."""

from dataclasses import dataclass
from textwrap import indent


@dataclass(frozen=True)
class Function:
    """A function to write.

    Attributes:
        name: of the function.
        arguments: their names, as the function is declared.
        text: its docstring: what it takes and gives.
        hint: a second hint, for who asks.
        solution: a body that is right.
    """

    name: str
    arguments: str
    text: str
    hint: str
    solution: str

    def code(self, body: str) -> str:
        """The function with this body."""
        return (
            f'def {self.name}({self.arguments}):\n    """{indent(self.text, "    ").strip()}\n   '
            f' """\n{indent(body, "    ")}\n'
        )


@dataclass(frozen=True)
class Exercise:
    """A file to complete.

    Attributes:
        name: of the file, without .py.
        title: what it is about.
        imports: its first lines of code.
        functions: that are to be written.
    """

    name: str
    title: str
    imports: str
    functions: tuple[Function, ...]

    def open_file(self) -> str:
        """The file as the learner gets it."""
        return self._file(lambda function: f'raise NotImplementedError("write {function.name} here")')

    def solved_file(self) -> str:
        """The file with its solutions."""
        return self._file(lambda function: function.solution)

    def _file(self, body) -> str:  # type: ignore[no-untyped-def]
        parts = [f'"""{self.title}"""\n\n{self.imports}\n', *(one.code(body(one)) for one in self.functions)]
        return "\n\n".join(parts)


NUMPY = "import numpy as np"

SIGMOID = Exercise(
    "sigmoid",
    "What a unit makes of its sum, and how an error goes back through it.",
    NUMPY,
    (
        Function(
            "sigmoid_forward",
            "z",
            "Give a = 1 / (1 + e^-z) for each number.\n\nz: shape (n, units). Leave it as it is; give a new array of"
            " the same shape.",
            "np.exp works on whole arrays. Mind the sign in the exponent and the brackets around the whole"
            " denominator.",
            "return 1 / (1 + np.exp(-z))",
        ),
        Function(
            "sigmoid_backward",
            "a_gradient, a",
            "Turn dL/da into dL/dz.\n\na_gradient: dL/da, shape (n, units). a: what sigmoid_forward gave, same shape."
            " Leave both as they are.",
            "By the chain rule, dL/dz = dL/da · da/dz. The derivative of the sigmoid can be written with its output"
            " alone: da/dz = a (1 - a). You are given a, so the sigmoid is not needed again.",
            "return a_gradient * a * (1 - a)",
        ),
    ),
)
SOFTMAX = Exercise(
    "softmax",
    "From logits to probabilities.",
    NUMPY,
    (
        Function(
            "softmax",
            "z",
            "Give p_k = e^z_k / sum_j e^z_j for each row.\n\nz: logits of any size, shape (n, classes). Leave them as"
            " they are; give a new array of the same shape, whose rows sum to 1.",
            "Each row is divided by its own sum: axis=1, and keepdims=True keeps the shape (n, 1) for the division."
            " e^1000 is beyond all numbers: subtract each row's largest logit first, which changes nothing.",
            "powers = np.exp(z - z.max(axis=1, keepdims=True))\nreturn powers / powers.sum(axis=1, keepdims=True)",
        ),
    ),
)
LOSS = Exercise(
    "loss",
    "How wrong the network is, and where the way back begins.",
    NUMPY,
    (
        Function(
            "loss",
            "p, labels",
            "Give the mean of -log p[label] over the batch, one number, with the natural logarithm.\n\n"
            "p: probabilities, shape (n, classes). labels: the right classes as whole numbers, shape (n,).",
            "p[np.arange(len(labels)), labels] picks from each row the probability of its right class.",
            "return -np.log(p[np.arange(len(labels)), labels]).mean()",
        ),
        Function(
            "loss_backward",
            "p, labels",
            "Give the gradient of the loss by the logits z, where p = softmax(z).\n\np: probabilities, shape (n,"
            " classes). labels: the right classes as whole numbers, shape (n,). Leave both as they are; give a new"
            " array of the shape of p.",
            "With y the labels as one-hot rows, np.eye(classes)[labels], it is p - y. The loss is a mean over n images,"
            " so each of them has an n-th part in it.",
            "y = np.eye(p.shape[1])[labels]\nreturn (p - y) / len(p)",
        ),
    ),
)
DENSE = Exercise(
    "dense",
    "A layer in which each unit looks at every input.",
    NUMPY,
    (
        Function(
            "dense_forward",
            "x, W, b",
            "Give z = x W + b.\n\nx: shape (n, inputs). W: shape (inputs, units). b: shape (units,). The result has"
            " shape (n, units).",
            "x @ W is the product of matrices; b is added to each of its rows by itself.",
            "return x @ W + b",
        ),
        Function(
            "dense_backward",
            "z_gradient, x, W",
            "Turn dL/dz into three gradients: give (x_gradient, W_gradient, b_gradient), in this order.\n\nz_gradient:"
            " dL/dz, shape (n, units); it has been divided by n already. x: shape (n, inputs). W: shape (inputs,"
            " units).\nThe results have the shapes of x, W and b: (n, inputs), (inputs, units) and (units,).",
            "Write the shapes beside each other; only one product fits. For W it is (inputs, n) times (n, units), which"
            " also adds up the images. b is a weight whose input is always 1: add up z_gradient over the images.",
            "return z_gradient @ W.T, x.T @ z_gradient, z_gradient.sum(axis=0)",
        ),
    ),
)
UPDATE = Exercise(
    "update",
    "One step downhill.",
    NUMPY,
    (
        Function(
            "sgd_step",
            "parameters, gradients, learning_rate",
            "Take one step of gradient descent; give the list of parameters after it.\n\nparameters: a list of arrays."
            " You may change them in place, or make new ones. gradients: a list of arrays of the same shapes; leave"
            " them as they are. learning_rate: how far to go.",
            "The gradient says where the loss rises. Go the other way, learning_rate times as far, with each array of"
            " the list.",
            "return [w - learning_rate * g for w, g in zip(parameters, gradients)]",
        ),
    ),
)
LOOP = Exercise(
    "loop",
    "The loop: forward, loss, backward, step, again and again.",
    "import numpy as np\n\nfrom dense import dense_backward, dense_forward\nfrom loss import loss_backward\n"
    "from sigmoid import sigmoid_backward, sigmoid_forward\nfrom softmax import softmax\nfrom update import sgd_step",
    (
        Function(
            "train_epoch",
            "x, labels, parameters, learning_rate, batch_size, rng",
            "Show every image once, in batches and in a random order, with a step after each batch; give the parameters"
            " after it.\n\nx: images as rows, shape (n, inputs). labels: whole numbers, shape (n,). Leave both as they"
            " are.\nparameters: the list [W1, b1, W2, b2] of a network with one hidden layer of sigmoids.\nbatch_size:"
            " images per step; the last batch may be smaller. rng: np.random.default_rng(...), for rng.permutation(n).",
            "order = rng.permutation(len(x)), and for each start in range(0, len(x), batch_size) the images order[start"
            " : start + batch_size]. Forward: dense, sigmoid, dense, softmax. Backward, in the opposite order: loss,"
            " dense 2, sigmoid, dense 1. Only then the step, with all four gradients.",
            "order = rng.permutation(len(x))\n"
            "for start in range(0, len(x), batch_size):\n"
            "    batch = order[start : start + batch_size]\n"
            "    W1, b1, W2, b2 = parameters\n"
            "    a = sigmoid_forward(dense_forward(x[batch], W1, b1))\n"
            "    p = softmax(dense_forward(a, W2, b2))\n"
            "    a_gradient, W2_gradient, b2_gradient = dense_backward(loss_backward(p, labels[batch]), a, W2)\n"
            "    z_gradient = sigmoid_backward(a_gradient, a)\n"
            "    _, W1_gradient, b1_gradient = dense_backward(z_gradient, x[batch], W1)\n"
            "    gradients = [W1_gradient, b1_gradient, W2_gradient, b2_gradient]\n"
            "    parameters = sgd_step(parameters, gradients, learning_rate)\n"
            "return parameters",
        ),
    ),
)
EXERCISES = {one.name: one for one in (SIGMOID, SOFTMAX, LOSS, DENSE, UPDATE, LOOP)}
