"""Tensor parallelism: a network's hidden layer shared between processes, one core each.

A network with 128 hidden units is the sum of two networks with 64. Let a be the hidden units' activations and W2 the
weights behind them; the sum over the units j can be split anywhere:

    z = sum over all j of a_j W2_j + b  =  (sum over the first half + b) + (sum over the second half).

A unit of the first layer looks at all inputs and at no other unit. So each member of the team holds an ordinary
`Network` with its slice of the units: their columns of W1 and b1, and their rows of W2; only the first member has b.
All see the same batch, and each computes its part of z. The parts are exchanged and added, by all in the same order,
and this is exact: only the rounding of the sum differs from that of one process. From there on all members know the
whole z, and what follows, further layers, the loss and G = dL/dz, is the same in each.

No gradient needs an exchange. dL/dW2_j = a_j^T G and dL/da_j = G W2_j^T need only G, which all know, and what belongs
to unit j; dL/dW1 and dL/db1 follow from dL/da. An optimiser that works element by element, as all of ours do, takes
the same step on a slice as on the whole. Large language models are trained so across GPUs (column- and row-parallel
layers: Shoeybi et al. 2019, "Megatron-LM", section 3).

What it saves: each slice of W1 and its gradient stay in the cache of one core, where a product on two threads sends
half of 400 KB of gradient from one core's cache to the other's in every step.
"""

import math
import os
import time
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from byhand.nn import Network, Optimiser, make_optimiser

# A waiting member looks so often, 0.1 ms, and most waits are shorter; then it lets others have the core. With no end to
# looking, a second program on the machine makes an epoch take 7 s instead of 0.4.
LOOKS_BEFORE_YIELDING = 1000
# A longer wait is for something else than a step, such as a validation: look seldom, and whether all are still there.
SECONDS_BEFORE_SLEEPING, SECONDS_OF_SLEEP = 0.02, 0.001


class Exchange:
    """A layer whose `forward` adds up what all members have, and whose `backward` changes nothing.

    The sum z = z_1 + z_2 + ... has dz/dz_m = 1, so dL/dz_m = dL/dz.

    Each member has a counter in a cache line of its own, and waits until all others have come as far. Buffers come in
    twos: one may still be read by the slowest member while the fastest writes into the other.
    """

    def __init__(
        self, arrays: dict[str, NDArray[Any]], rank: int, members: int, count: int, look_after: Callable[[], None]
    ) -> None:
        """Join.

        Args:
            arrays: in memory that all members share: "counters", int64, (members, 8); "parts", (2, members, numbers);
                "images", (2, numbers), where batches are augmented in shares.
            rank: of this member, from 0.
            members: how many there are.
            count: where the counters stand.
            look_after: called now and then in a long wait; raises where a member has gone.
        """
        self.rank, self.members, self.count, self.look_after = rank, members, count, look_after
        self.stride = arrays["counters"].shape[1]
        self.counters = (
            memoryview(arrays["counters"].data).cast("B").cast("q")
        )  # 30 ns to read, where an array takes 100
        self.others = [other * self.stride for other in range(members) if other != rank]
        self.parts, self.images = arrays["parts"], arrays["images"]
        self.turn = self.image_turn = 0
        self._views: dict[tuple[int, ...], list[list[NDArray[Any]]]] = {}

    def meet(self) -> None:
        """Wait until every member has called this as often; raises what `look_after` raises."""
        self.count += 1
        self.counters[self.rank * self.stride] = self.count
        for other in self.others:
            looks = 0
            while self.counters[other] < self.count:
                looks += 1
                if looks > LOOKS_BEFORE_YIELDING:
                    self._wait(other)

    def _wait(self, other: int) -> None:
        let_others_run: Callable[[], None] = getattr(os, "sched_yield", lambda: time.sleep(0))
        start = time.perf_counter()
        while self.counters[other] < self.count:
            if time.perf_counter() - start > SECONDS_BEFORE_SLEEPING:
                self.look_after()
                time.sleep(SECONDS_OF_SLEEP)
            else:
                let_others_run()

    def forward(self, inputs: NDArray[Any]) -> NDArray[Any]:
        """Add up all members' parts, shape (n, units) in and out, in place."""
        if inputs.shape not in self._views:
            self._views[inputs.shape] = [
                [buffer[member, : inputs.size].reshape(inputs.shape) for member in range(self.members)]
                for buffer in self.parts
            ]
        views = self._views[inputs.shape][self.turn]
        self.turn ^= 1
        np.copyto(views[self.rank], inputs)
        self.meet()
        np.add(views[0], views[1], out=inputs)
        for other in views[2:]:
            inputs += other
        return inputs

    def backward(self, output_gradient: NDArray[Any]) -> NDArray[Any]:
        """Give back dL/dz, which is the derivative by this member's part, too."""
        return output_gradient

    def shared_batch(self, shape: tuple[int, ...]) -> NDArray[Any]:
        """An array of this shape that each member fills in part; it is whole when all have met."""
        self.image_turn ^= 1
        return self.images[self.image_turn, : math.prod(shape)].reshape(shape)


def state_of(network: Network, optimiser: Optimiser) -> dict[str, NDArray[Any]]:
    """What learning changes, by name: the parameters, and what the optimiser remembers."""
    return {"parameters": network.parameters} | optimiser.memory


class Share:
    """One member's slice of a network, as a network of its own.

    Attributes:
        whole: where all members put their slices together, see `state_of`; in memory that they share.
        network: with this member's units in the first hidden layer. `exchange` completes the sums of its second dense
            layer; all that follows is whole, and the same in all members.
        optimiser: of the slice.
        exchange: with the other members.
    """

    def __init__(
        self, network: Network, optimiser: str, momentum: float, whole: dict[str, NDArray[Any]], exchange: Exchange
    ) -> None:
        """Take this member's slice of what the whole network and its optimiser hold.

        Args:
            network: the whole one, with at least one hidden layer, of at least as many units as there are members.
            optimiser: its name.
            momentum: see `make_optimiser`.
            whole: see the attributes.
            exchange: says whose slice it is.
        """
        self.sizes, self.whole, self.exchange = network.sizes, whole, exchange
        units, rank, members = network.sizes[1], exchange.rank, exchange.members
        self.units = slice(units * rank // members, units * (rank + 1) // members)
        sizes = [network.sizes[0], self.units.stop - self.units.start, *network.sizes[2:]]
        self.network = Network(sizes, network.activation, network.parameters.dtype)
        self.optimiser = make_optimiser(optimiser, self.network.parameters, self.network.gradient, momentum)
        second = self.network.dense[1]
        if rank:  # not among the parameters: 0 for ever
            second.bias, second.bias_gradient = np.zeros_like(second.bias), np.empty_like(second.bias)
        self.network.layers.insert(self.network.layers.index(second) + 1, exchange)
        for name, own in state_of(self.network, self.optimiser).items():
            for all_of_it, mine in self._pairs(whole[name], own):
                mine[...] = all_of_it

    def gather(self, *, parameters_only: bool) -> None:
        """The reverse: bring `whole` up to date, with all other members."""
        for name, own in state_of(self.network, self.optimiser).items():
            if name == "parameters" or not parameters_only:
                for all_of_it, mine in self._pairs(self.whole[name], own, writing=True):
                    all_of_it[...] = mine
        self.exchange.meet()

    def _pairs(
        self, whole: NDArray[Any], own: NDArray[Any], *, writing: bool = False
    ) -> Iterator[tuple[NDArray[Any], NDArray[Any]]]:
        """What belongs together in two vectors that are laid out as parameters are, of the whole and of the slice.

        What all members have, the first one writes.
        """
        first = self.exchange.rank == 0
        if own.shape != self.network.parameters.shape:  # such as the number of steps
            if first or not writing:
                yield whole, own
            return
        theirs, ours = (
            Network(sizes, dtype=vector.dtype, parameters=vector, gradient=vector).dense
            for sizes, vector in ((self.sizes, whole), (self.network.sizes, own))
        )
        yield theirs[0].weights[:, self.units], ours[0].weights
        yield theirs[0].bias[self.units], ours[0].bias
        yield theirs[1].weights[self.units], ours[1].weights
        if first:
            yield theirs[1].bias, ours[1].bias
        if first or not writing:
            for layer, copy in zip(theirs[2:], ours[2:], strict=True):
                yield layer.weights, copy.weights
                yield layer.bias, copy.bias
