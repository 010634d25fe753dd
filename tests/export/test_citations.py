"""Bibliographies are read by other people's programs, whatever a headline holds."""

from __future__ import annotations

import io
import json
import tracemalloc
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.citation import Cited, as_bibtex, csl_item, key
from crawler.export.citations import write_bibtex, write_csl
from crawler.export.values import Row
from tests.system.conftest import run_scrapy

from .conftest import GAZETTE, NEWS, STORIES, read_by_others

HOSTILE = (
    "A } brace, and a { too", "50 % & $5 #1 snake_case ~^", "back\\slash \\input{/etc/passwd}",
    'quotes " and “these”', "@article{stolen, title={x}}", "ends in a backslash\\",
    "two\nlines, \ttabs", "\u202eturned\u202c", "", "Straße, 東京, أحمد", "a = b, c = {d}",
    "<i>tag</i>",
)  # fmt: skip

READ_BIBTEX = """
import json, sys
import bibtexparser
from pybtex.database import parse_string
text = open(sys.argv[1], encoding="utf-8").read()
library = bibtexparser.parse_string(text)
assert not library.failed_blocks, library.failed_blocks[0].error
mine = {each.key: {"type": each.entry_type, **{field.key: field.value for field in each.fields}}
        for each in library.entries}
other = parse_string(text, "bibtex").entries
assert list(other) == list(mine)
for name, entry in other.items():
    mine[name]["authors"] = [str(person) for person in entry.persons.get("author", [])]
print(json.dumps(mine))
"""
READ_CSL = """
import json, sys, warnings
warnings.simplefilter("error")
from citeproc import Citation, CitationItem, CitationStylesBibliography, CitationStylesStyle
from citeproc import formatter
from citeproc.source.json import CiteProcJSON
items = json.load(open(sys.argv[1], encoding="utf-8"))
style = CitationStylesStyle("harvard-cite-them-right", validate=False)
made = CitationStylesBibliography(style, CiteProcJSON(items), formatter.plain)
for item in items:
    made.register(Citation([CitationItem(item["id"])]))
print(json.dumps([str(entry) for entry in made.bibliography()]))
"""


def cited(title: str, url: str = f"{NEWS}/a", author: str = "Ada Brook") -> Cited:
    return Cited(
        title=title, authors=(author,), site="news.example", url=url, published="2026-01-05",
        captured_at="2026-01-06T12:00:00Z", digest="sha256:X", record_id="<urn:uuid:1>",
        language="en-GB",
    )  # fmt: skip


def test_bibtex_is_read_by_others(archive: Path, tmp_path: Path) -> None:
    path = tmp_path / "stories.bib"
    done = run_scrapy("export", "bibtex", str(archive), "-o", str(path))
    assert done.returncode == 0, done.stderr
    entries = read_by_others(READ_BIBTEX, path)
    assert len(entries) == len(STORIES)
    flood = next(e for name, e in entries.items() if e["url"] == f"{NEWS}/flood")
    assert flood["type"] == "online"
    assert flood["title"] == "{Flood, “the very worst”}"
    assert flood["authors"] == ["{Ada Brook}", "{José Núñez, M.P.}"]
    assert (flood["date"], flood["urldate"]) == ("2026-01-05", "2026-01-06")
    assert (flood["organization"], flood["langid"]) == ("{news.example}", "english")
    assert "urn:uuid:7" in flood["note"]
    assert [e["date"] for e in entries.values() if e["url"] == f"{NEWS}/quote"] == ["2025-12"]
    assert not [e for e in entries.values() if not e["title"].strip("{}")]


def test_csl_is_read_by_others_and_names_the_same_entries(archive: Path, tmp_path: Path) -> None:
    path = tmp_path / "stories.json"
    assert run_scrapy("export", "csl", str(archive), "-o", str(path)).returncode == 0
    items = json.loads(path.read_text(encoding="utf-8"))
    flood = next(item for item in items if item["URL"] == f"{NEWS}/flood")
    assert flood["type"] == "article-newspaper"
    assert flood["issued"] == {"date-parts": [[2026, 1, 5]]}
    assert flood["accessed"] == {"date-parts": [[2026, 1, 6]]}
    assert (flood["container-title"], flood["archive_location"]) == ("news.example", "urn:uuid:7")
    assert next(i for i in items if i["URL"] == f"{NEWS}/year")["issued"]["date-parts"] == [[2024]]
    shown = read_by_others(READ_CSL, path)
    assert len(shown) == len(items)
    assert any("Ada Brook" in line and "the very worst" in line for line in shown)
    bib = run_scrapy("export", "bibtex", str(archive), "--site", "gazette.example").stdout
    of_gazette = [item["id"] for item in items if item["URL"].startswith(GAZETTE)]
    assert [line[8:-1] for line in bib.splitlines() if line.startswith("@")] == of_gazette


def test_no_headline_breaks_out_of_its_field(tmp_path: Path) -> None:
    entries = [cited(title, f"{NEWS}/{n}", title or "A") for n, title in enumerate(HOSTILE)]
    path = tmp_path / "hostile.bib"
    path.write_text("\n".join(map(as_bibtex, entries)), encoding="utf-8")
    assert list(read_by_others(READ_BIBTEX, path)) == [key(entry) for entry in entries]
    path.write_text(json.dumps([csl_item(entry) for entry in entries]), encoding="utf-8")
    assert len(read_by_others(READ_CSL, path)) == len(HOSTILE)


@given(st.text(), st.text(), st.text())
def test_an_entry_is_balanced_and_its_key_is_plain(title: str, author: str, url: str) -> None:
    entry = cited(title, url, author)
    name, text = key(entry), as_bibtex(entry)
    assert name.isascii()
    assert not set(name) - set("abcdefghijklmnopqrstuvwxyz0123456789-")
    unescaped = text.replace("\\{", "").replace("\\}", "")
    assert unescaped.count("{") == unescaped.count("}")
    assert len([line for line in text.splitlines() if line.startswith("@")]) == 1
    assert text.startswith(f"@online{{{name},\n")


def test_keys_tell_stories_and_their_revisions_apart() -> None:
    one, two = cited("The mill"), cited("The mill", f"{NEWS}/b")
    revision = Cited(one.title, one.authors, one.site, one.url, one.published, one.captured_at,
                     one.digest, one.record_id, revision=2)  # fmt: skip
    assert len({key(one), key(two), key(revision)}) == 3


@pytest.mark.parametrize("write", [write_bibtex, write_csl])
def test_memory_does_not_grow_with_the_stories(write: object) -> None:
    class Nowhere(io.BytesIO):
        def write(self, data: object) -> int:
            return 0

    def rows(number: int) -> Iterator[Row]:
        for n in range(number):
            yield {
                "url": f"{NEWS}/{n}", "site": "news.example", "title": "Mill", "authors": ["A"],
                "published_at": "2026", "language": "en", "payload_digest": "d",
                "fetched_at": datetime(2026, 1, 1, tzinfo=UTC), "record_id": "<urn:x>",
            }  # fmt: skip

    assert callable(write)
    write(Nowhere(), rows(10))
    tracemalloc.start()
    try:
        write(Nowhere(), rows(2_000))
        assert tracemalloc.get_traced_memory()[1] < 200_000
    finally:
        tracemalloc.stop()


def test_the_card_of_a_bibliography_tells_of_no_columns(archive: Path, tmp_path: Path) -> None:
    folder = tmp_path / "set"
    assert run_scrapy("export", "csl", str(archive), "-o", str(folder)).returncode == 0
    for name in ("README.md", "croissant.json", "datapackage.json"):
        assert "columns" not in (folder / name).read_text(encoding="utf-8"), name
    assert "| body_text |" not in (folder / "README.md").read_text(encoding="utf-8")
