"""Loads the data and trains one epoch in batches of 128 with one rival, for its memory.

python -m benchmarks.one_epoch RIVAL
"""

import sys

from benchmarks.rivals import make

if __name__ == "__main__":
    make(sys.argv[1]).epoch(128)
