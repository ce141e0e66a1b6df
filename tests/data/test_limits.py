"""Pictures that would take much memory or time, or run other programs, are refused or read in little."""

import io
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from byhand.data.decoding import MOST_PAGES, decode, decode_pages
from byhand.errors import ByhandError

EPS = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 60 40\n%%EndComments\n0 0 20 20 rectfill\nshowpage\n%%EOF\n"
# Reads a file in a process of its own and prints by how many megabytes that raised the most it ever had.
READ = """
import resource, sys
from byhand.data.decoding import decode
from byhand.errors import ByhandError
from pathlib import Path
decode(Path(sys.argv[2]))
status = Path("/proc/self/clear_refs"); status.write_text("5")
peak = lambda: next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM")) / 1000
before = peak()
try:
    print(decode(Path(sys.argv[1])).colours.shape)
except ByhandError as error:
    print(error)
print(round(peak() - before))
"""


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def png(width: int, height: int, colour: int, row: bytes) -> bytes:
    """A PNG of equal rows, made without holding it."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    packer = zlib.compressobj(9)
    lines = b"".join(packer.compress((b"\0" + row) * min(1000, height - y)) for y in range(0, height, 1000))
    header = struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", lines + packer.flush()) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


@pytest.mark.skipif(sys.platform != "linux", reason="measures memory by /proc")
@pytest.mark.parametrize(
    ("content", "answer"),
    [
        (png(1, 10**8, 0, b"\0"), "more than 65,535 pixels long"),
        (saved(Image.new("RGBA", (9000, 9000), (0, 0, 0, 9)), "WEBP", method=0, quality=1), "reads WEBP up to 18"),
        (png(6000, 6000, 6, b"\0\0\0\x80" * 6000), "(2000, 2000, 3)"),
        (png(9000, 9000, 0, b"\x40" * 9000), "(2000, 2000, 3)"),
    ],
    ids=["1 x 100 million", "WebP with alpha", "PNG with alpha", "grey"],
)
def test_small_files_take_little_memory(content: bytes, answer: str, tmp_path: Path) -> None:
    (tmp_path / "large").write_bytes(content)
    (tmp_path / "small").write_bytes(saved(Image.new("RGBA", (3, 3)), "PNG"))
    command = [sys.executable, "-c", READ, str(tmp_path / "large"), str(tmp_path / "small")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    *said, megabytes = done.stdout.splitlines()
    assert answer in said[0]
    assert int(megabytes) < 350


def test_an_eps_is_never_given_to_ghostscript(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def run(*arguments: object, **more: object) -> None:
        raise AssertionError("another program was started")

    monkeypatch.setattr(subprocess, "check_call", run)
    monkeypatch.setattr(subprocess, "Popen", run)
    for name in ("a.jpg", "a.eps"):
        (tmp_path / name).write_bytes(EPS)
        with pytest.raises(ByhandError, match="not a picture of a kind that byhand knows"):
            decode(tmp_path / name)


@pytest.mark.parametrize(
    ("kind", "mode", "answer"),
    [("FITS", "L", b"SIMPLE  ="), ("SPIDER", "F", b""), ("IM", "L", b"Image type"), ("MSP", "1", b"DanM")],
)
def test_formats_that_are_not_documented_are_not_opened(kind: str, mode: str, answer: bytes) -> None:
    try:
        content = saved(Image.new(mode, (20, 10)), kind)
    except (KeyError, OSError):  # Pillow writes no such file
        content = answer + bytes(3000)
    with pytest.raises(ByhandError, match="not a picture of a kind"):
        decode(content)


def test_what_pillow_decodes_slowly_may_only_be_small() -> None:
    image = Image.new("RGB", (2000, 1000))
    with pytest.raises(ByhandError, match="reads DDS up to 1 million"):
        decode(saved(image, "DDS"))
    plain = b"P1 2000 1000\n" + b"01" * 10**6
    with pytest.raises(ByhandError, match="reads PPM up to 1 million"):
        decode(plain)
    assert decode(saved(image.resize((200, 100)), "DDS")).size == (200, 100)


def test_a_document_of_very_many_pages_is_refused() -> None:
    pages = [Image.new("1", (8, 8))] * (MOST_PAGES + 1)
    content = saved(pages[0], "TIFF", save_all=True, append_images=pages[1:])
    with pytest.raises(ByhandError, match="more than 1,000 pages"):
        decode(content)
    content = saved(pages[0], "TIFF", save_all=True, append_images=pages[2:])
    assert len(decode_pages(content)) == MOST_PAGES


def test_nothing_but_the_sentence_is_said_of_damaged_files(capfd: pytest.CaptureFixture[str]) -> None:
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 255, (64, 64, 3), dtype=np.uint8))
    contents = [
        saved(noise, "TIFF", compression="tiff_adobe_deflate"), saved(noise, "TIFF", compression="tiff_lzw"),
        saved(noise, "TIFF", compression="jpeg"), saved(noise, "AVIF"), b"P5 64 x\n255\n",
        saved(noise, "PNG", pnginfo=PngImagePlugin.PngInfo()),
    ]  # fmt: skip
    rng = np.random.default_rng(1)
    for content in contents:
        for _ in range(60):
            damaged = bytearray(content)
            for place in rng.integers(0, len(damaged), 4):
                damaged[place] = rng.integers(256)
            try:
                decode_pages(bytes(damaged))
            except ByhandError as error:
                assert "\n" not in str(error)
    assert capfd.readouterr() == ("", "")


def test_a_large_picture_with_alpha_is_what_a_small_one_is() -> None:
    small = Image.new("RGBA", (100, 60), (255, 255, 255, 0))
    small.paste((20, 20, 20, 255), (10, 10, 40, 40))
    large = small.resize((10_000, 6000), Image.Resampling.NEAREST).crop((0, 0, 10_000, 3000))
    picture = decode(saved(large, "PNG"))
    assert picture.size == (10_000, 3000)
    assert picture.colours.shape == (600, 2000, 3)
    assert picture.colours[400, 400].tolist() == [20, 20, 20]
    assert picture.colours[100, 100].tolist() == [255, 255, 255]
