"""Which folder a command means, and what is said of one that cannot be used."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.loopback import site

from .conftest import ROOT, crawl, run_scrapy
from .test_what_is_left import newspaper

STORY = "https://news.example/2026/05/01/a-story"
# every command that takes an archive, but for what it takes besides
COMMANDS = [
    ["crawl", "news", "-a", "site=http://127.0.0.1:9"],
    ["diff", STORY], ["export", "cdxj"], ["graph"], ["import", "Makefile"], ["rebuild"],
    ["reextract"], ["search", "river"], ["show", STORY], ["status"], ["verify"],
]  # fmt: skip
# Runs one command after the other in a process: most of a short one's time is its start.
LOOP = """
import json, sys
from scrapy.cmdline import execute
for line in sys.stdin:
    try:
        execute(json.loads(line))
    except SystemExit as end:
        print(json.dumps(end.code), file=sys.stderr)
"""


def run_all(
    commands: list[list[str]], cwd: Path = ROOT, obey: bool = False, **env: str
) -> list[tuple[int, str]]:
    """Exit code and last line on standard error of each. obey: permissions, as root too."""
    lines = "".join(json.dumps(["scrapy", *each]) + "\n" for each in commands)
    drop = "-dac_override,-dac_read_search"
    weak = ["setpriv", f"--bounding-set={drop}", f"--inh-caps={drop}"]
    done = subprocess.run(
        [*(weak if obey and os.geteuid() == 0 else []), sys.executable, "-c", LOOP],
        input=lines, cwd=cwd, capture_output=True, text=True, timeout=500,
        env={**os.environ, "PYTHONPATH": str(ROOT), "SCRAPY_PROJECT": "default", **env},
    )  # fmt: skip
    assert "Traceback" not in done.stderr, done.stderr
    said = [line for line in done.stderr.splitlines() if line]
    codes = [place for place, line in enumerate(said) if line.isdigit()]
    assert len(codes) == len(commands), done.stderr
    return [(int(said[place]), said[place - 1]) for place in codes]


def into(commands: list[list[str]], *folders: object) -> list[list[str]]:
    """Each of the commands with each of the folders for its archive."""
    return [[*each, "-a", f"archive={folder}"] for each in commands for folder in folders]


def test_below_a_file_there_is_no_archive(tmp_path: Path) -> None:
    (tmp_path / "notes").write_text("mine")
    file = tmp_path / "notes"
    for code, said in run_all(into(COMMANDS, file, file / "archive", file / "a" / "b")):
        assert code == 2, said
        assert f"{file} is a file; an archive is a folder" in said
    assert (tmp_path / "notes").read_text() == "mine"


def test_where_we_may_not_look_there_is_no_archive(tmp_path: Path) -> None:
    shut = tmp_path / "shut"
    shut.mkdir(mode=0)
    for code, said in run_all(into(COMMANDS, shut, shut / "archive"), obey=True):
        assert code == 2, said
        assert "Permission denied" in said
        assert "name another folder with archive=" in said


def test_where_we_may_not_write_nothing_is_fetched(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.mkdir(mode=0o555)
    commands = [COMMANDS[0], ["import", "Makefile"]]
    for code, said in run_all(into(commands, kept, kept / "archive", kept / "a" / "b"), obey=True):
        assert (code, "cannot be written" in said) == (2, True), said


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs Linux's /proc")
@pytest.mark.parametrize("folder", ["/proc", "/proc/x"])
def test_where_even_root_can_make_no_file_the_run_ends_as_where_nobody_may_write(
    folder: str,
) -> None:
    done = run_scrapy("demo", "--crawl", "--port", "0", "-a", f"archive={folder}")
    assert done.returncode == 2
    said = done.stderr.splitlines()[-1]
    assert f"{folder} cannot be written (" in said
    assert "Errno" not in said


def test_a_name_that_can_be_none_is_told() -> None:
    for code, said in run_all(into(COMMANDS, "x" * 300, "a\0b", "~nobody-of-this-name/a")):
        assert code == 2, said
        assert "as an archive (" in said


def test_a_tilde_is_the_users_home(tmp_path: Path) -> None:
    home, here = tmp_path / "home", tmp_path / "here"
    home.mkdir()
    here.mkdir()
    run = {"HOME": str(home), "SCRAPY_SETTINGS_MODULE": "crawler.settings"}
    with site(newspaper(1)) as url:
        (home / "list.txt").write_text(f"{url}/2026/05/01/the-story-of-day-1\n")
        listed = ["crawl", "article", "-a", "urls=~/list.txt", "-a", "allow_private=1"]
        ((code, said),) = run_all(into([listed], "~/my archive"), here, **run)
    assert code == 0, said
    reading = [["status"], ["verify"]]
    told = run_all(reading, here, HEMEROTECA_ARCHIVE="~/my archive", **run)
    named = run_all(into(reading, "~/my archive"), here, **run)
    assert [code for code, _ in told + named] == [0] * 4
    assert (home / "my archive" / "archive.db").exists()
    assert list(here.iterdir()) == []


def test_what_is_printed_to_be_pasted_can_be_pasted(tmp_path: Path) -> None:
    folder = tmp_path / "the paper's archive ($5)"
    with site(newspaper(1)) as home:
        done = crawl("news", folder, site=home, discover="links")
    lines = [line.strip() for line in done.stdout.splitlines() if line.startswith("  ")]
    pasted = [line for line in lines if "scrapy status" in line or "sqlite-utils" in line]
    assert len(pasted) == 2
    for line in pasted:
        shell = subprocess.run(["/bin/sh", "-c", line], cwd=ROOT, capture_output=True, timeout=500)
        assert shell.returncode == 0, (line, shell.stderr)


@pytest.mark.parametrize("name", ["my dir", "the paper's", 'a "b" c', "$HOME", "a$(HOME)b", "a;b"])
def test_make_hands_on_words_as_they_are(tmp_path: Path, name: str) -> None:
    scrapy = tmp_path / "scrapy"
    scrapy.write_text("#!/bin/sh\nprintf '%s\\n' \"$@\"\n")
    scrapy.chmod(0o755)
    stamp = shlex.quote(str(tmp_path / "stamp"))
    (tmp_path / "stamp").touch()
    for target in (["ARCHIVE=" + name], ["SITE=" + name, "ARCHIVE=" + name, "CONTACT=" + name]):
        done = subprocess.run(
            ["make", "-s", "crawl", f"BIN={tmp_path}", f"STAMP={stamp}", *target],
            cwd=ROOT, capture_output=True, text=True, timeout=500,
        )  # fmt: skip
        words = done.stdout.splitlines()
        assert f"archive={name}" in words, done.stderr
        assert len(target) == 1 or {f"site={name}", f"contact={name}"} <= set(words)
