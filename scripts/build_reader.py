"""Train the network behind `byhand read`, put it into the package and record its checksum.

python scripts/build_reader.py            train, some 30 minutes on one core, and put it there
python scripts/build_reader.py RUN        put the model of a finished run there instead
"""

import hashlib
import subprocess
import sys
import tempfile
from pathlib import Path

from byhand.training.run_folder import is_finished

MODELS = Path(__file__).parents[1] / "src" / "byhand" / "models"


def ship(run: Path) -> None:
    """Copy the model of a finished run and write its checksum beside it."""
    if not is_finished(run):
        sys.exit(f"The training in {run} is not finished.")
    content = (run / "model.safetensors").read_bytes()
    (MODELS / "reader.safetensors").write_bytes(content)
    (MODELS / "reader.sha256").write_text(f"{hashlib.sha256(content).hexdigest()}  reader.safetensors\n", "utf-8")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        ship(Path(sys.argv[1]))
    else:
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place) / "run"
            train = [sys.executable, "-m", "byhand", "train", "reader", "--no-figures", "--out", str(folder)]
            subprocess.run(train, check=True)
            ship(folder)
