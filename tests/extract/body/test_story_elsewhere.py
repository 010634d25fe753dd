"""A story that does not stand in the page's text, but in what a script would put there."""

from __future__ import annotations

import json

import pytest

from crawler.extract import extract

URL = "https://paper.example/valley/2024/the-toll-falls"
STORY = [
    "The council of the valley lowers the toll on all nine bridges by half from the first of May.",
    "Carters had asked for it since the winter, when four of them were stuck at the Old Weir.",
    "Who lives on one bank and works on the other pays nothing at all, the clerk of works said.",
    "The loss is eleven hundred a year, which the council wants to take from the fishing rights.",
]
OWN = "".join(f"<p>{text}</p>" for text in STORY)
AROUND = (
    "<footer><p>The Valley Paper has told what happens between the springs and the mouth of the "
    "river since 1871, and belongs to those who read it.</p></footer>"
)


def read(body: str, head: str = "") -> list[str]:
    html = f"""<html><head><meta charset=utf-8><title>The toll falls</title>{head}</head>
    <body><nav><a href=/>Home</a> <a href=/valley>Valley</a></nav>{body}{AROUND}</body></html>"""
    return extract(html.encode(), URL).article.body.split("\n\n")


PAGES = {
    "a template as a script": "<h1>The toll falls</h1><div id=a></div><script type='text/template'"
    f" id=t><div class=b>{OWN}</div></script>",
    "a template of another kind": "<h1>The toll falls</h1><div id=app>Loading…</div><script "
    f"type='text/x-handlebars-template'><article><h1>The toll falls</h1>{OWN}</article></script>",
    "a <template>": f"<h1>The toll falls</h1><div id=a></div><template><div>{OWN}</div></template>",
    "for readers without scripts": "<h1>The toll falls</h1><div id=app></div><noscript><div>"
    f"{OWN}</div></noscript>",
    "sent late": "<main><h1>The toll falls</h1><template id='B:0'></template><p>Loading…</p></main>"
    f"<div hidden id='S:0'><article>{OWN}</article></div><script>$RC('B:0','S:0')</script>",
    "all of it sent late": "<template id='B:1'></template><div hidden id='S:1'><main><h1>The toll "
    f"falls</h1><div>{OWN}</div></main></div>",
    "hidden until it is asked for": "<h1>The toll falls</h1><div class=body style='display:none'>"
    f"{OWN}</div>",
}


@pytest.mark.parametrize("page", PAGES.values(), ids=PAGES)
def test_a_story_is_read_from_where_it_waits(page: str) -> None:
    assert read(page) == STORY


@pytest.mark.parametrize(
    "told",
    ["\n\n".join(STORY), "\n".join(STORY), OWN, "".join(f"&lt;p&gt;{t}&lt;/p&gt;" for t in STORY)],
)
@pytest.mark.parametrize("shown", ["", "<p>Subscribe to read on.</p>", f"<p>{STORY[0]}</p>"])
def test_a_story_that_only_machines_are_told_is_read(told: str, shown: str) -> None:
    data = {"@type": "NewsArticle", "headline": "The toll falls", "articleBody": told}
    head = f'<script type="application/ld+json">{json.dumps(data)}</script>'
    assert read(f"<main><h1>The toll falls</h1>{shown}</main>", head) == STORY


def test_a_short_story_that_only_machines_are_told_is_read() -> None:
    data = {"@type": "NewsArticle", "headline": "The toll falls", "articleBody": STORY[0]}
    head = f'<script type="application/ld+json">{json.dumps(data)}</script>'
    assert read("<main><h1>The toll falls</h1></main>", head) == STORY[:1]


CREDITS = [
    "[1/3] A cart crosses the Old Weir at noon, on the last day of the old toll. REUTERS/Ada Lind",
    "A cart crosses the Old Weir on Tuesday. REUTERS/Ada Lind/File Photo Purchase Licensing Rights",
    "A cart crosses the Old Weir on Tuesday in the valley of Quell. (AP Photo/Ada Lind, File)",
    "Ein Karren fährt am Dienstag über das alte Wehr im Tal. Foto: Ada Lind/dpa",
    "Una carreta cruza el puente viejo el martes por la mañana. EFE/Ada Lind",
    "Une charrette traverse le vieux pont mardi matin dans la vallée. © Ada Lind / AFP",
]


@pytest.mark.parametrize("caption", CREDITS)
@pytest.mark.parametrize("markup", ["<p>{}</p>", "<div><p>{}</p></div>", "<div class=x>{}</div>"])
def test_a_picture_agencys_caption_is_not_the_first_paragraph(caption: str, markup: str) -> None:
    page = f"<main><article><h1>The toll falls</h1>{markup.format(caption)}{OWN}</article></main>"
    assert read(page) == STORY


@pytest.mark.parametrize(
    "first",
    [
        "QUELL, May 1 (Reuters) - The toll falls by half on all nine bridges of the valley.",
        "The toll was set by the guild and/or the council, and by nobody else in the valley.",
        "The photo that Ada Lind took for Reuters shows the last cart that paid the old toll.",
    ],
)
def test_a_first_paragraph_that_names_an_agency_stays(first: str) -> None:
    page = f"<main><article><h1>The toll falls</h1><p>{first}</p>{OWN}</article></main>"
    assert read(page) == [first, *STORY]
