"""What may be asked for with a picture, in the address: `/read?single=true&region=10%25,40%25,90%25,60%25`."""

from typing import Any

from starlette.datastructures import QueryParams
from starlette.exceptions import HTTPException

from byhand.reading.reader import check_options

SWITCHES = ("single", "signs", "table", "images")
KNOWN = {*SWITCHES, "region", "model", "token"}
LONGEST_REGION = 100  # characters


def reading_options(asked: QueryParams) -> tuple[dict[str, Any], bool]:
    """Give the options of `byhand.read`, and whether each digit's image is wanted.

    Raises:
        HTTPException: there is no such option, or it has no such value.
        ByhandError: the options contradict each other.
    """
    if unknown := sorted(set(asked) - KNOWN):
        raise HTTPException(400, f"There is no option '{unknown[0]}': choose from {', '.join(sorted(KNOWN))}.")
    switches = {}
    for name in SWITCHES:
        if (value := asked.get(name, "false")) not in {"true", "false"}:
            raise HTTPException(400, f"The option '{name}' is true or false, not '{value}'.")
        switches[name] = value == "true"
    images = switches.pop("images")
    region = asked.get("region")
    if len(region or "") > LONGEST_REGION:
        raise HTTPException(400, "A region is four numbers: left, top, right, bottom.")
    options: dict[str, Any] = switches | {"region": region}
    check_options(**options)
    return options, images
