"""Stories in many boxes: live blogs, ranked lists, galleries with text."""

from __future__ import annotations

import pytest

from crawler.extract import extract

URL = "https://paper.example/valley/2024/nine-bridges"
INTRO = "We went to see nine bridges of the valley in one week, and crossed all of them but one."
NAMES = ["Old Weir", "Tarnholt", "Upper Quell", "The Chains", "Millgate", "Sandlers", "Holm"]
TEXTS = [
    f"{name} stands {at} miles below the springs, and carts pay a penny there to cross it. "
    f"In the flood of 18{at}7 it lost a pillar, which lies in the river to this day."
    for at, name in enumerate(NAMES, 2)
]

RANKED = {
    "boxes": "<div class=item><h2>{n}. {name}</h2><p>{text}</p></div>",
    "boxes without names": "<div><h2>{name}</h2><div><p>{text}</p></div></div>",
    "numbered ids": '<div id="slide-{n}"><h3>{n}. {name}</h3><p>{text}</p></div>',
    "unlike names": '<section class="s{n} x{n}"><h2>{name}</h2><p>{text}</p></section>',
    "deep": "<div class=row><div class=col><div class=text><h2>{n}. {name}</h2><div><p>{text}</p>"
    "</div></div></div></div>",
    "with pictures": '<div class=slide><figure><img src="/{n}.jpg"></figure><div class=cap><h2>'
    "{name}</h2><div>{text}</div></div></div>",
    "linked headings": '<div class=entry><h2><a href="https://b{n}.example/">{n}. {name}</a></h2>'
    "<p>{text}</p></div>",
    "items": "<ol><li><h3>{name}</h3><p>{text}</p></li></ol>",
    "a table of one column": "<table><tr><td><h3>{name}</h3><p>{text}</p></td></tr></table>",
    "articles": '<article class="listicle-item"><h2>{n}. {name}</h2><p>{text}</p></article>',
}
FRAMES = [
    "<main><article><h1>{t}</h1><p>{intro}</p>{items}</article></main>",
    "<main><div class=top><h1>{t}</h1></div><div class=intro><p>{intro}</p></div>"
    "<div class=list>{items}</div></main>",
    "<div id=page><h1>{t}</h1><div class=story><p>{intro}</p></div>{items}</div>",
    "<article><h1>{t}</h1><div class=body><p>{intro}</p></div><div class=chunk>{half}</div>"
    "<div class=chunk>{rest}</div></article>",
]


def page(frame: str, items: list[str]) -> str:
    inner = frame.format(t="Nine bridges in a week", intro=INTRO, items="".join(items),
                         half="".join(items[:3]), rest="".join(items[3:]))  # fmt: skip
    nav = "<nav><a href=/>Home</a> <a href=/valley>Valley</a></nav>"
    html = (
        f"<html><head><title>Nine bridges in a week</title></head><body>{nav}{inner}</body></html>"
    )
    return extract(html.encode(), URL).article.body


@pytest.mark.parametrize("item", RANKED.values(), ids=RANKED)
@pytest.mark.parametrize("frame", FRAMES)
def test_all_items_of_a_ranked_list_are_the_story(frame: str, item: str) -> None:
    entries = enumerate(zip(NAMES, TEXTS, strict=True), 1)
    body = page(frame, [item.format(n=n, name=name, text=text) for n, (name, text) in entries])
    assert [text for text in [INTRO, *TEXTS] if text not in body] == []


POSTS = {
    "articles": '<article class="live-post" id="p{n}"><time datetime="2024-05-0{n}T12:00Z">12:0{n}'
    "</time><h2>{name}</h2><p>{text}</p></article>",
    "permalinks": '<article id="post-{n}"><h3><a href="#post-{n}">{name}</a></h3><p>{text}</p>'
    "</article>",
    "own addresses": '<article><a href="{url}?post={n}"><time>12:0{n}</time></a><h3><a href='
    '"{url}#{n}">{name}</a></h3><div><p>{text}</p></div></article>',
    "schema.org": '<div itemprop="liveBlogUpdate" itemscope itemtype="https://schema.org/BlogPosting">'
    "<h2 itemprop=headline>{name}</h2><div itemprop=articleBody><p>{text}</p></div></div>",
    "items": "<ul class=timeline><li class=entry><time>12:0{n}</time><h3>{name}</h3><p>{text}</p>"
    "</li></ul>",
    "short": "<article class=post><time>12:0{n}</time><p>{text}</p></article>",
}


@pytest.mark.parametrize("post", POSTS.values(), ids=POSTS)
@pytest.mark.parametrize("frame", [*FRAMES, "<h1>{t}</h1><p>{intro}</p>{items}"])
def test_all_posts_of_a_live_blog_are_the_story(frame: str, post: str) -> None:
    entries = enumerate(zip(NAMES, TEXTS, strict=True), 1)
    body = page(frame, [
        post.format(n=n, name=name, text=text, url=URL) for n, (name, text) in entries
    ])  # fmt: skip
    assert [text for text in [INTRO, *TEXTS] if text not in body] == []


CARDS = {
    "linked headings": '<article><h3><a href="/valley/story-{n}">{name} is closed for a year</a>'
    "</h3><p>{text}</p></article>",
    "one link around": '<article><a href="/valley/story-{n}"><h3>{name} is closed for a year</h3>'
    "<p>{text}</p></a></article>",
    "boxes": '<div class=c><a href="/valley/story-{n}"><img src="/{n}.jpg"></a><h4><a '
    'href="/valley/story-{n}">{name} is closed for a year</a></h4><p>{text}</p></div>',
}


@pytest.mark.parametrize("card", CARDS.values(), ids=CARDS)
@pytest.mark.parametrize("around", ["<div class=g><h2>More from the valley</h2>{}</div>", "{}"])
def test_cards_below_a_story_are_other_stories(card: str, around: str) -> None:
    story = [f"Day {n}: {text}" for n, text in enumerate(TEXTS)]
    cards = "".join(
        card.format(n=n, name=name, text=f"{name} has been closed since the flood of the spring.")
        for n, name in enumerate(NAMES, 1)
    )
    frame = "<main><article><h1>{t}</h1><p>{intro}</p>{items}</article>CARDS</main>"
    shown = around.format(cards)
    for place in (
        frame.replace("CARDS", shown),
        frame.replace("</article>CARDS", shown + "</article>"),
    ):
        body = page(place, [f"<p>{text}</p>" for text in story])
        assert body.split("\n\n") == [INTRO, *story]
