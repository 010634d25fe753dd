"""Every URL has a state; what is in hand is never lost, and what is known is never asked twice."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from crawler.archive import database, schema
from crawler.archive.migrations import migrations
from crawler.archive.store import Store
from crawler.items import FoundUrl
from crawler.policy.revisit import Revisits
from crawler.reasons import because

from .conftest import MakeVisit

NOW = "2026-01-02T13:00:00+00:00"
LATER = "2027-01-02T13:00:00+00:00"
HOME = "https://news.example/"


def page(name: str, priority: int = 50, **more: object) -> FoundUrl:
    return FoundUrl(f"https://news.example/{name}", "page", "link", priority=priority, **more)  # type: ignore[arg-type]


def told(store: Store, make_visit: MakeVisit, *found: FoundUrl, role: str = "home") -> None:
    store.record([make_visit(HOME, found=found, role=role)])


def claim(store: Store, limit: int = 10, now: str = NOW) -> list[str]:
    site = store.find_site("news.example")
    assert site is not None
    with store.db.atomic():
        return [due.found.url for due in store.frontier.claim(site, limit, now)]


def state(store: Store, url: str) -> tuple[str, str | None]:
    (row,) = store.db.query("SELECT state, reason FROM urls WHERE url = ?", [url])
    return row["state"], row["reason"]


def test_the_best_is_claimed_first_and_nothing_twice(store: Store, make_visit: MakeVisit) -> None:
    told(store, make_visit, page("low", 1), page("high", 9), page("middle", 5))
    assert claim(store, 2) == [page("high").url, page("middle").url]
    assert claim(store, 2) == [page("low").url]
    assert claim(store, 2) == []
    assert state(store, page("high").url) == ("claimed", None)


def test_what_was_claimed_by_a_killed_run_is_queued_again(
    store: Store, make_visit: MakeVisit, folder: Path
) -> None:
    told(store, make_visit, page("a"), page("b"))
    assert len(claim(store)) == 2
    store.record([make_visit(page("a").url)])
    store.db.close()  # no end of the run, no release
    again = Store(folder)
    with again.db.atomic():
        assert again.frontier.release() == 1
    assert claim(again) == [page("b").url]
    again.close()


def test_a_visit_and_its_acknowledgement_are_one_transaction(
    store: Store, make_visit: MakeVisit
) -> None:
    told(store, make_visit, page("a"))
    claim(store)

    def full() -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        store.record([make_visit(page("a").url, found=(page("new"),))], before_commit=full)
    assert state(store, page("a").url) == ("claimed", None)
    assert list(store.db.query("SELECT 1 FROM urls WHERE url LIKE '%new'")) == []
    store.record([make_visit(page("a").url, found=(page("new"),))])
    assert state(store, page("new").url) == ("queued", None)


def test_a_claim_reads_an_index_and_never_the_table(store: Store) -> None:
    queries = {
        "SELECT id FROM urls u WHERE u.site_id = 1 AND u.state = 'queued'"
        " AND u.held <> 1 ORDER BY u.priority DESC, u.id LIMIT 9": "urls_queued",
        "SELECT id FROM urls WHERE site_id = 1 AND family_id = 2 AND held = 1"
        " ORDER BY priority DESC, key LIMIT 9": "urls_held",
        "SELECT id FROM urls WHERE site_id = 1 AND due_at <= 'x'"
        " ORDER BY due_at LIMIT 9": "urls_due",
        "UPDATE urls SET state = 'queued' WHERE state = 'claimed'": "urls_claimed",
        "SELECT url FROM urls WHERE key = 1": "urls_key",
        "UPDATE urls SET state = 'queued' WHERE site_id = 1 AND state = 'excluded'"
        " AND reason_code = 'outside_dates'": "urls_outside",
    }
    for sql, index in queries.items():
        plan = " ".join(row[3] for row in store.db.execute(f"EXPLAIN QUERY PLAN {sql}"))
        assert index in plan, plan
        assert "TEMP B-TREE" not in plan


@pytest.mark.parametrize("other", ["http://news.example/a", "https://www.news.example/a/"])
def test_another_spelling_is_not_fetched_and_leads_to_the_story(
    store: Store, make_visit: MakeVisit, other: str
) -> None:
    from .test_store import STORY

    told(store, make_visit, page("a"))
    told(store, make_visit, FoundUrl(other, "page", "link", priority=50))
    assert state(store, other) == ("excluded", "another spelling of https://news.example/a")
    store.record([make_visit(page("a").url, STORY)])
    (row,) = store.db.query("SELECT article_id FROM urls WHERE url = ?", [other])
    assert row["article_id"] == 1
    assert not list(store.db.query("SELECT 1 FROM not_archived WHERE url = ?", [other]))


def test_another_spelling_gets_its_turn_where_the_first_is_no_good(
    store: Store, make_visit: MakeVisit
) -> None:
    told(store, make_visit, page("a"))
    told(store, make_visit, page("a/"))
    store.record([make_visit(page("a").url, state="gone", reason=because("http_status", 404))])
    assert state(store, page("a/").url) == ("queued", None)


def test_a_sitemap_that_says_a_page_changed_has_it_visited_again(
    store: Store, make_visit: MakeVisit
) -> None:
    told(store, make_visit, page("a", changed_at="2026-01-01"), role="sitemap")
    store.record([make_visit(page("a").url)])
    told(store, make_visit, page("a", changed_at="2026-01-01"), role="sitemap")
    assert state(store, page("a").url)[0] == "done"
    told(store, make_visit, page("a", changed_at="2026-01-03"), role="sitemap")
    assert state(store, page("a").url)[0] == "done"  # seen by the same run just now
    store.begin_run("news", {}, "Test/1", LATER)
    told(store, make_visit, page("a", changed_at="2026-01-04"), role="sitemap")
    assert state(store, page("a").url)[0] == "queued"


def test_a_sitemap_whose_every_date_moves_is_not_believed(
    store: Store, make_visit: MakeVisit
) -> None:
    names = [f"p{n}" for n in range(40)]
    told(store, make_visit, *(page(n, changed_at="2026-01-01") for n in names), role="sitemap")
    for name in names:
        store.record([make_visit(page(name).url)])
    store.begin_run("news", {}, "Test/1", LATER)
    told(store, make_visit, *(page(n, changed_at="2026-01-05") for n in names), role="sitemap")
    assert claim(store) == []
    some = [page(n, changed_at="2026-01-06") for n in names[:5]]
    told(store, make_visit, *some, *map(page, names[5:]), role="sitemap")
    assert len(claim(store)) == 5


def test_a_source_s_claim_never_overwrites_the_page_s(store: Store, make_visit: MakeVisit) -> None:
    from .test_store import STORY

    claims = {"claimed_at": "1999-01-01", "claimed_title": "Wrong"}
    told(store, make_visit, page("a", **claims), role="sitemap")
    store.record([make_visit(page("a").url, STORY)])
    told(store, make_visit, page("a", **claims), role="sitemap")
    (row,) = store.db.query("SELECT title, published_at FROM stories")
    assert (row["title"], row["published_at"]) == (STORY.title, "2026-01-01T10:00+01:00")


def test_what_is_due_is_claimed_when_it_is_due(folder: Path, make_visit: MakeVisit) -> None:
    store = Store(folder, Revisits((3_600,)))
    store.begin_run("news", {}, "Test/1", NOW)
    told(store, make_visit, page("a"))
    assert claim(store, now="2026-01-02T12:30:00+00:00") == [page("a").url]
    store.record([make_visit(page("a").url, state="retry", reason=because("http_status", 503))])
    assert state(store, page("a").url) == ("retry", "HTTP 503")
    assert claim(store, now="2026-01-02T12:02:00+00:00") == []
    assert claim(store, now=LATER) == [page("a").url]
    for _ in range(9):
        store.record([make_visit(page("a").url, state="retry", reason=because("http_status", 503))])
    assert state(store, page("a").url) == ("failed", "HTTP 503")
    store.close()


def test_a_304_leaves_all_as_it_was_but_the_day_it_was_seen(
    store: Store, make_visit: MakeVisit
) -> None:
    from .test_store import STORY

    store.record([make_visit(page("a").url, STORY, etag='"1"')])
    before = list(store.db.query("SELECT * FROM revisions"))
    store.record([make_visit(page("a").url, not_modified=True)])
    assert list(store.db.query("SELECT * FROM revisions")) == before
    (row,) = store.db.query("SELECT first_captured_at < last_captured_at AS later FROM stories")
    assert row["later"]
    found = store.frontier.lookup(page("a").url)
    assert found is not None
    assert (found.etag, found.is_story) == ('"1"', True)


def test_an_archive_of_the_first_version_opens_with_all_it_holds(tmp_path: Path) -> None:
    db = sqlite3.connect(tmp_path / database.FILE_NAME)
    old = database.Database(db)
    migrations.apply(old, stop_before="m002_frontier")
    db.executescript(
        """
        INSERT INTO sites VALUES (1, 'news.example', 'https://news.example/', '2025');
        INSERT INTO runs (id, spider, arguments, software, started_at)
            VALUES (1, 'news', '{}', 'Old/0.1', '2025');
        INSERT INTO urls (id, url, site_id, role, state, source, found_at, attempts)
            VALUES (1, 'https://news.example/', 1, 'home', 'done', 'seed', '2025', 1),
                   (2, 'https://news.example/a', 1, 'page', 'queued', 'link', '2025', 0);
        UPDATE urls SET via_id = 1 WHERE id = 2;
        INSERT INTO captures VALUES (1, 1, 1, '2025', 200, NULL, 'd', 1, 'r', 'w', 0, 1, NULL);
        """
    )
    assert db.execute("PRAGMA application_id").fetchone()[0] == schema.APPLICATION_ID
    db.close()
    store = Store(tmp_path)
    assert claim(store) == ["https://news.example/a"]
    assert list(store.db.query("PRAGMA foreign_key_check")) == []
    (row,) = store.db.query(
        "SELECT u.url, v.url AS via FROM urls u JOIN urls v ON v.id = u.via_id WHERE u.id = 2"
    )
    assert row["via"] == "https://news.example/"
    with pytest.raises(sqlite3.IntegrityError):
        store.db.execute("DELETE FROM urls WHERE id = 1")
    assert list(store.db.query("SELECT * FROM stories")) == []
    store.close()


def test_pictures_that_an_earlier_version_imported_are_visited_no_more(tmp_path: Path) -> None:
    db = sqlite3.connect(tmp_path / database.FILE_NAME)
    old = database.Database(db)
    migrations.apply(old, stop_before="m009_kinds")
    base, now = "https://news.example", "2025-01-01T00:00:00+00:00"
    db.execute(
        "INSERT INTO sites (id, host, home_url, first_seen_at) VALUES (1, 'news.example', ?, ?)",
        (base, now),
    )
    db.execute(
        "INSERT INTO runs (id, spider, arguments, software, started_at)"
        " VALUES (1, 'import', '{}', 'Old/0.1', ?)",
        (now,),
    )
    for number, (path, source, state, kind, reason) in enumerate([
        ("/a.png", "import", "done", "image/png", None),
        ("/b.css", "import", "queued", "text/css", None),
        ("/c", "import", "done", "text/html", "no article: a listing of stories"),
        ("/d", "link", "done", "application/json", "no article: not HTML (application/json)"),
        ("/e", "import", "done", None, None),
        ("/f.js", "import", "retry", "text/javascript", "HTTP 503"),
    ], 1):  # fmt: skip
        db.execute(
            "INSERT INTO urls (id, url, key, site_id, role, state, reason, source, found_at,"
            " attempts, visited_at, due_at) VALUES (?, ?, ?, 1, 'page', ?, ?, ?, ?, 1, ?, ?)",
            (number, base + path, number, state, reason, source, now, now, now),
        )
        db.execute(
            "INSERT INTO captures (url_id, run_id, fetched_at, status, content_type,"
            " payload_digest, payload_bytes, record_id, warc_file, warc_offset, warc_length)"
            " VALUES (?, 1, ?, 200, ?, 'd', 1, ?, 'w', ?, 1)",
            (number, now, kind, f"r{number}", number),
        )
    db.commit()
    db.close()
    store = Store(tmp_path)
    assert sorted(claim(store)) == [f"{base}/c", f"{base}/e"]
    rows = store.db.query("SELECT state FROM urls WHERE kind = 'other' ORDER BY url")
    assert [row["state"] for row in rows] == ["done", "done", "done", "failed"]
    store.close()


def test_a_story_that_answers_with_something_else_for_once_is_one_still(
    store: Store, make_visit: MakeVisit
) -> None:
    from dataclasses import replace

    from .test_store import STORY

    url = page("a").url
    store.record([replace(make_visit(url, STORY), kind="html")])
    store.record([replace(make_visit(url), kind="other")])
    store.record([replace(make_visit(page("b").url), kind="other")])
    rows = store.db.query("SELECT url, kind FROM urls ORDER BY url")
    assert [row["kind"] for row in rows] == ["html", "other"]


def test_a_list_that_shows_a_page_for_once_is_asked_again_soon(
    store: Store, make_visit: MakeVisit
) -> None:
    store.frontier.visited._plan = Revisits(())
    url = f"{HOME}feed.xml"
    at_hand = FoundUrl(url, "feed", "link")

    def visit(state: str, kind: str | None) -> dict[str, object]:
        seen = make_visit(url, role="feed", state=state)
        store.record([replace(seen, kind=kind, origin=at_hand)])  # type: ignore[arg-type]
        (row,) = store.db.query("SELECT kind, failures, due_at FROM urls WHERE url = ?", [url])
        return dict(row)

    assert visit("done", "feed")["failures"] == 0
    for number, (state, kind) in enumerate([("failed", "html"), ("gone", None)], 1):
        row = visit(state, kind)
        assert (row["kind"], row["failures"]) == ("feed", number)
        assert str(row["due_at"]) < "2026-01-04"  # visits are of January 2nd
    assert visit("done", "feed")["failures"] == 0


def test_a_list_is_alive_where_it_names_what_others_have_named_before(
    store: Store, make_visit: MakeVisit
) -> None:
    store.frontier.visited._plan = Revisits(())
    sitemap = f"{HOME}sitemap.xml"
    intervals = []
    for number in range(4):
        found = page(f"{number}")
        told(store, make_visit, found)
        store.record(
            [make_visit(sitemap, found=[replace(found, source="sitemap")], role="sitemap")]
        )
        (row,) = store.db.query("SELECT interval_seconds AS n FROM urls WHERE url = ?", [sitemap])
        intervals.append(row["n"])
    assert intervals == sorted(intervals, reverse=True)
    assert intervals[-1] < intervals[0]


def test_a_revision_says_what_it_changed(store: Store, make_visit: MakeVisit) -> None:
    from dataclasses import replace

    from .test_store import STORY

    store.record([make_visit(page("a").url, STORY)])
    new = replace(STORY, title="Mill wheel stops", body="It stopped.", tags=())
    store.record([make_visit(page("a").url, new)])
    (row,) = store.db.query("SELECT * FROM edited_stories")
    assert row["changed"] == "body, tags, title"
    assert (row["title_before"], row["title"], row["number"]) == (STORY.title, new.title, 2)


def test_a_gone_story_is_told_with_its_last_revision(store: Store, make_visit: MakeVisit) -> None:
    from .test_store import STORY

    store.record([make_visit(page("a").url, STORY)])
    store.record([make_visit(page("a").url, state="gone", reason=because("to_home_page"))])
    (row,) = store.db.query("SELECT * FROM gone_stories")
    assert (row["reason"], row["title"], row["last_revision"]) == (
        "led to the home page", STORY.title, 1,
    )  # fmt: skip


def test_lists_that_were_left_out_can_be_asked_for(store: Store, make_visit: MakeVisit) -> None:
    names = [f"https://news.example/sitemap-{n}.xml" for n in range(4)]
    found = [FoundUrl(url, "sitemap", "sitemap", HOME) for url in names]
    store.record([make_visit(HOME, found=found[:3], role="sitemap")])
    site, chains = store.find_site("news.example"), store.frontier.chains
    assert site is not None
    ended = because("row_ended", 3)
    visit = make_visit(names[3], role="sitemap", reason=ended, etag='"1"')
    store.record([replace(visit, origin=found[3])])
    with store.db.atomic():
        assert chains.withhold(site) == 3
        assert chains.ask_for("other.example") == 0
        assert claim(store) == []
        assert chains.ask_for("news.example") == 4
        assert chains.withhold(site) == 0
    assert sorted(claim(store)) == names
    # what it names was never entered: that it has not changed would say nothing
    again = store.frontier.lookup(names[3])
    assert again is not None
    assert (again.etag, again.asked_for) == (None, True)
