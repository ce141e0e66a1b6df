"""What is installed: its bill of materials, and that everybody can build the same files."""

import hashlib
import json
import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_the_bill_of_materials_is_what_the_project_depends_on() -> None:
    subprocess.run([sys.executable, "scripts/bill_of_materials.py", "check"], cwd=ROOT, check=True)


def test_the_same_sources_give_the_same_wheel_with_its_bill_and_nothing_wrong(tmp_path: Path) -> None:
    sums = set()
    for name in ("one", "two"):
        command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path / name)]
        subprocess.run([*command, str(ROOT)], check=True, capture_output=True)
        (wheel,) = (tmp_path / name).iterdir()
        sums.add(hashlib.sha256(wheel.read_bytes()).hexdigest())
    assert len(sums) == 1
    with zipfile.ZipFile(wheel) as archive:
        (bill,) = (member for member in archive.namelist() if "/sboms/" in member)
        components = {one["name"] for one in json.loads(archive.read(bill))["components"]}
    assert {"numpy", "pillow", "filelock"} <= components
    # What PyPI would refuse, and what does not belong into a wheel.
    for check in (["twine", "check", "--strict"], ["check_wheel_contents"]):
        done = subprocess.run([sys.executable, "-m", *check, str(wheel)], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
