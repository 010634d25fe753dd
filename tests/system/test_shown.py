"""What a newspaper writes steers nobody's terminal and calculates in nobody's spreadsheet."""

from __future__ import annotations

import csv
import io
import json
import logging
import re
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest

from crawler.graph_files import cell
from crawler.log import ShownRecord
from tests.loopback import serving

from .conftest import crawl, query, run_scrapy

PROSE = "".join(
    f"<p>The weir at lock {n} was repaired this week, and boats pass it again, said the master of "
    "the locks, who has looked after it for twenty years and knows each of its stones.</p>"
    for n in range(4)
)
EVIL = "\x1b]52;c;aGk=\x07\x1b[31m\x9b32m&#27;[2J&#155;3J\x7f\u202egpj.exe\u2066x\u2028y"
STEERING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


class Paper(BaseHTTPRequestHandler):
    visits = 0

    def do_GET(self) -> None:
        status, kind, body = 200, f"text/html; x={EVIL[:12]}", ""
        if self.path == "/story":
            Paper.visits += 1
            body = (
                f"<html lang=en><head><title>Weir {EVIL}</title><meta name=author content='{EVIL}'>"
                f"<meta property='article:section' content='{EVIL}'></head><body><article>"
                f"<h1>Weir {EVIL}</h1>{PROSE}{PROSE.replace('weir', f'weir {Paper.visits} {EVIL}')}"
                f"<aside><h2>Read also</h2><ul><li><a href='/next-story-of-the-weir'>=cmd|{EVIL}"
                "</a></li></ul></aside></article></body></html>"
            )
        elif self.path == "/other":
            kind = f"image/\x1b[31m{EVIL[:5]}"
        else:
            status = 404
        data = body.encode("utf-8", "surrogatepass")
        self.send_response(status)
        self.send_header("Content-Type", kind.encode().decode("latin-1"))
        self.send_header("X-Odd", "\x1b[31m\x9b")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


@pytest.fixture(scope="module")
def paper() -> Iterator[str]:
    with serving(Paper) as url:
        yield url


@pytest.fixture(scope="module")
def folder(paper: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shown") / "a"
    # the other page is no story
    for url, code in ((f"{paper}/story,{paper}/other", 9), (f"{paper}/story", 0)):
        done = crawl("article", folder, "-s", "LOG_LEVEL=DEBUG", url=url)
        assert done.returncode == code, done.stderr
        assert not STEERING.search(done.stdout)
        assert not STEERING.search(done.stderr)
    return folder


def test_the_database_keeps_what_turns_text_around_and_no_control_character(folder: Path) -> None:
    (row,) = query(folder, "SELECT title FROM stories")
    assert "\u202egpj.exe" in row["title"]
    assert not re.search("[\x00-\x1f\x7f-\x9f]", row["title"])


@pytest.mark.parametrize(
    "command",
    [["status"], ["status", "--json"], ["verify"]],
    ids=" ".join,
)  # fmt: skip
def test_what_is_printed_of_an_archive_steers_nothing(folder: Path, command: list[str]) -> None:
    done = run_scrapy(*command, "-a", f"archive={folder}") if command[0] != "verify" else (
        run_scrapy(*command, str(folder))
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert not STEERING.search(done.stdout + done.stderr)
    assert done.stdout


@pytest.mark.parametrize("command", [["show"], ["show", "--record"], ["diff"]], ids=" ".join)
def test_what_is_printed_of_a_page_steers_nothing(
    paper: str, folder: Path, command: list[str]
) -> None:
    done = run_scrapy(*command, f"{paper}/story", "-a", f"archive={folder}")
    assert done.returncode == 0, done.stderr
    assert not STEERING.search(done.stdout + done.stderr)


def test_try_and_extract_steer_nothing(paper: str, tmp_path: Path) -> None:
    done = run_scrapy("try", f"{paper}/story", "--allow-private")
    assert done.returncode == 0, done.stderr
    assert not STEERING.search(done.stdout + done.stderr)
    assert "\\u202egpj.exe" in done.stdout
    path = tmp_path / "page.html"
    path.write_text(f"<title>Weir {EVIL}</title><h1>Weir {EVIL}</h1>{PROSE}")
    done = run_scrapy("extract", str(path))
    assert not STEERING.search(done.stdout)
    # nothing is lost: JSON has escapes of its own
    assert "\u202egpj.exe" in json.loads(done.stdout)["title"]


@pytest.mark.parametrize(
    "command",
    [["try"], ["extract"], ["crawl", "article", "-a", "url=x://\x1b[31m\u202e"]],
    ids=lambda command: command[0],
)  # fmt: skip
def test_errors_that_repeat_what_was_typed_steer_nothing(command: list[str]) -> None:
    done = run_scrapy(*command, "x\x1b[31m\u202ey" if command[0] != "crawl" else "-L")
    assert done.returncode != 0 or command == ["extract"]
    assert not STEERING.search(done.stdout + done.stderr)


def test_an_address_is_no_markup(folder: Path) -> None:
    done = run_scrapy("diff", "http://news.example/[/b]", "-a", f"archive={folder}")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("raw", [False, True])
def test_the_graph_is_no_program(folder: Path, raw: bool) -> None:
    options = ["--raw"] if raw else []
    done = run_scrapy("graph", str(folder), "--format", "csv", *options)
    assert raw or not STEERING.search(done.stdout)
    (row,) = csv.DictReader(io.StringIO(done.stdout, newline=""))
    assert row["target_title"].startswith("=cmd" if raw else "'=cmd")
    assert ("\u202e" in row["target_title"]) is raw


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "\ufeff=1", "\u200b=1",
     "\u202e=1", "＝1", "＋1", "－1", "＠x", "- a dash, and a story"],
)  # fmt: skip
def test_no_cell_is_a_formula(text: str) -> None:
    assert str(cell(text)).startswith("'")


@pytest.mark.parametrize("value", ["Weir", "", None, -3, "a=b", "'=1", "https://a.example/?=1"])
def test_other_cells_are_left_alone(value: object) -> None:
    assert cell(value) == value


def test_log_records_are_escaped_with_their_tracebacks() -> None:
    try:
        raise ValueError("\x1b[31mone\ntwo\u202e")
    except ValueError as error:
        where = (ValueError, error, error.__traceback__)
        record = ShownRecord("x", logging.ERROR, "p", 1, "%s \x9b", ("\x1b]0;\x07",), where)
    printed = logging.Formatter("%(message)s").format(record)
    assert not STEERING.search(printed)
    assert "\\x1b]0;\\x07 \\x9b\nTraceback" in printed
    assert "\\x1b[31mone\ntwo\\u202e" in printed
