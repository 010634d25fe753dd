"""What goes wrong is one line, a non-zero exit, and an archive as it was."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import pytest

from .conftest import Archived, crawl, query, run_scrapy

NOBODY = "http://127.0.0.1:9"  # the discard port: nobody listens


def fingerprint(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def complaint(stderr: str) -> str:
    """The one line told to the user; progress lines and nothing else may stand beside it."""
    lines = [line for line in stderr.splitlines() if line.startswith("scrapy ")]
    assert len(lines) == 1, stderr
    assert "Traceback" not in stderr
    return lines[0]


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["crawl", "news"], 2, "site= is missing"),
        (["crawl", "news", "-a", "site=not a site"], 2, "not a web address"),
        (
            ["crawl", "nws", "-a", "site=https://a.example"],
            2,
            "there are article, commoncrawl, missing, news, wayback",
        ),
        (["crawl", "article", "-a", "urls=/no/such/file"], 2, "cannot be read"),
        (
            ["crawl", "news", "-a", "site=a.example", "-a", "allow_private=yes"],
            2,
            "must be 0 or 1",
        ),
        (["crawl", "news", "-a", "site=a.example", "-a", "archive="], 2, "archive= is empty"),
        (["crawl", "news", "-a", "site="], 2, "site= is missing"),
        (["crawl", "article", "-a", "url="], 2, "url= is missing"),
        (["retry", "--excluded", "--site", ""], 2, "--site '' is not a host name"),
        (["export", "cdxj", "--site", " "], 2, "--site ' ' is not a host name"),
        (["graph", "--site", ""], 2, "--site '' is not a host name"),
        (["import", "README.md", "--jobs", "0"], 2, "--jobs 0 must be a number of 1 or more"),
        (["status", "/no/such/archive"], 2, "no archive at"),
        (["try", "/no/such/page.html"], 2, "cannot be read"),
        (["extract", "/no/such/page.html"], 2, "cannot be read"),
        (["demo", "--edition", "noon"], 2, "no edition 'noon'"),
        (["demo", "--crwal"], 2, "there is no option --crwal"),
        (["status", "--jsno"], 2, "there is no option --jsno"),
        (["crawl", "news", "-a", "site=a.example", "--depth", "2"], 2, "no option --depth"),
        (["crawl"], 2, "name one spider"),
        (["crawl", "news", "-a", "site=a.example", "-O", "o.csv"], 2, "export csv -o FILE writes"),
        (["crawl", "news", "-a", "site=a.example", "-o", "o.x"], 2, "none in o.x; afterwards"),
        (["crawl", "news", "-a", "site=a.example", "-s", 'FEEDS={"o.csv": {}}'], 2, "in o.csv;"),
        (["status", "-L", "debug"], 2, "debug is no level of the log"),
        (["status", "--logfile", "/no/such/log"], 2, "--logfile /no/such/log cannot be written"),
        (["status", "--pidfile", "/no/such/pid"], 2, "--pidfile /no/such/pid cannot be written"),
        (["status", "--profile", "/no/such/file"], 2, "--profile /no/such/file cannot be written"),
        (["diff", "https://a.example/", "--from", "x"], 2, "argument --from: invalid int value"),
        (["status", "-s", "X"], 2, "use -s NAME=VALUE"),
        (["import", "tests"], 2, "tests is a folder; name the files in it: tests/*"),
        (["try", "README.md", "--url", "nowhere"], 2, "--url nowhere is not a web address"),
        (["extract", "README.md", "--url", "nowhere"], 2, "--url nowhere is not a web address"),
        (["try", "http://127.0.0.1:9/"], 3, "127.0.0.1; --allow-private permits it"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_a_bad_command_is_told_in_one_line(arguments: list[str], code: int, message: str) -> None:
    done = run_scrapy(*arguments)
    assert done.returncode == code
    assert message in complaint(done.stderr)


@pytest.mark.parametrize(
    "arguments",
    [
        ("export", "cdxj"),
        ("graph",),
        ("recheck",),
        ("reextract",),
        ("retry", "--excluded"),
        ("search", "river"),
    ],
    ids=lambda value: value[0],
)
def test_a_newspaper_that_is_not_in_the_archive_is_told(
    archived: Archived, arguments: tuple[str, ...]
) -> None:
    before = fingerprint(archived.folder)
    argument = f"archive={archived.folder}"
    done = run_scrapy(*arguments, "--site", "none.example", "-a", argument)
    assert done.returncode == 7
    assert "none.example: the archive has no such newspaper" in complaint(done.stderr)
    assert fingerprint(archived.folder) == before


@pytest.mark.parametrize(
    "arguments", [("export", "cdxj"), ("export", "wacz"), ("graph", "--format", "csv")]
)
@pytest.mark.parametrize("own", ["archive.db", "archive.db-wal", "run.lock", "warc/new.gz", "link"])
def test_an_archive_is_not_written_over_itself(
    archived: Archived, tmp_path: Path, arguments: tuple[str, ...], own: str
) -> None:
    before = fingerprint(archived.folder)
    target = archived.folder / own
    if own == "link":
        target = tmp_path / own
        target.symlink_to(archived.folder / "archive.db")
    done = run_scrapy(*arguments, str(archived.folder), "-o", str(target))
    assert done.returncode == 2
    assert "is a file of the archive itself; name another with -o" in complaint(done.stderr)
    assert fingerprint(archived.folder) == before


def test_a_bad_argument_leaves_an_archive_untouched(archived: Archived) -> None:
    before = fingerprint(archived.folder)
    done = crawl("news", archived.folder, site=archived.base, since="soon")
    assert done.returncode == 2
    assert "since=soon is not a date" in complaint(done.stderr)
    assert fingerprint(archived.folder) == before


def test_an_unreachable_site_leaves_an_archive_untouched(archived: Archived) -> None:
    before = fingerprint(archived.folder)
    done = crawl("news", archived.folder, site=NOBODY)
    assert done.returncode == 3
    assert f"{NOBODY}/ could not be archived" in complaint(done.stderr)
    assert fingerprint(archived.folder) == before


def test_an_unreachable_site_makes_no_archive(tmp_path: Path) -> None:
    done = crawl("news", tmp_path / "a", site=NOBODY)
    assert done.returncode == 3
    assert not (tmp_path / "a").exists()


def test_a_private_address_is_refused_unless_allowed(demo: str, tmp_path: Path) -> None:
    done = crawl("news", tmp_path / "a", site=demo, private=False)
    assert done.returncode == 3
    assert "private address 127.0.0.1; allow_private=1 permits it" in complaint(done.stderr)
    assert not (tmp_path / "a").exists()


def test_a_name_that_leads_to_a_private_address_is_refused(demo: str, tmp_path: Path) -> None:
    site = demo.replace("127.0.0.1", "localhost")
    done = crawl("news", tmp_path / "a", site=site, private=False)
    assert done.returncode == 3
    assert "localhost is at the private address 127.0.0.1" in complaint(done.stderr)


def test_somebody_elses_file_is_not_written_over(tmp_path: Path, demo: str) -> None:
    (tmp_path / "archive.db").write_bytes(b"precious")
    done = crawl("news", tmp_path, site=demo)
    assert done.returncode == 2
    assert "cannot open" in complaint(done.stderr)
    assert (tmp_path / "archive.db").read_bytes() == b"precious"


def test_one_bad_site_of_two_is_told_and_the_other_archived(demo: str, tmp_path: Path) -> None:
    done = crawl("news", tmp_path / "a", site=f"{demo},{NOBODY}", max_pages="5")
    assert done.returncode == 3
    assert f"{NOBODY}/ could not be archived" in complaint(done.stderr)
    reasons = query(tmp_path / "a", "SELECT state, reason FROM urls WHERE url = ?", f"{NOBODY}/")
    assert reasons[0]["state"] == "retry"
    assert query(tmp_path / "a", "SELECT count(*) AS n FROM captures")[0]["n"] > 5


def test_a_damaged_archive_is_told(archived: Archived, tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    shutil.copytree(archived.folder, folder)
    with (folder / "archive.db").open("r+b") as file:
        file.write(b"\0" * 4096)
    done = run_scrapy("status", str(folder))
    assert done.returncode == 2
    assert "cannot open" in complaint(done.stderr)


@pytest.mark.parametrize(
    "setting",
    [
        "DOWNLOAD_DELAY=x",
        "CONCURRENT_REQUESTS_PER_DOMAIN=0",
        "EXTRACT_WORKERS=-1",
        "REVISIT_AFTER=a,b",
    ],
)
def test_a_setting_that_makes_no_sense_is_refused_in_one_line(tmp_path: Path, setting: str) -> None:
    done = run_scrapy(
        "crawl", "news", "-a", "site=http://127.0.0.1:9/", "-a", f"archive={tmp_path / 'a'}",
        "-s", setting,
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.startswith(f"scrapy crawl: -s {setting}: ")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("DOWNLOAD_DELY", "DOWNLOAD_DELAY"),
        ("download_delay", "DOWNLOAD_DELAY"),
        ("WARC_FILES_BYTES", "WARC_FILE_BYTES"),
        ("EXTRACT_WORKER", "EXTRACT_WORKERS"),
    ],
)
def test_a_setting_whose_name_is_misspelt_is_refused_in_one_line(
    tmp_path: Path, name: str, meant: str
) -> None:
    done = crawl("news", tmp_path / "a", "-s", f"{name}=1", site=NOBODY)
    assert done.returncode == 2
    assert done.stderr == (
        f"scrapy crawl: -s {name}: there is no such setting; did you mean {meant}?\n"
    )


def test_a_setting_of_somebody_elses_extension_is_named_and_taken(tmp_path: Path) -> None:
    done = crawl("news", tmp_path / "a", "-s", "ROTATING_PROXY_LIST=a", site=NOBODY)
    assert done.returncode == 3
    assert "-s ROTATING_PROXY_LIST: neither Scrapy nor Hemeroteca has" in done.stderr


def test_what_is_no_file_is_written_to_as_it_is(archived: Archived, tmp_path: Path) -> None:
    link, target = tmp_path / "link", tmp_path / "target"
    target.write_text("before")
    link.symlink_to(target)
    done = run_scrapy("graph", str(archived.folder), "--format", "csv", "-o", str(link))
    assert done.returncode == 0, done.stderr
    assert link.is_symlink()
    assert target.read_text() != "before"
    done = run_scrapy("export", "cdxj", str(archived.folder), "-o", "/dev/null")
    assert done.returncode == 0, done.stderr
    assert Path("/dev/null").is_char_device()
