"""The model of a step's time that the benchmark fits."""

import pytest

from benchmarks.growth import TERMS, amounts, cost_model

PRICES = (1e-11, 4e-10, 3e-10, 5e-9, 2e-6, 3e-5)


def test_prices_are_found_again_and_more_members_help_until_what_each_does_whole_is_most() -> None:
    points = [
        {"hidden": h, "batch": b, "members": m, "seconds a step": float(amounts(h, b, m) @ PRICES)}
        for h in (128, 1024, 4096) for b in (16, 256, 4096) for m in (1, 2)
    ]  # fmt: skip
    model = cost_model(points)
    assert model["largest relative error"] < 1e-6
    assert list(model["prices"].values()) == pytest.approx(PRICES, rel=1e-3)
    narrow, *_, wide = model["predicted"]
    assert 1 < narrow["times as fast"]["16"] < wide["times as fast"]["16"] < 16
    assert narrow["most of it"] in TERMS
