"""What a program that imports `crawler` gets: `extract`, `open_archive`, and no surprises."""

from __future__ import annotations

import ast
import contextlib
import inspect
import json
import os
import pickle
import shutil
import sqlite3
import subprocess
import sys
import textwrap
import threading
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import crawler
from crawler import (
    Archive,
    ArchiveError,
    DamageError,
    HemerotecaError,
    MissingError,
    NotAnArticleError,
    PageError,
    UsageError,
    extract,
    open_archive,
)
from crawler.commands.extract import article_fields
from crawler.demo.server import serve
from crawler.extract.verdict import why_not_article
from crawler.page_reader import read_page
from crawler.reasons import NOT_ARTICLE
from crawler.validate import missing

from .system.conftest import crawl
from .system.test_read_only import POWERLESS, set_modes, works

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "tests" / "extract" / "pages" / "tooltip_theme.html"
URL = "https://courier.example/town/harbour-council-weighs-longer-ferry-season/"

# -- one page --------------------------------------------------------------------------------------


def test_bytes_and_text_of_a_page_give_the_same_complete_article() -> None:
    article = extract(PAGE.read_bytes(), URL)
    assert article == extract(PAGE.read_text(encoding="utf-8"), URL)
    assert article.title == "Harbour council weighs longer ferry season"
    assert article.url == URL
    assert article.published is not None
    assert article.published.precision == "day"
    assert article.published.datetime == datetime(2022, 3, 3, tzinfo=UTC)
    assert article.links
    assert article.sources["title"].source
    assert article.body.split()[0] in article.body_markdown
    assert article.blocks


@pytest.mark.parametrize("encoding", ["iso-8859-1", "shift_jis", "utf-16"])
def test_text_is_text_whatever_its_markup_says_of_the_bytes_that_it_was(encoding: str) -> None:
    html = PAGE.read_text(encoding="utf-8")
    said = html.replace("<head>", f'<head><meta charset="{encoding}">', 1)
    assert said != html
    said = said.replace("Harbour council weighs", "Háfen·Rat «prüft»")
    assert extract(said, URL).title == "Háfen·Rat «prüft» longer ferry season"


def test_without_an_address_the_page_s_own_is_taken() -> None:
    assert extract(PAGE.read_bytes()) == extract(PAGE.read_bytes(), URL)


def test_a_page_that_names_no_address_has_none() -> None:
    prose = "".join(
        f"<p>In week {week} the ferry carried {week * 37} people, the harbour council said.</p>"
        for week in range(1, 13)
    )
    article = extract(f"<article><h1>A longer season</h1>{prose}<a href='/x'>x</a></article>")
    assert (article.url, article.title, article.links) == ("", "A longer season", ())


@pytest.mark.parametrize(
    ("html", "url", "reason"),
    [
        ("<h1>Tides</h1>", "https://news.example/tides", "no_text"),
        ("<h1>News</h1><p>Welcome to our newspaper.</p>", "https://news.example/", "front_page"),
        ("<title>404 Not found</title><h1>Not found</h1>", "https://news.example/x", "error_page"),
        ("<p></p>", "https://news.example/x", "nothing"),
    ],
)
def test_what_is_no_article_is_said_with_a_reason(html: str, url: str, reason: str) -> None:
    with pytest.raises(NotAnArticleError) as caught:
        extract(html, url)
    assert caught.value.reason == reason
    assert str(caught.value).startswith("no article: ")
    assert caught.value.article.url == url
    assert pickle.loads(pickle.dumps(caught.value)).article == caught.value.article


def test_each_reason_has_a_code() -> None:
    said = {missing(crawler.Article("", None)), missing(crawler.Article("", "t"))}
    tree = ast.parse(textwrap.dedent(inspect.getsource(why_not_article)))
    said |= {
        node.value.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Return) and isinstance(node.value, ast.Constant)
    }
    said -= {None}
    assert len(said) > 8
    assert said <= set(NOT_ARTICLE)


@pytest.mark.parametrize("html", [b"", "", b"%PDF-1.7", b"\x89PNG\r\n\x1a\n" + bytes(99), " \n"])
def test_what_cannot_be_read_is_an_error_that_says_so(html: str | bytes) -> None:
    with pytest.raises(PageError) as caught:
        extract(html, URL)
    assert not isinstance(caught.value, NotAnArticleError)


def test_anything_but_text_or_bytes_is_a_mistake() -> None:
    with pytest.raises(TypeError, match="str or bytes, not PosixPath"):
        extract(PAGE)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="url is str, not int"):
        extract("<p>x", 5)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match=r"archive's folder.*not NoneType"):
        open_archive(None)  # type: ignore[arg-type]


MARKUP = st.lists(
    st.sampled_from(
        ["<h1>", "</h1>", "<p>", "<article>", "<meta charset=utf-7>", "\ud800", "\x00", "&#xD800;",
         "<script type=application/ld+json>", '{"@graph": [', "<base href='//[']>", "<table><tr>"]
    )
    | st.text(max_size=30),
    max_size=30,
).map("".join)  # fmt: skip


@given(MARKUP, st.sampled_from([None, "", URL, "//[", "javascript:x", "\ud800", "a" * 3000]))
def test_hostile_input_raises_nothing_but_our_own(html: str, url: str | None) -> None:
    with contextlib.suppress(HemerotecaError):
        extract(html, url)


def test_a_bottomless_page_is_read_or_refused() -> None:
    with pytest.raises(PageError):
        extract("<div>" * 300_000, URL)
    with pytest.raises(HemerotecaError):
        extract("<b>" * 20_000, URL)


def test_the_command_prints_what_the_function_gives() -> None:
    page, _ = read_page(PAGE.read_bytes(), URL)
    printed = json.loads(json.dumps(article_fields(page)))
    article = extract(PAGE.read_bytes(), URL)
    assert printed["title"] == article.title
    assert printed["published_at"] == (article.published and article.published.value)
    assert len(printed["links"]) == len(article.links)


@pytest.mark.parametrize(
    ("value", "precision", "instant"),
    [
        ("2021", "year", "2021-01-01T00:00:00+00:00"),
        ("2021-07", "month", "2021-07-01T00:00:00+00:00"),
        ("2021-07-14", "day", "2021-07-14T00:00:00+00:00"),
        ("2021-07-14T09:41", "minute", "2021-07-14T09:41:00+00:00"),
        ("2021-07-14T09:41+05:30", "minute", "2021-07-14T09:41:00+05:30"),
        ("2021-07-14T09:41:07+01:00", "second", "2021-07-14T09:41:07+01:00"),
    ],
)
def test_a_moment_can_be_computed_with(value: str, precision: str, instant: str) -> None:
    moment = crawler.Moment(value, precision, value, "html:time")  # type: ignore[arg-type]
    assert moment.datetime.isoformat() == instant
    assert moment.datetime - timedelta(days=1) < moment.datetime


# -- what is imported ------------------------------------------------------------------------------


def python(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    return done.stdout.strip()


def test_importing_one_module_loads_no_other() -> None:
    loaded = "print(*sorted(m for m in sys.modules if m.startswith('crawler')))"
    assert python(f"import sys, crawler.text; {loaded}") == "crawler crawler.text"


@pytest.mark.parametrize(
    "before", ["import crawler.extract.verdict", "import crawler.runs.workers", ""]
)
def test_extract_is_the_function_whatever_was_imported_before(before: str) -> None:
    code = (
        f"{before}\nimport pickle\nfrom crawler import extract\n"
        "import crawler.extract.verdict\nimport crawler\n"
        "assert crawler.extract is extract is pickle.loads(pickle.dumps(extract))\n"
        "from crawler.extract import verdict\nprint(verdict.__name__, callable(extract))"
    )
    assert python(code) == "crawler.extract.verdict True"


def test_each_name_at_the_top_is_there() -> None:
    assert {name for name in crawler.__all__ if getattr(crawler, name, None) is None} == set()
    assert set(crawler.__all__) <= set(dir(crawler))
    tree = ast.parse(Path(crawler.__file__).read_text(encoding="utf-8"))
    typed = {
        alias.asname
        for node in tree.body
        if isinstance(node, ast.If)
        for imported in node.body
        if isinstance(imported, ast.ImportFrom)
        for alias in imported.names
    }
    assert typed == set(crawler.__all__) - {"__version__"}
    assert typed == set(crawler._HOMES)
    with pytest.raises(AttributeError, match="has no attribute 'extrakt'"):
        crawler.extrakt  # type: ignore[attr-defined]  # noqa: B018


# -- an archive ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, bytes, str]:
    """The demo newspaper, crawled; the folder, its base URL, the bytes of one story's page as it
    serves them, and that story's address."""
    folder = tmp_path_factory.mktemp("api") / "archive"
    with serve("morning") as url:
        done = crawl("news", folder, site=url)
        assert done.returncode == 0, done.stderr
        with sqlite3.connect(folder / "archive.db") as connection:
            sql = "SELECT url FROM stories WHERE title LIKE 'Mill museum%'"
            (story,) = connection.execute(sql).fetchone()
        served = urllib.request.urlopen(story, timeout=10).read()
    return folder, url, served, story


@pytest.fixture
def archive(kept: tuple[Path, str, bytes, str]) -> Iterator[Archive]:
    with open_archive(kept[0]) as archive:
        yield archive


def test_an_archive_gives_its_stories_newest_first(archive: Archive) -> None:
    stories = list(archive.stories())
    days = [story.article.published.datetime for story in stories if story.article.published]
    assert len(stories) == 39
    assert days == sorted(days, reverse=True)
    assert all(story.title and story.article.body and story.revisions == 1 for story in stories)


def test_a_story_is_what_reading_its_page_again_gives(
    archive: Archive, kept: tuple[Path, str, bytes, str]
) -> None:
    story = archive.story(kept[3])
    (revision,) = archive.revisions(story)
    assert revision.article == story.article
    captured_at = datetime.fromisoformat(revision.captured_at)
    again = extract(archive.body(revision.capture), revision.capture.url, captured_at=captured_at)
    for name in (
        "url", "title", "seo_title", "canonical_url", "authors", "published", "modified",
        "read_time", "standfirst", "section", "tags", "language", "image", "body",
        "body_markdown", "word_count", "access", "sources",
    ):  # fmt: skip
        assert getattr(story.article, name) == getattr(again, name), name
    shown = [(link.relation, link.url, link.title, link.label) for link in again.links]
    assert [(k.relation, k.url, k.title, k.label) for k in story.article.links] == shown


def test_the_bytes_of_a_capture_are_what_the_server_sent(
    archive: Archive, kept: tuple[Path, str, bytes, str]
) -> None:
    for capture in archive.captures(archive.story(kept[3])):
        assert len(archive.payload(capture)) == capture.payload_bytes
    assert archive.body(capture) == kept[2]


def test_captures_of_an_address_are_had_by_its_name(
    archive: Archive, kept: tuple[Path, str, bytes, str]
) -> None:
    captures = archive.captures(f"{kept[1]}/robots.txt")
    assert [each.status for each in captures] == [200]
    assert archive.body(captures[0]).startswith(b"User-agent")


def test_stories_are_searched(archive: Archive) -> None:
    assert [s.title for s in archive.search("river NOT bridge")][:1] == [
        "Mill museum turns its wheel again"
    ]
    assert len(list(archive.search("the", limit=3))) == 3
    assert list(archive.search("xylophonist")) == []


def test_a_search_finds_other_forms_of_a_word(archive: Archive) -> None:
    def urls(words: str, *, fts: bool = False) -> set[str]:
        return {story.url for story in archive.search(words, limit=100, fts=fts)}

    assert urls("river") == urls("rivers") > urls("rivers", fts=True)
    assert urls("river -mill") == urls("river") - urls("mill")


@pytest.mark.parametrize("words", ['"', "river NOT", "author : x", "a-b:c", "*"])
def test_what_is_no_query_of_the_engine_s_is_an_error_in_one_line(
    archive: Archive, words: str
) -> None:
    list(archive.search(words))
    with pytest.raises(UsageError) as caught:
        archive.search(words, fts=True)
    assert "\n" not in str(caught.value)


def test_stories_of_one_newspaper_are_had_by_its_host(
    archive: Archive, kept: tuple[Path, str, bytes, str]
) -> None:
    host = kept[1].removeprefix("http://")
    assert len(list(archive.stories(site=host))) == 39
    with pytest.raises(MissingError, match="no newspaper"):
        archive.stories(site="news.example")


def test_an_address_that_is_no_story_is_missing(archive: Archive) -> None:
    for ask in (archive.story, archive.revisions, archive.captures):
        with pytest.raises(MissingError):
            ask("https://news.example/nothing")


def test_a_closed_archive_says_so(kept: tuple[Path, str, bytes, str]) -> None:
    with open_archive(str(kept[0])) as archive:
        stories = archive.stories()
        first = next(stories)
    archive.close()
    assert first.title
    for ask in (lambda: next(stories), archive.stories, lambda: archive.story(first.url)):
        with pytest.raises(ArchiveError, match="was closed"):
            ask()  # type: ignore[operator]


def test_an_argument_of_another_type_is_a_mistake(archive: Archive) -> None:
    capture = archive.captures(next(archive.stories()))[0]
    for ask in (
        archive.stories, archive.search, archive.story, archive.revisions, archive.captures,
        archive.payload, archive.body,
    ):  # fmt: skip
        for wrong in (5, b"words", ["words"], object()):
            with pytest.raises(TypeError, match=f"not {type(wrong).__name__}$"):
                ask(wrong)  # type: ignore[operator]
    for ask, other in ((archive.payload, "words"), (archive.story, capture)):
        with pytest.raises(TypeError, match=r"not (str|KeptCapture)$"):
            ask(other)  # type: ignore[operator]
    with pytest.raises(TypeError, match=r"not float$"):
        archive.search("river", limit=1.5)  # type: ignore[arg-type]


def test_text_that_no_database_can_have_is_looked_for_in_vain(archive: Archive) -> None:
    for odd in ("\ud800", "a\0b", "x" * 1_000_000):
        for ask in (archive.stories, archive.story, archive.revisions, archive.captures):
            with pytest.raises(MissingError):
                ask(odd)  # type: ignore[operator]
    assert list(archive.search("river\0bridge")) == []
    with pytest.raises(ArchiveError, match="NUL"):
        open_archive("a\0b")


def test_a_limit_may_be_of_any_size(archive: Archive) -> None:
    some = len(list(archive.search("river", limit=10**30)))
    assert some > 1
    assert list(archive.search("river", limit=0)) == []
    with pytest.raises(UsageError, match="limit=-1 must be 0 or more"):
        archive.search("river", limit=-1)


def test_an_archive_in_another_thread_says_that_it_is(archive: Archive) -> None:
    stories = archive.stories()
    told: list[str] = []

    def ask() -> None:
        for each in (archive.stories, lambda: next(stories), archive.close):
            with pytest.raises(UsageError) as caught:
                each()  # type: ignore[operator]
            told.append(str(caught.value))

    thread = threading.Thread(target=ask)
    thread.start()
    thread.join()
    assert len(told) == 3
    assert all("was opened in another thread" in each for each in told)
    assert next(archive.stories()).title


def test_a_folder_without_an_archive_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="no archive at"):
        open_archive(tmp_path)


def test_an_archive_that_cannot_be_written_is_read_and_left_as_it_is(
    kept: tuple[Path, str, bytes, str], tmp_path: Path
) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(kept[0], folder)
    as_root = os.geteuid() == 0
    if as_root and not works(*POWERLESS, "true"):
        pytest.skip("root may write everywhere here, and setpriv cannot take that right away")
    code = (
        "import os, sys\nfrom crawler import open_archive\n"
        "assert not os.access(sys.argv[1], os.W_OK)\n"
        "with open_archive(sys.argv[1]) as archive:\n"
        "    stories = list(archive.stories())\n"
        "    page = archive.body(archive.captures(stories[0])[-1])\n"
        "    print(len(stories), len(page) > 1_000)\n"
    )
    set_modes(folder, writable=False)
    try:
        prefix = POWERLESS if as_root else ()
        done = subprocess.run(
            [*prefix, sys.executable, "-c", code, str(folder)],
            cwd=ROOT, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(ROOT)},
        )  # fmt: skip
    finally:
        set_modes(folder, writable=True)
    assert done.stdout == "39 True\n", done.stderr
    assert {path.name for path in folder.iterdir()} == {path.name for path in kept[0].iterdir()}


def test_a_damaged_record_is_an_error_and_no_wrong_page(
    kept: tuple[Path, str, bytes, str], tmp_path: Path
) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(kept[0], folder)
    with open_archive(folder) as archive:
        capture = archive.captures(archive.story(kept[3]))[-1]
        file = folder / "warc" / capture.warc_file
        data = bytearray(file.read_bytes())
        middle = capture.warc_offset + capture.warc_length // 2
        data[middle] ^= 0xFF
        file.write_bytes(data)
        with pytest.raises(DamageError, match="cannot be read"):
            archive.body(capture)


def test_a_damaged_database_is_an_error_of_ours(
    kept: tuple[Path, str, bytes, str], tmp_path: Path
) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(kept[0], folder)
    path = folder / "archive.db"
    data = path.read_bytes()
    path.write_bytes(data[:16384] + b"\xa5" * (len(data) - 16384))

    def read_all() -> None:
        with open_archive(folder) as archive:
            for story in archive.stories():
                archive.revisions(story)

    with pytest.raises(HemerotecaError):
        read_all()
