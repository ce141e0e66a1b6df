"""What libFuzzer runs: a parser whose Python code tells which lines an input reached (needs `pip install atheris`)."""

import sys

import atheris

with atheris.instrument_imports(include=["byhand", "PIL", "tomllib", "json"]):
    from fuzz.judge import judge
    from fuzz.parsers import parsers

PARSER = parsers()[sys.argv[1]]


def one(content: bytes) -> None:
    """Try an input; raise where something was wrong, which libFuzzer keeps."""
    wrong = judge(PARSER, content)
    if wrong:
        raise AssertionError(wrong)


if __name__ == "__main__":
    atheris.Setup([sys.argv[0], *sys.argv[2:]], one)
    atheris.Fuzz()
