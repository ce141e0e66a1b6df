"""How much a packed file may unpack to: a small one must not fill the memory."""

from byhand.errors import ByhandError

# So much is unpacked from any file: more than MNIST's 47 MB.
ALWAYS_BYTES = 64_000_000
# Beyond it, so many times the size of the file: MNIST's images pack 4.8 times, as CSV 7 times, and blank paper 1,000.
MOST_TIMES = 60


def most_unpacked(packed: int) -> int:
    """The most bytes that a packed file of so many may hold."""
    return max(ALWAYS_BYTES, MOST_TIMES * packed)


def check_unpacked(size: int, packed: int, name: str) -> None:
    """Refuse a file before memory is taken for what it unpacks to.

    Args:
        size: bytes that it says it holds.
        packed: bytes that it has.
        name: what error messages call it.

    Raises:
        ByhandError: it holds too much.
    """
    if size > most_unpacked(packed):
        raise ByhandError(
            f"{name} has {packed:,} bytes and would unpack to {size:,}: that is no data set. Unpack it first if it is."
        )
