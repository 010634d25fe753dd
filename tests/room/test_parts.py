"""The parts of the room that are functions."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.charts import bars, by_month_or_year, calendar
from crawler.room.citation import Cited, as_bibtex, as_csl, as_robust_link, as_text
from crawler.room.guards import is_loopback, own_hosts
from crawler.room.links import language_tag, safe_address
from crawler.room.pages import day_in_words, moment_in_words
from crawler.room.reading import for_reading
from crawler.room.texts import texts

SAY = texts()


def read(markdown: str, **more: object) -> str:
    given = {"stories": {}, "pictures": {}, "captions": {}, "isolate": False} | more
    return str(for_reading(markdown, words=SAY, **given))  # type: ignore[arg-type]


def test_a_text_is_set_with_headings_below_the_headline() -> None:
    html = read("One.\n\n# Part\n\n> said\n\n- a\n- b")
    assert "<h2>Part</h2>" in html
    assert "<blockquote>" in html
    assert "<li>a</li>" in html


def test_links_lead_to_archived_stories_or_away() -> None:
    html = read(
        "[a](https://n.example/a) [b](https://n.example/b)",
        stories={"https://n.example/a": "/in/x/story/1"},
    )
    assert 'href="/in/x/story/1" class="here"' in html
    assert 'href="https://n.example/b" class="away" rel="noopener noreferrer nofollow"' in html


def test_a_picture_that_is_not_there_is_told() -> None:
    html = read("![A mill](https://n.example/p.png)", captions={"https://n.example/p.png": "By X"})
    assert "<img" not in html
    assert "Picture, not in the archive." in html
    assert "A mill" in html
    assert "<figcaption>By X</figcaption>" in html
    shown = read("![A mill](https://n.example/p.png)", pictures={"https://n.example/p.png": "/p"})
    assert '<img src="/p" alt="A mill" loading="lazy">' in shown


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "[a](javascript:alert(1))",
        "[a](JaVaScRiPt:alert(1))", "![a](data:text/html,x)", "<a href='javascript:x'>a</a>",
        "[a](<java\nscript:x>)", "<svg/onload=alert(1)>", "[a](vbscript:x)", "[a](//evil.example)",
        '![x" onerror="alert(1)](https://n.example/p.png)', "<https://user:pw@n.example/>",
    ],
)  # fmt: skip
def test_nothing_in_a_text_becomes_more_than_text(text: str) -> None:
    html = read(text, pictures={"https://n.example/p.png": "/p"})
    for bad in ("<script", "<svg", 'href="javascript', 'href="data', "<img src=x", 'evil.example"'):
        assert bad not in html
    assert ' onerror="' not in html


@given(st.text(max_size=300))
def test_any_text_can_be_read(text: str) -> None:
    html = read(text, isolate=True)
    assert "<script" not in html


@given(st.text(max_size=100))
def test_an_address_that_is_linked_to_is_one(text: str) -> None:
    for url in (text, f"https://{text}", f"javascript:{text}"):
        assert safe_address(url) is None or url.lower().startswith(("http://", "https://"))
    assert language_tag(text) in ("", text)


CITED = Cited(
    title="50 % of {all} & more_“quoted”", authors=("Ann O'Neil", "Bo Li"), site="news.example",
    url="https://news.example/a_b?x={1}", published="2026-03-04T05:06+01:00", revision=2,
    captured_at="2026-03-05T01:02:03.456789+00:00", digest="sha256:ABC",
    record_id="<urn:uuid:00000000-0000-0000-0000-000000000000>", language="en",
)  # fmt: skip


def test_a_citation_in_each_form() -> None:
    assert as_text(CITED).startswith("Ann O'Neil, Bo Li. “50 % of {all}")
    assert "captured 2026-03-05 01:02:03 UTC; sha256:ABC" in as_text(CITED)
    bib = as_bibtex(CITED)
    assert r"title = {{50 \% of \{all\} \& more\_“quoted”}}" in bib
    assert "author = {{Ann O'Neil} and {Bo Li}}" in bib
    assert "url = {https://news.example/a_b?x=%7B1%7D}" in bib
    assert bib.count("{") == bib.count("}")
    item = json.loads(as_csl(CITED))[0]
    assert item["issued"]["date-parts"] == [[2026, 3, 4]]
    assert item["accessed"]["date-parts"] == [[2026, 3, 5]]
    assert as_robust_link(CITED).startswith('<a href="https://news.example/a_b?x={1}" data-orig')


@given(st.text(), st.text(), st.text())
def test_any_story_can_be_cited(title: str, author: str, url: str) -> None:
    cited = Cited(
        title,
        (author,),
        "n.example",
        url,
        None,
        "2026-03-05T01:02:03+00:00",
        "d",
        "<urn:x>",
        revision=1,
    )
    assert not set("\n\x1b\u202e\u2066") & set(as_text(cited))
    assert "<script" not in as_robust_link(cited)
    assert json.loads(as_csl(cited))[0]["title"] == title
    assert as_bibtex(cited).startswith("@online{")


def test_a_year_has_its_days_and_gaps() -> None:
    days = {"2024-01-01": 1, "2024-02-29": 9, "2024-12-31": 2}
    it = calendar(2024, days)
    assert (len(it.cells), it.total, it.busiest) == (366, 12, ("2024-02-29", 9))
    assert it.by_month[:2] == (1, 9)
    assert it.gaps[0][2] == 305
    assert [cell.level for cell in it.cells if cell.stories] == [1, 4, 1]


def test_times_between_have_no_bar_but_a_place() -> None:
    values = by_month_or_year([("2024-11-05", 3), ("2025-02-01", 1)])
    assert values == [("2024-11", 3), ("2024-12", 0), ("2025-01", 0), ("2025-02", 1)]
    assert [bar.height for bar in bars(values)] == [100, 0, 0, 33.33]
    assert by_month_or_year([("1990-01-01", 1), ("2005-01-01", 1)])[0] == ("1990", 1)
    assert by_month_or_year([]) == []


def test_dates_are_told_as_exact_as_they_are() -> None:
    told = [day_in_words(SAY, each) for each in ("2026", "2026-03", "2026-03-04", None, "odd")]
    assert told == ["2026", "March 2026", "4 March 2026", "no date", "odd"]
    assert moment_in_words(SAY, "2026-03-04T05:06+01:00") == "4 March 2026, 05:06 +01:00"
    assert moment_in_words(SAY, "2026-03-04T05:06:07+00:00") == "4 March 2026, 05:06 UTC"
    assert moment_in_words(SAY, "2026-03-04T05:06") == "4 March 2026, 05:06"
    assert moment_in_words(SAY, "2026-03-04T05:06:07.000001+00:00").endswith("05:06 UTC")


def test_hosts_that_are_this_machine_alone() -> None:
    assert all(map(is_loopback, ("127.0.0.1", "::1", "[::1]", "localhost", "127.9.9.9")))
    assert not any(map(is_loopback, ("0.0.0.0", "::", "10.0.0.1", "news.example", "")))
    assert own_hosts("0.0.0.0", 80) is None
    assert "[::1]:8017" in (own_hosts("::1", 8017) or ())
    assert own_hosts("archive.example", 8017) == {"archive.example:8017"}
