"""`scrapy crawl news`: a newspaper goes in, an archive comes out."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from warcio.archiveiterator import ArchiveIterator

from crawler.demo.server import serve
from crawler.demo.truth import ExpectedStory, expected
from tests.loopback import HTML, Answers, page, site

from .conftest import Archived, crawl, query
from .test_hostile import STORY

STORIES = expected("morning")


def test_every_story_is_archived_once_and_nothing_else(archived: Archived) -> None:
    paths = [urlsplit(row["url"]).path for row in archived.rows("SELECT url FROM stories")]
    assert Counter(paths) == Counter(story.path for story in STORIES)


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.path.strip("/").split("/")[-1])
def test_a_story_is_in_the_database_as_the_newspaper_printed_it(
    archived: Archived, story: ExpectedStory
) -> None:
    (row,) = archived.rows("SELECT * FROM stories WHERE url = ?", archived.base + story.path)
    assert row["title"] == story.title
    assert (row["authors"] or "") == ", ".join(story.authors)
    assert (row["published_at"], row["published_precision"]) == (story.published, story.precision)
    assert row["section"] == story.section
    assert row["tags"] == ", ".join(story.tags)
    assert row["language"] == story.language
    assert row["standfirst"] == story.standfirst
    if story.read_time_minutes is not None:
        assert (row["read_time_minutes"], row["read_time_shown"]) == (story.read_time_minutes, 1)
    else:
        assert row["read_time_minutes"] >= 1
        assert row["read_time_shown"] == 0
    body = row["body_text"]
    assert [text for text in story.paragraphs if text not in body] == []


def test_linked_stories_are_kept_with_their_relation(archived: Archived) -> None:
    links = {
        (urlsplit(row["from_url"]).path, row["relation"], urlsplit(row["to_url"]).path)
        for row in archived.rows("SELECT * FROM story_links")
    }
    wanted = {(story.path, link.relation, link.path) for story in STORIES for link in story.links}
    assert len(links & wanted) >= 0.95 * len(wanted)
    assert len(links - wanted) <= 0.05 * len(links)


def test_each_odd_url_ends_in_a_named_state_with_a_reason(archived: Archived) -> None:
    states = {
        urlsplit(row["url"]).path: (row["state"], row["reason"])
        for row in archived.rows("SELECT url, state, reason FROM urls")
    }
    assert states["/news/fire-brigade-gets-second-ladder/"] == ("gone", "HTTP 410")
    assert states["/news/live-from-the-council-chamber/"] == ("retry", "HTTP 500")
    assert states["/environment/otters-seen-again/"] == (
        "redirected",
        f"to {archived.base}/environment/otters-return-to-lower-arle/",
    )
    assert states["/private/subscribers/"] == ("excluded", "robots.txt forbids it")
    assert states["/"][0] == "done"
    assert states["/"][1].startswith("no article: ")
    assert archived.rows("SELECT * FROM urls WHERE state = 'queued'") == []


def test_what_robots_txt_forbids_is_never_asked_for(archived: Archived) -> None:
    assert archived.log
    assert not [line for line in archived.log if " /private/" in line]


def test_no_page_is_fetched_twice(archived: Archived) -> None:
    good = Counter(line for line in archived.log if line.endswith(" 200"))
    assert not {line: n for line, n in good.items() if n > 1}


def test_every_answer_is_in_warc_and_every_capture_leads_to_its_record(archived: Archived) -> None:
    captures = archived.rows(
        "SELECT c.*, u.url FROM captures c JOIN urls u ON u.id = c.url_id ORDER BY c.id"
    )
    assert len(captures) == len(archived.log)
    for capture in captures:
        with (archived.folder / "warc" / capture["warc_file"]).open("rb") as stream:
            stream.seek(capture["warc_offset"])
            record = next(iter(ArchiveIterator(stream)))
            assert record.rec_headers["WARC-Record-ID"] == capture["record_id"]
            assert record.rec_headers["WARC-Target-URI"] == capture["url"]
            assert record.http_headers.get_statuscode() == str(capture["status"])


def test_warcio_finds_nothing_wrong(archived: Archived) -> None:
    files = sorted((archived.folder / "warc").iterdir())
    checked = subprocess.run(
        [sys.executable, "-m", "warcio.cli", "check", *files], capture_output=True, text=True
    )
    assert (checked.returncode, checked.stdout) == (0, "")


def test_an_archive_is_two_things(archived: Archived) -> None:
    assert sorted(path.name for path in archived.folder.iterdir()) == ["archive.db", "warc"]


def test_the_database_is_sound(archived: Archived) -> None:
    assert archived.rows("PRAGMA foreign_key_check") == []
    assert archived.rows("PRAGMA integrity_check") == [{"integrity_check": "ok"}]
    archived.rows("INSERT INTO stories_fts(stories_fts, rank) VALUES ('integrity-check', 1)")


def test_each_value_knows_where_it_came_from(archived: Archived) -> None:
    for row in archived.rows("SELECT * FROM revisions JOIN revision_texts ON revision_id = id"):
        sources = json.loads(row["sources"])
        filled = {name for name in ("title", "standfirst", "section", "published_at") if row[name]}
        assert filled <= set(sources)
        assert all(claim["source"] for claim in sources.values())
        assert row["capture_id"]


def test_the_summary_says_what_is_new_what_failed_and_where_to_look(archived: Archived) -> None:
    assert f"{len(STORIES)} new articles, 0 new revisions" in archived.output
    assert "retry: HTTP 500" in archived.output
    assert "gone: HTTP 410" in archived.output
    assert "scrapy status " in archived.output


def test_the_log_of_a_good_run_has_no_traceback_and_no_warning(archived: Archived) -> None:
    assert "Traceback" not in archived.errors
    assert "WARNING" not in archived.errors
    assert "ERROR" not in archived.errors


TABLES = ("sites", "urls", "articles", "revisions", "authors", "article_authors", "tags",
          "article_tags", "images", "linked_stories")  # fmt: skip


def test_the_same_crawl_again_adds_no_revision_and_no_row(tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    with serve("morning") as url:
        first = crawl("news", folder, site=url)
        before = {t: query(folder, f"SELECT count(*) AS n FROM {t}")[0]["n"] for t in TABLES}
        second = crawl("news", folder, site=url)
    after = {t: query(folder, f"SELECT count(*) AS n FROM {t}")[0]["n"] for t in TABLES}
    assert (first.returncode, second.returncode) == (0, 0)
    assert after == before
    assert "0 new articles, 0 new revisions" in second.stdout
    runs = query(folder, "SELECT outcome, new_articles FROM runs ORDER BY id")
    assert [run["new_articles"] for run in runs] == [len(STORIES), 0]
    assert [run["outcome"] for run in runs] == ["finished", "finished"]


def test_a_changed_story_becomes_a_second_revision(archived: Archived, tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    shutil.copytree(archived.folder, folder)
    port = urlsplit(archived.base).port
    assert port is not None
    with serve("evening", port=port) as url:
        done = crawl("news", folder, site=url)
    assert done.returncode == 0, done.stderr
    assert "0 new articles, 1 new revision," in done.stdout
    (row,) = query(folder, "SELECT * FROM stories WHERE revisions > 1")
    assert urlsplit(row["url"]).path == "/business/2026/10/13/freight-siding-decision-expected"
    titles = query(
        folder, "SELECT title FROM story_revisions WHERE url = ? ORDER BY number", row["url"]
    )
    assert titles[0]["title"] != titles[1]["title"] == row["title"]


def test_only_the_dates_asked_for_are_kept(demo: str, tmp_path: Path) -> None:
    done = crawl("news", tmp_path / "a", site=demo, since="2026-03", until="2026-06-30")
    assert done.returncode == 0, done.stderr
    kept = {row["url"] for row in query(tmp_path / "a", "SELECT url FROM stories")}
    wanted = {demo + s.path for s in STORIES if "2026-03" <= s.published[:10] <= "2026-06-30"}
    assert wanted
    assert kept == wanted


def test_a_limited_crawl_goes_on_where_it_stopped(demo: str, tmp_path: Path) -> None:
    folder = tmp_path / "a"
    done = crawl("news", folder, site=demo, max_pages="10")
    assert done.returncode == 0, done.stderr
    pages = "SELECT count(*) AS n FROM urls WHERE role IN ('home', 'page') AND visited_at > ''"
    assert query(folder, pages)[0]["n"] == 10
    assert query(folder, "SELECT count(*) AS n FROM urls WHERE state = 'queued'")[0]["n"] > 10
    crawl("news", folder, site=demo)
    kept = {urlsplit(row["url"]).path for row in query(folder, "SELECT url FROM stories")}
    assert kept == {story.path for story in STORIES}


def test_a_feed_that_nobody_names_is_found_where_the_sitemap_lacks_stories(tmp_path: Path) -> None:
    def story(number: int) -> tuple[int, dict[str, str], bytes]:
        return 200, HTML, STORY.replace("weir", f"mill {number}").encode()

    paths = [f"/2026/05/{n:02}/a-day-of-the-mill" for n in range(1, 18)]
    answers: Answers = {path: story(n) for n, path in enumerate(paths)}
    answers["/"] = page(*paths[:15])
    old = f"<urlset><url><loc>{{}}{paths[15]}</loc></url></urlset>"
    feed = f"<rss><channel><item><link>{paths[16]}</link></item></channel></rss>"
    answers["/feed/"] = (200, {"Content-Type": "application/rss+xml"}, feed.encode())
    with site(answers) as home:
        answers["/robots.txt"] = (200, {}, f"Sitemap: {home}/map.xml".encode())
        answers["/map.xml"] = (200, {"Content-Type": "text/xml"}, old.format(home).encode())
        done = crawl("news", tmp_path / "a", site=home)
    assert done.returncode == 0, done.stderr
    kept = {urlsplit(row["url"]).path for row in query(tmp_path / "a", "SELECT url FROM stories")}
    assert kept == set(paths)
    rows = query(tmp_path / "a", "SELECT source FROM urls WHERE role = 'feed'")
    assert rows == [{"source": "usual"}]
