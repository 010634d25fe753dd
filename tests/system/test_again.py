"""The same command again fetches little, and misses nothing that changed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.parse import urlsplit

from crawler.demo.server import serve
from crawler.demo.truth import expected
from tests.loopback import HTML, Answers, page, serving, site

from .conftest import crawl, query, run_scrapy
from .test_hostile import STORY

STORIES = expected("morning")


def test_a_second_run_on_an_unchanged_newspaper_transfers_next_to_nothing(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with serve("morning", log=log) as url:
        crawl("news", tmp_path / "a", site=url)
        first = log.read_text().splitlines()
        done = crawl("news", tmp_path / "a", site=url)
        second = log.read_text().splitlines()[len(first) :]
    assert done.returncode == 0, done.stderr
    bodies = [line for line in second if not line.endswith(" 304")]
    assert len(bodies) <= 0.05 * len(STORIES)
    assert len(first) <= 1.65 * len(STORIES)
    assert 0 < len(second) <= 10


def test_a_visit_of_all_asks_whether_each_page_changed(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with serve("morning", log=log) as url:
        crawl("news", tmp_path / "a", site=url)
        first = log.read_text().splitlines()
        done = crawl("news", tmp_path / "a", site=url, revisit="now")
        second = log.read_text().splitlines()[len(first) :]
    assert "0 new articles, 0 new revisions" in done.stdout
    asked = {line.split()[1] for line in second if line.endswith(" 304")}
    assert {story.path for story in STORIES} <= asked
    assert query(tmp_path / "a", "SELECT max(revisions) AS n FROM stories") == [{"n": 1}]
    (row,) = query(tmp_path / "a", "SELECT revisits, edits FROM sites")
    assert row["revisits"] >= len(STORIES)
    assert row["edits"] == 0


def test_a_changed_story_is_told_word_by_word(tmp_path: Path) -> None:
    folder = tmp_path / "a"
    with serve("morning") as url:
        crawl("news", folder, site=url)
        port = urlsplit(url).port
    assert port is not None
    with serve("evening", port=port) as url:
        crawl("news", folder, site=url)
    (row,) = query(folder, "SELECT * FROM edited_stories")
    assert {"title", "body"} <= set(row["changed"].split(", "))
    assert isinstance(row["words_added"], int)
    done = run_scrapy("diff", row["url"], "-a", f"archive={folder}")
    assert done.returncode == 0, done.stderr
    assert "{+" in done.stdout
    assert "[-" in done.stdout
    once = query(folder, "SELECT url FROM stories WHERE revisions = 1 LIMIT 1")[0]["url"]
    for arguments, message in (
        ((once,), "only one revision"),
        (("https://news.example/none",), "the archive has no such story"),
        ((row["url"], "--to", "7"), "there is no revision 7"),
    ):
        done = run_scrapy("diff", *arguments, "-a", f"archive={folder}")
        assert done.returncode == 7
        assert message in done.stderr


def other_story(title: str) -> bytes:
    return STORY.replace("Weir repaired", title).replace("lock", title.split()[0]).encode()


def test_gone_stories_are_told_with_how_and_their_last_revision_is_kept(tmp_path: Path) -> None:
    titles = {
        "/2026/01/01/to-the-home-page": "Ferry stops for winter",
        "/2026/01/02/not-found-at-all": "Bridge opens for traffic",
        "/2026/01/03/an-error-that-says-ok": "School wins the prize",
        "/2026/01/04/still-standing-here": "Market moves to square",
    }
    answers: Answers = {"/": page(*titles)}
    for path, title in titles.items():
        answers[path] = (200, HTML, other_story(title))
    with site(answers) as home:
        crawl("news", tmp_path / "a", site=home)
        assert query(tmp_path / "a", "SELECT count(*) AS n FROM stories") == [{"n": 4}]
        away, missing, soft, _ = titles
        answers[away] = (302, {"Location": "/"}, b"")
        del answers[missing]
        answers[soft] = (200, HTML, b"<html><title>Page not found</title><h1>Page not found</h1>")
        done = crawl("news", tmp_path / "a", site=home, revisit="now")
    assert done.returncode == 0, done.stderr
    gone = {
        urlsplit(row["url"]).path: (row["reason"], row["title"])
        for row in query(tmp_path / "a", "SELECT * FROM gone_stories")
    }
    assert set(gone) == {away, missing, soft}
    assert gone[away] == ("led to the home page", titles[away])
    assert gone[missing] == ("HTTP 404", titles[missing])
    assert gone[soft][0].startswith("the story is no longer there: ")
    assert query(tmp_path / "a", "SELECT max(revisions) AS n FROM stories") == [{"n": 1}]


def test_other_dates_asked_for_take_up_what_the_first_ones_left_out(tmp_path: Path) -> None:
    folder = tmp_path / "a"
    with serve("morning") as url:
        crawl("news", folder, site=url, since="2026-09")
        few = query(folder, "SELECT count(*) AS n FROM stories")[0]["n"]
        assert 0 < few < len(STORIES) / 2
        done = crawl("news", folder, site=url)
        kept = {urlsplit(row["url"]).path for row in query(folder, "SELECT url FROM stories")}
    assert done.returncode == 0, done.stderr
    assert kept == {story.path for story in STORIES}


def test_dates_in_sources_and_addresses_spare_fetches(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with serve("morning", log=log) as url:
        crawl("news", tmp_path / "a", site=url, since="2026-09")
    wanted = [s for s in STORIES if s.published >= "2026-09"]
    fetched = {line.split()[1] for line in log.read_text().splitlines()}
    needless = {s.path for s in STORIES if s.published < "2026-08-25"} & fetched
    assert {s.path for s in wanted} <= fetched
    assert len(needless) <= 15  # the home page links to them, undated


@contextmanager
def wordpress(number: int) -> Iterator[tuple[str, list[str]]]:
    """A WordPress site whose home page shows one story, and whose API lists all."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            import json
            from urllib.parse import parse_qs

            asked.append(self.path)
            parts = urlsplit(self.path)
            base = f"http://{self.headers['Host']}"
            headers = dict(HTML)
            status, body = 404, b""
            if parts.path == "/":
                status = 200
                body = (
                    f'<html><head><link rel="https://api.w.org/" href="{base}/wp-json/"></head>'
                    '<body><a href="/story-number-0/">The story with the number 0</a></body></html>'
                ).encode()
            elif parts.path == "/wp-json/wp/v2/posts":
                query = {k: v[0] for k, v in parse_qs(parts.query).items()}
                chosen = list(range(number)) if "modified_after" not in query else []
                at = (int(query["page"]) - 1) * int(query["per_page"])
                posts = [
                    {
                        "link": f"{base}/story-number-{n}/",
                        "date_gmt": "2026-01-01T10:00:00",
                        "title": {"rendered": f"Story &amp; {n}"},
                    }
                    for n in chosen[at:][: int(query["per_page"])]
                ]
                status, body = 200, json.dumps(posts).encode()
                headers = {
                    "Content-Type": "application/json",
                    "X-WP-TotalPages": str(-(-len(chosen) // int(query["per_page"]))),
                }
            elif parts.path.startswith("/story-number-"):
                status = 200
                body = other_story("Number" + parts.path.split("-")[-1].strip("/") + " is told")
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    with serving(Handler) as url:
        yield url, asked


def test_wordpress_lists_its_posts_and_later_only_those_that_changed(tmp_path: Path) -> None:
    with wordpress(130) as (home, asked):
        done = crawl("news", tmp_path / "a", site=home, discover="wordpress")
        assert done.returncode == 0, done.stderr
        kept = query(tmp_path / "a", "SELECT count(*) AS n FROM stories")[0]["n"]
        assert kept == 130
        lists = [path for path in asked if "/wp/v2/posts" in path]
        assert len(lists) == 2
        (row,) = query(
            tmp_path / "a", "SELECT * FROM urls WHERE url = ?", f"{home}/story-number-129/"
        )
        assert (row["source"], row["claimed_title"]) == ("wordpress", "Story & 129")
        asked.clear()
        crawl("news", tmp_path / "a", site=home, discover="wordpress")
    assert [path for path in asked if "modified_after=" in path]
    assert not [path for path in asked if path.startswith("/story")]


def test_an_error_page_that_comes_as_a_story_is_none_and_takes_no_storys_place(
    tmp_path: Path,
) -> None:
    """Status 200, a text as long as a story's, in no language that we know the words of."""
    folder = tmp_path / "a"
    asked: list[str] = []
    error = "".join(
        f"<p>Was du suchst, haben wir verlegt, lieber Leser, und auch der Hund in Reihe {n} weiß"
        " nicht, wohin; vielleicht hat es nie hier gestanden, vielleicht steht es anderswo.</p>"
        for n in range(4)
    )
    hoppla = (200, HTML, f"<html><body><article><h1>Hoppla</h1>{error}</article>".encode())

    class Soft(dict):  # type: ignore[type-arg]
        def get(self, path: str, default: object = None) -> object:
            asked.append(path)
            return dict.get(self, path, default if path.endswith((".txt", ".xml")) else hoppla)

    stories = [f"/2026/05/0{n}/a-day-of-the-mill" for n in range(1, 5)]
    answers: Answers = Soft({"/": page(*stories, *(f"/2026/a-lost-story-{n}" for n in "abcde"))})
    for number, path in enumerate(stories):
        answers[path] = (200, HTML, STORY.replace("weir", f"mill {number}").encode())
    with site(answers) as home:
        done = crawl("news", folder, site=home)
        assert done.returncode == 0, done.stderr
        assert {urlsplit(row["url"]).path for row in query(folder, "SELECT url FROM stories")} == (
            set(stories)
        )
        assert len([path for path in asked if "no-such-page" in path]) == 1
        del answers[stories[0]]
        crawl("news", folder, site=home, revisit="now")
        (gone,) = query(folder, "SELECT * FROM gone_stories")
        assert urlsplit(gone["url"]).path == stories[0]
        for path in ("/", *stories):  # and now the site is out of order
            answers.pop(path, None)
        crawl("news", folder, site=home, revisit="now")
    assert query(folder, "SELECT count(*) AS n FROM gone_stories") == [{"n": 1}]
    assert query(folder, "SELECT max(revisions) AS n FROM stories") == [{"n": 1}]
    rows = query(folder, "SELECT DISTINCT state, reason FROM urls WHERE url LIKE '%lost%'")
    assert rows == [
        {"state": "gone", "reason": "the site answers so for addresses that do not exist"}
    ]
