"""Pictures of exactly one digit: drawings, scans and crops, down to 16 x 16 pixels, clean or spoilt.

They go the way of a page, with the prior that there is one digit: all foreground is one group. But there is little to
tell foreground from background by, and cropped to the digit, not even which of them is dark. So the picture is seen in
several ways, and the network, which is less sure of what looks odd, says which of them to trust. Of many pictures, all
images are judged together.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from byhand.reading.background import luminance
from byhand.reading.components import Component, combined, filled_outlines, is_speck, rescaled, usual_height
from byhand.reading.grouping import Classify, Guess
from byhand.reading.page import as_page, edges_of
from byhand.reading.preparation import SIZE, prepare
from byhand.reading.resizing import enlarged, reduced
from byhand.reading.stages import Found, Settings, find_components


@dataclass(frozen=True)
class SingleSettings:
    """How pictures of one digit are seen.

    Attributes:
        small_px: pictures up to this side have few pixels, and may have MNIST's form already.
        tiny_px: pictures up to this side are seen by their grey levels alone: of postal scans of 16 x 16 pixels, 90 in
            100 are sure so, and 77 with foreground told from background in them.
        enlarged_px: smaller pictures are enlarged to about this side, so that strokes are several pixels wide.
        reduced_px: larger pictures are reduced to this side.
        trust: probabilities are weighted by this power of the largest of them.
        as_it_is, grey, part: what these views count, beside 1 for foreground told from background.
        outlined: what the digit counts that the foreground may be the outlines of: of 100 digits that only edges are
            left of, 93 instead of 86 are read.
        freed: what foreground counts without what lies along the picture's edge,
        edge_of_shorter: within this part of its shorter side.
        line_of_side: what is longer than this part of a side and lies there is a line of a form;
        framed: what foreground counts with such a line: a 2 on it looks like a 3. With all this, 975 instead of 963 of
            1,000 form cuttings are read, and 93 instead of 82 of 100 right ones are sure.
        least_inner: foreground at the edge is left out in one view if at least this part of it remains.
        clear_polarity: polarity less clear than this, 0 to 1, is tried both ways.
        upright: the less likely polarity must read better by this part, times the square of the polarity.
        sure_enough: with an answer surer than this, nothing more is tried.
    """

    small_px: int = 64
    tiny_px: int = 24
    enlarged_px: int = 112
    reduced_px: int = 400
    trust: int = 4
    as_it_is: float = 2.0
    grey: float = 0.7
    part: float = 0.4
    outlined: float = 2.0
    freed: float = 3.0
    edge_of_shorter: float = 0.12
    line_of_side: float = 0.5
    framed: float = 0.04
    least_inner: float = 0.3
    clear_polarity: float = 0.8
    upright: float = 0.25
    sure_enough: float = 0.9


@dataclass(frozen=True)
class View:
    """One way to see the picture.

    Attributes:
        image: in MNIST's form, uint8, shape (28, 28).
        component: the foreground it shows, with its place in the picture.
        weight: how much it counts beside others that are as sure.
        unframed: whether lines of a form are left out of it.
    """

    image: NDArray[np.uint8]
    component: Component
    weight: float
    unframed: bool = False


@dataclass(frozen=True)
class Best:
    """What several views lead to.

    Attributes:
        guess: the digit.
        first: how well the picture reads as a whole, 0 to 1: that tells which polarity is right.
        found: what was found on the way, if it was looked for.
    """

    guess: Guess
    first: float
    found: Found | None


def find_single_digits(
    pictures: Sequence[NDArray[np.uint8]],
    classify: Classify,
    settings: SingleSettings | None = None,
    page_settings: Settings | None = None,
) -> list[Best | None]:
    """Give the best guess for each picture of one digit; None for a picture that is all of one colour.

    Args:
        pictures: uint8, shape (h, w, 3), in either polarity.
        classify: gives the probabilities of images in MNIST's form; it is called a few times for all pictures.
        settings: see `SingleSettings`.
        page_settings: those of the stages that singles share with pages.
    """
    settings, stages = settings or SingleSettings(), page_settings or Settings(rulings=None)
    scaled = [reduced(colours, settings.reduced_px) for colours in pictures]
    polarities = [polarity_of(luminance(colours), settings) for colours, _ in scaled]
    upright = [c if p >= 0 else 255 - c for (c, _), p in zip(scaled, polarities, strict=True)]
    result = _judged([views_of(c, settings, stages, thorough=False) for c in upright], classify, settings)
    unsure = [
        i
        for i, (one, p) in enumerate(zip(result, polarities, strict=True))
        if not (one and one.guess.confidence >= settings.sure_enough and abs(p) >= settings.clear_polarity)
    ]
    again = _judged([views_of(upright[i], settings, stages, thorough=True) for i in unsure], classify, settings)
    for i, one in zip(unsure, again, strict=True):
        result[i] = one
    unclear = [i for i in unsure if abs(polarities[i]) < settings.clear_polarity]
    negatives = _judged(
        [views_of(255 - upright[i], settings, stages, thorough=True) for i in unclear], classify, settings
    )
    for i, other in zip(unclear, negatives, strict=True):
        one = result[i]
        # The network knows no negatives: they look like no digit to it.
        if other and (one is None or other.first > one.first * (1 + settings.upright * polarities[i] ** 2)):
            result[i] = other
    return [
        one and replace(one, guess=replace(one.guess, component=rescaled(one.guess.component, factor)))
        for one, (_, factor) in zip(result, scaled, strict=True)
    ]


def polarity_of(grey: NDArray[np.float32], settings: SingleSettings) -> float:
    """What the border says, -1 to 1; the mean with what it says within a frame, if that clearly is the contrary."""
    edge = round(settings.edge_of_shorter * min(grey.shape))
    border = border_polarity(grey)
    within = border_polarity(grey[edge : len(grey) - edge, edge : grey.shape[1] - edge])
    framed = border * within < 0 and abs(within) > settings.clear_polarity
    return (border + within) / 2 if framed else border


def border_polarity(grey: NDArray[np.float32]) -> float:
    """Tell dark foreground (above 0) from light foreground, -1 to 1, by the picture's border."""
    border = np.concatenate(edges_of(grey))
    low, high = float(grey.min()), float(grey.max())
    # Each pixel counts from -1 to 1, and nearly as much as that if it is clearly brighter or darker than halfway.
    return float(np.tanh(6 * (border - (low + high) / 2) / max(high - low, 1)).mean())


def _judged(
    views: Sequence[tuple[list[View], Found | None]], classify: Classify, settings: SingleSettings
) -> list[Best | None]:
    """Weigh what the network says of every view of each picture, in one call."""
    images = [view.image for some, _ in views for view in some]
    if not images:
        return [None] * len(views)
    probabilities = classify(np.array(images))
    result: list[Best | None] = []
    place = 0
    for some, found in views:
        own = probabilities[place : place + len(some)]
        place += len(some)
        result.append(_weighed(some, own, found, settings) if some else None)
    return result


def _weighed(views: list[View], probabilities: NDArray[Any], found: Found | None, settings: SingleSettings) -> Best:
    """The mean of what is said of the views, each as sure as it is."""
    weights = np.array([view.weight for view in views]) * probabilities.max(axis=1) ** settings.trust
    mean = weights @ probabilities / weights.sum()
    # Show the view that counts most among those that agree.
    agree = np.where(probabilities.argmax(axis=1) == mean.argmax(), weights, -1)
    chosen = views[int(agree.argmax())]
    first = float(probabilities[0].max())
    unframed = [float(own.max()) for view, own in zip(views, probabilities, strict=True) if view.unframed]
    if unframed:
        first = max(unframed)
    elif views[0].weight != settings.as_it_is:  # a line of the form may have spoilt the first view, and not the others
        first = (first + float(mean.max())) / 2
    return Best(Guess(chosen.component, chosen.image, mean), first, found)


def views_of(
    colours: NDArray[np.uint8], settings: SingleSettings, stages: Settings, *, thorough: bool
) -> tuple[list[View], Found | None]:
    """See a picture in the ways that mostly suffice, or in all that make sense for it; foreground dark."""
    side = max(colours.shape)
    if colours.min() == colours.max():
        return [], None
    views = list(_grey_views(colours, settings)) if side <= settings.small_px else []
    if side <= settings.tiny_px or (side <= SIZE and not thorough):
        return views, None
    colours, factor = enlarged(colours, settings.enlarged_px)
    page = as_page(colours, None, True)
    found = find_components(page, stages, plane=True)
    seen = list(_foreground_views(found, factor, settings))
    views = seen if any(view.unframed for view in seen) else views + seen
    if thorough:
        views += _outlined_views(found, factor, settings)
    if side <= settings.small_px:
        return views, found
    if not thorough:
        return [view for view in views if view.unframed] or views[:1], found
    return views + list(_foreground_views(find_components(page, stages), factor, settings)), found


def _grey_views(colours: NDArray[np.uint8], settings: SingleSettings) -> Iterator[View]:
    """See a small picture by its grey levels, and as it is if it may have MNIST's form."""
    dark = 255 - luminance(colours)
    low, high = float(np.percentile(dark, 25)), float(np.percentile(dark, 99.5))
    if high - low < 1:
        high, low = float(dark.max()), float(dark.min())
    if high > low:
        soft = ((dark - low) / (high - low) * 1.15 - 0.15).clip(0, 1).astype(np.float32)
        whole = Component(soft, 0, 0)
        if dark.shape == (SIZE, SIZE):
            yield View(np.floor(dark + 0.5).astype(np.uint8), whole, settings.as_it_is)
        yield View(prepare(soft), whole, settings.grey)


def _foreground_views(found: Found, factor: float, settings: SingleSettings) -> Iterator[View]:
    """See the digit as all components, as those off the picture's edge, and as the largest."""
    for choice, weight, unframed in _choices(_pieces(found), found.foreground.mask.shape, settings):
        whole = combined(choice)
        yield View(prepare(whole.density), rescaled(whole, 1 / factor), weight, unframed)


def _outlined_views(found: Found, factor: float, settings: SingleSettings) -> Iterator[View]:
    """See the digit that the foreground may be the outlines of."""
    solid = filled_outlines(_pieces(found))
    if solid:
        yield View(prepare(solid.density), rescaled(solid, 1 / factor), settings.outlined)


def _pieces(found: Found) -> list[Component]:
    """All components but specks."""
    usual = usual_height(found.components)
    return [one for one in found.components if not is_speck(one, usual)]


def _choices(
    pieces: list[Component], size: tuple[int, ...], settings: SingleSettings
) -> list[tuple[list[Component], float, bool]]:
    """Which components may be the digit, what that counts, and whether lines of a form are left out."""
    if not pieces:
        return []
    shorter = min(size)
    along = [piece for piece in pieces if _lies_along(piece, size, round(settings.edge_of_shorter * shorter))]
    lines = [p for p in along if max(p.width / size[1], p.height / size[0]) > settings.line_of_side]
    outer = [piece for piece in pieces if piece in lines or _touches(piece, size)]
    inner = [piece for piece in pieces if piece not in outer]
    result = [(pieces, 1.0, False)]
    if inner and outer and all(piece in along for piece in outer):
        whole = settings.framed if lines else settings.part
        result = [(pieces, whole, False), (inner, settings.freed, bool(lines))]
    elif inner and outer and sum(p.amount for p in inner) >= settings.least_inner * sum(p.amount for p in pieces):
        result.append((inner, 1.0, False))
    if len(pieces) > 1 and len(inner) != 1:
        result.append(([max(pieces, key=lambda piece: piece.amount)], settings.part, False))
    return result


def _touches(piece: Component, size: tuple[int, ...]) -> bool:
    """Tell whether a component touches the edge of a picture of (h, w) pixels."""
    return piece.left <= 1 or piece.top <= 1 or piece.right >= size[1] - 1 or piece.bottom >= size[0] - 1


def _lies_along(piece: Component, size: tuple[int, ...], breadth_px: int) -> bool:
    """Tell whether nearly all of a component lies so near to the edge of a picture of (h, w) pixels."""
    top, left = max(0, breadth_px - piece.top), max(0, breadth_px - piece.left)
    bottom, right = max(0, size[0] - breadth_px - piece.top), max(0, size[1] - breadth_px - piece.left)
    # From 0.03 to 0.2, as many form cuttings are read.
    return bool(piece.density[top:bottom, left:right].sum() < 0.1 * piece.amount)
