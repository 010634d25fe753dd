"""The Internet Archive's dialect, and all that a web archive may answer."""

from __future__ import annotations

import gzip
import json
import signal
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from benchmarks.kill import faults
from benchmarks.web_archive import Kept
from crawler.demo.truth import expected
from tests.web_archives import Answer, internet_archive

from .conftest import FULL_SPEED, ROOT, crawl, query
from .test_errors import complaint
from .test_wayback import CHANGED, HOME, STAMPS, STORIES, asked_for, edition, paths

SOME = tuple(sorted(STORIES))[:6]


def brought(
    archive: Path, url: str, *more: str, **arguments: str
) -> subprocess.CompletedProcess[str]:
    """`scrapy crawl wayback` of the newspaper, from an Internet Archive at a base URL."""
    endpoint = f"{url}/cdx/search/cdx"
    return crawl("wayback", archive, *more, site="paper.example", endpoint=endpoint, **arguments)


def test_a_list_is_read_key_by_key_and_captures_as_they_were(tmp_path: Path) -> None:
    kept = edition("morning", None, *SOME, "/")
    coded = kept[0]
    zipped = gzip.compress(coded.body, mtime=0)
    kept[0] = Kept(coded.url, coded.timestamp, zipped, headers=(("Content-Encoding", "gzip"),))
    kept[1] = Kept(kept[1].url, kept[1].timestamp, kept[1].body, listed_as="A" * 32)
    kept.append(
        Kept(f"{HOME}/old/9", "20090101000000", b"", 301, headers=(("Location", kept[2].url),))
    )
    kept.append(Kept(f"{HOME}/gone", "20090101000000", b"gone", 404))
    kept.append(Kept(f"{HOME}/logo", "20090101000000", b"png", content_type="image/png"))
    asked: list[str] = []
    with internet_archive(kept, asked, rows=3) as url:
        done = brought(tmp_path / "a", url)
    assert done.returncode == 0, done.stdout + done.stderr
    assert paths(tmp_path / "a") == set(SOME)
    assert len([path for path in asked if "resumeKey=" in path]) == 2
    assert set(asked_for(asked).values()) == {1}
    assert not [path for path in asked if "/gone" in path or "/logo" in path]
    assert "1 capture kept whose payload does not have the digest of the index" in done.stdout
    moved = query(tmp_path / "a", "SELECT status, location FROM captures WHERE url LIKE '%/old/9'")
    assert moved == [{"status": 301, "location": kept[2].url}]
    assert faults(tmp_path / "a") == []
    head = "SELECT warc_file, warc_offset, warc_length FROM captures WHERE url = ?"
    (place,) = query(tmp_path / "a", head, coded.url)
    with (tmp_path / "a" / "warc" / place["warc_file"]).open("rb") as file:
        file.seek(place["warc_offset"])
        record = gzip.decompress(file.read(place["warc_length"]))
    assert b"Content-Encoding: gzip\r\n" in record
    assert zipped in record
    assert b"\r\nServer: Apache/1.3\r\n" in record
    assert b"Memento-Datetime" not in record
    assert b"X-App-Server" not in record
    assert b"\r\nWARC-Source-URI: " in record
    assert b"\r\nWARC-Date: 2026-10-20T06:00:00" in record


def test_what_an_archive_does_not_have_is_said_and_costs_nothing_else(tmp_path: Path) -> None:
    kept = edition("morning", None, *SOME)
    listed = [*kept, Kept(kept[0].url, "20100101000000"), Kept(f"{HOME}/lost", "20100101000000")]

    def instead(path: str) -> Answer | None:
        if path.endswith("/lost"):
            return 404, {"Content-Type": "text/html"}, b"<p>not archived"
        if path.startswith("/web/2010"):
            return 302, {"Location": path.replace("20100101000000", STAMPS["morning"])}, b""
        return None

    with internet_archive(listed, instead=instead) as url:
        done = brought(tmp_path / "a", url)
    assert done.returncode == 0, done.stderr
    assert paths(tmp_path / "a") == set(SOME)
    assert "the web archive gives the capture of 20261020060000 in its place" in done.stdout
    assert "the web archive lists it and does not have it" in done.stdout
    states = "SELECT state, reason_code FROM mementos WHERE state <> 'archived' ORDER BY 2"
    assert query(tmp_path / "a", states) == [
        {"state": "gone", "reason_code": "memento_gone"},
        {"state": "gone", "reason_code": "other_moment"},
    ]


def odd_lines() -> Answer:
    """An index with everything wrong that a line can have."""
    lines = [
        ["urlkey", "timestamp", "original", "mimetype", "statuscode", "digest", "length"],
        ["k", "2010", f"{HOME}/a", "text/html", "200", "A" * 32, "1"],
        ["k", "20101399000000", f"{HOME}/a", "text/html", "200", "A" * 32, "1"],
        ["k", "20100101000000", "http://192.168.0.1/a", "text/html", "200", "A" * 32, "1"],
        ["k", "20100101000000", "http://other.example/a", "text/html", "200", "A" * 32, "1"],
        ["k", "20100101000000", "javascript:alert(1)", "text/html", "200", "A" * 32, "1"],
        ["k", "20100101000000", f"{HOME}/a b\u0000", "text/html", "200", "A" * 32, "1"],
        ["k", "too", "few"],
    ]
    return 200, {"Content-Type": "application/json"}, json.dumps(lines).encode()


def test_lines_that_say_nothing_usable_are_counted(tmp_path: Path) -> None:
    asked: list[str] = []
    with internet_archive([], asked, lambda path: odd_lines() if "/cdx/" in path else None) as url:
        done = brought(tmp_path / "a", url)
    assert done.returncode == 3
    assert asked_for(asked) == Counter()
    assert "2 lines of its index passed over: no time of 14 digits" in done.stdout
    assert "2 lines of its index passed over: of another site" in done.stdout
    assert "1 line of its index passed over: no line of an index" in done.stdout
    assert "no captures of it are listed that may be pages" in done.stderr


@pytest.mark.parametrize(
    ("answer", "code", "words"),
    [
        ((200, {"Content-Type": "text/html"}, b"<html><p>Down for repairs"), 3, "Down for repairs"),
        ((403, {}, b"blocked"), 10, "HTTP 403"),
        ((500, {}, b""), 3, "HTTP 500"),
        ((200, {"Content-Length": "9999"}, b'[["urlkey"'), 3, "broken off"),
        ((429, {"Retry-After": "99999"}, b""), 10, "the web archive asks to come again after"),
        ((302, {"Location": "http://[broken"}, b""), 3, "could not be archived"),
    ],
)
def test_an_index_that_cannot_be_had_is_said(
    answer: Answer, code: int, words: str, tmp_path: Path
) -> None:
    with internet_archive([], None, lambda path: answer if "/cdx/" in path else None) as url:
        done = brought(tmp_path / "a", url)
    assert (done.returncode, words in done.stderr) == (code, True), done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_a_busy_archive_gets_its_pause_and_a_broken_answer_another_chance(tmp_path: Path) -> None:
    kept, seen = edition("morning", None, *SOME), Counter[str]()

    def instead(path: str) -> Answer | None:
        seen[path] += 1
        if seen[path] > 1 or path.endswith("robots.txt"):
            return None
        if "/cdx/" in path:
            return 503, {"Retry-After": "1"}, b"<p>busy"
        if path.endswith(SOME[0]):
            return 429, {"Retry-After": "1"}, b""
        if path.endswith(SOME[1]):
            return 200, {"Memento-Datetime": "x", "Content-Length": "99999"}, b"cut"
        if path.endswith(SOME[2]):
            return 500, {}, b"<p>fault"
        return None

    with internet_archive(kept, None, instead) as url:
        done = brought(tmp_path / "a", url)
    assert done.returncode == 0, done.stdout + done.stderr
    assert paths(tmp_path / "a") == set(SOME)


def test_a_capture_that_fails_is_tried_again_by_the_next_run(tmp_path: Path) -> None:
    kept, broken = edition("morning", None, *SOME), [True]

    def instead(path: str) -> Answer | None:
        return (500, {}, b"") if broken[0] and path.endswith(SOME[0]) else None

    with internet_archive(kept, None, instead) as url:
        done = brought(tmp_path / "a", url)
        assert done.returncode == 9, done.stdout
        assert "1 capture not to be had: HTTP 500" in done.stdout
        assert paths(tmp_path / "a") == set(SOME[1:])
        broken[0] = False
        done = brought(tmp_path / "a", url)
    assert done.returncode == 0
    assert " 1 fetched," in done.stdout
    assert paths(tmp_path / "a") == set(SOME)


def test_killed_at_any_time_it_goes_on_and_fetches_nothing_twice(tmp_path: Path) -> None:
    kept, asked = edition("morning", None, *SOME) + edition("evening", None, *SOME), list[str]()
    processes: list[subprocess.Popen[bytes]] = []
    deaths = [6, 11]

    def instead(path: str) -> Answer | None:
        if deaths and sum(asked_for(asked).values()) >= deaths[0]:
            del deaths[0]
            processes[-1].send_signal(signal.SIGKILL)
            processes[-1].wait()
        return None

    with internet_archive(kept, asked, instead, rows=4) as url:
        for _ in range(3):
            command = [
                sys.executable, "-m", "scrapy", "crawl", "wayback", "-a", "site=paper.example",
                "-a", f"endpoint={url}/cdx/search/cdx", "-a", f"archive={tmp_path / 'a'}",
                "-a", "allow_private=1", *FULL_SPEED, "-s", "CONCURRENT_REQUESTS_PER_DOMAIN=1",
            ]  # fmt: skip
            processes.append(
                subprocess.Popen(
                    command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
                )
            )
            out, _ = processes[-1].communicate(timeout=100)
    assert [process.returncode for process in processes] == [-9, -9, 0], out.decode()
    # three at most were under way when it was killed; begun anew each time it would be 23
    assert sum(asked_for(asked).values()) <= len(kept) + 2 * 3
    assert paths(tmp_path / "a") == set(SOME)
    assert faults(tmp_path / "a") == []
    (row,) = query(
        tmp_path / "a", "SELECT count(*) AS n FROM captures WHERE source_uri IS NOT NULL"
    )
    assert row["n"] == len(kept)


def test_front_pages_lead_to_stories_at_hosts_that_no_list_has(tmp_path: Path) -> None:
    moved = [
        Kept(each.url.replace(HOME, "http://stories.example"), each.timestamp, each.body)
        for each in edition("morning", None, *SOME[:4])
    ]
    links = "".join(
        f"<h2><a href='{each.url}'>A headline of story number {n} of the old paper</a></h2>"
        for n, each in enumerate(moved)
    )
    front = Kept(f"{HOME}/", "20100101000000", f"<html><body>{links}</body></html>".encode())
    asked: list[str] = []
    with internet_archive([front, *moved], asked) as url:
        done = brought(tmp_path / "a", url)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "4 single addresses looked up, 4 of them found" in done.stdout
        assert len(paths(tmp_path / "a")) == 4
        asked.clear()
        brought(tmp_path / "a", url)
    assert asked_for(asked) == Counter()
    assert len([path for path in asked if "/cdx/" in path]) == 1


def test_a_capture_of_the_past_never_takes_the_place_of_the_current_revision(
    tmp_path: Path,
) -> None:
    late = edition("evening", None, CHANGED)
    with internet_archive(late) as url:
        brought(tmp_path / "a", url)
    (now,) = query(tmp_path / "a", "SELECT title FROM stories")
    with internet_archive([*late, *edition("morning", None, CHANGED)]) as url:
        brought(tmp_path / "a", url)
    assert query(tmp_path / "a", "SELECT title FROM stories") == [now]
    numbered = query(tmp_path / "a", "SELECT number, captured_at FROM story_revisions ORDER BY 1")
    assert [(row["number"], row["captured_at"][:10]) for row in numbered] == [
        (1, "2026-10-21"), (2, "2026-10-20"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({}, "site= is missing"),
        ({"site": "paper.example", "colour": "red"}, "unknown argument colour="),
        ({"site": "paper.example", "endpoint": "not a host"}, "endpoint=not a host is not"),
        ({"site": "paper.example", "endpoint": "index.commoncrawl.org"}, "crawl commoncrawl"),
        ({"site": "paper.example", "endpoint": "pywb.example"}, "name a collection of it"),
        ({"site": "paper.example", "since": "2016", "until": "2009"}, "swap them"),
        ({"site": "paper.example", "since": "last year"}, "since=last year is not a date"),
    ],
)
def test_a_wrong_argument_is_one_line(
    arguments: dict[str, str], words: str, tmp_path: Path
) -> None:
    done = crawl("wayback", tmp_path / "a", **arguments)
    assert done.returncode == 2
    assert words in complaint(done.stderr)
    assert not (tmp_path / "a").exists()


def test_an_archive_at_a_private_address_is_not_asked(tmp_path: Path) -> None:
    asked: list[str] = []
    with internet_archive(edition("morning", None, *SOME), asked) as url:
        done = crawl("wayback", tmp_path / "a", private=False, site="paper.example",
                     endpoint=f"{url}/cdx/search/cdx", contact="us@library.example")  # fmt: skip
    assert (done.returncode, asked) == (3, [])
    assert "private address" in done.stderr
    assert not (tmp_path / "a").exists()


def test_what_is_too_long_is_asked_for_in_parts_or_left(tmp_path: Path) -> None:
    kept = edition("morning", None, *SOME) + edition("evening", None, *SOME)
    asked: list[str] = []
    with internet_archive(kept, asked, rows=100) as url:
        endpoint = f"{url}/cdx/search/cdx"
        done = crawl("wayback", tmp_path / "a", "-s", "DOWNLOAD_MAXSIZE=1800",
                     site="paper.example", endpoint=endpoint)  # fmt: skip
    assert done.returncode == 9, done.stdout + done.stderr
    (listed,) = query(tmp_path / "a", "SELECT count(*) AS n FROM mementos")
    assert listed == {"n": len(kept)}
    assert "answer longer than the limit" in done.stdout
    assert set(asked_for(asked).values()) == {1}


def states(archive: Path) -> dict[tuple[str, str | None], int]:
    """How many listed captures came to what."""
    rows = query(archive, "SELECT state, reason_code FROM mementos")
    return Counter((row["state"], row["reason_code"]) for row in rows)


def test_one_word_for_all_digests_makes_no_story_of_another(tmp_path: Path) -> None:
    kept = [replace(each, listed_as="unknown") for each in edition("morning", None, *SOME)]
    with internet_archive(kept) as url:
        done = brought(tmp_path / "a", url)
    assert done.returncode == 0, done.stdout + done.stderr
    titles = query(tmp_path / "a", "SELECT url, title FROM stories")
    assert {urlsplit(row["url"]).path: row["title"] for row in titles} == {
        story.path: story.title for story in expected("morning") if story.path in SOME
    }


def test_a_wall_in_place_of_all_captures_ends_the_run_and_loses_none(tmp_path: Path) -> None:
    kept, asked, is_shut = edition("morning"), list[str](), [True]

    def instead(path: str) -> Answer | None:
        return (403, {}, b"<p>Sign in") if is_shut[0] and path.startswith("/web/") else None

    with internet_archive(kept, asked, instead, rows=100) as url:
        done = brought(tmp_path / "a", url, "-s", "CONCURRENT_REQUESTS_PER_DOMAIN=1")
        assert done.returncode == 9, done.stdout
        assert 20 <= sum(asked_for(asked).values()) < 25
        assert {state for state, _ in states(tmp_path / "a")} == {"queued", "retry"}
        is_shut[0] = False
        done = brought(tmp_path / "a", url)
    assert done.returncode == 0, done.stdout + done.stderr
    assert paths(tmp_path / "a") == {urlsplit(each.url).path for each in kept} & set(STORIES)


def test_a_server_that_has_none_of_what_it_lists_is_asked_again(tmp_path: Path) -> None:
    kept, is_lost = edition("morning", None, *SOME), [True]

    def instead(path: str) -> Answer | None:
        return (404, {}, b"") if is_lost[0] and path.startswith("/web/") else None

    with internet_archive(kept, None, instead) as url:
        assert brought(tmp_path / "a", url).returncode == 9
        assert states(tmp_path / "a") == {("retry", "memento_gone"): len(SOME)}
        is_lost[0] = False
        assert brought(tmp_path / "a", url).returncode == 0
    assert paths(tmp_path / "a") == set(SOME)


def test_a_server_that_leads_on_and_on_is_followed_once(tmp_path: Path) -> None:
    kept, asked = edition("morning", None, *SOME), list[str]()

    def instead(path: str) -> Answer | None:
        if not path.startswith("/web/"):
            return None
        if path.endswith(SOME[0]):
            return 302, {"Location": f"/web/99999999999999id_/{HOME}/"}, b""
        if not path.endswith(SOME[1]):
            return None
        seconds = len(asked)
        moment = datetime(2010, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
        return 200, {"Memento-Datetime": format_datetime(moment, usegmt=True)}, b"x"

    with internet_archive(kept, asked, instead) as url:
        done = brought(tmp_path / "a", url)
    assert "Traceback" not in done.stderr
    assert paths(tmp_path / "a") == set(SOME[2:])
    assert states(tmp_path / "a") == {
        ("archived", None): 4, ("gone", "other_moment"): 2, ("retry", "no_memento"): 1,
    }  # fmt: skip


def test_a_list_that_breaks_off_or_forgets_its_key_is_whole_in_the_next_run(tmp_path: Path) -> None:
    kept, fault = edition("morning", None, *SOME), ["off"]
    first = min(kept, key=lambda each: each.url)

    def instead(path: str) -> Answer | None:
        if fault[0] == "off" and "/cdx/" in path:
            row = [first.timestamp, first.url, "text/html", "200", first.digest]
            names = ["timestamp", "original", "mimetype", "statuscode", "digest"]
            return 200, {}, f"[{json.dumps(names)},\n{json.dumps(row)},\n[".encode()
        return (400, {}, b"") if fault[0] == "key" and "resumeKey" in path else None

    with internet_archive(kept, None, instead, rows=3) as url:
        for fault[0], words, stories in (("off", "broken off", 1), ("key", "HTTP 400", 3)):
            done = brought(tmp_path / "a", url)
            assert done.returncode == 9, done.stdout
            assert "1 part of its index could not be had" in done.stdout
            assert words in done.stderr
            assert len(paths(tmp_path / "a")) == stories
        fault[0] = ""
        done = brought(tmp_path / "a", url)
    assert done.returncode == 0, done.stdout + done.stderr
    assert paths(tmp_path / "a") == set(SOME)


def test_a_coding_that_is_announced_and_not_there_costs_no_capture(tmp_path: Path) -> None:
    kept = edition("morning", None, *SOME)
    kept[0] = replace(kept[0], headers=(("Content-Encoding", "gzip"),))
    asked: list[str] = []
    with internet_archive(kept, asked) as url:
        done = brought(tmp_path / "a", url)
    assert done.returncode == 0, done.stdout + done.stderr
    assert paths(tmp_path / "a") == set(SOME)
    assert set(asked_for(asked).values()) == {1}


def test_what_waits_for_the_same_payload_is_given_out_once(tmp_path: Path) -> None:
    kept = edition("morning", None, *SOME)
    kept += [replace(each, url=each.url.replace("//", "//www.")) for each in kept]
    kept += [replace(each, url=each.url.replace("example/", "example:80/")) for each in kept[:2]]
    with internet_archive(kept, rows=100) as url:
        done = brought(tmp_path / "a", url)
    assert done.returncode == 0, done.stdout + done.stderr
    (tries,) = query(tmp_path / "a", "SELECT max(attempts) AS most, count(*) AS n FROM mementos")
    assert tries == {"most": 1, "n": len(kept)}
