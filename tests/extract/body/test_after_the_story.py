"""What a page adds to its story: the next one in full, teasers, hidden text, galleries, appeals."""

from __future__ import annotations

import pytest

from crawler.extract import extract

URL = "https://paper.example/valley/2024/the-toll-falls"
STORY = [
    "The council of the valley lowers the toll on all nine bridges by half from the first of May.",
    "Carters had asked for it since the winter, when four of them were stuck at the Old Weir.",
    "Who lives on one bank and works on the other pays nothing at all, the clerk of works said.",
    "The loss is eleven hundred a year, which the council wants to take from the fishing rights.",
]
OTHER = [
    "A ferry sank at Millgate in the night, and its two keepers swam ashore without a scratch.",
    "It was the third this year, and the owner says that he will not build another one there.",
    "The smith of Tarnholt bought the iron of it, and wants to make a gate of it for the mill.",
    "Nobody knows yet how the ferry came loose, for the rope was new and the river was calm.",
]


def paragraphs(texts: list[str]) -> str:
    return "".join(f"<p>{text}</p>" for text in texts)


OWN, NEXT = paragraphs(STORY), paragraphs(OTHER)
SPAM = paragraphs([
    f"{n}. Buy cheap pills and casino chips, the best of all of them, at once and for nothing."
    for n in range(40)
])  # fmt: skip
LINES = ["A ferry sinks at Millgate", "Third this year at the mill", "The smith bought the iron"]


def each(markup: str, times: int = len(LINES)) -> str:
    return "".join(
        markup.format(n=n, head=LINES[n % len(LINES)], text=f"{OTHER[n % 4]} {OTHER[(n + 1) % 4]}",
                      line=OTHER[n % 4])
        for n in range(times)
    )  # fmt: skip


PAGES = {
    "a next <article>": f"<main><article><h1>The toll falls</h1>{OWN}</article><article>"
    f"<h1>A ferry sinks</h1>{NEXT}</article></main>",
    "a next <article> with an h2": f"<main><article><h1>The toll falls</h1>{OWN}</article>"
    f"<article><h2>A ferry sinks</h2>{NEXT}</article></main>",
    "a section of its own": f"<main><article><h1>The toll falls</h1><div class=b>{OWN}</div>"
    "</article><section class=next><div><h1>A ferry sinks</h1><time datetime=2024-01-01>1 Jan"
    f"</time>{NEXT}</div></section></main>",
    "the same box again": "<div id=c><div class=story><h1>The toll falls</h1><div class=body>"
    f"{OWN}</div></div><div class=story><h1>A ferry sinks</h1><div class=body>{NEXT}{NEXT}</div>"
    "</div></div>",
    "the same box with a link": "<main><div class=story><h1>The toll falls</h1><div class=b>"
    f"{OWN}</div></div><div class=story><h2><a href='/valley/2024/ferry'>A ferry sinks</a></h2>"
    f"<div class=b>{NEXT}</div></div></main>",
    "an address of its own": "<main><div class=story data-url='/valley/2024/the-toll-falls'><h1>"
    f"The toll falls</h1><div>{OWN}</div></div><div class=story data-url='/valley/2024/ferry'><h2>"
    f"A ferry sinks</h2><div>{NEXT}</div></div></main>",
    "an address of its own, in the story's box": f"<main><h2>The toll falls</h2>{OWN}"
    f"<div data-url='/valley/2024/ferry'><h2>A ferry sinks</h2>{NEXT}</div></main>",
    "an address of its own in the box of an h1": f"<main><h1>The toll falls</h1>{OWN}"
    f"<section data-permalink='/valley/2024/ferry'><h3>A ferry sinks</h3>{NEXT}</section></main>",
    "a next <article> in the story's box": f"<main><h2>The toll falls</h2>{OWN}<article><h2>"
    f"<a href='/valley/2024/ferry'>A ferry sinks</a></h2>{NEXT}</article></main>",
    "a longer next <article>": f"<main><div><h2>The toll falls</h2>{OWN}</div><article><h2>"
    f"<a href='/valley/2024/ferry'>A ferry sinks</a></h2>{NEXT}{NEXT}{NEXT}</article></main>",
    "teasers under a heading": f"<main><article><h1>The toll falls</h1>{OWN}<div class=x><h3>"
    f"Popular</h3>{each('<div><a href=/a{n}>{head}</a><p>{line}</p></div>')}</div></article>",
    "teasers without headings": f"<main><article><h1>The toll falls</h1>{OWN}</article><div>"
    f"{each('<div class=c><a href=/a{n}><b>{head}</b></a><div>{line}</div></div>')}</div></main>",
    "teasers with a word for their link": "<main><div class=text><h1>The toll falls</h1>"
    f"{OWN}</div><div class=row>"
    f"{each('<div class=col><h4>{head}</h4><p>{line}</p><a href=/s{n}>Read more</a></div>')}"
    "</div></main>",
    "text far to the left": f"<main><article><h1>The toll falls</h1>{OWN}</article></main>"
    f"<div style='position:absolute;left:-9999px'>{SPAM}</div>",
    "text that is not shown": f"<main><article><h1>The toll falls</h1>{OWN}<div "
    f"style='display:none'>{SPAM}</div></article></main>",
    "text without height": f"<div style='height:0;overflow:hidden'>{SPAM}</div><main><article><h1>"
    f"The toll falls</h1>{OWN}</article></main>",
    "slides with texts": f"<main><article><h1>The toll falls</h1>{OWN}</article><div class=g>"
    f"{each('<div class=s><img src=/{n}.jpg><div class=t>{n}: {text}</div></div>', 50)}</div>",
    "a gallery of captions": f"<main><article><h1>The toll falls</h1>{OWN}<ul class=g>"
    + each("<li><figure><img src=/{n}.jpg><figcaption>{n}: {text}</figcaption></figure></li>", 50)
    + "</ul></article></main>",
    "numbered captions": f"<main><article><h1>The toll falls</h1>{OWN}</article><div class=s>"
    f"{each('<div class=i><img src=/{n}.jpg></div><p class=t>{n}/50 {text}</p>', 50)}</div></main>",
    "leave to print it": f"<main><article><h1>The toll falls</h1>{OWN}<div class=r><h2>Republish "
    "this article</h2><p>You may republish our stories for free, online or in print, under a "
    "licence of the commons.</p><textarea>x</textarea><p>Please keep the name of the author in it, "
    "and a link to our page below it.</p></div></article></main>",
}


PARTS = {
    "addresses of what is told of": "<main><div class=story><h1>The toll falls</h1>"
    f"{OWN}<div data-url='https://shop.example/7'><h3>What it costs</h3>{NEXT}</div></div></main>",
    "parts of a story": f"<main><div class=part><h2>The toll falls</h2>{OWN}</div><div class=part>"
    f"<h2>What it costs</h2>{NEXT}</div></main>",
    "parts that the page links to": "<main><section class=part><h2>The toll falls</h2>"
    f"{OWN}</section><section class=part data-url='#costs'><h2><a href='#costs'>What it costs</a>"
    f"</h2>{NEXT}</section></main>",
}


@pytest.mark.parametrize("page", PARTS.values(), ids=PARTS)
def test_parts_below_headings_like_the_headline_are_its_own(page: str) -> None:
    html = f"<html><head><title>The toll falls</title></head><body>{page}</body></html>"
    assert set(extract(html.encode(), URL).article.body.split("\n\n")) >= {*STORY, *OTHER}


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_the_body_is_the_story_alone(page: str) -> None:
    nav = "<nav><a href=/>Home</a></nav>"
    html = f"<html><head><title>The toll falls</title></head><body>{nav}{page}</body></html>"
    assert extract(html.encode(), URL).article.body.split("\n\n") == STORY


@pytest.mark.parametrize(
    "line",
    [
        "Comments on this article are closed.", "You must be logged in to post a comment.",
        "Noch keine Kommentare.", "Um einen Kommentar zu schreiben, melden Sie sich bitte an.",
        "Les commentaires sont désactivés.", "Todavía no hay comentarios.",
        "Para poder comentar, inicie sesión.", "Комментарии закрыты.",
        "Комментариев пока нет.", "Yorumlar kapalı.", "コメントは受け付けていません。",
        "댓글이 없습니다.",
        "Komentáře jsou uzavřeny.", "Os comentarios están pechados.",
        "Chưa có bình luận nào.", "Beklager, du må være innlogget for å kunne kommentere.",
    ],
)  # fmt: skip
@pytest.mark.parametrize("markup", ["<p>{}</p>", "<div>{}</div>"])
def test_what_is_said_of_comments_is_none_of_the_story(line: str, markup: str) -> None:
    page = f"<main><h1>The toll falls</h1>{OWN}{markup.format(line)}</main>"
    article = extract(page.encode(), URL).article
    assert article is not None
    assert article.body == "\n\n".join(STORY)


@pytest.mark.parametrize(
    "line", ["The clerk declined to comment.", "Kommentare wollte er dazu nicht abgeben."]
)
def test_who_says_nothing_ends_a_story_all_the_same(line: str) -> None:
    page = f"<main><h1>The toll falls</h1>{OWN}<p>{line}</p></main>"
    article = extract(page.encode(), URL).article
    assert article is not None
    assert article.body.endswith(line)


HEADS = {
    "zh": "评论（12）", "zh-TW": "留言 (12)", "ja": "コメント（12件）", "ko": "댓글 12",
    "th": "ความคิดเห็น (12)",
    "km": "មតិ (12)", "my": "မှတ်ချက်များ (12)", "hi": "टिप्पणियाँ (12)", "fa": "نظرات (12)",
    "en": "12 comments", "mn": "Сэтгэгдэл (12)", "am": "አስተያየቶች (12)",
}  # fmt: skip
REMARKS = (
    "<div>Bo {n} <p>{text}</p></div>", "<p><b>Bo {n}:</b> {text}</p>",
    "<div class=x{n}><div>Bo, 2026-05-14 10:0{n}</div><div>{text}</div></div>",
)  # fmt: skip


@pytest.mark.parametrize("head", HEADS.values(), ids=HEADS)
@pytest.mark.parametrize("markup", ["<h3>{}</h3>", "<div>{}</div>"])
def test_comments_longer_than_their_story_are_none_of_it(head: str, markup: str) -> None:
    for remark in REMARKS:
        box = f"<div>{markup.format(head)}{each(remark, 9)}</div>"
        for page in (f"<main><h1>The toll falls</h1>{OWN}{box}</main>",
                     f"<div><h1>The toll falls</h1><div>{OWN}</div>{box}</div>"):  # fmt: skip
            article = extract(page.encode(), URL).article
            assert article.body == "\n\n".join(STORY)


def test_a_heading_of_a_story_on_comments_ends_it_not() -> None:
    page = (
        f"<main><h1>The toll falls</h1>{paragraphs(STORY[:2])}<h3>What the comments say</h3>"
        f"{paragraphs(STORY[2:])}</main>"
    )
    assert extract(page.encode(), URL).article.body.endswith(STORY[-1])


@pytest.mark.parametrize(
    "line",
    ["Foto: Pekka Salo", "Fot. Marek Lis", "Nuotr. Jono Kazlausko", "Φωτογραφία: Νίκος Ράπτης",
     "NTB", "ТАСС", "Lesedauer: 4 Minuten", "Aino Kettunen, toimittaja", "Da Redação",
     "Partager cet article"],
)  # fmt: skip
def test_credits_behind_the_lead_are_none_of_the_text(line: str) -> None:
    page = (
        f"<article><h1>The toll falls</h1><p>{STORY[0]}</p><div><div>{line}</div></div>"
        f"<div>{paragraphs(STORY[1:])}</div></article>"
    )
    assert extract(page.encode(), URL).article.body == "\n\n".join(STORY)
