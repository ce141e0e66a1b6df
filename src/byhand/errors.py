"""The one error that byhand shows to people."""


class ByhandError(ValueError):
    """Something the user gave cannot work; the message is one sentence that says what to do.

    The command line prints the message alone and ends with status 1. It is a `ValueError`, so that Python
    callers can catch it without knowing byhand.
    """


class DataWarning(UserWarning):
    """What was recognised in data that was given from Python, or done to it: a range, a polarity, a split."""
