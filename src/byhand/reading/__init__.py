"""From a picture to the digits written in it, in reading order.

`decoding` opens the file; `page` finds where the page lies and in which polarity; `foreground` subtracts the
background; `rulings` removes lines, grids and boxes; `components` labels connected components; `grouping` and
`splitting` make digits of them with the network's help; `text_lines` puts them into reading order. `pipeline` strings
these stages together, `single_digit` does so for a picture of one digit, `preparation` brings a digit to MNIST's form,
and `reader` is what everything else calls.
"""

from byhand.data.decoding import Picture, decode, from_array
from byhand.reading.annotation import Annotation
from byhand.reading.crops import Crops
from byhand.reading.preparation import prepare
from byhand.reading.reader import (
    Digit,
    Other,
    Reading,
    Stages,
    read,
    read_picture,
    read_pictures,
    reading_model,
    stages_of,
)

__all__ = [
    "Annotation", "Crops", "Digit", "Other", "Picture", "Reading", "Stages", "decode", "from_array", "prepare", "read",
    "read_picture", "read_pictures", "reading_model", "stages_of",
]  # fmt: skip
