"""Two captures of a page beside one another: what is only read otherwise, and what is an edit."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crawler.extract.page import Document, shown_text, told_text
from crawler.history.beside import Beside, PageText
from crawler.history.judge import Shown, judge
from crawler.history.reader_text import as_read, typeset_alike
from crawler.history.told import TYPOGRAPHY, Caption, Told, changes

PROSE = [
    "The old mill above the weir was sold on Tuesday to a cooperative of nine families.",
    "They want to grind grain there again from the spring, as their grandparents did.",
    "The council had let it stand empty since the flood took half of its roof away.",
    "Neighbours on the far bank have asked for a bridge that carries more than one cart.",
    "What the families paid is not known; the notary speaks of a price among friends.",
    "A first open day with bread from the restored oven is planned for the end of May.",
]
STORY = Told("Mill sold", "\n\n".join(PROSE), authors=("Ana Vidal",), standfirst="A second life.")
MENU = ["Photographs of the harbour by our readers", "More from the valley"]


def page(told: Told, *beside: str, title: str | None = None) -> PageText:
    captions = "".join(f"<figcaption>{each.text}</figcaption>" for each in told.captions)
    paragraphs = "".join(f"<p>{each}</p>" for each in told.paragraphs)
    html = (
        f'<html><head><title>{title or told.title}</title><meta name="author" content="'
        f'{", ".join(told.authors)}"></head><body><h1>{told.title}</h1><p>{told.standfirst}</p>'
        f"{captions}{paragraphs}{''.join(f'<div>{each}</div>' for each in beside)}</body></html>"
    )
    doc = Document(html.encode(), "https://a.example/")
    return PageText(shown_text(doc), told_text(doc))


def pair(before: PageText, after: PageText) -> Beside:
    return Beside(lambda: (before, after))


def with_body(told: Told, *paragraphs: str) -> Told:
    return replace(told, body="\n\n".join(paragraphs))


def test_what_a_page_had_beside_its_story_is_none_of_it_when_it_is_read_as_such() -> None:
    both = pair(page(STORY, *MENU), page(STORY, *MENU))
    assert changes(STORY, with_body(STORY, *PROSE, *MENU)) == ("body",)
    assert changes(STORY, with_body(STORY, *PROSE, *MENU), beside=both) == ()
    assert changes(with_body(STORY, *MENU, *PROSE), STORY, beside=both) == ()


def test_what_was_written_into_a_story_is_an_edit_also_beside_what_is_read_otherwise() -> None:
    new = with_body(STORY, *PROSE[:3], "The roof will cost 40,000 euros.", *PROSE[3:])
    read = with_body(new, *new.paragraphs, *MENU)
    assert changes(STORY, read, beside=pair(page(STORY, *MENU), page(new, *MENU))) == ("body",)


@pytest.mark.parametrize("number", range(len(PROSE)))
def test_a_paragraph_that_was_taken_out_is_an_edit(number: int) -> None:
    new = with_body(STORY, *PROSE[:number], *PROSE[number + 1 :])
    assert changes(STORY, new, beside=pair(page(STORY, *MENU), page(new, *MENU))) == ("body",)


def test_a_subheading_that_is_taken_out_is_an_edit_though_the_menu_has_the_same_words() -> None:
    old = with_body(STORY, *PROSE[:3], MENU[1], *PROSE[3:])
    assert changes(old, STORY, beside=pair(page(old, *MENU), page(STORY, *MENU))) == ("body",)


def test_a_space_that_makes_another_word_is_an_edit() -> None:
    old, new = (
        with_body(STORY, *PROSE, f"He is {each} here.") for each in ("the rapist", "therapist")
    )
    assert changes(old, new, beside=pair(page(old), page(new))) == ("body",)


def test_typography_is_told_as_such() -> None:
    old, new = (with_body(STORY, *PROSE, f"It is {each} here.") for each in ('"fine"', "“fine”"))
    assert changes(old, new, beside=pair(page(old), page(new))) == (TYPOGRAPHY,)


def test_a_headline_caption_or_author_found_elsewhere_is_no_change_and_another_one_is() -> None:
    old = replace(STORY, captions=(Caption("/a.jpg", "The mill in March"),))
    other = replace(old, title="A second life.", authors=(), captions=(Caption("/a.jpg", MENU[0]),))
    assert set(changes(old, other)) >= {"title", "authors", "captions"}
    same = pair(page(old, *MENU), page(old, *MENU))
    assert not {"title", "authors", "captions"} & set(changes(old, other, beside=same))
    edited = replace(
        old, title="Mill given away", authors=("Ole Brand",),
        captions=(Caption("/a.jpg", "The mill in May"),),
    )  # fmt: skip
    told = changes(old, edited, beside=pair(page(old, *MENU), page(edited, *MENU)))
    assert set(told) == {"title", "authors", "captions"}


def test_pages_are_read_only_if_they_are_asked_for() -> None:
    def never() -> tuple[PageText, PageText]:
        raise AssertionError

    assert changes(STORY, STORY, beside=Beside(never)) == ()
    assert judge(STORY, Shown(STORY, True, beside=Beside(never))) is None


def test_a_page_that_cannot_be_read_is_as_if_nobody_had_looked() -> None:
    gone = with_body(STORY, *PROSE[1:])
    assert changes(STORY, gone, beside=Beside(lambda: None)) == ("body",)


@pytest.mark.parametrize(
    "box",
    [
        ("Subscribe to read on", "One dollar for the first month.", "Log in"),
        ("Lesen Sie weiter mit einem Abo", "Danach 9,99 € im Monat.", "Schon Abonnent? Anmelden"),
        ("Abonnez-vous pour lire la suite", "Sans engagement, dès un euro.", "Se connecter"),
    ],
)
def test_a_text_that_a_wall_cuts_is_a_teaser_whatever_else_is_read_beside_it(
    box: tuple[str, ...],
) -> None:
    left = with_body(STORY, *PROSE[:2])
    shown = with_body(STORY, *PROSE[:2], *box[1:2], *MENU)
    both = pair(page(STORY, *MENU), page(left, *box, *MENU))
    assert judge(STORY, Shown(shown, True, beside=both)) == "teaser"
    # as it stood: lists and headings stay where a wall stood, and paragraphs go
    parts = with_body(STORY, *PROSE[:2], "A list:", "Bread", "Flour", PROSE[4], *MENU)
    known = with_body(STORY, *PROSE, "A list:", "Bread", "Flour")
    both = pair(page(known, *MENU), page(with_body(parts, *parts.paragraphs[:-2]), *box, *MENU))
    assert judge(known, Shown(parts, True, beside=both)) == "teaser"


def test_editors_who_cut_a_text_where_nothing_asks_to_subscribe_have_made_an_edit() -> None:
    kept = with_body(STORY, PROSE[0], *PROSE[3:])
    shown = with_body(STORY, PROSE[0], *PROSE[3:], *MENU)
    both = pair(page(STORY, *MENU), page(kept, *MENU))
    assert judge(STORY, Shown(shown, True, beside=both)) is None
    assert changes(STORY, shown, beside=both) == ("body",)


def test_words_of_a_page_are_not_torn_by_markup() -> None:
    doc = Document(
        b"<body><p>The <b>M</b>ill<!-- x --> of <script>not shown</script>Bo<wbr>wen</p><p>Next",
        "https://a.example/",
    )
    lines = [" ".join(line.split()) for line in shown_text(doc).splitlines() if line.strip()]
    assert lines == ["The Mill of Bowen", "Next"]
    both = pair(PageText(shown_text(doc), ""), PageText(shown_text(doc), ""))
    assert both.stays("The Mill of Bowen", as_read)
    assert both.stays("The Mill of Bowen", typeset_alike)
    assert not both.stays("not shown", as_read)
    assert not both.stays("", as_read)


def test_a_page_of_very_many_paragraphs_is_compared_by_its_reading_in_the_end() -> None:
    many = [f"Paragraph {number} of a page without end." for number in range(1_200)]
    story = with_body(STORY, *many)
    both = pair(page(story), page(story))
    assert all(both.stays(each, as_read) for each in many[:1_000])
    assert not both.stays(many[-1], as_read)
    assert both.new_lines == []
