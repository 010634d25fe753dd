"""What newspapers put around a story's text, in layouts that no name explains: where the headline,
the line of author and date, the section, promos and sign-up boxes stand.
"""

from __future__ import annotations

import pytest

from crawler.extract import extract
from crawler.items import Article

URL = "https://paper.example/town/the-weir-is-mended-4711"
SCRIPT = "https://paper.example/news.php?id=4711"
PAPER = "The Valley Post"
TITLE = "The weir is mended after nine winters"
LEAD = "Carters and anglers paid for the stones, and the council only sent a letter."
STORY = (
    "The first cart crossed the weir at seven on Monday, with two sheep and a barrel on it.",
    "“Nobody asked us whether we wanted to wait,” said the smith, who had forged nine new bars.",
    "The council had put the work off eight times. A letter says that there is no money for it.",
    "In autumn the water will show whether the bars hold, and the anglers have laid bets on it.",
)
PLAIN = "".join(f"<p>{text}</p>" for text in STORY)
NAV = '<nav><a href="/">Home</a><a href="/town/">Town</a><a href="/sport/">Sport</a></nav>'
CUP = "/sport/the-cup-4712"


def read(
    body: str, *, title: str = f"{TITLE} | {PAPER}", url: str = URL, lang: str = "en"
) -> Article:
    head = f"<head><meta charset=utf-8><title>{title}</title></head>"
    return extract(f"<html lang={lang}>{head}<body>{body}</body></html>".encode(), url).article


def texts(article: Article) -> list[str]:
    return [block.text for block in article.blocks if block.type != "figure"]


def around(between: str) -> Article:
    """The story with something between its second and its third paragraph."""
    first, second, *others = [f"<p>{text}</p>" for text in STORY]
    pieces = (first, second, between, *others)
    return read(f"{NAV}<main><h1>{TITLE}</h1>{''.join(pieces)}</main>")


# -- the line of author and date ---------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        "<div>By Ada Lund</div><div>14 March 2025, 9:41am</div>",
        "<div>14 март 2025, 09:41 ч.</div>",
        "<p>Ada Lund / Aktualisiert am 15.03.2025, 17:05 Uhr</p>",
        "<ul><li>Ada Lund</li><li>2025年3月14日 9時41分</li></ul>",
        "<div>โดย เอดา ลุนด์ · 14 มีนาคม 2568 เวลา 09:41 น.</div>",
    ],
)
def test_a_line_of_author_and_date_below_the_standfirst_is_none_of_the_text(line: str) -> None:
    for lead in (f"<h2>{LEAD}</h2>", f"<div class=dek>{LEAD}</div>", f"<p>{LEAD}</p>"):
        found = texts(read(f"{NAV}<div class=x7><h1>{TITLE}</h1>{lead}{line}{PLAIN}</div>"))
        assert found[-4:] == list(STORY)
        assert set(found[:-4]) <= {LEAD}


@pytest.mark.parametrize("first", ["A Monday at the weir", "It broke on 3 May 2016."])
def test_short_lines_that_open_a_story_stay(first: str) -> None:
    article = read(f"<div><h1>{TITLE}</h1><h2>{LEAD}</h2><p>{first}</p>{PLAIN}</div>")
    assert first in article.body


def test_headline_author_and_date_stand_in_the_cell_of_the_text() -> None:
    above = (
        f"<font size=5><b>{TITLE}</b></font><br><i>By Ada Lund</i><br><font>14 March 2025</font>"
    )
    article = read(
        f'<a href="/"><img src=/logo.gif alt="{PAPER}"></a><table><tr><td><a href=/town/>Town</a>'
        f"<td>{above}<br><br>{'<br><br>'.join(STORY)}</td></tr></table>",
        title=f"{PAPER}: {TITLE}",
        url=SCRIPT,
    )
    assert (article.title, article.authors) == (TITLE, ("Ada Lund",))
    assert article.published_claims[0].text.startswith("14 March 2025")
    assert texts(article) == list(STORY)


@pytest.mark.parametrize("title", [TITLE, f"{TITLE} | {PAPER}"])
def test_a_headline_that_no_heading_shows_is_found_with_what_stands_below_it(title: str) -> None:
    rows = (f"<td class=t1>{TITLE}", "<td>14 March 2025 | By Ada Lund", f"<td>{PLAIN}")
    table = "".join(f"<tr>{row}</td></tr>" for row in rows)
    article = read(f"<table>{table}</table>", title=title)
    assert (article.title, article.authors) == (TITLE, ("Ada Lund",))
    assert article.published_claims[0].text == "14 March 2025"
    assert texts(article) == list(STORY)


def test_on_a_site_with_one_title_for_all_pages_the_heading_at_the_story_is_the_headline() -> None:
    head = f'<div class=top><a href="/">{PAPER}</a></div>'
    body = f"{head}<div><h2>{TITLE}</h2><p>By Ada Lund</p>{PLAIN}</div>"
    article = read(body, title=PAPER)
    assert (article.title, article.authors) == (TITLE, ("Ada Lund",))


@pytest.mark.parametrize(
    "line",
    [
        "<div class=x1>Ada Lund</div><div class=x2>14 March 2025</div>",
        "<span class=x1>Ada Lund</span> <span class=x2>14 March 2025</span>",
        "<p>14 March 2025<br>Ada Lund</p>",
        "<ul><li>Ada Lund</li><li>14 March 2025</li></ul>",
        '<aside><div><a href="/profile/ada">Ada Lund</a></div><div>14 March 2025</div></aside>',
        "<ul><li><span>Author, </span><span>Ada Lund</span></li></ul><time>14 March 2025</time>",
        "<small>Ada Lund, 14 March 2025, 9:41 am</small><br>",
    ],
)
def test_a_name_beside_the_date_is_the_authors(line: str) -> None:
    article = read(f"{NAV}<article><h1>{TITLE}</h1>{line}{PLAIN}</article>")
    assert article.authors == ("Ada Lund",)
    assert article.published_claims[0].text.startswith("14 March 2025")


def test_each_of_two_lines_built_alike_names_an_author() -> None:
    people = (("ada", "Ada Lund", "Oslo"), ("bo", "Bo Ek", "Bergen"))
    lines = "".join(f'<p><a href="/staff/{a}">{b}</a><i>{c}</i></p>' for a, b, c in people)
    article = read(f"<div><h1>{TITLE}</h1><div>{lines}</div></div><div>{PLAIN}</div>")
    assert article.authors == ("Ada Lund", "Bo Ek")


def test_a_name_with_many_vowel_signs_is_a_name() -> None:
    name = "राघवेंद्र त्रिपाठी"
    byline = f"<p class=byline>{name}</p>"
    article = read(f"<article><h1>{TITLE}</h1>{byline}{PLAIN}</article>", lang="hi")
    assert article.authors == (name,)


# -- standfirst, section -----------------------------------------------------------------------


def test_a_picture_may_stand_between_the_standfirst_and_the_line_of_author_and_date() -> None:
    picture = "<figure><img src=/a.jpg><figcaption>The weir</figcaption></figure>"
    line = "<aside><a rel=author href=/x>Ada Lund</a><div>14 March 2025</div></aside>"
    for lead in (f"<p>{LEAD}</p>", f"<h2>{LEAD}</h2>"):
        head = f"<div><h1>{TITLE}</h1></div><div>{lead}</div>"
        article = read(f"<article>{head}{picture}{line}<div>{PLAIN}</div></article>")
        assert (article.standfirst, article.authors) == (LEAD, ("Ada Lund",))


@pytest.mark.parametrize(
    "above",
    [
        '<div class=x9><a href="/town/">Town</a></div>',
        '<a href="/town"><span>Town</span></a>',
        '<nav><ol><li><a href="/">Home</a></li><li><a href="/town">Town</a></li></ol></nav>',
    ],
)
def test_a_link_above_the_headline_to_a_sections_front_names_the_section(above: str) -> None:
    assert read(f"{NAV}<main>{above}<h1>{TITLE}</h1>{PLAIN}</main>").section == "Town"


@pytest.mark.parametrize(
    "above",
    [
        '<a href="/">Home</a>',
        '<a href="/authors/ada-lund/">Ada Lund</a>',
        '<a href="/contact/">Contact</a>',
        f'<div class="section-9"><a href="{CUP}"><h4>The cup goes to the hill</h4></a></div>',
    ],
)
def test_other_links_above_the_headline_name_no_section(above: str) -> None:
    assert read(f"{NAV}<main>{above}<h1>{TITLE}</h1>{PLAIN}</main>").section is None


# -- between the paragraphs --------------------------------------------------------------------


@pytest.mark.parametrize(
    "box",
    [
        f'<a href="{CUP}"><div>Also</div><div>The cup goes to the hill</div></a>',
        f'<figure><x-card><a href="{CUP}"><h2>The cup goes uphill</h2></a></x-card></figure>',
        "<div><h3>Am Morgen</h3><p>Was geschieht.</p><form><input type=email></form></div>",
        "<div><div><h3>Lettre</h3><p>Tout de la vallée.</p><input name=EMAIL></div></div>",
        '<div><h5>Hírlevél</h5><div>Reggelente.</div><a href="/newsletter/x">Kérem</a></div>',
        f"<div><h4>Related stories</h4><ul><li><a href={CUP}>The cup goes up</a></li></ul></div>",
    ],
)
def test_cards_and_sign_up_boxes_are_none_of_the_text(box: str) -> None:
    assert texts(around(box)) == list(STORY)


def test_a_linked_picture_with_its_caption_stays() -> None:
    picture = "<figure><img src=/w.jpg><figcaption>The weir at noon</figcaption></figure>"
    article = around(f'<a href="/pictures/weir-12"><div>{picture}</div></a>')
    assert [b.text for b in article.blocks if b.type == "figure"] == ["The weir at noon"]


def test_a_promo_between_line_breaks_is_none_of_the_text() -> None:
    promo = f'<b>Lees ook:</b> <a href="{CUP}">De beker gaat naar de heuvel</a>'
    body = "<br><br>".join((*STORY[:2], promo, *STORY[2:]))
    article = read(f"<h1>{TITLE}</h1><div class=x3>{body}</div>", lang="nl")
    assert texts(article) == list(STORY)
    assert [link.relation for link in article.links] == ["also_read"]


@pytest.mark.parametrize("heading", ["Comments (8)", "3 Kommentare", "Комментарии (12)"])
def test_readers_comments_that_only_their_count_announces_end_the_text(heading: str) -> None:
    said = "I have fished there since I was a boy, and have never seen the water as low as this."
    readers = f"<div><b>otto</b><p>{said}</p></div><div><b>ida</b><p>{said[::-1]}</p></div>"
    article = read(f"<main><h1>{TITLE}</h1>{PLAIN}<h3>{heading}</h3>{readers}</main>")
    assert texts(article) == list(STORY)


def test_thai_paragraphs_in_a_box_with_a_misleading_name_are_the_storys() -> None:
    first, second, third = (
        "ทุกเช้าก่อนพระอาทิตย์ขึ้น ป้าสมจิตรจะเปิดบานไม้แล้วต้มน้ำร้อนหม้อใหญ่ บนโต๊ะมีสมุดเปล่าหนึ่งเล่มวางรออยู่",
        "ร้านนี้เปิดมาตั้งแต่ปี 2541 แต่เพิ่งเริ่มรับเรื่องเล่าแทนเงินเมื่อนักท่องเที่ยวหายไปและชาวบ้านไม่มีรายได้",
        "นักศึกษาจากมหาวิทยาลัยอาสาช่วยพิมพ์ต้นฉบับ พวกเขาพบว่าเรื่องส่วนใหญ่เกี่ยวกับการเดินทางและการกลับบ้าน",
    )
    box = f"<div class=teaser-content><p>{first}</p><p>{second}</p></div>"
    body = f"{box}<div><p>{third}</p></div>"
    article = read(f"<article><h1>{TITLE}</h1>{body}</article>", lang="th")
    assert texts(article) == [first, second, third]


# -- linked stories ----------------------------------------------------------------------------


def test_a_label_as_h1_heads_a_block_of_stories() -> None:
    card = (
        '<div><h2><a href="/sport/the-cup-goes-uphill-{0}">The cup goes uphill, {0}</a></h2></div>'
    )
    others = "".join(card.format(number) for number in (48211, 48212))
    article = read(f"<div><h1>{TITLE}</h1>{PLAIN}</div><div><h1>Most read</h1>{others}</div>")
    assert [link.relation for link in article.links] == ["popular", "popular"]


def test_a_script_that_shows_this_story_shows_others() -> None:
    card = '<a href="/news.php?id={0}">The cup goes to the hill again</a><br>'
    side = f"<b>Latest news</b><br>{card.format(48)}{card.format(49)}"
    table = f"<table><tr><td><h1>{TITLE}</h1>{PLAIN}</td><td>{side}</td></tr></table>"
    assert [link.relation for link in read(table, url=SCRIPT).links] == ["latest", "latest"]


def test_two_links_at_the_end_of_the_text_lead_back_and_on() -> None:
    back = '<a href="/town/the-cup-4710">← Previous</a>'
    on = '<a href="/town/the-fair-4712">Next →</a>'
    article = read(f"<main><h1>{TITLE}</h1>{PLAIN}<div>{back}{on}</div></main>")
    assert [link.relation for link in article.links] == ["previous", "next"]
