"""`make docs`: write what the documentation shows by running it.

Archives the demo newspaper into a new folder, runs the commands, programs and queries of the pages
there, and puts their output under them; draws the picture; writes docs/schema.md.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import socket
import subprocess
import sys
import tempfile
from functools import lru_cache
from pathlib import Path

from rich.console import Console
from rich.text import Text
from sqlite_utils import Database
from tabulate import tabulate

from crawler.archive.database import open_for_reading
from crawler.archive.migrations import bring_up_to_date
from crawler.archive.schema_page import schema_markdown
from crawler.commands.demo import PORT
from docs import graph_picture

ROOT = Path(__file__).resolve().parent.parent
BLOCK = re.compile(
    r"(```(?P<language>sh|python|sql)\n(?P<command>[^`]*)```\n\n<!-- output -->\n```\n).*?(```)",
    re.DOTALL,
)
PAGES = ("README.md", "docs/graph.md", "docs/python.md", "docs/query.md")
"""Pages with outputs, in the order in which their commands run on one archive."""
NOTEBOOK = "docs/notebook.md"
READERS = ROOT / ".venv-readers" / "bin" / "python"
"""Where other people's readers of data are installed: `make reader-tools`."""
PICTURE = (
    "scrapy status",
    'sqlite-utils {archive}/archive.db --table --fmt simple "SELECT published_day AS'
    ' day, section, language AS lang, title FROM stories ORDER BY published_utc DESC LIMIT 12"',
)
# Rich's own template loads a font from elsewhere; this one asks for none.
SVG = """<svg viewBox="0 0 {terminal_width} {terminal_height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{ font-family: ui-monospace, Menlo, Consolas, monospace; font-size: {char_height}px; line-height: {line_height}px; }}
{styles}
</style>
<defs>{lines}</defs>
<rect fill="#16181d" width="{terminal_width}" height="{terminal_height}" rx="8"/>
<g transform="translate(9, 12)">{backgrounds}<g class="{unique_id}-matrix">{matrix}</g></g>
</svg>
"""  # noqa: E501


def run(command: str, archive: Path, **environment: str) -> str:
    """The output of a shell command of the documentation, with `archive` in its archive's place."""
    command = command.replace("data/archive", str(archive)).replace(".venv/bin/", "")
    # `make` would set up and read the locks: what it runs is enough here
    command = re.sub(
        r"^make crawl(?: EDITION=(\w+))?.*$",
        lambda m: (
            f"scrapy demo --crawl --edition {m[1] or 'morning'} -a archive={archive}"
            f" --port {free_port(archive)}"
        ),
        command,
        flags=re.MULTILINE,
    )
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(  # noqa: S602 - the commands stand in our own documentation
        command, shell=True, cwd=ROOT, capture_output=True, text=True, check=True,
        env={**os.environ, "PATH": path, "COLUMNS": "110", **environment},
    )  # fmt: skip
    shown = done.stdout.replace(f":{free_port(archive)}", f":{PORT}")
    return shown.replace(str(archive), "data/archive").replace(f"{ROOT}/", "")


def notebook(text: str, archive: Path) -> str:
    """A notebook with what its cells show, of another archive than it names, and of the corpus that
    is made of that. Raises CalledProcessError."""
    corpus = f"{archive}-corpus"
    run(f"scrapy export parquet data/archive -o {corpus}", archive)
    done = subprocess.run(  # noqa: S603
        [str(READERS), str(ROOT / "docs" / "run_notebook.py")], capture_output=True, text=True,
        input=text.replace("data/archive", str(archive)).replace("data/corpus", corpus),
        check=True,
    )  # fmt: skip
    outputs = iter(json.loads(done.stdout))
    cell = re.compile(r"(```python\n[^`]*```\n)(?:\n<!-- output -->\n```\n.*?```\n)?", re.DOTALL)

    def fill(match: re.Match[str]) -> str:
        shown = next(outputs)
        shown = "\n".join(line.rstrip() for line in shown.splitlines())
        return match[1] + (f"\n<!-- output -->\n```\n{shown}\n```\n" if shown else "")

    return cell.sub(fill, text)


def answer(sql: str, archive: Path) -> str:
    """What a query of an archive says, as a table. Raises sqlite3.Error."""
    with open_for_reading(archive) as db:
        found = db.execute(sql)
        rows = found.fetchall()
        if not rows:
            return "(no rows)"
        cells = [[" ".join(v.split()) if isinstance(v, str) else v for v in row] for row in rows]
        table = tabulate(cells, [name for name, *_ in found.description])
    shown = str(table).replace(f":{free_port(archive)}", f":{PORT}")
    return "\n".join(line.rstrip() for line in shown.splitlines())


@lru_cache
def free_port(archive: Path) -> int:
    """A port for the demo newspaper that nobody else uses, the same for all commands on an archive;
    of five digits, as the one that is shown."""
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port: int = probe.getsockname()[1]
        if port > 9_999:
            return port


def readme(text: str, archive: Path) -> str:
    """A page with the output of its commands, programs and queries. Runs them in order."""

    def fill(match: re.Match[str]) -> str:
        command = match["command"]
        if match["language"] == "sql":
            return match[1] + answer(command, archive) + "\n" + match[4]
        if match["language"] == "python":
            command = f"python -c {shlex.quote(command)}"
        command = re.sub(r"^make crawl SITE=.*\n", "", command, flags=re.MULTILINE)
        return match[1] + run(command, archive).rstrip() + "\n" + match[4]

    return BLOCK.sub(fill, text)


def picture(archive: Path) -> str:
    """What a terminal shows of the archive, as SVG."""
    console = Console(record=True, width=112, file=Path(os.devnull).open("w"))  # noqa: SIM115
    for command in PICTURE:
        command = command.replace("{archive}", "data/archive")
        console.print(Text("$ " + re.sub(r" --fmt simple", "", command), style="bold green"))
        typed = command.replace("scrapy status", f"scrapy status {archive}")
        console.print(Text.from_ansi(run(typed, archive, FORCE_COLOR="1").rstrip()))
        console.print()
    return console.export_svg(code_format=SVG, unique_id="archive")


def main() -> None:
    """Write all."""
    database = Database(memory=True)
    bring_up_to_date(database)
    (ROOT / "docs" / "schema.md").write_text(schema_markdown(database), encoding="utf-8")
    with tempfile.TemporaryDirectory() as scratch:
        archive = Path(scratch) / "archive"
        for page in PAGES:
            path = ROOT / page
            path.write_text(readme(path.read_text(encoding="utf-8"), archive), encoding="utf-8")
        page = ROOT / NOTEBOOK
        page.write_text(notebook(page.read_text(encoding="utf-8"), archive), encoding="utf-8")
        images = ROOT / "docs" / "images"
        (images / "archive.svg").write_text(picture(archive), encoding="utf-8")
        with open_for_reading(archive) as db:
            drawn = graph_picture.picture(db)
        (images / "graph.svg").write_text(drawn, encoding="utf-8")


if __name__ == "__main__":
    main()
