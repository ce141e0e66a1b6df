"""Write what byhand is made of and depends on as CycloneDX, for `pip-audit` and its like; the wheel carries it.

python scripts/bill_of_materials.py          write it
python scripts/bill_of_materials.py check    fail if it is not what pyproject.toml says
"""

import json
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
BILL = ROOT / "byhand.cdx.json"


def bill() -> str:
    """The bill of materials by cyclonedx-bom; the same dependencies always give the same text."""
    project = ROOT / "pyproject.toml"
    requirements = "\n".join(tomllib.loads(project.read_text("utf-8"))["project"]["dependencies"])
    command = [sys.executable, "-m", "cyclonedx_py", "requirements", "--pyproject", str(project)]
    command += ["--mc-type", "library", "--output-reproducible", "--of", "JSON", "-"]
    return (
        subprocess.run(command, input=requirements, capture_output=True, text=True, check=True).stdout.rstrip() + "\n"
    )


def main() -> None:
    """Do what the command line asks."""
    if sys.argv[1:] == ["check"]:
        kept, now = json.loads(BILL.read_text("utf-8")), json.loads(bill())
        for each in (kept, now):
            each["metadata"].pop("tools", None)  # which version of the program wrote it
        sys.exit(None if kept == now else f"{BILL.name} is out of date: run this script.")
    BILL.write_text(bill(), "utf-8")


if __name__ == "__main__":
    main()
