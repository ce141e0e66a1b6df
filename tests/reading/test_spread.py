"""Very many pictures, here few; `python -m benchmarks.scaling kills` reads 2,000."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet
import pytest
from typer.testing import CliRunner

from benchmarks.scaling.kills import make_pictures, read_kills
from byhand.cli.app import app
from byhand.errors import ByhandError
from byhand.reading.readings import Readings
from byhand.reading.spread import list_pictures


def read(*options: str, status: int = 0) -> Any:
    done = CliRunner().invoke(app, ["read", *options, "--json", "--quiet"])
    assert done.exit_code == status, done.output
    return json.loads(done.stdout)


@pytest.fixture(autouse=True)
def one_core(monkeypatch: pytest.MonkeyPatch) -> None:
    """No processes for a few pictures; those of the commands that are killed are real."""
    monkeypatch.setattr("byhand.engines.cores", lambda: 1)


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pictures") / "some"
    make_pictures(folder, 6)
    (folder / "broken.png").write_bytes(b"no picture")
    (folder / "notes.txt").write_text("no picture either")
    return folder


def test_it_reads_what_read_reads_and_goes_on(pictures: Path, tmp_path: Path) -> None:
    wanted = read(str(pictures), status=1)
    out = tmp_path / "readings"
    first = read(str(pictures / "*[0-2].png"), "--out", str(out))
    assert first == wanted[:3]
    one = next(out.glob("part-*.parquet"))
    written = one.stat().st_mtime_ns
    everything = read(str(pictures), "--out", str(out), status=1)
    assert [row["file"] for row in everything] == [row["file"] for row in wanted]
    assert everything[:6] == wanted[:6]
    assert "is not a picture" in everything[6]["error"]
    assert one.stat().st_mtime_ns == written
    table = pyarrow.parquet.read_table(out)
    assert sorted(table.column("file").to_pylist()) == [row["file"] for row in wanted]
    assert "made with other options" in read(str(pictures), "--single", "--out", str(out), status=1)["error"]


def test_urls_and_what_is_not_there(pictures: Path, tmp_path: Path) -> None:
    found = [one.name for one in list_pictures([f"file://{pictures}"])]
    assert found == sorted(f"file://{file}" for file in pictures.glob("*.png"))
    rows = read(f"file://{pictures}/*1.png", "--out", str(tmp_path / "readings"))
    assert rows[0]["text"] == read(str(pictures / "000001.png"))[0]["text"]
    for nothing, said in ((str(pictures / "*.jpg"), "no pictures"), ("nothere://x", "Cannot list"), ("s4:///", "s4")):
        with pytest.raises(ByhandError, match=said):
            list_pictures([nothing])
    for option in ("--table", "--annotate", "--save-crops"):
        done = read(str(pictures), "--out", str(tmp_path / "x"), option, str(tmp_path / "y"), status=1)
        assert "does not go with" in done["error"]


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A local S3 server."""
    moto, s3fs = pytest.importorskip("moto.server"), pytest.importorskip("s3fs")
    server = moto.ThreadedMotoServer(port=0)
    server.start()
    host, port = server.get_host_and_port()
    url = f"http://{host if host != '0.0.0.0' else '127.0.0.1'}:{port}"
    for name, value in {
        "AWS_ENDPOINT_URL": url, "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x",
        "AWS_DEFAULT_REGION": "us-east-1",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    s3fs.S3FileSystem.clear_instance_cache()
    yield url
    s3fs.S3FileSystem.clear_instance_cache()
    server.stop()


def test_pictures_in_a_bucket(pictures: Path, bucket: str, tmp_path: Path) -> None:
    import s3fs

    store = s3fs.S3FileSystem()
    store.mkdir("scans")
    store.put(str(pictures / "000000.png"), "scans/deep/a.png")
    store.put(str(pictures / "broken.png"), "scans/deep/b.png")
    store.put(str(pictures / "notes.txt"), "scans/notes.txt")
    rows = read("s3://scans", "--out", str(tmp_path / "out"), status=1)
    assert [row["file"] for row in rows] == ["s3://scans/deep/a.png", "s3://scans/deep/b.png"]
    assert rows[0]["text"] == read(str(pictures / "000000.png"))[0]["text"]
    assert "is not a picture" in rows[1]["error"]


def test_a_folder_of_something_else_is_not_taken(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(ByhandError, match="in use already"):
        Readings(tmp_path, {})


def test_a_cluster_reads_every_picture_once_when_killed(tmp_path: Path) -> None:
    found = read_kills(tmp_path, 200)
    assert found["worker killed"]["in the middle"]
    assert found["worker killed"]["all there once"]
    assert found["worker killed"]["same readings"]
    assert found["client killed"]["pictures before"] > 0
    assert found["client killed"]["all there once"]
    assert found["client killed"]["same readings"]
