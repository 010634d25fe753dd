"""Run a notebook in Markdown and print what each of its cells shows, as a JSON list of texts.

    .venv-readers/bin/python docs/run_notebook.py < docs/notebook.md

Runs in an environment of other people's readers, in which nothing of ours is installed.
"""

from __future__ import annotations

import json
import sys

import jupytext
from nbclient import NotebookClient


def shown(output: dict[str, object]) -> str:
    """The text of an output of a cell."""
    if output["output_type"] == "stream":
        return str(output["text"])
    return str(output["data"]["text/plain"]) + "\n"  # type: ignore[index]


def main() -> None:
    """Run the notebook that standard input has. Raises CellExecutionError."""
    notebook = jupytext.reads(sys.stdin.read(), fmt="md")
    NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    json.dump(["".join(map(shown, cell.outputs)).rstrip() for cell in cells], sys.stdout)


if __name__ == "__main__":
    main()
