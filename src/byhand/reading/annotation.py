"""A picture with what was found drawn on it."""

import io
from pathlib import Path

from PIL import Image

from byhand.data.decoding import Picture
from byhand.errors import ByhandError
from byhand.files import free_name, make_folder, write_atomically
from byhand.reading.reader import Reading

# Source: Okabe and Ito 2008; blue is sure, orange is to be checked, grey is no digit.
SURE, UNSURE, OTHER = "#0072B2", "#D55E00", "#8C8C8C"
# The picture is drawn at least and at most so large, on its longer side.
SMALLEST_PX, LARGEST_PX = 600, 2000


class Annotation:
    """Where annotated pictures go: a PNG file, or a folder of them if there are several pictures.

    Raises:
        ByhandError: the place does not fit the number of pictures, or cannot be written.
    """

    def __init__(self, place: Path, several: bool) -> None:
        self.place, self.several = place, several
        if several:
            if place.suffix:
                raise ByhandError(f"There are several pictures: give --annotate a folder instead of {place}.")
            make_folder(place)
        elif place.suffix.lower() != ".png":
            raise ByhandError(f"Cannot annotate to {place}: its name must end in .png.")

    def save(self, picture: Picture, reading: Reading, file: str, page: int | None = None) -> None:
        """Draw and save; the same name from two folders gets a number, a page its own file.

        Raises:
            ByhandError: the file cannot be written.
        """
        path = self.place
        ending = f"-page{page}" if page else ""
        if self.several:
            path = free_name(self.place, ("stdin" if file == "-" else Path(file).stem) + ending, ".png")
        elif page:
            path = path.with_stem(path.stem + ending)
        content = io.BytesIO()
        annotated(picture, reading).save(content, "PNG")
        write_atomically(path, content.getvalue())


def annotated(picture: Picture, reading: Reading) -> Image.Image:
    """Draw a box around each digit with the digit above it, dashed with a question mark if it is not sure."""
    from PIL import ImageDraw, ImageFont

    longer = max(picture.size)
    factor = min(max(longer, SMALLEST_PX), LARGEST_PX) / longer
    size = max(1, round(picture.size[0] * factor)), max(1, round(picture.size[1] * factor))
    resampling = Image.Resampling.NEAREST if factor > 1 else Image.Resampling.BOX
    image = Image.fromarray(picture.colours).resize(size, resampling)
    draw = ImageDraw.Draw(image)
    thick = max(2, round(max(size) / 500))
    for other in reading.other:
        if other.kind == "unknown":
            draw.rectangle([factor * side for side in other.box], outline=OTHER, width=thick)
    for one in reading.digits:
        left, top, right, bottom = (factor * side for side in one.box)
        colour = SURE if one.sure else UNSURE
        draw.rectangle([left - thick, top - thick, right + thick, bottom + thick], outline=colour, width=thick)
        text = one.marked
        font = ImageFont.load_default(max(16, min(0.4 * (bottom - top), 60)))
        _, _, width, height = draw.textbbox((0, 0), text, font)
        x = min(max(0, left - thick), size[0] - width)
        y = top - height - 2 * thick if top - height - 2 * thick >= 0 else bottom + 2 * thick
        y = min(max(0, y), size[1] - height)
        draw.rectangle([x, y, x + width, y + height], fill="white")
        draw.text((x, y), text, colour, font)
    return image
