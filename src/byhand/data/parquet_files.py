"""Parquet files as data, as Hugging Face keeps MNIST: a column of encoded pictures, `image`, and one of labels."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from byhand.data.arrays import Numbers
from byhand.data.picture_folder import Prepare, load_pictures
from byhand.data.unpacking import check_unpacked
from byhand.errors import ByhandError, reason_of

IMAGE_COLUMNS = ("image", "img", "images", "picture", "png")
ROWS_AT_A_TIME = 4  # pictures that are in memory twice; 64 at a time would be 0.1 s quicker for 20,000
LABEL_COLUMNS = ("label", "labels", "class", "digit", "target", "fine_label")


def read_parquet(
    paths: list[Path],
    *,
    image_size: tuple[int, int] | None = None,
    prepare: Prepare | None = None,
    on_picture: Callable[[int], None] | None = None,
) -> tuple[Numbers, tuple[str, ...]]:
    """Read the pictures of one part of a data set, which may be cut into several files.

    Args:
        paths: the files, in order.
        image_size: as for `load_pictures`.
        prepare: as for `load_pictures`.
        on_picture: as for `load_pictures`.

    Returns:
        Images, uint8, shape (n, height, width), and labels if there are any; notes.

    Raises:
        ByhandError: pyarrow is missing, a file is damaged, or it has no column of pictures.
    """
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise ByhandError("Parquet files need pyarrow: pip install 'byhand[parquet]'.") from error
    pictures: list[tuple[str, Path | bytes]] = []
    labels: list[Any] = []
    for path in paths:
        unpacked = 0
        try:
            with pyarrow.parquet.ParquetFile(path) as file:
                names = file.schema_arrow.names
                image = next((name for name in IMAGE_COLUMNS if name in names), None)
                label = next((name for name in LABEL_COLUMNS if name in names), None)
                if image is None:
                    raise ByhandError(f"{path} has no column 'image' with encoded pictures; it has {_some(names)}.")
                # By row groups: pyarrow ends the process where a column's own statistics are damaged.
                groups = [file.metadata.row_group(number) for number in range(file.metadata.num_row_groups)]
                check_unpacked(sum(group.total_byte_size for group in groups), path.stat().st_size, str(path))
                row = 0
                for batch in file.iter_batches(ROWS_AT_A_TIME, columns=[name for name in (image, label) if name]):
                    for cell in batch.column(image).to_pylist():
                        content = cell.get("bytes") if isinstance(cell, dict) else cell
                        if not isinstance(content, bytes):
                            raise ByhandError(f"{path} has no encoded picture in row {row} (counted from 0).")
                        # A picture that is kept once and named in every row has cost the file nothing.
                        unpacked += len(content)
                        check_unpacked(unpacked, path.stat().st_size, str(path))
                        pictures.append((f"The picture in row {row} of {path}", content))
                        row += 1
                    if label:
                        labels += batch.column(label).to_pylist()
        except ByhandError:
            raise
        # UnicodeDecodeError: a damaged file's names of columns.
        except (OSError, pyarrow.ArrowException, UnicodeDecodeError) as error:
            raise ByhandError(f"Cannot read {path}: {reason_of(error)}.") from error
    loaded = load_pictures(pictures, image_size, prepare, on_picture)
    shown = np.array(labels, object)[loaded.origin] if len(labels) == len(pictures) else None
    name = paths[0].name
    return Numbers(loaded.images, shown, None, name, f"The label column of {name}", spare=True), loaded.notes


def _some(names: list[str]) -> str:
    return ", ".join(name[:40] for name in names[:8]) + (", ..." if len(names) > 8 else "")
