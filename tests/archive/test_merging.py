"""Archives of many papers become one union: the same one, however they are brought."""

from __future__ import annotations

import os
import random
import re
import shutil
import signal
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks import library
from benchmarks.merge import CONTENTS, Papers, build, contents, digest
from crawler.archive import merging, story_part, union_rows
from crawler.archive.database import open_for_reading, open_for_writing
from crawler.archive.guards import history_unlocked
from crawler.archive.members import Named, stamp_of
from crawler.archive.merging import merge
from crawler.archive.store import Store
from crawler.archive.takedowns import Takedown, enter
from crawler.errors import ArchiveError, BusyError
from crawler.items import Article, Capture, LinkedStory, Moment, Picture, Rendering, Visit

PAPERS = Papers(4, 26)
TEXT = "\n\n".join(
    f"The council of ward {n} met on Tuesday and found that the bridge, which was closed in spring,"
    " will not be opened before the winter." for n in range(5)
)  # fmt: skip


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> list[Named]:
    return build(tmp_path_factory.mktemp("papers"), PAPERS)


@pytest.fixture(scope="module")
def union(papers: list[Named], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("union") / "union.db"
    assert merge(path, papers).aside == []
    return path


def ask(path: Path, sql: str, *values: object) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql, values).fetchall()


# -- the same, however -----------------------------------------------------------------------------


def test_any_order_of_archives_gives_the_same_union_keys_and_all(
    papers: list[Named], union: Path, tmp_path: Path
) -> None:
    merge(tmp_path / "other.db", papers[::-1])
    assert digest(tmp_path / "other.db") == digest(union)


def test_merged_again_a_union_stays_as_it_is_and_nothing_is_read(
    papers: list[Named], union: Path
) -> None:
    before = digest(union)
    merged = merge(union, papers)
    assert (merged.archives, merged.untouched, merged.stories) == (4, 4, 0)
    assert digest(union) == before


def test_archives_that_come_later_give_the_same_contents(
    papers: list[Named], union: Path, tmp_path: Path
) -> None:
    path = tmp_path / "later.db"
    for some in (papers[2:], papers[:1], papers):
        merge(path, some)
    assert contents(path) == contents(union)


def test_a_merge_killed_at_any_statement_goes_on_where_it_was(
    papers: list[Named], union: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, chance = tmp_path / "killed.db", random.Random(20)
    opened = merging.union.open_union

    def deadly(left: int) -> Callable[[Path], object]:
        def open_it(where: Path) -> object:
            db = opened(where)

            def count(statement: str) -> None:
                nonlocal left
                left -= 1
                if left == 0:
                    os.kill(os.getpid(), signal.SIGKILL)

            db.conn.set_trace_callback(count)
            return db

        return open_it

    kills = 0
    for _ in range(8):
        if not (child := os.fork()):
            monkeypatch.setattr(merging.union, "open_union", deadly(chance.randrange(5, 9_000)))
            merge(path, papers)
            os._exit(0)
        kills += os.WIFSIGNALED(os.waitpid(child, 0)[1])
    assert kills >= 3
    merge(path, papers)
    assert contents(path) == contents(union)
    assert ask(path, "PRAGMA integrity_check") == [("ok",)]
    assert ask(path, "PRAGMA foreign_key_check") == []


def test_what_is_counted_is_what_is_there(union: Path) -> None:
    assert ask(union, "PRAGMA foreign_key_check") == []
    assert ask(
        union,
        "SELECT k.url FROM _linked k WHERE k.linked_by <> (SELECT count(DISTINCT l.article_id)"
        " FROM _links l WHERE l.linked_id = k.id)",
    ) == []  # fmt: skip
    phrase = '"said otherwise"'
    ((found,),) = ask(union, "SELECT count(*) FROM stories_fts WHERE stories_fts MATCH ?", phrase)
    assert found == 4  # one of each paper: the state that was seen last
    with closing(sqlite3.connect(union)) as connection:
        connection.execute("INSERT INTO stories_fts(stories_fts) VALUES ('integrity-check')")


def test_a_union_of_one_archive_says_all_that_it_says(tmp_path: Path) -> None:
    one = Named("one", tmp_path / "one")
    library.build(one.folder, 220)  # with edits, goings, pages of no story, links, reservations
    merge(tmp_path / "u.db", [one])
    for sql in (*CONTENTS, *MORE):
        rows = ask(one.folder / "archive.db", sql)
        found = ask(tmp_path / "u.db", sql)
        assert plain(found) == plain(rows), sql
        assert rows or "story_copies" in sql


MORE = (
    "SELECT s.host, p.captures, p.new_articles FROM run_papers p JOIN sites s ON s.id = p.site_id"
    " ORDER BY p.run_id, 1",
    "SELECT author, site, url, position FROM author_stories ORDER BY 1, 2, 3",
    "SELECT fetched_at, what, value, reserved, source FROM reservations ORDER BY 1, 2",
    "SELECT key, leads_to FROM story_addresses ORDER BY 1",
    "SELECT url, state, reason, found_at, visited_at, due_at, attempts FROM urls ORDER BY url",
    "SELECT a.url, event, at, reason FROM story_events e JOIN articles a ON a.id = e.article_id"
    " ORDER BY 1, 3, 2",
    "SELECT url, role, alt, caption FROM images ORDER BY 1, 2",
    "SELECT url, relation, label, position, title, first_seen_at, last_seen_at, key"
    " FROM linked_stories ORDER BY 1, 2, 3, 4, 6",
)


def plain(rows: list[tuple[object, ...]]) -> list[list[str]]:
    """Rows as text, without the name of the archive; relations in the order of letters."""

    def told(value: object) -> str:
        text = str(value).removeprefix("one/")
        is_list = re.fullmatch(r"[a-z_]+(,[a-z_]+)+", text)
        return ",".join(sorted(text.split(","))) if is_list else text

    return [[told(value) for value in row] for row in rows]


ITS_OWN = {
    "captures": {"id", "url_id", "run_id", "record_id", "refers_to_id", "warc_file", "warc_offset",
                 "warc_length"},
    "urls": {"id", "site_id", "via_id", "article_id", "family_id"},
    "runs": {"id"},
    "run_papers": {"run_id", "site_id"},
    "findings": {"id", "site_id"},
    "layout_changes": {"id", "site_id"},
    "revisions": {"id", "article_id", "number", "capture_id"},
    "articles": {"id", "site_id", "url", "revision_id", "revisions", "successor_id"},
    "images": {"id", "article_id", "revision_id"},
    "pictures": {"url_id", "capture_id"},
    "renderings": {"capture_id", "record_id", "warc_file", "warc_offset", "warc_length"},
    "edits": {"revision_id"},
    "taken_back": {"revision_id"},
    "rereadings": {"article_id", "revision_id"},
}  # fmt: skip
"""Columns that are found anew: keys, and what names a row everywhere."""
CARRIED = {
    "captures": union_rows.CAPTURE, "urls": union_rows.URL, "runs": union_rows.RUN,
    "run_papers": union_rows.RUN_PAPER, "findings": union_rows.FINDING,
    "layout_changes": union_rows.LAYOUT, "revisions": story_part.REVISION,
    "articles": story_part.ARTICLE, "images": story_part.IMAGE, "edits": story_part.EDIT,
    "pictures": union_rows.PICTURE, "renderings": union_rows.RENDERING,
    "taken_back": story_part.TAKEN_BACK, "rereadings": story_part.REREADING,
}  # fmt: skip


@pytest.mark.parametrize("table", CARRIED)
def test_each_column_of_a_table_is_carried_into_a_union(union: Path, table: str) -> None:
    columns = {
        str(name) for (name,) in ask(union, f"SELECT name FROM pragma_table_info('{table}')")
    }
    assert set(CARRIED[table]) | ITS_OWN[table] == columns


# -- across papers ---------------------------------------------------------------------------------


def test_a_link_to_a_story_of_another_paper_leads_to_it(papers: list[Named], union: Path) -> None:
    sql = (
        "SELECT count(*), sum(to_archived) FROM story_graph WHERE from_site <> to_site"
        " AND to_url NOT LIKE '%/story-' || ? AND relation = 'inline'"
        " AND CAST(replace(to_url, rtrim(to_url, '0123456789'), '') AS INTEGER) < ?"
    )
    alone = sum(
        ask(each.folder / "archive.db", sql, PAPERS.stories, PAPERS.stories)[0][1] or 0
        for each in papers
    )
    ((there, archived),) = ask(union, sql, PAPERS.stories, PAPERS.stories)
    assert archived == there > alone  # type: ignore[operator]


def test_the_same_text_in_two_papers_is_found(papers: list[Named], union: Path) -> None:
    found = ask(
        union, "SELECT site, other_site, likeness FROM story_copies WHERE site < other_site"
    )
    assert found
    assert all(likeness == 1.0 for *_, likeness in found)
    assert {(one, other) for one, other, _ in found} == {
        (PAPERS.host(0), PAPERS.host(1)), (PAPERS.host(2), PAPERS.host(3))
    }  # fmt: skip


def test_a_story_of_two_archives_is_there_once_with_the_revisions_of_both(union: Path) -> None:
    url = PAPERS.url(1, 0)  # seen by paper 0 too, later, and changed
    ((number, title),) = ask(union, "SELECT revisions, title FROM stories WHERE url = ?", url)
    assert number == 2
    assert str(title).endswith(", says mayor")
    rows = ask(union, "SELECT number, warc_file FROM story_revisions WHERE url = ? ORDER BY 1", url)
    assert [str(file).partition("/")[0] for _, file in rows] == [PAPERS.host(1), PAPERS.host(0)]
    ((changed, words),) = ask(
        union, "SELECT changed, words_in FROM edited_stories WHERE url = ?", url
    )
    assert changed == "body, title"
    assert int(str(words)) >= 11
    # and where the second archive saw the same text, it is one revision, seen twice
    same = PAPERS.url(1, 25)
    ((revisions, first, last),) = ask(
        union,
        "SELECT revisions, first_captured_at, last_captured_at FROM stories WHERE url = ?", same,
    )  # fmt: skip
    assert revisions == 1
    assert str(first) < str(last)


# -- three archives of one story ---------------------------------------------------------------


def visit(minute: int, title: str, archive: str, **more: object) -> Visit:
    url = "https://news.example/bridge"
    capture = Capture(
        url=url, fetched_at=f"2026-01-02T12:{minute:02}:00.000000+00:00", status=200,
        content_type="text/html", payload_digest=f"sha256:{title}", payload_bytes=9,
        record_id=f"<urn:uuid:{archive}-{minute}>", warc_file="a.warc.gz", warc_offset=minute,
        warc_length=1,
    )  # fmt: skip
    article = Article(
        url=url,
        title=title,
        body=TEXT,
        body_markdown=TEXT,
        word_count=120,
        language="en",
        published=Moment("2026-01-02", "day", "2 January", "html"),
        links=(LinkedStory("inline", f"https://other.example/{archive}", "Other"),),
    )
    return replace(
        Visit(url, "page", "done", captures=(capture,), article=article),
        **more,  # type: ignore[arg-type]
    )


@pytest.fixture
def archive(tmp_path: Path) -> Callable[..., Named]:
    """Makes, or goes on with, an archive of some visits."""

    def make(name: str, *visits: Visit) -> Named:
        store = Store(tmp_path / name)
        store.begin_run("news", {}, "Test/1", "2026-01-02T12:00:00+00:00", f"run-of-{name}")
        store.record(visits)
        store.finish_run("finished", "2026-01-02T13:00:00+00:00")
        store.close()
        return Named(name, tmp_path / name)

    return make


def told(path: Path) -> list[tuple[object, ...]]:
    return ask(
        path,
        "SELECT r.number, r.title, r.captured_at, a.revision_id = r.id, a.revisions"
        " FROM articles a JOIN revisions r ON r.article_id = a.id"
        " WHERE a.url = 'https://news.example/bridge' ORDER BY 1",
    )


def test_states_of_three_archives_are_in_the_order_of_their_captures(
    archive: Callable[..., Named], tmp_path: Path
) -> None:
    one = archive("one", visit(1, "Bridge closed", "one"))
    two = archive("two", visit(2, "Bridge closed, says council", "two"))
    three = archive("three", visit(3, "Bridge closed", "three"))
    unions = []
    for number, order in enumerate(((one, two, three), (three, one, two), (two, three, one))):
        path = tmp_path / f"{number}.db"
        for each in order:  # each alone, so that a state comes to stand between two that were one
            merge(path, [each])
        unions.append(path)
    titles = [(number, title) for number, title, *_ in told(unions[0])]
    assert titles == [
        (1, "Bridge closed"), (2, "Bridge closed, says council"), (3, "Bridge closed")
    ]  # fmt: skip
    assert [stands for *_, stands, _ in told(unions[0])] == [0, 0, 1]
    assert len({contents(path) for path in unions}) == 1


def test_what_was_seen_last_stands_though_it_is_the_older_state(
    archive: Callable[..., Named], tmp_path: Path
) -> None:
    one = archive("one", visit(1, "Bridge closed", "one"), visit(9, "Bridge closed", "one"))
    two = archive("two", visit(2, "Bridge closed, says council", "two"))
    merge(tmp_path / "u.db", [one, two])
    assert [(title, stands) for _, title, _, stands, _ in told(tmp_path / "u.db")] == [
        ("Bridge closed", 1), ("Bridge closed, says council", 0)
    ]  # fmt: skip


def test_a_story_that_archives_know_by_http_and_https_is_one(
    archive: Callable[..., Named], tmp_path: Path
) -> None:
    other = visit(2, "Bridge closed, says council", "two")
    url = "http://www.news.example/bridge/"
    assert other.article is not None
    other = replace(
        other, url=url, captures=(replace(other.captures[0], url=url),),
        article=replace(other.article, url=url),
    )  # fmt: skip
    one, two = archive("one", visit(1, "Bridge closed", "one")), archive("two", other)
    merge(tmp_path / "u.db", [one])
    merge(tmp_path / "u.db", [two])
    merge(tmp_path / "v.db", [two])
    merge(tmp_path / "v.db", [one])
    assert [title for _, title, *_ in told(tmp_path / "u.db")] == [
        "Bridge closed", "Bridge closed, says council"
    ]  # fmt: skip
    assert ask(tmp_path / "u.db", "SELECT count(*) FROM articles") == [(1,)]
    assert contents(tmp_path / "u.db") == contents(tmp_path / "v.db")


def test_a_story_and_its_successor_are_tied_whichever_comes_first(
    archive: Callable[..., Named], tmp_path: Path
) -> None:
    one = archive("one", visit(1, "Bridge closed", "one"))
    db = open_for_writing(one.folder)
    with db.atomic():  # as a crawl does where another story takes the place of one
        db.execute(
            "INSERT INTO articles (site_id, url, first_captured_at, last_captured_at, revisions)"
            " SELECT site_id, url || '#2026-01-02', first_captured_at, last_captured_at, 1"
            " FROM articles"
        )
        db.execute(
            "UPDATE articles SET gone_at = '2026-01-03T00:00:00+00:00', successor_id ="
            " (SELECT id FROM articles WHERE url LIKE '%#%') WHERE url NOT LIKE '%#%'"
        )
        db.execute(
            "INSERT INTO story_events (article_id, event, at, successor_id)"
            " SELECT id, 'replaced', gone_at, successor_id FROM articles WHERE gone_at IS NOT NULL"
        )
    db.close()
    merge(tmp_path / "u.db", [one])
    sql = "SELECT url, event, successor_url FROM gone_stories"
    url = "https://news.example/bridge"
    assert ask(tmp_path / "u.db", sql) == [(url, "replaced", f"{url}#2026-01-02")]


def test_an_archive_that_grew_brings_what_is_new(
    archive: Callable[..., Named], tmp_path: Path
) -> None:
    path = tmp_path / "u.db"
    merge(path, [archive("one", visit(1, "Bridge closed", "one"))])
    merged = merge(path, [archive("one", visit(5, "Bridge closed for good", "one"))])
    assert (merged.stories, merged.captures) == (1, 1)
    assert [title for _, title, *_ in told(path)] == ["Bridge closed", "Bridge closed for good"]
    merge(tmp_path / "whole.db", [Named("one", tmp_path / "one")])
    assert contents(tmp_path / "whole.db") == contents(path)


def test_what_one_archive_takes_down_goes_whoever_has_it(
    archive: Callable[..., Named], tmp_path: Path
) -> None:
    path = tmp_path / "u.db"
    one = archive("one", visit(1, "Bridge closed", "one"))
    two = archive("two", visit(2, "Bridge closed, says council", "two"))
    merge(path, [one, two])
    db = open_for_writing(one.folder)
    with db.atomic():
        url = "https://news.example/bridge"
        at = "2026-01-05T00:00:00+00:00"
        enter(db.conn, Takedown("t-1", url, at, "asked", "x", (url,), (), (), 1), finished=True)
    db.close()
    merge(path, [one, two])
    assert told(path) == []
    assert ask(path, "SELECT * FROM stories_fts WHERE stories_fts MATCH 'bridge'") == []
    state = "SELECT state, reason FROM urls WHERE url = 'https://news.example/bridge'"
    assert ask(path, state) == [("excluded", "taken down")]
    merge(tmp_path / "new.db", [two, one])
    assert told(tmp_path / "new.db") == []


def test_a_story_that_its_archive_has_no_more_goes(
    archive: Callable[..., Named], papers: list[Named], tmp_path: Path
) -> None:
    path = tmp_path / "u.db"
    one = archive("one", visit(1, "Bridge closed", "one"))
    two = archive("two", visit(2, "Bridge closed, says council", "two"))
    merge(path, [one, two])
    shutil.rmtree(two.folder)
    archive("two")  # made anew, without it
    with closing(sqlite3.connect(path)) as connection:  # the same archive, as of a rebuild
        connection.execute("UPDATE archives SET identity = ''")
        connection.commit()
    assert merge(path, [two]).dropped == 1
    assert [title for _, title, *_ in told(path)] == ["Bridge closed"]


# -- archives that cannot be read --------------------------------------------------------------


def damaged(folder: Path) -> None:
    path = folder / "archive.db"
    data = bytearray(path.read_bytes())
    data[len(data) // 3 :] = os.urandom(len(data) - len(data) // 3)
    path.write_bytes(data)


@pytest.fixture
def broken(papers: list[Named], tmp_path: Path) -> Iterator[dict[str, Named]]:
    """Archives with something wrong, by what that is."""
    found = {}
    for what in ("damaged", "no database", "older", "empty"):
        folder = tmp_path / what.replace(" ", "-")
        shutil.copytree(papers[0].folder, folder)
        found[what] = Named(folder.name, folder)
    damaged(found["damaged"].folder)
    (found["no database"].folder / "archive.db").write_bytes(b"not a database" * 100)
    with closing(sqlite3.connect(found["older"].folder / "archive.db")) as connection:
        connection.execute("DELETE FROM _sqlite_migrations WHERE name LIKE 'm025%'")
        connection.commit()
    (found["empty"].folder / "archive.db").unlink()
    return found


def test_archives_that_cannot_be_read_are_set_aside_and_the_others_go_on(
    broken: dict[str, Named], papers: list[Named], tmp_path: Path
) -> None:
    before = (broken["older"].folder / "archive.db").read_bytes()
    merged = merge(tmp_path / "u.db", [*broken.values(), papers[3]])
    assert merged.archives == 1
    reasons = dict(merged.aside)
    assert set(reasons) == {each.name for each in broken.values()}
    assert "damaged" in reasons["damaged"]
    assert "older version" in reasons["older"]
    assert "no archive at" in reasons["empty"]
    assert (broken["older"].folder / "archive.db").read_bytes() == before
    # nothing that was begun is half there
    assert ask(tmp_path / "u.db", "PRAGMA foreign_key_check") == []
    assert ask(tmp_path / "u.db", "SELECT name FROM archives WHERE state = 'merged'") == [
        (papers[3].name,)
    ]


def test_an_archive_that_is_being_written_is_read_as_it_was(
    archive: Callable[..., Named], tmp_path: Path
) -> None:
    one = archive("one", visit(1, "Bridge closed", "one"))
    store = Store(one.folder)
    store.begin_run("news", {}, "Test/1", "2026-01-02T14:00:00+00:00", "second")
    with store.db.atomic():
        store.record([visit(5, "Bridge closed for good", "one")])
        merged = merge(tmp_path / "u.db", [one])
    assert merged.aside == []
    assert [title for _, title, *_ in told(tmp_path / "u.db")] == ["Bridge closed"]
    # what is in its log and not in its file is there, too
    merge(tmp_path / "u.db", [one])
    assert len(told(tmp_path / "u.db")) == 2
    store.close()


def test_two_archives_of_one_name_are_not_taken_for_one(
    archive: Callable[..., Named], tmp_path: Path
) -> None:
    merge(tmp_path / "u.db", [archive("one", visit(1, "Bridge closed", "one"))])
    other = archive("two", visit(2, "Bridge closed, says council", "two"))
    ((_, reason),) = merge(tmp_path / "u.db", [Named("one", other.folder)]).aside
    assert "another archive called one" in reason
    assert len(told(tmp_path / "u.db")) == 1


def test_one_merge_at_a_time_writes_a_union(papers: list[Named], tmp_path: Path) -> None:
    path = tmp_path / "u.db"
    merge(path, papers[:1])
    with pytest.raises(BusyError):
        merge(path, papers, lambda name, merged: merge(path, papers) and None)


def test_of_two_merges_at_once_one_makes_the_union(papers: list[Named], tmp_path: Path) -> None:
    path = tmp_path / "new" / "u.db"
    opened = merging.union.open_union
    held: list[type[BaseException]] = []

    def open_it(where: Path) -> object:
        with pytest.raises(BusyError) as busy:  # another one, before there is a union
            merge(path, papers[1:])
        held.append(busy.type)
        return opened(where)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(merging.union, "open_union", open_it)
        merge(path, papers[:1])
    assert held == [BusyError]
    assert sorted(each.name for each in path.parent.iterdir()) == ["u.db"]
    merge(path, papers)


def test_an_archive_is_no_union(papers: list[Named]) -> None:
    with pytest.raises(ArchiveError, match="is what an archive has"):
        merge(papers[0].folder / "archive.db", papers[1:])


def test_a_union_is_opened_as_an_archive_is(union: Path) -> None:
    with closing(open_for_reading(union)) as db:
        assert db.execute("SELECT count(*) FROM stories").fetchone()[0] == 4 * PAPERS.stories


# -- what pages showed -------------------------------------------------------------------------

LEAD = "https://news.example/media/bridge.png"


def picture(minute: int, archive: str, width: int) -> Visit:
    """The lead picture of the story, with what a browser showed of the answer: both at once."""
    shown = Rendering(
        f"<urn:uuid:shown-{archive}-{minute}>", f"2026-01-02T12:{minute:02}:01.000000+00:00",
        "Test/1", f"sha256:shown {archive}", 7, "a.warc.gz", 100 + minute, 1,
    )  # fmt: skip
    (capture,) = visit(minute, f"picture of {archive}", archive).captures
    capture = replace(capture, url=LEAD, content_type="image/png", rendering=shown)
    answer = Picture("image/png", 9, width, 5)
    return Visit(LEAD, "requisite", "done", captures=(capture,), picture=answer)


def shown(path: Path) -> list[tuple[object, ...]]:
    pictures = (
        "SELECT u.url, c.record_id, p.width, c.warc_file FROM pictures p"
        " JOIN urls u ON u.id = p.url_id JOIN captures c ON c.id = p.capture_id"
    )
    renderings = (
        "SELECT c.record_id, r.record_id, r.bytes, r.warc_file FROM renderings r"
        " JOIN captures c ON c.id = r.capture_id ORDER BY 1"
    )
    return ask(path, pictures) + ask(path, renderings)


def test_pictures_and_what_browsers_showed_come_with_their_captures(
    archive: Callable[..., Named], tmp_path: Path
) -> None:
    two = archive("two", visit(1, "Bridge closed", "two"), picture(2, "two", 200))
    one = archive("one", visit(3, "Bridge closed", "one"), picture(4, "one", 100))
    said = [
        (LEAD, "<urn:uuid:one-4>", 100, "one/a.warc.gz"),  # which came last
        ("<urn:uuid:one-4>", "<urn:uuid:shown-one-4>", 7, "one/a.warc.gz"),
        ("<urn:uuid:two-2>", "<urn:uuid:shown-two-2>", 7, "two/a.warc.gz"),
    ]
    merge(tmp_path / "u.db", [one, two])
    assert shown(tmp_path / "u.db") == said
    for each in (two, one):
        merge(tmp_path / "other.db", [each])
    assert shown(tmp_path / "other.db") == said
    copied = Named("a-copy", tmp_path / "a-copy")
    shutil.copytree(two.folder, copied.folder)
    merge(tmp_path / "u.db", [copied, one, two])
    assert ("<urn:uuid:two-2>", "<urn:uuid:shown-two-2>", 7, "a-copy/a.warc.gz") in shown(
        tmp_path / "u.db"
    )
    db = open_for_writing(one.folder)  # its file was written anew
    with db.atomic(), history_unlocked(db.conn):
        for table in ("captures", "renderings"):
            db.execute(f"UPDATE {table} SET warc_file = 'b.warc.gz'")
    db.close()
    merge(tmp_path / "u.db", [copied, one, two])
    assert {row[3] for row in shown(tmp_path / "u.db")} == {"one/b.warc.gz", "a-copy/a.warc.gz"}


def test_a_union_of_an_earlier_version_gets_what_that_did_not_take(
    archive: Callable[..., Named], tmp_path: Path
) -> None:
    path = tmp_path / "u.db"
    one = archive("one", picture(4, "one", 100))
    merge(path, [one])
    before = shown(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DELETE FROM pictures")
        connection.execute("DELETE FROM renderings")
        connection.execute("UPDATE archives SET stamp = ?", (stamp_of(one.folder),))
        connection.commit()
    assert merge(path, [one]).untouched == 0
    assert shown(path) == before
    assert merge(path, [one]).untouched == 1


# -- what was taken down does not come back by another archive ---------------------------------


def take_down(one: Named, **more: object) -> None:
    """As `scrapy takedown` leaves an archive that had the story at `visit`'s address."""
    db = open_for_writing(one.folder)
    url, at = "https://news.example/bridge", "2026-01-05T00:00:00+00:00"
    takedown = Takedown(f"t-{one.name}", url, at, "asked", "x", (url,), (), (), 1)
    with db.atomic():
        enter(db.conn, replace(takedown, **more), finished=True)  # type: ignore[arg-type]
    db.close()


def at(address: str, seen: Visit, body: str = TEXT) -> Visit:
    assert seen.article is not None
    captures = tuple(replace(each, url=address) for each in seen.captures)
    article = replace(seen.article, url=address, body=body, body_markdown=body)
    return replace(seen, url=address, captures=captures, article=article)


WEIR = TEXT.replace("bridge", "weir").replace("council", "parish").replace("winter", "flood")


@pytest.mark.parametrize("tombstone_first", [True, False])
def test_the_same_bytes_at_another_address_go_with_what_was_taken_down_and_nothing_else(
    archive: Callable[..., Named], tmp_path: Path, *, tombstone_first: bool
) -> None:
    path, weir = tmp_path / "u.db", "https://news.example/weir"
    two = archive(
        "two", at("https://news.example/2026/bridge", visit(2, "Bridge closed", "two")),
        at(weir, visit(3, "Weir of the mill opened", "two"), WEIR),
    )  # fmt: skip
    one = archive("one")
    take_down(one, digests=("sha256:Bridge closed",))
    for each in (one, two) if tombstone_first else (two, one):
        assert merge(path, [each]).aside == []
    assert ask(path, "SELECT url FROM stories") == [(weir,)]
    assert ask(path, "SELECT count(*) FROM captures") == [(1,)]


@pytest.mark.parametrize("tombstone_first", [True, False])
def test_no_other_address_shows_a_story_that_was_taken_down(
    archive: Callable[..., Named], tmp_path: Path, *, tombstone_first: bool
) -> None:
    path = tmp_path / "u.db"
    seen, alias = visit(2, "Bridge closed, as two has it", "two"), "https://news.example/p/17"
    named = at(alias, seen)
    two = archive("two", replace(named, article=seen.article))  # its page names the other address
    one = archive("one")
    take_down(one)
    for each in (one, two) if tombstone_first else (two, one):
        assert merge(path, [each]).aside == []
    assert told(path) == []
    assert ask(path, "SELECT url FROM captures") == []


@pytest.mark.parametrize("tombstone_first", [True, False])
def test_a_list_that_went_with_a_story_does_not_come_back_by_a_copy_of_the_archive(
    archive: Callable[..., Named], tmp_path: Path, *, tombstone_first: bool
) -> None:
    path = tmp_path / "u.db"
    seen = replace(visit(4, "A list", "two"), article=None)
    two = archive("two", at("https://news.example/weir", visit(3, "Weir", "two"), WEIR), seen)
    one = archive("one")
    (record,) = (each.record_id for each in seen.captures)
    take_down(one, urls=(), records=(record,))
    for each in (one, two) if tombstone_first else (two, one):
        assert merge(path, [each]).aside == []
    assert ask(path, "SELECT count(*) FROM stories") == [(1,)]
    assert ask(path, "SELECT count(*) FROM captures WHERE record_id = ?", record) == [(0,)]
