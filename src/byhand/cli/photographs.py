"""Photographs of digits among the data of `evaluate` and `predict`."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from byhand.reading.photographs import SingleDigits


class PhotographReader:
    """Reads photographs as `byhand read --single` does, with its model where no other was asked for.

    Attributes:
        reader: what has read them; None where the data were no photographs.
    """

    def __init__(self, model: str | None) -> None:
        self.model = model
        self.reader: SingleDigits | None = None

    def __call__(self) -> "SingleDigits":
        """Get ready to read; loaded only now, since it takes its time."""
        from byhand.reading.photographs import SingleDigits
        from byhand.reading.reader import reading_model

        self.reader = SingleDigits(reading_model(self.model))
        return self.reader
