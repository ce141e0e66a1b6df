"""Run the notebook from top to bottom and keep what it shows.

    python scripts/run_notebook.py

Edit `notebooks/digits_classification.ipynb` in Jupyter or an editor, then run this (it needs the `test` extra): the
saved copy gets fresh outputs, and nothing that changes from run to run or from machine to machine.
"""

from pathlib import Path
from typing import Any

import nbformat
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient

NOTEBOOK = Path(__file__).parents[1] / "notebooks" / "digits_classification.ipynb"
SECONDS_PER_CELL = 300
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"file_extension": ".py", "mimetype": "text/x-python", "name": "python"},
}


def execute(notebook: Any, folder: Path) -> None:
    """Run all cells in `folder`, with the Python that runs this, whatever kernels are installed besides."""
    kernels = KernelSpecManager(kernel_dirs=[])  # leaves only the kernel of this Python's own ipykernel
    manager = AsyncKernelManager(kernel_name="python3", kernel_spec_manager=kernels)
    place = {"metadata": {"path": str(folder)}}
    NotebookClient(notebook, km=manager, timeout=SECONDS_PER_CELL, resources=place).execute()


def tidy(notebook: Any) -> None:
    """Take away times, versions and other metadata that differ from run to run."""
    notebook.metadata = nbformat.from_dict(METADATA)  # type: ignore[no-untyped-call]
    for cell in notebook.cells:
        cell.metadata.clear()


def main() -> None:
    """Run the notebook where it is."""
    notebook = nbformat.read(NOTEBOOK, as_version=4)  # type: ignore[no-untyped-call]
    execute(notebook, NOTEBOOK.parent)
    tidy(notebook)
    nbformat.write(notebook, NOTEBOOK)  # type: ignore[no-untyped-call]


if __name__ == "__main__":
    main()
