"""Inputs that nobody would make on purpose: does every parser give a result or one clear sentence?

`python -m fuzz PARSER --seconds N` starts from real files and changes them; with `--engine atheris`, guided by
the code that they reach. What goes wrong is kept in `fuzz/found/PARSER`; once mended, it moves
to `fuzz/corpus/PARSER`, and the tests try it each time.
"""
