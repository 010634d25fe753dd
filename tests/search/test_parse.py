"""What people type is understood, and never an error."""

from __future__ import annotations

import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.search import (
    AllOf,
    AnyOf,
    Filter,
    Near,
    Node,
    Phrase,
    Query,
    Word,
    expression,
    is_unspaced,
    narrowed,
    pairs_expression,
    parse,
    parse_raw,
    widened,
)
from crawler.text import shown_line

UNDERSTOOD: dict[str, Node | None] = {
    "rivers": Word("rivers"),
    "river bridge": AllOf((Word("river"), Word("bridge"))),
    "river AND bridge": AllOf((Word("river"), Word("bridge"))),
    '"town hall"': Phrase("town hall"),
    "“town hall”": Phrase("town hall"),
    "„Rathaus“": Phrase("Rathaus"),
    "river OR Fluss": AnyOf((Word("river"), Word("Fluss"))),
    "river | Fluss": AnyOf((Word("river"), Word("Fluss"))),
    "river -mill": AllOf((Word("river"),), (Word("mill"),)),
    "river NOT mill": AllOf((Word("river"),), (Word("mill"),)),
    'river -"old mill"': AllOf((Word("river"),), (Phrase("old mill"),)),
    "-mill": AllOf((), (Word("mill"),)),
    "(river OR Fluss) bridge": AllOf((AnyOf((Word("river"), Word("Fluss"))), Word("bridge"))),
    "river -(mill OR flour)": AllOf((Word("river"),), (AnyOf((Word("mill"), Word("flour"))),)),
    "NEAR(river bridge, 5)": Near((Word("river"), Word("bridge")), 5),
    "NEAR(river bridge,5)": Near((Word("river"), Word("bridge")), 5),
    "NEAR(river 5)": Near((Word("river"), Word("5")), 10),
    'NEAR(river "town hall")': Near((Word("river"), Phrase("town hall")), 10),
    "river NEAR/3 bridge": Near((Word("river"), Word("bridge")), 3),
    "flood*": Word("flood", begins=True),
    # what the engine would refuse
    "co-op": Phrase("co op"),
    "it's": Phrase("it s"),
    "C&A": Phrase("C A"),
    "river!": Word("river"),
    '"unclosed phrase': Phrase("unclosed phrase"),
    "AND": Word("AND"),
    "river OR": AllOf((Word("river"), Word("OR"))),
    "NOT": Word("NOT"),
    "NEAR river": AllOf((Word("NEAR"), Word("river"))),
    "a:b": Phrase("a b"),
    "50%": Word("50"),
    "(": None,
    "((river)(mill))))": AllOf((Word("river"), Word("mill"))),
    "😀": None,
    "*": None,
    "": None,
    " \t\n": None,
    "river\0\x1bmill": AllOf((Word("river"), Word("mill"))),
    "https://news.example/a": Phrase("https news example a"),
    # scripts without spaces
    "東京river": AllOf((Word("東京"), Word("river"))),
    "ภาษาไทย": Word("ภาษาไทย"),
    "강물": Word("강물"),
}


@pytest.mark.parametrize("text", UNDERSTOOD, ids=ascii)
def test_what_is_looked_for(text: str) -> None:
    assert parse(text).words == UNDERSTOOD[text]


def test_fields_are_no_words() -> None:
    query = parse(
        'author:"Jane Doe" section:Sport -tag:tennis site:https://www.News.example/x lang:pt_BR'
        " after:2020 before:2020-03 edited:yes read:3-5 river"
    )
    assert query.words == Word("river")
    assert query.filters == (
        Filter("author", "Jane Doe"),
        Filter("section", "Sport"),
        Filter("tag", "tennis", negated=True),
        Filter("site", "news.example"),
        Filter("lang", "pt-BR"),
    )
    assert (query.since, query.before) == ("2020-01-01", "2020-03-01")
    assert query.edited is True
    assert query.minutes == (3, 5)
    assert query.notes == ()


@pytest.mark.parametrize(
    ("text", "since", "before"),
    [
        ("after:2020-05-31", "2020-05-31", None),
        ("since:2020 until:2020", "2020-01-01", "2021-01-01"),
        ("date:2020-12", "2020-12-01", "2021-01-01"),
        ("date:2020/2/29", "2020-02-29", "2020-03-01"),
        ("after:2020 after:2021", "2021-01-01", None),
        ("-after:2020", None, "2020-01-01"),
        ("date:9999", None, None),
    ],
)
def test_periods(text: str, since: str | None, before: str | None) -> None:
    query = parse(text)
    assert (query.since, query.before) == (since, before)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("before:yesterdayish", "2026-01-31"),
        ("date:2026-13", "2026-01-31"),
        ("edited:perhaps", "yes nor no"),
        ("read:long", "3-5 or 10+"),
        ("lang:!!", "pt-BR"),
        ("before:", "searched for as a word"),
        ("colour:red", "is no field"),
        ('"river', "not closed"),
        ("(river", "not closed"),
        ("😀", "neither letters nor digits"),
        ("river OR -mill", "whole query"),
        ("word " * 10_000, "Only the first"),
        ("x" * 10_000, "Only the first 4,000 characters"),
        ("NEAR(river)", "two words"),
    ],
    ids=lambda text: text[:20],
)
def test_what_is_not_understood_is_told(text: str, told: str) -> None:
    assert told in " ".join(parse(text).notes)


@pytest.fixture(scope="module")
def engine() -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE VIRTUAL TABLE texts USING fts5(text)")
    connection.execute("INSERT INTO texts VALUES ('the river at the town hall')")
    return connection


def run(engine: sqlite3.Connection, node: Node | None) -> None:
    """Ask the engine for each part of a query that it is asked for as one."""
    if isinstance(node, AllOf) and (is_unspaced(node) is None or not node.parts):
        for part in (*node.parts, *node.without):
            run(engine, part)
    elif isinstance(node, AnyOf) and is_unspaced(node) is None:
        for part in node.parts:
            run(engine, part)
    elif node is not None:
        made = (
            pairs_expression(node) if is_unspaced(node)
            else expression(node, lambda word: [word, f"{word}s", f"{word}x"])
        )  # fmt: skip
        engine.execute("SELECT rowid FROM texts WHERE texts MATCH ?", (made,)).fetchall()


PIECES = st.sampled_from(
    ["river", '"', "“", "(", ")", "-", "OR", "AND", "NOT", "NEAR(", "NEAR/3", "NEAR", ",", " 10",
     "site:", "before:2020", "author:", ":", "*", "^", "+", "'", "co-op", "東京", "강물", "😀",
     "\0", "{", "}", "|", "title:", "a:b", "x" * 300, "हिन्दी", "𞤀𞤁", "_", "\ud800"]
)  # fmt: skip
TYPED = st.one_of(st.text(), st.lists(PIECES, max_size=30).map(" ".join),
                  st.lists(PIECES, max_size=30).map("".join))  # fmt: skip


@given(TYPED)
def test_nothing_that_is_typed_is_an_error(engine: sqlite3.Connection, text: str) -> None:
    query = parse(text)
    run(engine, query.words)
    assert all(shown_line(note) == note for note in query.notes)


@given(TYPED)
def test_a_query_is_what_its_text_says(text: str) -> None:
    assert parse(parse(text).text).words == parse(text).words


@pytest.mark.parametrize(
    ("field", "value"),
    [("author", 'Jane "JD" Doe'), ("site", "news.example"), ("section", "News (local)"),
     ("tag", "東京"), ("date", "2020-05")],
)  # fmt: skip
def test_a_facet_is_added_to_a_query_and_taken_away(field: str, value: str) -> None:
    more = narrowed("river", field, value)
    assert parse(more).words == Word("river")
    assert parse(more) != parse("river")
    assert narrowed(more, field, value) == more
    assert widened(more, field, value) == "river"


def test_the_engine_s_own_syntax_is_left_alone() -> None:
    query = parse_raw('title : "mill" ^a')
    assert query == Query('title : "mill" ^a', is_raw=True)
    assert query.has_words
    assert not query.is_empty
