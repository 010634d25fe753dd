"""A class name is a hint: what an element holds, and where it stands, is set against it."""

from __future__ import annotations

import pytest

from crawler.extract import extract
from crawler.extract.markup.class_names import _WORDS, Meaning

URL = "https://paper.example/river/2024/the-weir-is-mended"
TITLE = "The weir is mended"
STORY = {
    "en": [
        "The weir below Tarnholt holds again, eleven weeks after the flood took its middle third.",
        "Masons from the hill villages set the last stone on Thursday and went home before dusk.",
        "The miller, who paid for the timber himself, says that he will not open the sluice yet.",
        "Two anglers were fined in the spring because they had crossed the barrier to fish there.",
        "The council wants to decide in the autumn who pays for the stones and for the masons.",
    ],
    "de": [
        "Das Wehr unterhalb von Tarnholt hält wieder, elf Wochen nachdem die Flut es durchbrach.",
        "Maurer aus den Bergdörfern setzten am Donnerstag den letzten Stein und gingen nach Hause.",
        "Der Müller, der das Holz selbst bezahlt hat, will den Schieber vorerst nicht öffnen.",
        "Zwei Angler mussten im Frühjahr eine Strafe zahlen, weil sie über die Sperre stiegen.",
        "Der Rat will im Herbst entscheiden, wer die Steine bezahlt und wer die Maurer.",
    ],
    "ja": [
        "タルンホルトの下流にある堰は、洪水で中央部が流されてから十一週間ぶりに修復された。",
        "山の村から来た石工たちは木曜日に最後の石を据え、日が暮れる前に家へ帰っていった。",
        "木材の費用を自分で払った粉屋の主人は、水門をまだしばらくは開けないと話している。",
        "春には二人の釣り人が、柵を越えて堰の上で釣りをしたとして罰金を科されたという。",
        "議会は秋に、石の代金と石工の賃金をだれが払うのかを決めることにしている。",
    ],
}
LANGS = [*STORY]
WORDS = [
    word for word in _WORDS[Meaning.NOISE].split() if word not in _WORDS[Meaning.UNSEEN].split()
]
SPOKEN = set(_WORDS[Meaning.WRITTEN].split()) | set(_WORDS[Meaning.CAPTION].split())
SPOKEN |= set(_WORDS[Meaning.AUTHOR].split())
"""Words for what is written in sentences, too."""


def read(inner: str, lang: str = "en") -> str:
    html = f"""<html lang={lang}><head><meta charset=utf-8><title>{TITLE}</title></head><body>
    <main><article><h1>{TITLE}</h1>{inner}</article></main></body></html>"""
    return extract(html.encode(), URL).article.body


def p(text: str, names: str = "") -> str:
    return f'<p class="{names}">{text}</p>' if names else f"<p>{text}</p>"


@pytest.mark.parametrize("lang", STORY)
def test_a_paragraph_among_paragraphs_stays_whatever_its_class(lang: str) -> None:
    one, two, three, four, five = (
        text + " " + text[::-1].strip(".。") + text[-1:] for text in STORY[lang]
    )
    lost = [
        word
        for word in WORDS[LANGS.index(lang) :: len(LANGS)]
        if read(p(one) + p(two) + p(three, f"c-{word} x1") + p(four) + p(five), lang).split("\n\n")
        != [one, two, three, four, five]
    ]
    assert lost == []


@pytest.mark.parametrize("lang", STORY)
@pytest.mark.parametrize("place", ["inside", "last", "whole", "each", "nested"])
def test_paragraphs_stay_whatever_the_class_of_what_holds_them(lang: str, place: str) -> None:
    texts = STORY[lang]
    plain = [p(text) for text in texts]
    lost = []
    for word in WORDS[LANGS.index(lang) :: len(LANGS)]:
        if word in SPOKEN:
            continue
        names = f"{word}-wrapper"
        opening = f'<div class="{names}">'
        page = {
            "inside": "".join([*plain[:1], opening, *plain[1:4], "</div>", *plain[4:]]),
            "last": "".join([*plain[:2], opening, *plain[2:], "</div>"]),
            "whole": "".join([opening, *plain, "</div>"]),
            "each": "".join([*plain[:2], *(p(text, word) for text in texts[2:])]),
            "nested": f'<div class="x1">{"".join(plain[:2])}</div><div class="x2">'
            + "".join([opening, *plain[2:], "</div></div>"]),
        }[place]
        if read(page, lang).split("\n\n") != texts:
            lost.append(word)
    assert lost == []


def test_the_last_paragraph_stays_whatever_its_class() -> None:
    *before, last = STORY["en"]
    lost = [
        word
        for word in WORDS[::3]
        if word not in SPOKEN and last not in read("".join(map(p, before)) + p(last, word))
    ]
    assert lost == []


SENTENCES = {
    "en": ("Keepers saw the boats at {} on Tuesday, and counted nine of them.", "the Old Weir"),
    "fr": ("Les gardiens ont vu les barques à {} mardi, et en ont compté neuf.", "Vieux-Barrage"),
    "zh": ("看守人星期二在{}看到了那些船，一共数了九条，其中两条没有桨。", "旧堰"),
}


@pytest.mark.parametrize("lang", SENTENCES)
@pytest.mark.parametrize(
    "markup",
    [
        '<a class="{0}" href="/x/{0}?q=1">{1}</a>',
        '<a href="/t/1" id="{0}-link-3">{1}</a>',
        '<span class="{0}" title="a place">{1}</span>',
        '<em class="js-{0}"><a href="https://far.example/">{1}</a></em>',
        '<span class="{0}"><span class="{0}__term">{1}</span></span>',
    ],
)
def test_a_piece_of_a_sentence_stays_whatever_its_class(lang: str, markup: str) -> None:
    sentence, name = SENTENCES[lang]
    lost = []
    for word in WORDS[[*SENTENCES].index(lang) :: len(SENTENCES)]:
        piece = markup.format(word, name)
        page = p(STORY["en"][0]) + p(sentence.format(piece)) + p(STORY["en"][1])
        if sentence.format(name) not in read(page, lang):
            lost.append(word)
    assert lost == []


@pytest.mark.parametrize(
    ("sentence", "whole"),
    [
        ('<a class="search-link" href="/s?q=t">Tarnholt</a> Council pays for the stones and for '
         "the masons from the hill villages.",
         "Tarnholt Council pays for the stones and for the masons from the hill villages."),
        ('<strong class="widget-term">tarn</strong> is what they call a lake there, in the hills.',
         "tarn is what they call a lake there, in the hills."),
        ('They went home, he said, by way of <span class="popup">Upper Quell</span>.',
         "They went home, he said, by way of Upper Quell."),
        ('It holds<ins class="edit"> again</ins>, the mason of the upper villages said on Monday.',
         "It holds again, the mason of the upper villages said on Monday."),
    ],
)  # fmt: skip
def test_a_piece_at_either_end_of_a_sentence_stays(sentence: str, whole: str) -> None:
    assert whole in read(p(STORY["en"][0]) + p(sentence) + p(STORY["en"][1]))


FURNITURE = {
    "related cards": '<div class="related-posts"><h3>More of it</h3><div><h4><a href="/a-b-c-d">A '
    "boat sinks in the harbour of Quell</a></h4><p>It had stood there since the autumn fair, "
    "and nobody wanted to have seen how it sank.</p></div></div>",
    "a promo": '<p class="promo"><a href="/river/2023/the-weir-breaks-at-night">The weir breaks at '
    "night, and nobody is hurt</a></p>",
    "a newsletter box": '<div class="newsletter-box"><p>Every Friday the week on the river: '
    "subscribe to our newsletter for free, and read it at breakfast.</p></div>",
    "a form": '<div class="widget signup"><p>Tell us what you think of the weir and of its price.'
    "</p><form><input name=m><button>Go</button></form></div>",
    "a wall": '<div class="paywall-message"><p>Subscribe now to read on: all stories of the valley '
    "for four a month, and you can cancel whenever you want.</p></div>",
    "share": '<div class="social-share"><a href="https://s.example/1">Post</a> '
    '<a href="https://s.example/2">Send</a></div>',
    "a caption": '<div class="photo"><img src="/w.jpg" width=800 height=600><p class="caption">The '
    "weir on Thursday, before the last stone was set in its place. It weighs two tonnes.</p></div>",
    "read out": '<p>They went <span class="sr-only">opens in a new window</span>home.</p>',
    "a tooltip": '<p>The weir<span class="tooltip">Weir: a low dam across a river.</span> is old, '
    "older than the mill beside it, and nobody knows who built it.</p>",
    "a byline": '<p><span class="byline">By Ada Lind</span> The masons went home by the river.</p>',
}
GONE = [
    "sinks in the harbour", "weir breaks", "Friday", "what you think", "Subscribe", "Post",
    "two tonnes", "opens in", "low dam", "Ada Lind",
]  # fmt: skip


@pytest.mark.parametrize(
    ("box", "gone"), [*zip(FURNITURE.values(), GONE, strict=True)], ids=FURNITURE
)
@pytest.mark.parametrize("last", [False, True])
def test_furniture_goes_by_the_same_names(box: str, gone: str, last: bool) -> None:
    plain = [p(text) for text in STORY["en"]]
    page = [*plain, box] if last else [*plain[:3], box, *plain[3:]]
    body = read("".join(page))
    assert gone not in body
    assert all(text in body for text in STORY["en"])


BELOW = {
    "comments": '<div class="comments"><div class="comment"><p>I was there on Thursday and nobody '
    "came home before dusk, as far as I could see it.</p></div><div class='comment'><p>So was I. "
    "They sat in the inn until midnight, and the miller paid for all of it.</p></div></div>",
    "an author": '<div class="author-bio"><p>Ada Lind writes about rivers and what stands in them. '
    "She lives in Quell.</p><p>Her last book told of the four ferries of the upper valley.</p>"
    "</div>",
    "a disclaimer": '<div class="disclaimer"><p>What is said here is said by those who say it. The '
    "paper does not vouch for any of it.</p></div>",
    "cookies": '<div class="cookie-consent"><p>We and our partners keep things on your device. You '
    "can change your mind at any time.</p><p>Some of them are needed so that this page works as it "
    "should, and others tell us who reads it.</p></div>",
    "a legal line": '<p class="copyright">All that is written here belongs to the paper, and may '
    "not be printed elsewhere without its leave.</p>",
}


@pytest.mark.parametrize("box", BELOW.values(), ids=BELOW)
def test_what_is_written_in_sentences_below_a_story_goes_by_its_name(box: str) -> None:
    assert read("".join(map(p, STORY["en"])) + box).split("\n\n") == STORY["en"]


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("name", ["highLightSearchTarget", "share-text", "widget_p"])
def test_a_story_in_one_paragraph_is_one_whatever_that_is_called(lang: str, name: str) -> None:
    text = "<br><br>".join(STORY[lang])
    html = f"""<html lang="{lang}"><head><title>{TITLE}</title></head><body><main><article>
    <header><h1>{TITLE}</h1></header><div class="a1"><figure><img src="/w.jpg"></figure></div>
    <div class="a2"><p class="a3 {name}">{text}</p></div></article></main></body></html>"""
    body = extract(html.encode(), URL).article.body
    assert [line for line in body.split("\n") if line] == STORY[lang]


@pytest.mark.parametrize("lang", ["en", "de"])
@pytest.mark.parametrize("name", ["subscriber-preview", "teaser", "share-box"])
def test_a_first_paragraph_in_a_box_of_its_own_is_the_storys(lang: str, name: str) -> None:
    first, *rest = STORY[lang]
    first += " " + rest[-1]
    boxes = "".join(f'<div class="b2"><p>{text}</p></div>' for text in rest)
    html = f"""<html lang="{lang}"><head><title>{TITLE}</title></head><body><main><article>
    <header><h1>{TITLE}</h1></header><div class="b1"><div class="{name}"><p>{first}</p></div>
    {boxes}</div></article></main></body></html>"""
    assert extract(html.encode(), URL).article.body.split("\n\n") == [first, *rest]
