"""`MLPClassifier`: byhand's network and trainer behind scikit-learn's conventions."""

import math
import warnings
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import issparse
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import check_random_state, compute_sample_weight
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import _check_sample_weight, check_is_fitted, column_or_1d, validate_data

from byhand.data import one_hot, stratified_split
from byhand.errors import ByhandError
from byhand.estimator.first_weights import draw_as_scikit_learn
from byhand.estimator.lbfgs import minimise
from byhand.estimator.parameters import batch_size_of, in_scikit_learn, parameters_of, recipe_of
from byhand.estimator.stopping import Stopping
from byhand.model import Model
from byhand.nn import Adam, Network, SoftmaxNLL, softmax
from byhand.preprocessing import MinMaxScaling, Preprocessing, deskew
from byhand.training.crew import LostMemberError
from byhand.training.crew_size import choose_members, crew_for
from byhand.training.divergence import DivergedError
from byhand.training.loop import Epoch, Event, Training
from byhand.training.recipe import Recipe
from byhand.training.seeds import RandomStreams
from byhand.training.setup import augmentation_of

ROWS_AT_A_TIME = 1000


def _has_steps(estimator: "MLPClassifier") -> bool:
    """Whether the solver takes a step per batch, so that it can learn from part of the data."""
    if estimator.solver == "lbfgs":
        raise AttributeError("partial_fit needs a solver that learns batch by batch: solver='adam' or 'sgd'.")
    return True


class MLPClassifier(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """A multi-layer perceptron classifier, byhand's, with the parameters of scikit-learn's.

    What has the name of one of scikit-learn's parameters means the same and has the same default; see
    `sklearn.neural_network.MLPClassifier`. Where they differ: two classes have two outputs with a softmax, and sparse
    input is made dense. The rest is byhand's own.

    Args:
        hidden_layer_sizes: units of each hidden layer; () for none.
        activation: of the hidden units: "relu", "logistic" (or "sigmoid"), "tanh" or "identity".
        solver: "adam", "sgd", or "lbfgs" (SciPy's, on all examples at once, in float64).
        alpha: strength of L2 regularisation; its gradient is divided by the batch size.
        batch_size: examples per step; "auto" for 200, or all where there are fewer.
        learning_rate: with "sgd": "constant", "invscaling" or "adaptive".
        learning_rate_init: the learning rate; the highest one where `schedule` changes it.
        power_t: exponent of "invscaling".
        max_iter: epochs, or iterations of "lbfgs", at most.
        shuffle: show the examples in a new random order in each epoch.
        random_state: decides everything random. A whole number is the seed of `byhand.train`, too.
        tol: a smaller improvement is none; for "lbfgs", the largest entry of the gradient that is small enough.
        verbose: print the loss of each epoch.
        warm_start: `fit` goes on with the present weights.
        momentum: with "sgd", from 0 to below 1.
        nesterovs_momentum: whether momentum looks ahead.
        early_stopping: hold out some examples, stratified, stop where their accuracy no longer rises, and keep the
            weights that were best on them.
        validation_fraction: how many of them, 0 to 1.
        beta_1: Adam's decay of the mean gradient.
        beta_2: Adam's decay of the mean squared gradient.
        epsilon: Adam's guard against a division by 0.
        n_iter_no_change: epochs without improvement that are borne with.
        max_fun: evaluations at most, with "lbfgs".
        class_weight: {label: weight}, or "balanced" for weights in inverse proportion to the classes' frequencies.
        schedule: "constant", or "one-cycle": rise and fall once over all of `max_iter` epochs; then only
            `early_stopping` ends training before.
        initialiser: "normal", "glorot" or "he", whose biases start at 0; None for scikit-learn's way, see
            `first_weights`.
        scaling: None for numbers as they are; "whole-range" or "per-pixel" for min-max scaling, fitted in training.
        deskew: bring images upright, to the middle and to one size, first.
        rotation: deform images by up to this many degrees, anew in each epoch.
        scale: by up to this fraction of height and width.
        shear: by up to this many pixels per row.
        shift: by up to this many pixels along either axis.
        elastic: elastically, standard deviation in pixels.
        smoothness: width of the elastic bends, in pixels.
        fading: by how much the deformations fade until the end of training, 0 to 1.
        image_shape: (height, width) of the images in the rows of X; None for squares. Only deskewing and deforming ask.
            Images are bright on a background of 0.
        temperature: divides the logits in `predict_proba`.
        dtype: "float32" or "float64"; None for float32 where X is float32 or bytes, else float64.
        workers: processes of this machine that share the first hidden layer in `fit`, each with a copy of X; None for
            one. They take a third of a second to start, and the result is the same but for rounding.
        callbacks: functions called after each epoch with the estimator and what the epoch brought (a
            `byhand.training.loop.Epoch`); one that returns True ends training.

    Attributes:
        classes_: the labels, sorted, shape (classes,).
        model_: the `byhand.Model` inside, to save, to export, or to show.
        coefs_, intercepts_: weights (inputs, units) and biases (units,) of each layer; views, so writing changes them.
        loss_, loss_curve_: mean loss of the last, and of each epoch, L2 penalty included, in nats.
        best_loss_: the lowest; None with early stopping.
        validation_scores_, best_validation_score_: accuracy on what was held out; None without early stopping.
        n_iter_: epochs of the last `fit`.
        t_: examples shown in all.
        n_features_in_, feature_names_in_, n_layers_, n_outputs_, out_activation_: as in scikit-learn.
    """

    def __init__(
        self,
        hidden_layer_sizes: int | Sequence[int] = (100,),
        activation: Literal["identity", "logistic", "sigmoid", "tanh", "relu"] = "relu",
        *,
        solver: Literal["lbfgs", "sgd", "adam"] = "adam",
        alpha: float = 0.0001,
        batch_size: int | Literal["auto"] = "auto",
        learning_rate: Literal["constant", "invscaling", "adaptive"] = "constant",
        learning_rate_init: float = 0.001,
        power_t: float = 0.5,
        max_iter: int = 200,
        shuffle: bool = True,
        random_state: int | np.random.RandomState | None = None,
        tol: float = 1e-4,
        verbose: bool | int = False,
        warm_start: bool = False,
        momentum: float = 0.9,
        nesterovs_momentum: bool = True,
        early_stopping: bool = False,
        validation_fraction: float = 0.1,
        beta_1: float = Adam.beta1,
        beta_2: float = Adam.beta2,
        epsilon: float = Adam.epsilon,
        n_iter_no_change: float = 10,
        max_fun: int = 15_000,
        class_weight: dict[Any, float] | Literal["balanced"] | None = None,
        schedule: Literal["constant", "one-cycle"] = "constant",
        initialiser: Literal["normal", "glorot", "he"] | None = None,
        scaling: Literal["whole-range", "per-pixel"] | None = None,
        deskew: bool = False,
        rotation: float = 0.0,
        scale: float = 0.0,
        shear: float = 0.0,
        shift: float = 0.0,
        elastic: float = 0.0,
        smoothness: float = 4.0,
        fading: float = 0.0,
        image_shape: tuple[int, int] | None = None,
        temperature: float = 1.0,
        dtype: Literal["float32", "float64"] | None = None,
        workers: int | None = None,
        callbacks: Sequence[Callable[["MLPClassifier", Epoch], object]] | None = None,
    ) -> None:
        self.hidden_layer_sizes = hidden_layer_sizes
        self.activation = activation
        self.solver = solver
        self.alpha = alpha
        self.batch_size = batch_size
        self.learning_rate = learning_rate
        self.learning_rate_init = learning_rate_init
        self.power_t = power_t
        self.max_iter = max_iter
        self.shuffle = shuffle
        self.random_state = random_state
        self.tol = tol
        self.verbose = verbose
        self.warm_start = warm_start
        self.momentum = momentum
        self.nesterovs_momentum = nesterovs_momentum
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.n_iter_no_change = n_iter_no_change
        self.max_fun = max_fun
        self.class_weight = class_weight
        self.schedule = schedule
        self.initialiser = initialiser
        self.scaling = scaling
        self.deskew = deskew
        self.rotation = rotation
        self.scale = scale
        self.shear = shear
        self.shift = shift
        self.elastic = elastic
        self.smoothness = smoothness
        self.fading = fading
        self.image_shape = image_shape
        self.temperature = temperature
        self.dtype = dtype
        self.workers = workers
        self.callbacks = callbacks

    @classmethod
    def from_recipe(cls, recipe: str | Recipe, **parameters: Any) -> Self:
        """Make an estimator that trains as a recipe says, "fast" for example: on the same data, to the same weights.

        Args:
            recipe: a recipe's name, the path of a `.toml` file, or a `Recipe`.
            parameters: replace those of the recipe.

        Raises:
            ByhandError: no such recipe, or one that does what the estimator does not.
        """
        loaded = recipe if isinstance(recipe, Recipe) else Recipe.load(recipe)
        return cls(**(parameters_of(loaded) | parameters))

    @classmethod
    def from_model(cls, model: Model, **parameters: Any) -> Self:
        """Make a fitted estimator of a model, such as `byhand.load_model()`; it predicts as the model does.

        Args:
            model: shared, not copied.
            parameters: for further training.
        """
        network = model.network
        of_model: dict[str, Any] = {
            "hidden_layer_sizes": tuple(network.sizes[1:-1]), "activation": network.activation,
            "deskew": model.preprocessing.deskew, "image_shape": model.image_shape, "scaling": "whole-range",
            "temperature": model.temperature, "dtype": str(network.parameters.dtype),
        }  # fmt: skip
        estimator = cls(**(of_model | parameters))
        estimator.classes_, estimator.model_ = model.labels, model
        estimator.n_features_in_ = network.sizes[0]
        estimator._begin_curves()
        estimator._streams = RandomStreams(estimator._seed())
        return estimator

    def fit(self, X: ArrayLike, y: ArrayLike, sample_weight: ArrayLike | None = None) -> Self:  # noqa: N803
        """Learn from examples.

        Args:
            X: shape (n, features): an array, a sparse matrix or a data frame. Of a memory map such as
                `numpy.load(..., mmap_mode="r")`, in the number type of the network or in bytes with `scaling`, only a
                batch at a time comes into memory; `deskew` and `early_stopping` copy it.
            y: labels of any kind, shape (n,).
            sample_weight: how often each example counts, 0 or more, shape (n,); None for once.

        Raises:
            ByhandError: parameters that cannot work; a `ValueError`, as all that is raised here.
            DivergedError: training diverged; the last good weights are kept.
        """
        further = self.warm_start and hasattr(self, "model_")
        rows, labels, weights = self._checked(X, y, sample_weight, reset=not further)
        classes = np.unique(labels)
        if further and not np.array_equal(classes, self.classes_):
            raise ByhandError(
                f"warm_start goes on with the classes it has, {list(self.classes_)}, and y has {list(classes)}: start "
                "anew with warm_start=False."
            )
        self.classes_: NDArray[Any] = classes
        rows, positions, weights = self._counted(rows, labels, weights)
        recipe = self._recipe(rows, weights)
        if not further:
            self._start_network(rows, recipe)
        held_out = (rows[:0], positions[:0], None)
        if self.early_stopping and self.solver != "lbfgs":
            kept, out = stratified_split(positions, self._validation_count(len(rows)), self._streams.split)
            held_out = rows[out], positions[out], None if weights is None else weights[out]
            rows, positions, weights = rows[kept], positions[kept], None if weights is None else weights[kept]
        training = self._training(rows, positions, weights, recipe, held_out)
        if self.solver == "lbfgs":
            self._fit_all_at_once(training)
        else:
            with self._team(training):
                self._fit_epochs(training)
        return self

    @available_if(_has_steps)  # type: ignore[untyped-decorator]
    def partial_fit(
        self,
        X: ArrayLike,  # noqa: N803
        y: ArrayLike,
        classes: ArrayLike | None = None,
        sample_weight: ArrayLike | None = None,
    ) -> Self:
        """Go once through some of the examples, and be ready for more.

        Args:
            X: as in `fit`.
            y: as in `fit`.
            classes: all labels that will ever come; needed in the first call.
            sample_weight: as in `fit`.

        Raises:
            ByhandError: parameters that cannot work, or need to know how many examples will come.
        """
        first = not hasattr(self, "model_")
        if self.early_stopping or self.schedule != "constant" or self.fading or self.class_weight == "balanced":
            raise ByhandError(
                "partial_fit does not know how many examples will come, and does not support early_stopping, "
                "one-cycle, fading, or class_weight='balanced'."
            )
        rows, labels, weights = self._checked(X, y, sample_weight, reset=first)
        if first:
            if classes is None:
                raise ByhandError("classes must be passed on the first call to partial_fit: all labels there will be.")
            self.classes_ = np.unique(np.asarray(classes))
        elif classes is not None and not np.array_equal(np.unique(np.asarray(classes)), self.classes_):
            raise ByhandError(f"classes={list(np.asarray(classes))} is not what the first call said: {self.classes_}.")
        unknown = np.setdiff1d(labels, self.classes_)
        if len(unknown):
            raise ByhandError(f"y has labels that were not in classes: {list(unknown)[:5]}.")
        rows, positions, weights = self._counted(rows, labels, weights)
        recipe = self._recipe(rows, weights)
        if first:
            self._start_network(rows, recipe)
        training = self._training(rows, positions, weights, recipe, (rows[:0], positions[:0], None))
        # What the optimiser remembers of earlier examples.
        for name, array in getattr(self, "_memory", {}).items():
            training.optimiser.memory[name][...] = array
        self._fit_epochs(training, epochs=1)
        self._memory = training.optimiser.memory
        return self

    def predict(self, X: ArrayLike) -> NDArray[Any]:  # noqa: N803
        """Give the most probable label of each row of X, shape (n, features) in, (n,) out."""
        # First, for it checks whether there is anything to predict with.
        logits = self._logits(X)
        labels: NDArray[Any] = self.classes_[logits.argmax(axis=1)]
        return labels

    def predict_proba(self, X: ArrayLike) -> NDArray[Any]:  # noqa: N803
        """Give the probability of each label, in the order of `classes_`, shape (n, features) in, (n, classes) out."""
        # First, for it checks whether there is anything to predict with.
        logits = self._logits(X)
        return softmax(logits / self.model_.temperature)

    def predict_log_proba(self, X: ArrayLike) -> NDArray[Any]:  # noqa: N803
        """Give the natural logarithm of `predict_proba`; minus infinity for a probability that is 0."""
        with np.errstate(divide="ignore"):
            logarithms: NDArray[Any] = np.log(self.predict_proba(X))
        return logarithms

    @property
    def coefs_(self) -> list[NDArray[Any]]:
        """The weights of each layer, shape (inputs, units)."""
        return [layer.weights for layer in self.model_.network.dense]

    @property
    def intercepts_(self) -> list[NDArray[Any]]:
        """The biases of each layer, shape (units,)."""
        return [layer.bias for layer in self.model_.network.dense]

    @property
    def n_layers_(self) -> int:
        """How many layers there are, inputs and outputs included."""
        return len(self.model_.network.sizes)

    @property
    def n_outputs_(self) -> int:
        """How many outputs there are: as many as classes."""
        return int(self.model_.network.sizes[-1])

    @property
    def out_activation_(self) -> str:
        """What turns the outputs into probabilities."""
        return "softmax" if self.model_ else ""

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags

    def __sklearn_is_fitted__(self) -> bool:
        return hasattr(self, "model_")

    def _checked(self, X: Any, y: Any, sample_weight: Any, *, reset: bool) -> tuple[Any, Any, Any]:  # noqa: N803
        """Rows of bytes or floating-point numbers, labels, and weights, None for once each, as arrays."""
        if len(getattr(y, "shape", ())) == 2 and y.shape[1] > 1:
            raise ByhandError("y has several columns: give one label per example, y.argmax(axis=1) for one-hot rows.")
        rows, labels = validate_data(
            self, X, y, accept_sparse=["csr", "csc", "coo"], dtype=[np.float64, np.float32, np.uint8], reset=reset
        )
        check_classification_targets(labels)
        labels = column_or_1d(labels, warn=True)
        weights = None
        if sample_weight is not None:
            weights = _check_sample_weight(sample_weight, rows, dtype=np.float64, ensure_non_negative=True)
        if self.class_weight is not None:
            by_class = compute_sample_weight(self.class_weight, labels)
            weights = by_class if weights is None else weights * by_class
        return rows, labels, weights

    def _counted(self, X: Any, y: Any, weights: Any) -> tuple[Any, Any, Any]:  # noqa: N803
        """Dense examples, positions in `classes_`, and weights, without examples of weight 0."""
        rows, positions = X, np.searchsorted(self.classes_, y)
        if weights is not None and not weights.all():
            if not weights.any():
                raise ByhandError("All sample weights are 0: there is nothing to learn from.")
            counting = np.flatnonzero(weights)
            rows, positions, weights = rows[counting], positions[counting], weights[counting]
        return rows.toarray() if issparse(rows) else rows, positions, weights

    def _seed(self) -> int:
        """The seed: `random_state` itself if it is a whole number, else drawn from it."""
        if isinstance(self.random_state, int | np.integer):
            return int(self.random_state)
        return int(check_random_state(self.random_state).randint(2**31 - 1))

    def _recipe(self, X: Any, weights: Any) -> Recipe:  # noqa: N803
        """The recipe for these examples."""
        dtype = self.dtype or ("float64" if X.dtype == np.float64 or self.solver == "lbfgs" else "float32")
        mean_weight = 1.0 if weights is None else float(weights.mean())
        batch_size = batch_size_of(vars(self), len(X))
        return recipe_of(self.get_params(deep=False), batch_size, mean_weight, self._seed(), dtype)

    def _start_network(self, X: NDArray[Any], recipe: Recipe) -> None:  # noqa: N803
        """A model with its first weights, and curves that are still empty."""
        self._streams = RandomStreams(recipe.seed)
        network = Network([X.shape[1], *recipe.hidden, len(self.classes_)], recipe.activation, recipe.dtype)
        if self.initialiser is None:
            draw_as_scikit_learn(network, self._streams.weights)
        else:
            network.initialise(self.initialiser, self._streams.weights)
        if self.scaling is None:
            scaling = MinMaxScaling(np.zeros(X.shape[1]), np.ones(X.shape[1]))
        else:
            scaling = MinMaxScaling.fit(X, per_pixel=self.scaling == "per-pixel")
        low, high = scaling.range
        brightness = round((float(X.mean()) - low) / ((high - low) or 1.0), 3)
        shape = self._image_shape(X, recipe)
        self.model_ = Model(
            network, Preprocessing(shape, scaling, recipe.deskew, brightness), tuple(map(str, self.classes_)),
            recipe.settings() | {"workers": 1}, temperature=recipe.temperature,
        )  # fmt: skip
        self.__dict__.pop("_memory", None)
        self._begin_curves()

    def _begin_curves(self) -> None:
        self.loss_curve_: list[float] = []
        self.validation_scores_: list[float] | None = [] if self.early_stopping else None
        self.best_loss_: float | None = None if self.early_stopping else math.inf
        self.best_validation_score_: float | None = -math.inf if self.early_stopping else None
        self.t_ = self.n_iter_ = 0

    def _image_shape(self, X: NDArray[Any], recipe: Recipe) -> tuple[int, int]:  # noqa: N803
        """(height, width) of the images in rows of X; (1, features) where they are no images."""
        pixels, side = X.shape[1], math.isqrt(X.shape[1])
        if self.image_shape is not None:
            height, width = self.image_shape
            if height * width != pixels:
                raise ByhandError(
                    f"image_shape={self.image_shape} has {height * width} pixels, and X {pixels} features."
                )
            return int(height), int(width)
        images = recipe.deskew or recipe.augments
        if side * side == pixels:
            return side, side
        if images:
            raise ByhandError(
                f"X has {pixels} features, no square image: say image_shape=(height, width) to deform it."
            )
        return 1, pixels

    def _pixels(self, X: NDArray[Any]) -> NDArray[Any]:  # noqa: N803
        """Rows of images as the network learns from them, deskewed if that is part of the model."""
        if not self.model_.preprocessing.deskew:
            return X
        return deskew(X.reshape(-1, *self.model_.image_shape)).reshape(X.shape)

    def _training(
        self, X: NDArray[Any], y: NDArray[Any], weights: NDArray[Any] | None, recipe: Recipe,  # noqa: N803
        held_out: tuple[NDArray[Any], NDArray[Any], NDArray[Any] | None],
    ) -> Training:  # fmt: skip
        """Everything that one fit starts from."""
        model, streams = self.model_, self._streams
        dtype = model.network.parameters.dtype
        if (recipe.deskew or recipe.augments) and X.min() < 0:
            raise ByhandError(
                "Images are bright on a background of 0 and X has numbers below 0: shift them by X.min()."
            )
        targets = one_hot(y, len(self.classes_), dtype)
        if weights is not None:
            targets *= (weights / weights.mean())[:, np.newaxis].astype(dtype)
        pixels = self._pixels(X)
        scaled = self.scaling is not None
        if not (scaled and pixels.dtype == np.uint8):
            pixels = pixels.astype(dtype, copy=False)
        validate_on = self._pixels(held_out[0])

        def validate() -> tuple[float, float]:
            logits, truth = model.logits_of_pixels(validate_on), held_out[1]
            accuracy = float(np.average(logits.argmax(axis=1) == truth, weights=held_out[2]))
            return accuracy, SoftmaxNLL().forward(logits, one_hot(truth, len(self.classes_), dtype))

        augmentation = augmentation_of(recipe, model.image_shape)
        training = Training(
            model.network, pixels, targets, recipe, streams.order,
            scale=model.preprocessing.scaling.transform if scaled else None,
            augment=augmentation.augment if augmentation else None,
            augmentation_rng=streams.augmentation,
            validate=validate if len(validate_on) else None,
            weighted=weights is not None,
        )  # fmt: skip
        # Numbers of any scale come here, and a loss that starts far above that of guessing may well fall.
        training.guard.limit = math.inf
        if isinstance(training.optimiser, Adam):
            training.optimiser.beta1, training.optimiser.beta2 = self.beta_1, self.beta_2
            training.optimiser.epsilon = self.epsilon
        return training

    def _team(self, training: Training) -> AbstractContextManager[object]:
        """The processes that share a training, if there are to be several; with the context, their work ends."""
        wanted = training.recipe.workers
        crew = crew_for(training.recipe, len(training.inputs)) if wanted > 1 else None
        members = 1
        if crew:
            members = choose_members(training, crew, wanted)
            if members > 1:
                crew.join(training, members)
        self.model_.recipe["workers"] = members
        return crew or nullcontext()

    def _fit_epochs(self, training: Training, epochs: int | None = None) -> None:
        """Run epochs until the loss, or the held-out examples, say that it is enough, or some callback does."""
        watching = self.validation_scores_ is not None
        # A learning rate that rises and falls once must come to its end.
        patience = math.inf if self.schedule != "constant" and not watching else self.n_iter_no_change
        stopping = Stopping(
            self.tol, patience, rising=watching, adaptive=self.solver == "sgd" and self.learning_rate == "adaptive"
        )
        if not watching and self.loss_curve_ and epochs:
            stopping.best = self.best_loss_ or math.inf
        best = training.network.parameters.copy() if watching else None
        self.n_iter_ = 0
        ended = epochs is not None
        if self.solver == "sgd" and self.learning_rate == "invscaling":
            training.learning_rate = self.learning_rate_init / (self.t_ + 1) ** self.power_t
        try:
            for event in training.events():
                if event is not Event.EPOCH:
                    continue
                epoch = training.history[-1]
                self._note(epoch.train_loss + (training.penalty.forward() if training.recipe.l2 else 0.0))
                self.t_ += len(training.inputs)
                if epoch.validation_accuracy is not None and self.validation_scores_ is not None:
                    self.validation_scores_.append(epoch.validation_accuracy)
                    if self.verbose:
                        print(f"Validation score: {epoch.validation_accuracy:.6f}")
                stopping.judge(self.loss_ if epoch.validation_accuracy is None else epoch.validation_accuracy, training)
                if best is not None and stopping.improved:
                    np.copyto(best, training.network.parameters)
                if self.solver == "sgd" and self.learning_rate == "invscaling":
                    training.learning_rate = self.learning_rate_init / (self.t_ + 1) ** self.power_t
                self.model_.history.append(epoch.without_seconds())
                if self._called_back(epoch) or stopping.reached or self.n_iter_ == epochs:
                    ended = True
                    break
        except DivergedError as error:
            raise DivergedError(
                in_scikit_learn(str(error)).replace("try learning_rate=", "try learning_rate_init=")
            ) from None
        except LostMemberError:
            raise ByhandError(
                "A process that shared the training has ended, perhaps for lack of memory: leave workers out."
            ) from None
        except KeyboardInterrupt:
            warnings.warn("Training interrupted by user.", stacklevel=3)
            ended = True
        if best is not None:
            np.copyto(training.network.parameters, best)
            self.best_validation_score_ = stopping.best
        else:
            self.best_loss_ = stopping.best
        if not ended and self.schedule == "constant":
            self._warn_of_end()

    def _fit_all_at_once(self, training: Training) -> None:
        """Hand everything to L-BFGS."""
        self.n_iter_, reached = minimise(
            training, max_iter=self.max_iter, max_fun=self.max_fun, tol=self.tol, each=self._note
        )
        if not np.isfinite(training.network.parameters).all():
            raise ByhandError("The weights are no longer finite: scale X first, for example with StandardScaler.")
        self.t_ += self.n_iter_ * len(training.inputs)
        self.best_loss_ = min(self.loss_curve_, default=math.inf)
        if not reached:
            self._warn_of_end()

    def _note(self, loss: float) -> None:
        self.n_iter_ += 1
        self.loss_ = loss
        self.loss_curve_.append(loss)
        if self.verbose:
            print(f"Iteration {self.n_iter_}, loss = {loss:.8f}")

    def _called_back(self, epoch: Epoch) -> bool:
        """Call every callback; tell whether one wants to stop."""
        answers = [callback(self, epoch) for callback in self.callbacks or ()]
        return any(answer is True for answer in answers)

    def _warn_of_end(self) -> None:
        warnings.warn(
            f"Maximum iterations ({self.max_iter}) reached and the optimization hasn't converged yet: raise max_iter, "
            "or scale X.",
            ConvergenceWarning,
            stacklevel=4,
        )

    def _validation_count(self, examples: int) -> int:
        """How many examples are held out."""
        count = math.ceil(self.validation_fraction * examples)
        if count < 2 or count >= examples:
            raise ByhandError(
                f"The validation set is too small or all there is: {count} of {examples} examples. Change "
                "validation_fraction, or give more examples."
            )
        return count

    def _logits(self, X: Any) -> NDArray[Any]:  # noqa: N803
        """The network's raw output for rows of X, shape (n, classes)."""
        check_is_fitted(self)
        rows = validate_data(self, X, accept_sparse="csr", dtype=[np.float64, np.float32, np.uint8], reset=False)
        if not issparse(rows):
            return self.model_.logits_of_pixels(self._pixels(rows))
        parts = [rows[start : start + ROWS_AT_A_TIME].toarray() for start in range(0, rows.shape[0], ROWS_AT_A_TIME)]
        return np.concatenate([self.model_.logits_of_pixels(self._pixels(part)) for part in parts])
