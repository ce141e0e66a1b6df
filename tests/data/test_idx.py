import contextlib
import gzip
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from numpy.typing import NDArray

from byhand.data.idx import decode_idx, encode_idx, read_idx, write_idx
from byhand.errors import ByhandError

TYPES = ["u1", "i1", "i2", "i4", "f4", "f8"]
ANY_ARRAY = st.sampled_from(TYPES).flatmap(
    lambda name: arrays(np.dtype(name), array_shapes(min_dims=1, max_dims=4, min_side=0, max_side=5))
)


@given(ANY_ARRAY)
def test_what_is_written_is_read_back(array: NDArray[Any]) -> None:
    for content in (encode_idx(array), gzip.compress(encode_idx(array))):
        again = decode_idx(content, "x")
        assert again.dtype == array.dtype
        np.testing.assert_array_equal(again, array)


@given(ANY_ARRAY, st.data())
def test_a_file_cut_short_is_refused(array: NDArray[Any], data: st.DataObject) -> None:
    content = encode_idx(array)
    cut = data.draw(st.integers(0, len(content) - 1))
    with pytest.raises(ByhandError, match=r"truncated|not an IDX file"):
        decode_idx(content[:cut], "x")
    packed = gzip.compress(content)
    with pytest.raises(ByhandError):
        decode_idx(packed[: data.draw(st.integers(2, len(packed) - 9))], "x")


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    for attempt in (content, b"\0\0\x08\x01" + content, b"\x1f\x8b\x08" + content):
        try:
            assert decode_idx(attempt, "x").ndim >= 1
        except ByhandError as error:
            assert str(error).startswith("x ")


@given(st.data())
def test_a_damaged_gzip_file_is_refused_or_reads_the_same(data: st.DataObject) -> None:
    array = np.arange(600, dtype=np.uint8).reshape(20, 30)
    packed = bytearray(gzip.compress(encode_idx(array), mtime=0))
    packed[data.draw(st.integers(0, len(packed) - 1))] ^= data.draw(st.integers(1, 255))
    with contextlib.suppress(ByhandError):  # unless it is a bit of the header that says little
        np.testing.assert_array_equal(decode_idx(bytes(packed), "x"), array)


@pytest.mark.parametrize("wrap", [bytes, gzip.compress])
def test_sizes_that_lie_are_refused_before_memory_is_taken(wrap: Any) -> None:
    header = b"\0\0\x0e\x03" + struct.pack(">3I", 2**32 - 1, 2**32 - 1, 2**32 - 1)
    with pytest.raises(ByhandError, match="lies"):
        decode_idx(wrap(header + b"\0" * 100), "x")


def test_bytes_left_over_are_refused() -> None:
    with pytest.raises(ByhandError, match="goes on"):
        decode_idx(encode_idx(np.zeros(5, np.uint8)) + b"\0", "x")


@pytest.mark.parametrize("start", [b"\1\0\x08\x01", b"\0\0\x07\x01", b"\0\0\x08\x00", b"PK\3\4", b""])
def test_other_files_are_refused(start: bytes) -> None:
    with pytest.raises(ByhandError, match="not an IDX file"):
        decode_idx(start + b"\0" * 20, "x")


@pytest.mark.parametrize("array", [np.zeros(3, np.uint64), np.zeros(3, complex), np.array(1, np.uint8)])
def test_what_idx_cannot_hold_is_refused(array: NDArray[Any]) -> None:
    with pytest.raises(ByhandError, match="IDX cannot hold"):
        encode_idx(array)


@pytest.mark.parametrize("name", ["a.idx", "a.idx.gz"])
def test_the_same_array_gives_the_same_file(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    write_idx(path, np.arange(10, dtype=np.int32))
    first = path.read_bytes()
    write_idx(path, np.arange(10, dtype=np.int32))
    assert path.read_bytes() == first
    assert first.startswith(b"\x1f\x8b") == name.endswith(".gz")
    np.testing.assert_array_equal(read_idx(path), np.arange(10))


def test_a_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.idx"
    write_idx(path, np.arange(3, dtype=np.uint8))

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(ByhandError, match="No space left"):
        write_idx(path, np.zeros(3, np.uint8))
    np.testing.assert_array_equal(read_idx(path), [0, 1, 2])
    assert len(list(tmp_path.iterdir())) == 1


def test_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ByhandError, match=r"Cannot read .*nothing"):
        read_idx(tmp_path / "nothing")
