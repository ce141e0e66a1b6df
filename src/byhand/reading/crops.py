"""Digits as the network saw them, as files to sort and to learn from."""

from pathlib import Path

from PIL import Image

from byhand.errors import ByhandError
from byhand.files import free_name, make_folder
from byhand.reading.reader import Reading


class Crops:
    """A folder with one sub-folder per label, as `byhand train --data` takes it.

    Attributes:
        count: how many have been saved.

    Raises:
        ByhandError: the folder cannot be written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = make_folder(folder)
        self.count = 0

    def save(self, reading: Reading, file: str) -> None:
        """Save the digits of one picture: 28 x 28 pixels, ink bright; older crops stay.

        Raises:
            ByhandError: a crop cannot be written.
        """
        stem = "stdin" if file == "-" else Path(file).stem
        for number, one in enumerate(reading.digits, start=1):
            place = make_folder(self.folder / str(one.digit))
            path = free_name(place, f"{stem}-{number:03}", ".png")
            try:
                Image.fromarray(one.image).save(path)
            except OSError as error:
                raise ByhandError(f"Cannot write {path}: {error.strerror or error}.") from error
            self.count += 1
