"""What the archive tells of stories that go, come back, are replaced, or are not to be seen."""

from __future__ import annotations

import gzip
import json
import random
import sqlite3
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from crawler.fixity.archive import verify
from tests.loopback import serving

from .conftest import crawl, query, run_scrapy
from .test_history_cases import Pages

TEXTS = {
    "harbour": "The council of {} heard what the harbour had brought in and who would buy it now.",
    "bear": "In the woods near {} a bear was seen by walkers, who sent pictures to the ranger.",
    "choir": "The choir of {} sings in the old lock chamber, where the echo takes seven seconds.",
}  # fmt: skip
TOWNS = ("Vellmar", "Tarnholt", "Kesterby", "Ostrow", "Lindau", "Harrow", "Pell", "Arle")


def story(name: str, title: str, *, paragraphs: int = 8, more: str = "", head: str = "") -> str:
    text = "".join(f"<p>{TEXTS[name].format(town)}</p>" for town in TOWNS[:paragraphs])
    data = {
        "@type": "NewsArticle", "headline": title, "author": {"name": f"Ada {name.title()}"},
        "datePublished": f"2026-03-{len(name):02}T09:00:00Z",
    }  # fmt: skip
    return (
        f"<html lang=en><head><title>{title}</title>{head}<script type='application/ld+json'>"
        f"{json.dumps(data)}</script></head><body><main><article><h1>{title}</h1>"
        f"<p class=byline>By Ada {name.title()}</p>{text}{more}</article></main></body></html>"
    )


HARBOUR = story("harbour", "Harbour is sold to an investor")
BEAR = story("bear", "Bear seen again in the woods")
NOT_FOUND = "<title>Not found</title><h1>Sorry</h1><p>The page you asked for does not exist.</p>"
WALL = "<title>Sign in</title><h1>Sign in</h1><p>Log in or subscribe to read on.</p>"


_TIMES = {
    "captures.fetched_at", "articles.first_captured_at", "articles.last_captured_at",
    "articles.gone_at", "revisions.captured_at", "story_events.at", "urls.visited_at",
    "runs.started_at", "runs.finished_at",
}  # fmt: skip


class Paper:
    """A newspaper whose answers a test sets, and an archive of it."""

    def __init__(self, base: str, folder: Path) -> None:
        self.base, self.folder = base, folder

    def answers(self, path: str, text: str = "", status: int = 200, **headers: str) -> None:
        Pages.answers[path] = (status, headers, text, False)

    def visit(self, *paths: str) -> str:
        """Crawl some addresses; gives what the run says."""
        urls = self.folder.parent / "urls.txt"
        urls.write_text("".join(f"{self.base}{path}\n" for path in paths))
        done = crawl("article", self.folder, urls=str(urls))
        assert done.returncode in (0, 3, 9, 10), done.stderr
        return done.stdout

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return [tuple(row.values()) for row in query(self.folder, sql)]

    def events(self) -> list[tuple[Any, ...]]:
        return self.rows(
            "SELECT replace(substr(a.url, 8), '/', ' ') AS at, e.event FROM story_events e"
            " JOIN articles a ON a.id = e.article_id ORDER BY e.at, e.id"
        )

    def told(self) -> list[str]:
        """The events alone."""
        return [event for _, event in self.events()]

    def states(self) -> dict[str, str]:
        return dict(
            self.rows(  # type: ignore[arg-type]
                f"SELECT replace(url, '{self.base}', ''), state FROM urls WHERE role = 'page'"
            )
        )


def let_pass(folder: Path, days: int) -> None:
    """Make everything in an archive so many days older."""
    with sqlite3.connect(folder / "archive.db") as db:
        triggers = db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        kept = [(name, sql) for name, sql in triggers if "append-only" in sql]
        for name, _ in kept:
            db.execute(f"DROP TRIGGER {name}")
        tables = db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (table,) in tables:
            for column in [row[1] for row in db.execute(f"PRAGMA table_info({table})")]:
                if f"{table}.{column}" in _TIMES:
                    db.execute(
                        f"UPDATE {table} SET {column} = strftime('%Y-%m-%dT%H:%M:%S', {column}, ?)"
                        f" || substr({column}, 20) WHERE {column} LIKE '____-__-__T%+00:00'",
                        (f"-{days} days",),
                    )
        for _, sql in kept:
            db.execute(sql)


@pytest.fixture
def paper(tmp_path: Path) -> Iterator[Paper]:
    Pages.answers = {}
    with serving(Pages) as base:
        yield Paper(base, tmp_path / "a")


def test_gone_back_and_gone_again_are_events_that_stay(paper: Paper) -> None:
    for text, status in ((HARBOUR, 200), ("", 404), (HARBOUR, 200), ("", 410), ("", 410)):
        paper.answers("/a", text, status)
        paper.visit("/a")
    assert paper.told() == ["gone", "back", "gone"]
    ((gone_at, reason, revisions),) = paper.rows(
        "SELECT s.gone_at, g.reason, s.revisions FROM stories s JOIN gone_stories g"
        " ON g.article_id = s.id"
    )
    assert gone_at is not None
    assert (reason, revisions) == ("HTTP 410", 1)


def test_walls_and_outages_are_no_history(paper: Paper) -> None:
    paper.answers("/a", HARBOUR)
    paper.visit("/a")
    outage = "<title>The Courier</title><h1>Please wait</h1><p>" + "We work on our pages. " * 20
    for text in (
        WALL,
        outage,
        "",
        "<title>x</title><script src=app.js></script><div id=app></div>",
    ):
        paper.answers("/a", text)
        said = paper.visit("/a")
        assert "not the story known at that URL" in said
        assert paper.states()["/a"] == "retry"
        due = paper.rows("SELECT due_at > visited_at FROM urls WHERE url LIKE '%/a'")
        assert due == [(1,)]
    assert paper.rows("SELECT verdict FROM verdicts ORDER BY capture_id") == [
        ("wall",), ("outage",), ("empty",), ("shell",),
    ]  # fmt: skip
    assert paper.rows("SELECT revisions, gone_at FROM articles") == [(1, None)]
    paper.answers("/a", HARBOUR.replace("Pell", "Pellworm"))
    paper.visit("/a")
    assert paper.rows("SELECT revisions, gone_at FROM articles") == [(2, None)]
    assert paper.rows("SELECT changed FROM edited_stories") == [("body",)]
    assert paper.told() == []


def test_a_site_that_answers_so_for_all_addresses_has_lost_nothing(paper: Paper) -> None:
    pages = {f"/{name}": story(name, f"News of the {name} in town") for name in TEXTS}
    for path, text in pages.items():
        paper.answers(path, text)
    paper.visit(*pages)
    for path in pages:
        paper.answers(path, NOT_FOUND)
    paper.visit(*pages)
    assert paper.rows("SELECT count(*) FROM stories WHERE gone_at IS NOT NULL") == [(0,)]
    assert set(paper.states().values()) == {"retry"}
    assert set(paper.told()) == {"gone", "mistaken"}
    for path, text in pages.items():
        paper.answers(path, text)
    paper.answers("/bear", NOT_FOUND)
    paper.visit(*pages)
    assert paper.rows("SELECT count(*) FROM stories WHERE gone_at IS NOT NULL") == [(1,)]
    assert paper.states()["/bear"] == "gone"


@pytest.mark.parametrize(
    ("target", "text", "event"),
    [
        ("/news/", "<title>News</title><h1>News</h1><a href=/x>More</a>", "gone"),
        ("/bear", BEAR, "gone"),
        ("/login?to=/a", WALL, None),
        ("/b", HARBOUR.replace("Pell", "Pellworm"), None),
    ],
    ids=["section", "another story", "login", "moved"],
)
def test_where_a_redirect_leads_is_what_it_means(
    paper: Paper, target: str, text: str, event: str | None
) -> None:
    paper.answers("/a", HARBOUR)
    paper.visit("/a")
    paper.answers("/a", "", 302, Location=target)
    paper.answers(target, text)
    paper.visit("/a")
    assert paper.told() == ([event] if event else [])
    revisions = paper.rows("SELECT revisions FROM articles ORDER BY id LIMIT 1")
    assert revisions == [(2,)] if target == "/b" else [(1,)]
    assert paper.states()["/a"] == {
        "gone": "gone", None: "redirected" if target == "/b" else "retry"
    }[event]  # fmt: skip


def test_another_story_at_the_address_is_an_article_of_its_own(paper: Paper) -> None:
    paper.answers("/live", HARBOUR)
    paper.visit("/live")
    paper.answers("/live", BEAR)
    paper.visit("/live")
    paper.answers("/live", BEAR.replace("Pell", "Pellworm"))
    paper.visit("/live")
    assert paper.told() == ["replaced"]
    rows = paper.rows("SELECT title, revisions, gone_at IS NULL FROM stories ORDER BY id")
    assert rows == [
        ("Harbour is sold to an investor", 1, 0),
        ("Bear seen again in the woods", 2, 1),
    ]
    ((successor, url),) = paper.rows("SELECT successor_url, url FROM gone_stories")
    assert successor.startswith(f"{url}#20")
    paper.answers("/live", HARBOUR)
    paper.visit("/live")
    assert paper.told() == ["replaced", "back", "replaced"]
    assert paper.rows("SELECT url, title FROM stories WHERE gone_at IS NULL") == [
        (url, "Harbour is sold to an investor")
    ]


def test_a_teaser_is_a_state_of_access(paper: Paper) -> None:
    box = "<div class=offer><p>Subscribe to read on. Already a member? Log in.</p></div>"
    paper.answers("/a", HARBOUR)
    paper.visit("/a")
    paper.answers("/a", story("harbour", "Harbour is sold to an investor", paragraphs=2, more=box))
    paper.visit("/a")
    ((access, words, revisions),) = paper.rows("SELECT access, word_count, revisions FROM stories")
    assert (access, revisions) == ("teaser", 1)
    assert words > 100
    paper.answers("/a", HARBOUR)
    paper.visit("/a")
    assert paper.told() == ["teaser", "full"]
    assert paper.rows("SELECT count(*) FROM edited_stories") == [(0,)]


@pytest.mark.parametrize(("status", "text"), [(404, ""), (500, ""), (429, ""), (200, WALL)])
def test_a_later_page_that_fails_changes_nothing(paper: Paper, status: int, text: str) -> None:
    link = "<a rel=next href=/a?page=2>2</a>"
    first = story("harbour", "Harbour is sold to an investor", more=link)
    second = story("bear", "Harbour is sold to an investor").replace("Ada Bear", "Ada Harbour")
    paper.answers("/a", first)
    paper.answers("/a?page=2", second)
    paper.visit("/a")
    ((words,),) = paper.rows("SELECT word_count FROM stories")
    assert words > 200
    paper.answers("/a?page=2", text, status)
    paper.visit("/a")
    assert paper.rows("SELECT word_count, revisions, gone_at FROM stories") == [(words, 1, None)]


def test_a_coding_that_breaks_off_is_a_broken_answer(tmp_path: Path) -> None:
    """The message is whole, and its gzip is not: something behind the server broke."""
    share = [1.0]
    noise = f"<!-- {random.Random(1911).randbytes(30_000).hex()} -->"  # it does not pack well
    page = HARBOUR.replace("<p>The council of Ostrow", f"{noise}<p>The council of Ostrow")

    class Packed(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            packed = gzip.compress(page.encode())
            packed = packed[: int(len(packed) * share[0])]
            self.send_response(200 if self.path == "/a" else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Encoding", "gzip")
            self.send_header("Content-Length", str(len(packed)))
            self.end_headers()
            self.wfile.write(packed)

    folder = tmp_path / "a"
    with serving(Packed) as base:
        for share[0] in (1.0, 0.5, 1.0):
            crawl("article", folder, url=f"{base}/a")
    assert query(folder, "SELECT revisions, gone_at FROM stories") == [
        {"revisions": 1, "gone_at": None}
    ]
    assert query(folder, "SELECT verdict FROM verdicts") == [{"verdict": "broken"}]


def test_a_later_page_that_never_was_has_no_say(paper: Paper) -> None:
    link = "<a rel=next href=/a?page=2>2</a>"
    for more in (link, link, "<p>It rains today, says the master of the harbour.</p>" + link):
        paper.answers("/a", story("harbour", "Harbour is sold to an investor", more=more))
        paper.visit("/a")
    assert paper.rows("SELECT revisions, gone_at FROM stories") == [(2, None)]


def test_a_notice_in_its_place_is_kept_with_its_text(paper: Paper) -> None:
    paper.answers("/a", HARBOUR)
    paper.visit("/a")
    notice = "This article has been removed for legal reasons. We ask for your understanding. "
    paper.answers(
        "/a", f"<title>Notice</title><article><h1>Notice</h1><p>{notice * 6}</p></article>"
    )
    paper.visit("/a")
    ((event, text),) = paper.rows("SELECT event, text FROM gone_stories")
    assert event == "taken_down"
    assert "legal reasons" in text


def test_the_history_is_made_again_from_the_records(paper: Paper) -> None:
    paper.answers("/live", HARBOUR)
    paper.answers("/b", story("choir", "Choir sings in the lock chamber"))
    paper.visit("/live", "/b")
    paper.answers("/live", BEAR)
    paper.answers("/b", WALL)
    paper.visit("/live", "/b")
    paper.answers("/b", "", 404)
    paper.visit("/live", "/b")
    notice = "This article has been removed for legal reasons. We ask for your understanding. "
    paper.answers("/live", f"<title>x</title><article><h1>Notice</h1><p>{notice * 6}</p></article>")
    paper.visit("/live")
    tables = {
        "events": "SELECT a.url, e.event, e.at, e.reason, e.text, b.url FROM story_events e"
        " JOIN articles a"
        " ON a.id = e.article_id LEFT JOIN articles b ON b.id = e.successor_id ORDER BY 3, 1, 2",
        "verdicts": "SELECT c.record_id, v.verdict, a.url FROM verdicts v JOIN captures c"
        " ON c.id = v.capture_id JOIN articles a ON a.id = v.article_id ORDER BY 1",
        "stories": "SELECT url, title, gone_at, access, revisions FROM stories ORDER BY 1",
        "urls": "SELECT url, state, reason FROM urls WHERE role = 'page' ORDER BY 1",
    }
    before = {name: paper.rows(sql) for name, sql in tables.items()}
    assert [row[1] for row in before["events"]] == ["replaced", "gone", "taken_down"]
    assert "legal reasons" in before["events"][-1][4]
    (paper.folder / "archive.db").unlink()
    assert run_scrapy("rebuild", str(paper.folder)).returncode == 0
    assert {name: paper.rows(sql) for name, sql in tables.items()} == before


def test_what_an_older_version_entered_is_taken_back(paper: Paper) -> None:
    paper.answers("/a", HARBOUR)
    paper.visit("/a")
    paper.answers("/a", "<title>x</title><h1>Please wait</h1><p>" + "We work on our pages. " * 20)
    paper.visit("/a")
    with sqlite3.connect(paper.folder / "archive.db") as db:  # as versions before 0.2 had it
        db.execute("DELETE FROM verdicts")
        names = [row[1] for row in db.execute("PRAGMA table_info(revisions)")][1:]
        given = {"number": "2", "title": "'Please wait'", "content_digest": "'x'",
                 "captured_at": "(SELECT max(fetched_at) FROM captures)",
                 "capture_id": "(SELECT max(id) FROM captures)"}  # fmt: skip
        chosen = ", ".join(given.get(name, name) for name in names)
        db.execute(f"INSERT INTO revisions ({', '.join(names)}) SELECT {chosen} FROM revisions")
        says = "We work on our pages. We work on our pages."
        db.execute("INSERT INTO revision_texts VALUES (2, ?, NULL, '{}')", (says,))
        db.execute("INSERT INTO revision_changes VALUES (2, 'body'), (2, 'title')")
        db.execute("UPDATE articles SET revision_id = 2, revisions = 2, gone_at = last_captured_at")
        db.execute("UPDATE urls SET state = 'gone', reason = 'x' WHERE url LIKE '%/a'")
        db.execute(
            "INSERT INTO story_events (article_id, event, at)"
            " SELECT 1, 'gone', gone_at FROM articles"
        )
    assert paper.rows("SELECT title FROM stories") == [("Please wait",)]
    done = run_scrapy("recheck", str(paper.folder))
    assert done.returncode == 0, done.stderr
    assert "1 history judged again: 1 revision and 1 gone mark retracted" in done.stdout
    assert paper.rows("SELECT title, gone_at FROM stories") == [
        ("Harbour is sold to an investor", None)
    ]
    assert paper.rows("SELECT * FROM edited_stories") == []
    assert paper.rows("SELECT revision_id, reason FROM taken_back") == [
        (2, "not the story: outage")
    ]
    assert paper.told() == ["gone", "mistaken"]
    found = [each.what for each in verify(paper.folder).damage]
    assert not any("revisions, of which" in what for what in found)  # the one that stands is right
    again = run_scrapy("recheck", str(paper.folder))
    assert "0 revisions and 0 gone marks" in again.stdout


def test_a_few_that_are_withdrawn_are_gone_while_others_stand(paper: Paper) -> None:
    """Whatever the order of the visits: those that go come first here."""
    pages = {f"/{name}": story(name, f"News of the {name} in town") for name in TEXTS}
    pages |= {f"/{n}": HARBOUR.replace("harbour", f"mill {n}").replace("Vel", f"{n}") for n in "xy"}
    for path, text in pages.items():
        paper.answers(path, text)
    paper.visit(*pages)
    gone, stays = list(pages)[:3], list(pages)[3:]
    notice = "<title>Withdrawn</title><h1>Withdrawn</h1><p>This article on the {} has been removed."
    for path in gone:
        paper.answers(path, notice.format(path))
    paper.visit(*gone, *stays)
    assert paper.told() == ["taken_down"] * 3


def test_what_the_site_changes_on_all_stories_is_an_edit_of_none(paper: Paper) -> None:
    """The first that are visited could not be told from edits then."""
    box = (
        "<p>Vote for our prize: the jury meets in {} this year, and every reader can be on it.</p>"
    )
    pages = {f"/{n}": story(n, f"News of the {n} in town", more="{}") for n in TEXTS}
    pages |= {"/mill": pages["/bear"].replace("bear", "mill").replace("walkers", "millers")}
    for year in ("Arle", "Pell"):
        for path, text in pages.items():
            paper.answers(path, text.replace("{}</article>", box.format(year) + "</article>"))
        paper.visit(*pages)
    assert paper.rows("SELECT count(*) FROM edited_stories") == [(0,)]
    assert paper.rows("SELECT DISTINCT reason FROM taken_back") == [
        ("nothing that its readers see",)
    ]


@pytest.mark.parametrize(
    ("status", "headers"), [(404, {}), (451, {}), (302, {"Location": "/"})], ids=str
)
def test_where_all_stories_answer_so_none_is_gone(
    paper: Paper, status: int, headers: dict[str, str]
) -> None:
    pages = {f"/{name}": story(name, f"News of the {name} in town") for name in TEXTS}
    for path, text in pages.items():
        paper.answers(path, text)
    paper.answers("/", "<title>The Courier</title><h1>The Courier</h1><p>News of the day.</p>")
    paper.visit(*pages)
    for path in pages:
        paper.answers(path, "", status, **headers)
    paper.visit(*pages)
    assert paper.rows("SELECT count(*) FROM gone_stories") == [(0,)]
    assert set(paper.told()) <= {"gone", "taken_down", "mistaken"}
    assert {paper.states()[path] for path in pages} == {"retry"}
    for path, text in pages.items():
        paper.answers(path, text)
    paper.visit(*pages)
    assert paper.rows("SELECT count(*), sum(revisions) FROM stories") == [(3, 3)]


@pytest.mark.parametrize(
    ("says", "verdict"),
    [
        ("<h1>Mein Konto</h1><p>Bitte melden Sie sich an: Anmelden oder registrieren.</p>", "wall"),
        ("<h1>Wartung</h1><p>Wir sind vorübergehend nicht da. Später wieder.</p>", "outage"),
    ],
    ids=["wall", "outage"],
)
def test_a_redirect_to_a_wall_of_any_name_is_a_wall(paper: Paper, says: str, verdict: str) -> None:
    paper.answers("/a", HARBOUR)
    paper.visit("/a")
    paper.answers("/a", "", 302, Location="/zugang/4711")
    paper.answers("/zugang/4711", f"<title>Der Bote</title>{says}")
    paper.visit("/a")
    assert paper.rows("SELECT state, reason FROM urls WHERE url LIKE '%/a'") == [
        ("retry", f"not the story: {verdict}")
    ]
    assert paper.told() == []


def test_a_retraction_under_its_headline_is_an_edit_once_it_stays(paper: Paper) -> None:
    """One visit does not tell it from an outage; three in two days do, while others stand."""
    paper.answers("/a", HARBOUR)
    paper.answers("/b", BEAR)
    paper.visit("/a", "/b")
    sorry = (
        "<p>We wrote here that the council had sold the harbour. That was wrong: no contract was"
        " signed. We are sorry for what it did to those whom the text named.</p>"
    )
    start, end = HARBOUR.index("<p>The council"), HARBOUR.index("</article>")
    paper.answers("/a", HARBOUR[:start] + sorry + HARBOUR[end:])
    for days in (2, 2, 0):
        paper.visit("/a", "/b")
        edited = paper.rows("SELECT url LIKE '%/a', changed FROM edited_stories")
        assert edited == ([] if days else [(1, "body")])
        let_pass(paper.folder, days)
    assert paper.told() == []


def stories_of(paper: Paper) -> list[tuple[Any, ...]]:
    return paper.rows(f"SELECT replace(url, '{paper.base}', ''), revisions FROM stories ORDER BY 1")


def made_again(paper: Paper) -> bool:
    """Whether the records alone make the same history."""
    before = stories_of(paper), paper.events(), paper.states()
    (paper.folder / "archive.db").unlink()
    assert run_scrapy("rebuild", str(paper.folder)).returncode == 0
    return (stories_of(paper), paper.events(), paper.states()) == before


def test_a_story_that_has_moved_is_edited_and_goes_where_it_is_now(paper: Paper) -> None:
    paper.answers("/a", HARBOUR)
    paper.visit("/a")
    paper.answers("/a", "", 301, Location="/b")
    paper.answers("/b", HARBOUR)
    paper.visit("/a")
    # so much of it is new that by its text alone it would be another story
    more = "".join(f"<p>{TEXTS['choir'].format(town)}</p>" for town in TOWNS)
    paper.answers("/b", story("harbour", "Harbour sold after all", more=more))
    paper.visit("/b")
    assert stories_of(paper) == [("/a", 2)]
    paper.answers("/b", "", 410)
    paper.visit("/b")
    assert paper.told() == ["gone"]
    assert made_again(paper)


def test_a_story_whose_address_is_gone_is_found_again_at_another_one(paper: Paper) -> None:
    paper.answers("/a", HARBOUR)
    paper.answers("/b", HARBOUR)
    paper.visit("/a")
    paper.visit("/b")
    assert stories_of(paper) == [("/a", 1)]
    paper.answers("/a", "", 404)
    paper.visit("/a")
    ((due,),) = paper.rows("SELECT due_at IS NOT NULL FROM urls WHERE url LIKE '%/b'")
    assert due  # the copy is looked at, for it may be where the story is now
    paper.visit("/b")
    assert paper.told() == ["gone", "back"]
    paper.answers("/b", HARBOUR.replace("Pell", "Pellworm"))
    paper.visit("/b")
    paper.visit("/a")
    assert stories_of(paper) == [("/a", 2)]
    assert paper.told() == ["gone", "back"]
    paper.answers("/b", "", 404)
    paper.visit("/b")
    assert paper.told() == ["gone", "back", "gone"]
    assert made_again(paper)


def test_a_copy_of_what_a_story_says_now_is_no_story_of_its_own(paper: Paper) -> None:
    paper.answers("/a", HARBOUR)
    paper.visit("/a")
    edited = HARBOUR.replace("<p>The council", f"<p>{'It rained on the quays all week. ' * 9}</p>"
                             "<p>The council", 1)  # fmt: skip
    edited = edited.replace("what the harbour had brought in", "all about its quays and cranes")
    for path in ("/a", "/b"):
        paper.answers(path, edited)
        paper.visit(path)
    assert stories_of(paper) == [("/a", 2)]
