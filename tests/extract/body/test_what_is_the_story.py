"""What stands between paragraphs: boxes and notes of age are not the story, corrections are."""

from __future__ import annotations

import pytest

from crawler.extract import extract
from crawler.items import Article

URL = "https://paper.example/river/2024/the-ferry-is-mended"
TITLE = "The ferry is mended"
STORY = [
    "The ferry of the upper valley runs again since Monday, after four weeks on the bank.",
    "Three carpenters worked on its keel, and the smith of Tarnholt made two rings for the rope.",
    "The ferryman says that it leaks less than it did, and that the price of a crossing stays.",
    "On the first morning nineteen people crossed, eleven of them because they wanted to see it.",
    "The council will pay for the timber; the smith has not yet sent his bill.",
]
DECK = "Four weeks on the bank, and now it leaks less than before."


def read(*pieces: str, above: str = "", head: str = "") -> Article:
    html = f"""<html><head><title>{TITLE}</title>{head}</head><body><main><article><h1>{TITLE}</h1>
    {above}{"".join(pieces)}</article></main></body></html>"""
    return extract(html.encode(), URL).article


def told(*notes: str) -> list[str]:
    return [f"<p>{text}</p>" for text in STORY[:2]] + list(notes) + [
        f"<p>{text}</p>" for text in STORY[2:]
    ]  # fmt: skip


BOXES = {
    "a teaser to subscribe": '<div class="subscribe-teaser"><p>You read this for free. '
    "Support us: subscribe from 3.50 a month.</p></div>",
    "no name at all": "<div><p>Gefällt Ihnen dieser Text? Unterstützen Sie uns mit einem Abo, "
    "schon ab 4 Euro im Monat.</p></div>",
    "a name of letters": '<section class="c-7f3a"><h3>Cada mañana en tu correo</h3>'
    '<p>Lo que pasa en el valle.</p><a href="/newsletter">Suscríbete</a></section>',
    "an intro of another kind": '<div class="donate-intro"><p>Aidez-nous à rester libres, '
    "faites un don de 5 euros.</p></div>",
    "links": '<div class="x2"><h4>More of it</h4><a href="/river/2023/ferry-sinks">'
    'The ferry sinks in the night</a> <a href="/river/2023/rope">A rope of 200 metres</a></div>',
    "something to fill in": "<div><p>Every Friday, the week on the river.</p><form>"
    "<input name=mail><button>Send</button></form></div>",
}


@pytest.mark.parametrize("box", BOXES.values(), ids=BOXES.keys())
def test_a_box_between_paragraphs_changes_nothing(box: str) -> None:
    plain, boxed = read(*told()), read(*told(box))
    assert boxed.body.split("\n\n") == STORY
    assert (boxed.standfirst, boxed.blocks) == (plain.standfirst, plain.blocks)


@pytest.mark.parametrize("names", ["teaser", "lead", "intro box", "summary", "c-excerpt"])
def test_a_standfirst_is_not_read_from_among_the_paragraphs(names: str) -> None:
    box = f'<div class="{names}"><p>The smith, who is 81, made both of the rings alone.</p></div>'
    assert read(*told(box)).standfirst is None
    with_deck = read(*told(box), above=f'<p class="deck">{DECK}</p>')
    assert with_deck.standfirst == DECK


def test_a_box_of_the_story_stays() -> None:
    quote = "<div class=quote><p>I have never seen such a keel, said the oldest of them.</p></div>"
    assert "such a keel" in read(*told(quote)).body


AGES = [
    "This article is more than one year old",
    "This story was published over 3 years ago. Some of what it says may be outdated.",
    "Dieser Artikel ist älter als ein Jahr",
    "Achtung: Dieser Beitrag stammt aus dem Jahr 2019 und kann veraltet sein.",
    "Este artículo tiene más de 2 años",
    "Cet article date de plus d'un an",
    "Questo articolo è stato pubblicato oltre un anno fa.",
    "Dit artikel is meer dan een jaar oud",
    "Den här artikeln är mer än 2 år gammal",
    "Этой новости больше года: эта статья опубликована более года назад.",
    "この記事は公開から1年以上経過しています。",
]


@pytest.mark.parametrize("age", AGES)
@pytest.mark.parametrize(
    "markup", ["<p>{}</p>", '<div class="x9">{}</div>', "<div><p>{}</p></div>"]
)
def test_a_note_of_the_storys_age_is_not_the_story(age: str, markup: str) -> None:
    deck = f'<p class="standfirst">{DECK}</p>'
    note = markup.format(age)
    for above in (note, note + deck, deck + note, deck + "<p>By Ada Lind</p>" + note):
        article = read(*told(), above=above)
        assert age not in article.body
        assert article.standfirst == (DECK if deck in above else None)
    assert read(*told(), above=note).body.split("\n\n") == STORY


def test_a_sentence_that_tells_of_years_is_the_story() -> None:
    first = "The ferry is more than 200 years old, and this story is told of it: it never sank."
    assert read(f"<p>{first}</p>", *told()).body.startswith(first)


NOTES = [
    "Correction: An earlier version said that the ferry had two ropes. It has one.",
    "Editor’s note: The ferryman is a cousin of our reporter.",
    "Update, 12 March 2024: The smith has sent his bill, the council says.",
    "Anmerkung der Redaktion: In einer früheren Fassung hieß der Schmied Anton.",
    "Fe de errores: en una versión anterior se dijo que la barca tenía dos cuerdas.",
    "Rectificatif : le bac a une corde et non deux, comme nous l’avions écrit.",
    "Errata corrige: il traghetto ha una sola corda, non due come avevamo scritto.",
    "This article was amended on 3 May 2024 because the smith was given a wrong name.",
    "訂正：渡し船のロープは二本ではなく一本でした。お詫びします。",
]


@pytest.mark.parametrize("note", NOTES)
@pytest.mark.parametrize("names", ["correction", "note", "update", "editors-note", "x1", "updated"])
def test_a_note_on_the_story_is_part_of_it(note: str, names: str) -> None:
    deck = f'<p class="standfirst">{DECK}</p>'
    piece = f'<p class="{names}">{note}</p>'
    above = (piece + deck, deck + piece, deck + f"<div>By Ada Lind</div>{piece}")
    for article in [read(*told(), above=place) for place in above]:
        assert note in article.body
        assert article.standfirst == DECK
        assert all(text in article.body for text in STORY)
    for article in (read(*told(piece)), read(*told(), piece)):
        assert note in article.body
        assert article.standfirst is None


@pytest.mark.parametrize("note", NOTES[:5])
@pytest.mark.parametrize(
    "markup",
    [
        '<aside class="correction"><p>{}</p></aside>',
        '<footer class="article-footer"><p><em>{}</em></p></footer>',
        '<div class="footnote related"><div>{}</div></div>',
    ],
)
def test_a_note_counts_wherever_it_stands(note: str, markup: str) -> None:
    assert read(*told(), markup.format(note)).body.split("\n\n") == [*STORY, note]


def test_a_note_below_a_line_of_its_own() -> None:
    box = "<aside><h4>Correction</h4><p>The ferry has one rope, not two, as we had it.</p></aside>"
    assert "The ferry has one rope, not two" in read(*told(), box).body


def test_a_readers_comment_is_no_note() -> None:
    comment = '<div id="comments"><p>Correction: it never had any rope, I was there.</p></div>'
    assert read(*told(), comment).body.split("\n\n") == STORY


COUNTERS = [
    "12 people are reading this",
    "3.412 Aufrufe",
    "1.2K shares",
    "Vistas: 10 431",
    "418 lecteurs",
    "Просмотров: 2 311",
    "1,024次浏览",
    "DAX 15.234,10 +0,4 %",
    "FTSE 100 7,482.31 (-0.12%)",
    "EUR/USD 1,0843 ▲ 0,21 %",
    "07:43:12 Uhr",
    "10:15 pm",
    "14823",
]


@pytest.mark.parametrize("counter", COUNTERS)
@pytest.mark.parametrize(
    "markup", ["<p>{}</p>", '<div class="x4">{}</div>', "<div><b>{}</b></div>"]
)
def test_what_counts_by_itself_is_not_the_story(counter: str, markup: str) -> None:
    assert read(*told(markup.format(counter))).body.split("\n\n") == STORY


def test_a_box_that_ticks_is_not_the_story() -> None:
    box = '<div class="live-ticker"><span>14:32</span> <span>The ferry leaves</span></div>'
    assert read(*told(box)).body.split("\n\n") == STORY


@pytest.mark.parametrize(
    "pieces",
    [
        ["In 1911 the ferry sank twice, with 12 people and 3 cows on it."],
        ["Tarnholt 3, Vellmar 1", "Vellmar 2, Quennell 2", "Quennell 0, Tarnholt 4"],
        ["Ada Lind, 41", "Jon Quennell, 9", "Maria Feldkamp, 77"],
        ["3 eggs", "200 g flour", "1 litre milk"],
        ["1989"],
        ["2"],
    ],
)
def test_sentences_results_and_lists_with_numbers_stay(pieces: list[str]) -> None:
    body = read(*told(*(f"<p>{piece}</p>" for piece in pieces))).body
    assert all(piece in body.split("\n\n") for piece in pieces)


@pytest.mark.parametrize("tag", ["p", "blockquote"])
def test_a_poem_of_short_lines_is_read(tag: str) -> None:
    lines = "The water falls<br>and falls again,<br>and no one asks<br>it why it does."
    menu = (
        "<nav><p><a href=/a>News</a><br><a href=/b>Sport</a><br><a href=/c>Opinion of all</a></p>"
    )
    html = f"<html><body>{menu}</nav><h1>The weir</h1><{tag}>{lines}</{tag}></body></html>"
    body = extract(html.encode(), "https://paper.example/poems/the-weir").article.body
    assert body.split() == lines.replace("<br>", " ").split()
