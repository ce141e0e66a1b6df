"""MNIST, all 70,000 images of it, from inside the package: no network, no cache, no surprise.

MNIST is by Yann LeCun, Corinna Cortes and Christopher J. C. Burges, under CC BY-SA 3.0. The files in `mnist/`
are the four originals, gzipped by `scripts/fetch_mnist.py`, which also names their source.
"""

import hashlib
import zlib
from importlib.resources import files
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from byhand.data.idx import decode_idx
from byhand.errors import ByhandError

# The four usual names of an IDX data set, in the order of the fields of `MNIST`.
FILE_NAMES = (
    "train-images-idx3-ubyte",
    "train-labels-idx1-ubyte",
    "t10k-images-idx3-ubyte",
    "t10k-labels-idx1-ubyte",
)
SHA256 = {
    "train-images-idx3-ubyte.gz": "7ff28fd295f802eefc6d40e461175dfe4b969b1842b2abc8c6dc8c20711cf79f",
    "train-labels-idx1-ubyte.gz": "81a978ae83d39ffdba0db3ce2fcaf80a8921e9629e874428996a2b03242d4b2a",
    "t10k-images-idx3-ubyte.gz": "197e111ae341b0770be9011ac5e622d0e6cd1c640b32eb0de5dc1dd26cc6e182",
    "t10k-labels-idx1-ubyte.gz": "b91679a0acfe4ba0e50a2437a903084cba1f5f92592b016a25a7dfd00455798b",
}


GZIP_WINDOW = 16 + zlib.MAX_WBITS  # says to zlib that what it gets is a gzip file


class MNIST(NamedTuple):
    """The data set: grey levels 0 (background) to 255 (foreground), uint8, and the digits they show, uint8 0 to 9."""

    train_images: NDArray[np.uint8]  # (60000, 28, 28)
    train_labels: NDArray[np.uint8]  # (60000,)
    test_images: NDArray[np.uint8]  # (10000, 28, 28)
    test_labels: NDArray[np.uint8]  # (10000,)


def load_mnist() -> MNIST:
    """Load the bundled MNIST, verified by checksum.

    Raises:
        ByhandError: a file of the installation is missing or damaged.
    """
    return MNIST(*(_load(f"{name}.gz") for name in FILE_NAMES))


def _load(name: str) -> NDArray[np.uint8]:
    try:
        content = (files("byhand.data") / "mnist" / name).read_bytes()
    except OSError as error:
        raise ByhandError(f"The bundled file {name} is missing: install byhand again.") from error
    if hashlib.sha256(content).hexdigest() != SHA256[name]:
        raise ByhandError(f"The bundled file {name} is damaged: install byhand again.")
    # In one piece, as its checksum allows: 190 instead of 280 ms, in which other threads can work.
    length = int.from_bytes(content[-4:], "little")  # how a gzip file ends
    return decode_idx(zlib.decompress(content, GZIP_WINDOW, length), name)
