"""From a picture to the digits written in it, in reading order.

`decoding` opens the file; `page` finds where the page lies and in which polarity; `foreground` subtracts the
background; `rulings` removes lines, grids and boxes; `components` labels connected components; `grouping` and
`splitting` make digits of them with the network's help; `text_lines` puts them into reading order. `pipeline` strings
these stages together, `single_digit` does so for a picture of one digit, `preparation` brings a digit to MNIST's form,
and `reader` is what everything else calls. If asked to, `region` takes a part of the picture, `signs` looks for points
and minus signs, and `table` for the cells of a table. `many` reads many files, on all cores;
`spread` reads very many, also on a cluster, into `readings`.
"""

from byhand.data.decoding import Picture, decode, from_array
from byhand.reading.annotation import Annotation
from byhand.reading.crops import Crops
from byhand.reading.many import File, Options, Outcome, nothing_found, read_files
from byhand.reading.preparation import prepare
from byhand.reading.reader import (
    Cell,
    Digit,
    Other,
    Reading,
    Sign,
    Stages,
    check_options,
    read,
    read_picture,
    read_pictures,
    reading_model,
    stages_of,
)
from byhand.reading.table_files import TableFiles

__all__ = [
    "Annotation", "Cell", "Crops", "Digit", "File", "Options", "Other", "Outcome", "Picture", "Reading", "Sign",
    "Stages", "TableFiles", "check_options", "decode", "from_array", "nothing_found", "prepare", "read", "read_files",
    "read_picture", "read_pictures", "reading_model", "stages_of",
]  # fmt: skip
