"""The command line: one file per command."""

from byhand.cli.app import main

__all__ = ["main"]
