"""A crowd for a few seconds; `python -m benchmarks.load` is the same for a minute, and what it found is kept."""

from benchmarks.load import under_load


def test_a_crowd_is_answered_or_refused_and_the_page_stays() -> None:
    found = under_load(clients=24, seconds=0.5, different=1, megapixels=0.5)
    assert found["first_problems"] == []
    assert found["answered"] > 0
    assert found["refused"] > 0
    assert found["newcomer_seconds"] is not None
