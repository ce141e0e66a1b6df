"""Pages of a PDF as pictures; PDFium draws them (the optional extra `pdf`)."""

from collections.abc import Iterator

from PIL import Image

from byhand.errors import ByhandError

START = b"%PDF-"
# Where a PDF begins: readers accept other bytes before it (PDF 1.7 reference, appendix H, note 13).
START_WITHIN_BYTES = 1024
# Dots per inch at which pages are drawn: an A4 page is 1654 x 2339 pixels, a little more than is looked at.
RESOLUTION_DPI = 200
POINTS_PER_INCH = 72


def is_pdf(content: bytes) -> bool:
    """Tell whether a file is a PDF by its first bytes."""
    return START in content[: START_WITHIN_BYTES + len(START)]


def pdf_pages(content: bytes, name: str, most_pixels: int, most_pages: int) -> Iterator[tuple[Image.Image, int]]:
    """Draw one page after the other, as they are asked for.

    Args:
        content: of the file.
        name: what error messages call it.
        most_pixels: larger pages are refused.
        most_pages: longer documents are refused.

    Yields:
        The page, and how many the file has.

    Raises:
        ByhandError: PDFium is missing, the file is damaged or locked, or a page is too large, or there are too many.
    """
    try:
        import pypdfium2
    except ImportError as error:
        raise ByhandError(f"To read {name}, a PDF, install pypdfium2: pip install 'byhand[pdf]'.") from error
    scale = RESOLUTION_DPI / POINTS_PER_INCH
    try:
        with pypdfium2.PdfDocument(content) as document:
            document.init_forms()
            count = len(document)
            if not count:
                raise ByhandError(f"{name} has no pages.")
            if count > most_pages:
                raise ByhandError(f"{name} has more than {most_pages:,} pages: cut it into parts.")
            for number in range(count):
                page = document[number]
                width, height = page.get_size()
                if width * height * scale**2 > most_pixels:
                    raise ByhandError(
                        f"Page {number + 1} of {name} has more than {most_pixels // 1_000_000} million pixels "
                        f"at {RESOLUTION_DPI} dots per inch: make it smaller."
                    )
                yield page.render(scale=scale).to_pil().convert("RGB"), count
    except pypdfium2.PdfiumError as error:
        locked = "password" in str(error).lower()
        raise ByhandError(
            f"{name} is locked with a password: save it without one."
            if locked
            else f"{name} is damaged, or no PDF that can be read: get a whole copy of it."
        ) from error
