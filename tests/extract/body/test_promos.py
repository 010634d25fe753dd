"""Promos in the flow of a body."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml.html import HtmlElement, fragment_fromstring

from crawler.extract.body import promo_label


def element(html: str) -> HtmlElement:
    found = fragment_fromstring(html)
    assert isinstance(found, HtmlElement)
    return found


@pytest.mark.parametrize(
    ("html", "label"),
    [
        ("<p><strong>ALSO READ: <a href='/a'>Ferry strike enters week</a></strong>"
    "</p>", "ALSO READ"),
        ("<p>Lesen Sie auch: <a href='/a'>Fähren fallen aus</a></p>", "Lesen Sie auch"),
        ("<p>►&nbsp;Lire aussi – <a href='/a'>Les ferries en grève</a></p>", "Lire aussi"),
        ("<p><a href='/a'>READ MORE: Ferry strike enters second week</a></p>", "READ MORE"),
        ("<p>Leia também:<br><a href='/a'>Um</a><br><a href='/b'>Dois</a></p>", "Leia também"),
        ("<aside><h4>Mehr zum Thema</h4><a href='/a'>Fähren fallen aus</a></aside>",
         "Mehr zum Thema"),
        ("<div><span>関連記事</span><a href='/a'>フェリーのストライキが続く</a></div>", "関連記事"),
        ("<p>Read also:</p>", "Read also"),
        ("<div><p>Aşağıdakiler: </p></div>", None),
    ],
)  # fmt: skip
def test_a_promo_is_known_by_its_label(html: str, label: str | None) -> None:
    assert promo_label(element(html)) == label


def test_a_promo_without_a_label_is_a_paragraph_that_is_all_link() -> None:
    html = (
        "<p><a href='/2024/ferry-strike-enters-second-week'>Ferry strike enters its "
        "week two</a></p>"
    )
    assert promo_label(element(html)) == ""


@pytest.mark.parametrize(
    "html",
    [
        "<p>The ferries stood still, <a href='/a'>as reported</a>, for a second week.</p>",
        "<p>Read more about the strike in <a href='/a'>our report</a> of last Friday, in which "
        "the harbour master explains why nobody saw it coming.</p>",
        "<p>Also, read the <a href='/a'>letter</a>.</p>",
        "<p>Nothing is linked here.</p>",
        "<p></p>",
        "<p><a href='/topics/rain'>Rain</a></p>",
        "<li><a href='/2024/ferry-strike-enters-second-week'>Ferry strike enters its week "
        "two</a></li>",
        "<p>Related was the word he used.</p>",
        "<blockquote>Read also the small print, said the lawyer.</blockquote>",
    ],
)
def test_prose_is_no_promo(html: str) -> None:
    assert promo_label(element(html)) is None


def test_a_paragraph_of_fifty_thousand_links_is_judged_at_once() -> None:
    many = "<p>" + "<a href='/a'>Also read</a> " * 50_000 + "</p>"
    assert promo_label(element(many)) is None


_PIECES = st.lists(
    st.one_of(
        st.text(max_size=20).map(lambda t: "".join(c for c in t if c.isprintable() and c != "<")),
        st.sampled_from(["<a href='/x-y-z-w'>Also read: "
    "one</a>", "<b>", "</b>", "<br>", "<a>", "<!-- c -->",
                         "Related: ", "<svg><title>t</title></svg>", "<style>a{}</style>"]),
    ),
    max_size=12,
)  # fmt: skip


@given(_PIECES)
def test_any_markup_gets_an_answer(pieces: list[str]) -> None:
    label = promo_label(element(f"<div>{''.join(pieces)}</div>"))
    assert label is None or len(label) <= 60
