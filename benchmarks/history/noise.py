"""What is no newspaper's edit: boxes, notes, counters, forms of the same characters, another
template. Each function gives the page's version for a visit; those that move on differ in each."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from html import escape
from uuid import UUID

from benchmarks.history.edits import (
    Version,
    in_every_paragraph,
    in_language,
    inner,
    sentence,
    spliced,
)
from benchmarks.history.pages import ORIGIN, RealPage


def between(page: RealPage, markup: str, html: str | None = None) -> str:
    """Some markup between two paragraphs in the middle of the story."""
    at = page.paragraphs[len(page.paragraphs) // 2].end
    return spliced(html or page.html, [(at, at, markup)])


def before(page: RealPage, markup: str) -> str:
    """Some markup before the first paragraph."""
    at = page.paragraphs[0].start
    return spliced(page.html, [(at, at, markup)])


def behind(page: RealPage, markup: str) -> str:
    """Some markup behind the last paragraph."""
    at = page.paragraphs[-1].end
    return spliced(page.html, [(at, at, markup)])


def on_top(page: RealPage, markup: str) -> str:
    """Some markup at the beginning of the page."""
    found = re.search(r"<body\b[^>]*>", page.html, re.IGNORECASE)
    at = found.end() if found else 0
    return spliced(page.html, [(at, at, markup)])


# -- notes and counters ------------------------------------------------------------------------

_AGES = {
    "de": ("Dieser Artikel ist älter als ein Jahr.", "Dieser Text ist {n} Jahre alt."),
    "fr": ("Cet article date de plus d'un an.", "Cet article a été publié il y a {n} ans."),
    "es": ("Este artículo tiene más de un año.", "Este artículo se publicó hace {n} años."),
    "it": ("Questo articolo ha più di un anno.", "Articolo pubblicato {n} anni fa."),
    "nl": ("Dit artikel is meer dan een jaar oud.", "Dit artikel is {n} jaar oud."),
    "pt": ("Este artigo tem mais de um ano.", "Artigo publicado há {n} anos."),
    "nb": ("Artikkelen er mer enn ett år gammel.", "Artikkelen er {n} år gammel."),
    "no": ("Artikkelen er mer enn ett år gammel.", "Artikkelen er {n} år gammel."),
    "sv": ("Den här artikeln är mer än ett år gammal.", "Artikeln är {n} år gammal."),
    "da": ("Artiklen er mere end et år gammel.", "Artiklen er {n} år gammel."),
    "pl": ("Ten artykuł ma ponad rok.", "Artykuł sprzed {n} lat."),
    "en": ("This article is more than one year old.", "This article is more than {n} years old."),
}
_AGE_MARKUP = (
    '<p class="old-article">{}</p>',
    '<div class="age-warning"><span>{}</span></div>',
    '<aside class="dcr-1x2y3z"><p><strong>{}</strong></p></aside>',
    "<p>{}</p>",
    '<div><svg width="11"></svg><p>{}</p></div>',
)


def age_note(page: RealPage, visit: int) -> str | None:
    """A note of the story's age before its text; it grows with the years."""
    texts = {tongue: pair[min(1, visit - 1)] for tongue, pair in _AGES.items()}
    text = in_language(page, texts).format(n=visit + 1)
    return before(page, _AGE_MARKUP[len(page.html) % len(_AGE_MARKUP)].format(escape(text)))


def ticker(page: RealPage, visit: int) -> str | None:
    """A live ticker in the text, which has moved on at each visit."""
    rows = "".join(
        f'<li><time>1{visit}:{line}5</time> <a href="{ORIGIN}/ticker/{visit * 7 + line}">'
        f"{sentence(page, visit * 3 + line)[:70]}</a></li>"
        for line in range(4)
    )
    return between(page, f'<div class="live-ticker"><h3>Live</h3><ul>{rows}</ul></div>')


def ticker_lines(page: RealPage, visit: int) -> str | None:
    """The same as lines of text without a link or a name that tells."""
    rows = "".join(f"<p>1{visit}:{n}5 {sentence(page, visit * 3 + n)[:60]}</p>" for n in range(3))
    return between(page, f'<div class="box-{len(page.path)}">{rows}</div>')


def reading_now(page: RealPage, visit: int) -> str | None:
    """How many read it now, in the text, another number at each visit."""
    count = 11 + visit * 37 + len(page.path)
    texts = {
        "de": f"{count} Menschen lesen gerade diesen Artikel",
        "fr": f"{count} personnes lisent cet article en ce moment",
        "es": f"{count} personas están leyendo este artículo",
        "en": f"{count} people are reading this story right now",
    }
    text = in_language(page, texts)
    tag = ("<p>{}</p>", "<div><span>{}</span></div>", '<p class="live-count"><b>{}</b></p>')
    return between(page, tag[len(page.html) % 3].format(text))


def quotation(page: RealPage, visit: int) -> str | None:
    """A price of a share in the text that is another at each visit."""
    value = f"{100 + visit * 1.37:.2f}"
    return between(
        page,
        f'<div class="quote-widget"><span>DAX</span> <b>{value}</b> <i>+0.{visit}3 %</i></div>',
    )


def poll(page: RealPage, visit: int) -> str | None:
    """A poll in the text whose shares change."""
    yes = 40 + visit * 3
    return between(
        page,
        f'<div class="poll"><h4>What do you think?</h4><p>Yes, I agree: {yes} %</p>'
        f"<p>No, I do not: {100 - yes} %</p><p>{1000 + 211 * visit} votes</p></div>",
    )


def comment_count(page: RealPage, visit: int) -> str | None:
    """The number of comments under the headline grows."""
    return after_headline(page, f'<a href="#comments" class="comments">{visit * 12} Comments</a>')


def share_count(page: RealPage, visit: int) -> str | None:
    """How often it was shared, under the headline."""
    return after_headline(
        page, f'<div class="social"><span>{visit * 31} Shares</span><span>{visit * 7}K</span></div>'
    )


def after_headline(page: RealPage, markup: str) -> str:
    """Some markup behind the visible headline."""
    assert page.headline is not None
    return spliced(page.html, [(page.headline.end, page.headline.end, markup)])


def clock(page: RealPage, visit: int) -> str | None:
    """A clock in the page's header."""
    time = f"2026-11-{20 + visit}T1{visit}:4{visit}:00"
    return on_top(
        page, f'<div class="topbar"><time datetime="{time}Z">{time[:10]} {time[11:16]}</time></div>'
    )


def uuid_tags(page: RealPage, visit: int) -> str | None:
    """Keywords that are made anew for each answer."""
    ids = [str(UUID(int=(visit + 1) * 10**30 + n)) for n in range(3)]
    found = re.search(r"<head\b[^>]*>", page.html, re.IGNORECASE)
    at = found.end() if found else 0
    tags = "".join(f'<meta property="article:tag" content="{each}">' for each in ids)
    return spliced(page.html, [(at, at, tags)])


def related(page: RealPage, visit: int) -> str | None:
    """Teasers of other stories under the text, others at each visit."""
    cards = "".join(
        f'<li><a href="{ORIGIN}/2026/11/story-{visit * 5 + n}"><h3>'
        f"{sentence(page, visit * 5 + n)[:60]}</h3></a></li>"
        for n in range(5)
    )
    return behind(page, f'<div class="related"><h2>More stories</h2><ul>{cards}</ul></div>')


def related_between(page: RealPage, visit: int) -> str | None:
    """A teaser of another story between paragraphs, another one at each visit."""
    title = sentence(page, visit + 2)[:70]
    return between(
        page, f'<p><strong>Also read:</strong> <a href="{ORIGIN}/2026/s-{visit}">{title}</a></p>'
    )


def comments(page: RealPage, visit: int) -> str | None:
    """What readers say, under the text, more at each visit."""
    said = "".join(
        f'<div class="comment"><b>Reader {n}</b><p>{sentence(page, n + 1)}</p></div>'
        for n in range(visit * 2)
    )
    return behind(page, f'<section id="comments"><h2>Comments</h2>{said}</section>')


def next_story(page: RealPage, visit: int) -> str | None:
    """Another story under this one, as pages have it that go on without end."""
    text = "".join(f"<p>{sentence(page, n)}</p>" for n in range(visit * 4))
    title = sentence(page, 1)[:60]
    story = f'<article data-url="{ORIGIN}/2026/next-{visit}"><h2>{title}</h2>{text}</article>'
    found = re.search(r"</body\s*>", page.html, re.IGNORECASE)
    at = found.start() if found else len(page.html)
    return spliced(page.html, [(at, at, story if visit else "")])


# -- boxes -------------------------------------------------------------------------------------

_BOXES: dict[str, tuple[str, dict[str, str]]] = {
    "subscribe": (
        '<div class="subscribe-teaser"><p>{}</p></div>',
        {
            "de": "Sie lesen einen kostenlosen Text. Unterstützen Sie uns mit einem Abo ab 4,99"
            " Euro im Monat.",
            "fr": "Vous lisez un article gratuit. Soutenez-nous et abonnez-vous dès 4,99 euros.",
            "en": "You are reading a free article. Support us and subscribe from 4.99 a month.",
        },
    ),
    "newsletter": (
        '<div class="c-nl-box__x7"><h3>{}</h3><form><input type="email"><button>OK</button></form>'
        "<p>{}</p></div>",
        {
            "de": "Jeden Morgen das Wichtigste in Ihrem Postfach: Melden Sie sich hier an.",
            "fr": "Chaque matin, l'essentiel dans votre boîte : inscrivez-vous à notre lettre.",
            "en": "Every morning the most important stories in your inbox: sign up here.",
        },
    ),
    "donate": (
        '<aside class="epic"><p>{}</p><a href="{{ORIGIN}}/support">→</a></aside>',
        {
            "de": "Guter Journalismus kostet Geld. Helfen Sie uns mit einer Spende, unabhängig zu"
            " bleiben.",
            "fr": "Le journalisme indépendant a un prix. Aidez-nous avec un don à rester libres.",
            "en": "Good journalism costs money. Help us with a donation to stay independent of"
            " owners and advertisers.",
        },
    ),
    "app": (
        '<div class="widget-17"><p><b>{}</b></p><a href="https://apps.example/app">App</a></div>',
        {
            "de": "Lesen Sie alle Nachrichten schneller in unserer App: jetzt kostenlos laden.",
            "fr": "Suivez toute l'actualité dans notre application : téléchargez-la gratuitement.",
            "en": "Read all the news faster in our app: download it now free of charge.",
        },
    ),
    "plain": (
        "<div><p>{}</p></div>",
        {
            "de": "Folgen Sie uns in den sozialen Netzwerken, um nichts zu verpassen.",
            "fr": "Suivez-nous sur les réseaux sociaux pour ne rien manquer de l'actualité.",
            "en": "Follow us on social media, and never miss a story of ours again.",
        },
    ),
}


def box(name: str) -> Version:
    """A box between paragraphs that was not there before."""
    markup, texts = _BOXES[name]

    def put(page: RealPage, visit: int) -> str | None:
        text = in_language(page, texts)
        return between(page, markup.replace("{{ORIGIN}}", ORIGIN).replace("{}", escape(text)))

    put.__doc__ = f"A box: {name}."
    return put


def advert(page: RealPage, visit: int) -> str | None:
    """An advertisement between paragraphs, another one at each visit."""
    goods = ("Shoes at half the price, only this week", "A car that drives itself to the sea")
    return between(
        page,
        f'<div class="ad-slot" id="gpt-{visit}"><span>Advertisement</span>'
        f'<a href="https://ads.example/{visit}"><img src="https://ads.example/{visit}.gif">'
        f"{goods[visit % 2]}</a></div>",
    )


def listen(page: RealPage, visit: int) -> str | None:
    """A player before the text."""
    return before(
        page,
        '<div class="audio-x"><button>Play</button><span>Listen to this article</span>'
        "<span>5 min</span><p>This voice is made by a machine.</p></div>",
    )


def cookie_banner(page: RealPage, visit: int) -> str | None:
    """A banner about cookies on top of a page that holds the whole story."""
    return on_top(
        page,
        '<div id="cmp"><h2>We value your privacy</h2><p>We and our 842 partners store and read'
        " information on your device, such as cookies, to show you advertisements and measure"
        " them. You can agree to this or manage your choices at any time.</p>"
        "<button>Accept all</button><button>Settings</button></div>",
    )


def author_box(page: RealPage, visit: int) -> str | None:
    """Who wrote it, under the text."""
    name = escape(page.article.authors[0]) if page.article.authors else "Ottilie Quennell"
    return behind(
        page,
        f'<div class="bio"><h4>{name}</h4><p>{name} has written for us since 2011, mostly about'
        " harbours, railways and the people who live beside them.</p></div>",
    )


# -- forms of the same characters --------------------------------------------------------------


def in_words(new: Callable[[str], str]) -> Version:
    """Each long word of the text in another form that looks the same."""

    def put(page: RealPage, visit: int) -> str | None:
        return in_every_paragraph(
            page, lambda node: re.sub(r"(?<![&#\w])[^\W\d_]{7,}", lambda w: new(w[0]), node[0])
        )

    return put


soft_hyphens = in_words(lambda word: f"{word[:3]}\u00ad{word[3:]}")
soft_hyphen_entities = in_words(lambda word: f"{word[:3]}&shy;{word[3:]}")
zero_width = in_words(lambda word: f"{word[:4]}\u200b{word[4:]}")


def decomposed(page: RealPage, visit: int) -> str | None:
    """Letters with accents as letter and accent (NFD)."""
    return in_every_paragraph(page, lambda node: unicodedata.normalize("NFD", node[0]))


def no_break_spaces(page: RealPage, visit: int) -> str | None:
    """Every third space is one that does not break."""

    def new(node: re.Match[str]) -> str:
        parts = node[0].split(" ")
        glued = "".join(
            part + ("\u00a0" if n % 3 == 0 and part else " ") for n, part in enumerate(parts[:-1])
        )
        return glued + parts[-1]

    return in_every_paragraph(page, new)


def numbered_characters(page: RealPage, visit: int) -> str | None:
    """Letters beyond ASCII by their numbers."""
    return in_every_paragraph(
        page, lambda node: re.sub(r"[^\x00-\x7f]", lambda char: f"&#{ord(char[0])};", node[0])
    )


# -- the same story in other markup ------------------------------------------------------------


def redesigned(page: RealPage, visit: int) -> str | None:
    """All classes and ids have other names."""

    def new(match: re.Match[str]) -> str:
        names = " ".join(f"v2-{name[::-1]}" for name in match[2].split())
        return f"{match[1]}{names}{match[3]}"

    changed = re.sub(r"(<(?:div|p|section|span)\b[^>]*?\sclass=\")([\w -]+)(\")", new, page.html)
    return changed if changed != page.html else None


_IN_HEAD = ("json-ld", "meta", "url", "html:lang")
_BLOCKS = {
    "paragraph": "<p>{}</p>",
    "heading": "<h3>{}</h3>",
    "quote": "<blockquote><p>{}</p></blockquote>",
    "figure": "",
}


def new_template(page: RealPage, visit: int) -> str | None:
    """Head and story as before, in a new template with other navigation.

    Only of stories that are plain text and whose byline, dates and tags are told in the head: of
    others the new template would lack something.
    """
    head = re.search(r"<head\b.*?</head\s*>", page.html, re.DOTALL | re.IGNORECASE)
    article = page.article
    told = [claim.source for name, claim in article.sources.items() if name in _OWN_FIELDS]
    links = any("<a" in inner(page, span) for span in page.paragraphs)
    if head is None or links or not all(source.startswith(_IN_HEAD) for source in told):
        return None
    if {block.type for block in article.blocks} - set(_BLOCKS):
        return None
    text = "".join(_BLOCKS[block.type].format(escape(block.text)) for block in article.blocks)
    summary = (
        f'<p class="standfirst">{escape(article.standfirst)}</p>' if article.standfirst else ""
    )
    return (
        f'<!DOCTYPE html><html lang="{article.language or ""}">{head[0]}<body><header><a'
        f' href="{ORIGIN}/">Home</a><nav><a href="{ORIGIN}/news">News</a></nav></header><main>'
        f"<article><h1>{escape(article.title or '')}</h1>{summary}{text}</article></main>"
        "<footer>© 2026</footer></body></html>"
    )


_OWN_FIELDS = ("authors", "published_at", "section", "tags", "language")


def reformatted(page: RealPage, visit: int) -> str | None:
    """Attributes with other quotes, tags in another case, lines broken elsewhere."""
    changed = re.sub(r"<(/?)(p|div|h1|h2|span)\b", lambda m: f"<{m[1]}{m[2].upper()}", page.html)
    changed = re.sub(r" class=\"([\w -]+)\"", r" class='\1'", changed)
    return re.sub(r"</(P|DIV)>", r"</\1>\n    ", changed)


def tracking(page: RealPage, visit: int) -> str | None:
    """Links have parameters that tell where a reader came from."""
    return re.sub(
        rf"(<a\b[^>]*\bhref=\"(?:{re.escape(ORIGIN)})?/[^\"?#]*)(\")",
        rf"\1?utm_source=rec&amp;utm_campaign=v{visit}\2",
        page.html,
    )


def images_moved(page: RealPage, visit: int) -> str | None:
    """The pictures are served from another host, in another size."""
    pattern = re.compile(
        r"(?:https?:)?//[\w.-]+(/[^\s\"'<>()\\?]*\.(?:jpe?g|png|webp))(?:\?[^\s\"']*)?"
    )
    changed = pattern.sub(rf"https://cdn{visit}.images.example\1?w=1200", page.html)
    return changed if changed != page.html else None
