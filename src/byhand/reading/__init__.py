"""From a picture to the digits written in it, in reading order.

`decoding` opens the file, `page` finds the page and `background` its light, `foreground` what is written, `grouping`
which strokes make a digit,
`text_lines` the reading order, `preparation` brings each digit to MNIST's form, `reader` puts it all together.
"""

from byhand.data.decoding import Picture, decode, from_array
from byhand.reading.annotation import Annotation
from byhand.reading.crops import Crops
from byhand.reading.preparation import prepare
from byhand.reading.reader import Digit, Other, Reading, Stages, read, read_picture, read_pictures, reading_model, stages_of

__all__ = [
    "Annotation", "Crops", "Digit", "Other", "Picture", "Reading", "Stages", "decode", "from_array", "prepare", "read",
    "read_picture", "read_pictures", "reading_model", "stages_of",
]  # fmt: skip
