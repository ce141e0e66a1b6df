"""Every format that cameras and scanners write, and every way in which a file can be broken."""

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from byhand.data.decoding import WORKING_SIDE
from byhand.errors import ByhandError
from byhand.reading import decode, from_array


def picture() -> Image.Image:
    """60 x 40 pixels, white, with a black block in the upper left."""
    pixels = np.full((40, 60, 3), 255, np.uint8)
    pixels[4:16, 4:20] = 0
    return Image.fromarray(pixels)


def encoded(image: Image.Image, kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def bomb() -> bytes:
    """A small file that says it is a picture of 40,000 x 40,000 pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 40_000, 40_000, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0")) + chunk(b"IEND", b"")


def check(content: bytes) -> None:
    colours = decode(content).colours
    assert colours.shape == (40, 60, 3)
    assert colours[8, 10].max() < 40
    assert colours[30, 50].min() > 215


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "PPM"])
def test_formats(kind: str) -> None:
    check(encoded(picture(), kind))


def test_heic() -> None:
    import pillow_heif

    file = io.BytesIO()
    pillow_heif.from_pillow(picture()).save(file, quality=90)
    check(file.getvalue())


@pytest.mark.parametrize("mode", ["L", "1", "P", "RGBA", "LA", "CMYK"])
def test_modes(mode: str) -> None:
    check(encoded(picture().convert(mode), "JPEG" if mode == "CMYK" else "PNG"))


def test_sixteen_bits() -> None:
    grey = np.asarray(picture().convert("L")).astype(np.uint16) * 16  # 12 bits of them used
    check(encoded(Image.fromarray(grey), "PNG"))


@pytest.mark.parametrize(("ink", "ground"), [(0, 255), (255, 0)])
def test_a_drawing_on_transparent_ground_is_seen(ink: int, ground: int) -> None:
    pixels = np.full((40, 60, 4), ink, np.uint8)
    pixels[..., 3] = 0
    pixels[4:16, 4:20, 3] = 255
    colours = decode(encoded(Image.fromarray(pixels), "PNG")).colours
    assert colours[8, 10, 0] == ink
    assert colours[30, 50, 0] == ground


def test_transparent_corners_get_the_picture_s_colour() -> None:
    pixels = np.full((40, 60, 4), 240, np.uint8)
    pixels[..., 3] = 255
    pixels[:5, :5] = 0
    assert decode(encoded(Image.fromarray(pixels), "PNG")).colours[0, 0, 0] == 240


@pytest.mark.parametrize("orientation", range(1, 9))
def test_orientation(orientation: int) -> None:
    turns = {
        2: [Image.Transpose.FLIP_LEFT_RIGHT], 3: [Image.Transpose.ROTATE_180], 4: [Image.Transpose.FLIP_TOP_BOTTOM],
        5: [Image.Transpose.TRANSPOSE], 6: [Image.Transpose.ROTATE_90], 7: [Image.Transpose.TRANSVERSE],
        8: [Image.Transpose.ROTATE_270],
    }  # fmt: skip
    stored = picture()
    for turn in turns.get(orientation, []):
        stored = stored.transpose(turn)
    exif = Image.Exif()
    exif[0x0112] = orientation
    content = encoded(stored, "JPEG", exif=exif, quality=95)
    check(content)
    assert decode(content).size == (60, 40)


def test_large_pictures_are_reduced_and_know_their_size() -> None:
    for kind in ("JPEG", "PNG"):
        decoded = decode(encoded(picture().resize((3000, 2000)), kind))
        assert max(decoded.colours.shape) == WORKING_SIDE
        assert decoded.size == (3000, 2000)
        assert decoded.scale == pytest.approx((1.5, 1.5), rel=0.01)


@pytest.mark.parametrize("content", [b"", b"not a picture", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF89a"])
def test_what_is_no_picture_gets_a_sentence(content: bytes) -> None:
    with pytest.raises(ByhandError, match=r"^The picture .*\.$"):
        decode(content)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "WEBP"])
def test_truncated_pictures_get_a_sentence(kind: str) -> None:
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 255, (300, 300, 3), dtype=np.uint8))
    content = encoded(noise, kind)
    with pytest.raises(ByhandError, match=r"damaged|cut off"):
        decode(content[: len(content) // 2])


def test_a_decompression_bomb_is_refused_without_unpacking_it() -> None:
    with pytest.raises(ByhandError, match="million pixels"):
        decode(bomb())


def test_missing_files_and_folders(tmp_path: Path) -> None:
    with pytest.raises(ByhandError, match="There is no file"):
        decode(tmp_path / "nothing.png")
    with pytest.raises(ByhandError, match="Cannot read"):
        decode(tmp_path)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    for start in (b"", b"\x89PNG\r\n\x1a\n", b"GIF89a", b"BM", b"II*\0", b"\xff\xd8\xff\xe0"):
        try:
            decode(start + content)
        except ByhandError as error:
            assert str(error).endswith(".")


@pytest.mark.parametrize("shape", [(0, 5), (5,), (5, 5, 2), (1, 5, 5, 3)])
def test_arrays_of_other_shapes_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ByhandError, match="shape"):
        from_array(np.zeros(shape))


def test_arrays_of_any_range_and_type() -> None:
    ink = np.zeros((20, 30), bool)
    ink[5:15, 10:12] = True
    for array in (ink, ink * 1.0, ink * 255.0, ink.astype(np.uint16) * 65535, (ink * 255).astype(np.uint8)):
        colours = from_array(array).colours
        assert colours[8, 10].tolist() == [255] * 3
        assert colours[0, 0].tolist() == [0] * 3
    with pytest.raises(ByhandError, match="finite"):
        from_array(np.array([[np.nan]]))
