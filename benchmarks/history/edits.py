"""What newspapers do to their stories: each function gives the page's next version, or None where
the page lacks what it changes. Every other byte stays as it is."""

from __future__ import annotations

import html as entities
import json
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from benchmarks.history.pages import RealPage, Span, shown, words

Version = Callable[[RealPage, int], "str | None"]
"""A page's version, given which visit it is for: 0 for the first."""

_NODE = re.compile(r"(?<=>)[^<>]+(?=<)")
_LONG_WORD = re.compile(r"[^\W\d_]{5,}")
_DIGITS = re.compile(r"(?<![\w&#.,;])\d{1,4}(?![\w;.,%])")
_QUOTE = re.compile(r"[“„«\"「]([^“”„«»\"「」<>&]{20,})[”“»\"」]|&ldquo;([^<>&]{20,})&rdquo;")


def spliced(html: str, pieces: Iterable[tuple[int, int, str]]) -> str:
    """A text with pieces (start, end, new) put in."""
    for start, end, new in sorted(pieces, reverse=True):
        html = html[:start] + new + html[end:]
    return html


def told_alike(html: str, old: str, new: str) -> str:
    """A page whose scripts and metadata tell a text as the visible page now does."""
    pairs = [
        (json.dumps(old)[1:-1], json.dumps(new)[1:-1]),
        (json.dumps(old, ensure_ascii=False)[1:-1], json.dumps(new, ensure_ascii=False)[1:-1]),
        (entities.escape(old), entities.escape(new)),
        (old, new),
    ]
    for before, after in dict(pairs).items():
        html = html.replace(before, after)
    return html


def rewritten(page: RealPage, span: Span, inner: str) -> str:
    """The page with another content in an element, in its twins, and in what scripts tell of it."""
    pieces = [(each.inner_start, each.inner_end, inner) for each in page.all_of(span)]
    return told_alike(spliced(page.html, pieces), span.text, shown(inner))


def inner(page: RealPage, span: Span) -> str:
    """An element's content as markup."""
    return page.html[span.inner_start : span.inner_end]


def in_text(
    markup: str, pattern: re.Pattern[str], new: Callable[[re.Match[str]], str]
) -> str | None:
    """Markup whose first match of a pattern in its text, not in its tags, is replaced."""
    padded = f">{markup}<"
    for node in _NODE.finditer(padded):
        if match := pattern.search(node[0]):
            start = node.start() - 1 + match.start()
            return markup[:start] + new(match) + markup[start + len(match[0]) :]
    return None


def later(page: RealPage) -> Sequence[Span]:
    """The paragraphs that an edit may fall on, from the middle on: not the first two, which some
    newspapers tell again elsewhere."""
    found = page.paragraphs[2:]
    middle = len(found) // 2
    return [*found[middle:], *found[:middle]]


def other_word(page: RealPage, word: str) -> str:
    """Another word of the same story."""
    for span in reversed(page.paragraphs):
        for match in _LONG_WORD.finditer(span.text):
            if match[0].casefold() != word.casefold():
                return match[0][: max(3, len(word))]
    return "Vellmar"


def sentence(page: RealPage, number: int = 0) -> str:
    """A sentence that the story has not yet: the words of one of its paragraphs, turned round."""
    text = page.paragraphs[number % len(page.paragraphs)].text
    said = text.split()
    if len(said) < 6:  # a script without spaces: its second half first
        said = [text[: len(text) // 2], text[len(text) // 2 :]]
    return entities.escape(" ".join(reversed(said)))


# -- in the text -------------------------------------------------------------------------------


def same(page: RealPage, visit: int) -> str | None:
    """The same bytes."""
    return page.html


def _first(
    page: RealPage, pattern: re.Pattern[str], new: Callable[[re.Match[str]], str]
) -> str | None:
    for span in later(page):
        changed = in_text(inner(page, span), pattern, new)
        if changed is not None:
            return rewritten(page, span, changed)
    return None


def word(page: RealPage, visit: int) -> str | None:
    """One word of a paragraph is another."""
    return _first(page, _LONG_WORD, lambda match: other_word(page, match[0]))


def number(page: RealPage, visit: int) -> str | None:
    """A number in a paragraph is one more."""
    return _first(page, _DIGITS, lambda match: str(int(match[0]) + 1))


def quote(page: RealPage, visit: int) -> str | None:
    """The last word of somebody's words is another."""

    def new(match: re.Match[str]) -> str:
        said = match[1] or match[2]
        kept, _, last = said.rpartition(" ")
        return match[0].replace(said, f"{kept} {other_word(page, last)}")

    return _first(page, _QUOTE, new)


def added(page: RealPage, visit: int) -> str | None:
    """A paragraph more."""
    span = later(page)[0]
    opening = page.html[span.start : span.inner_start]
    return spliced(page.html, [(span.end, span.end, f"{opening}{sentence(page)}</p>")])


def removed(page: RealPage, visit: int) -> str | None:
    """A paragraph less."""
    span = later(page)[0]
    html = spliced(page.html, [(each.start, each.end, "") for each in page.all_of(span)])
    return told_alike(html, span.text, "")


def swapped(page: RealPage, visit: int) -> str | None:
    """Two neighbours among the paragraphs have changed places."""
    one, two = page.paragraphs[2], page.paragraphs[3]
    return spliced(
        page.html,
        [
            (one.inner_start, one.inner_end, inner(page, two)),
            (two.inner_start, two.inner_end, inner(page, one)),
        ],
    )


def rewritten_much(page: RealPage, visit: int) -> str | None:
    """Two paragraphs of three are written anew; headline, byline, date and address stay."""
    html, chosen = page.html, [s for n, s in enumerate(page.paragraphs) if n % 3]
    pieces = [(s.inner_start, s.inner_end, sentence(page, n)) for n, s in enumerate(chosen)]
    return spliced(html, pieces)


def shortened(page: RealPage, visit: int) -> str | None:
    """The newspaper has cut a third of the paragraphs out, here and there; no wall, no box."""
    chosen = [s for n, s in enumerate(page.paragraphs) if n % 3 == 2]
    html = spliced(page.html, [(s.start, s.end, "") for s in chosen])
    for span in chosen:
        html = told_alike(html, span.text, "")
    return html


def brief(page: RealPage, visit: int) -> str | None:
    """A first report of three paragraphs."""
    if sum(len(span.text.split()) for span in page.paragraphs[:3]) < 60:
        return None
    html = spliced(page.html, [(s.start, s.end, "") for s in page.paragraphs[3:]])
    for span in page.paragraphs[3:]:
        html = told_alike(html, span.text, "")
    return html


def live_entry(page: RealPage, visit: int) -> str | None:
    """The newest entry of a report that goes on stands on top of the earlier ones."""
    at = page.paragraphs[0].start
    entries = (
        f"<p><strong>14:0{n}</strong> {sentence(page, n + 1)}</p>" for n in range(visit, 0, -1)
    )
    return spliced(page.html, [(at, at, "".join(entries))])


# -- beside the text ---------------------------------------------------------------------------


def new_headline(page: RealPage, visit: int) -> str | None:
    """The visible headline is another; what search engines are told stays."""
    span = page.headline
    assert span is not None
    markup = inner(page, span)
    changed = in_text(markup, _LONG_WORD, lambda match: other_word(page, match[0]))
    if changed is None:
        return None
    if len(page.path) % 2:  # some are reworded altogether
        longest = max(_NODE.findall(f">{markup}<"), key=len)
        changed = markup.replace(longest, entities.escape(_reworded(page)))
    return spliced(page.html, [(e.inner_start, e.inner_end, changed) for e in page.all_of(span)])


def _reworded(page: RealPage) -> str:
    return " ".join(page.paragraphs[1].text.split()[:9]).strip(" ,;:.")


_TITLES = re.compile(
    r"(<title\b[^>]*>)([^<]+)|(<meta\b[^>]*\b(?:property|name)=[\"']?(?:og|twitter):title[\"']?"
    r"[^>]*\bcontent=\")([^\"]+)|(\"headline\"\s*:\s*\")((?:[^\"\\]|\\.)+)",
    re.IGNORECASE,
)


def seo_title(page: RealPage, visit: int) -> str | None:
    """What search engines are told is another headline; the visible one stays."""

    title = set(words(page.article.title or ""))

    def new(match: re.Match[str]) -> str:
        start, old = next((match[n], match[n + 1]) for n in (1, 3, 5) if match[n])
        if match[5] and 2 * len(title & set(words(old))) < len(title):
            return match[0]  # another story's
        if len(page.path) % 2:
            return f"{start}{_reworded(page).replace(chr(34), '')}"
        return f"{start}{old} 2026"

    changed, count = _TITLES.subn(new, page.html)
    return changed if count else None


def new_standfirst(page: RealPage, visit: int) -> str | None:
    """The summary under the headline ends otherwise, in the metadata, too."""
    span = page.standfirst
    if span is None:
        return None
    changed = in_text(inner(page, span), _LONG_WORD, lambda match: other_word(page, match[0]))
    return rewritten(page, span, changed) if changed else None


def no_standfirst(page: RealPage, visit: int) -> str | None:
    """The summary under the headline is taken away, in the metadata, too."""
    span = page.standfirst
    if span is None:
        return None
    html = spliced(page.html, [(each.start, each.end, "") for each in page.all_of(span)])
    return told_alike(html, span.text, "")


def new_author(page: RealPage, visit: int) -> str | None:
    """The byline names somebody else, wherever it stands."""
    return page.author and told_alike(page.html, page.author, "Ottilie Quennell")


def new_caption(page: RealPage, visit: int) -> str | None:
    """A word in a picture's caption is another."""
    span = page.caption
    if span is None:
        return None
    changed = in_text(inner(page, span), _LONG_WORD, lambda match: other_word(page, match[0]))
    return rewritten(page, span, changed) if changed else None


_NOTES = {
    "de": "Korrektur: In einer früheren Fassung dieses Textes stand ein falsches Datum. Wir haben"
    " das berichtigt und bitten um Entschuldigung.",
    "fr": "Rectificatif : une première version de cet article donnait une date inexacte. Nous"
    " l'avons corrigée et présentons nos excuses à nos lecteurs.",
    "es": "Corrección: una versión anterior de este artículo daba una fecha equivocada. La hemos"
    " corregido y pedimos disculpas a los lectores.",
    "en": "Correction: an earlier version of this article gave a wrong date for the meeting. This"
    " has been put right, and we apologise for the error.",
}


def in_language(page: RealPage, texts: dict[str, str]) -> str:
    """The text in the page's language; English where there is none."""
    tongue = (page.article.language or "en").partition("-")[0]
    return texts.get(tongue, texts["en"])


def correction_below(page: RealPage, visit: int) -> str | None:
    """A correction stands below the text."""
    span = page.paragraphs[-1]
    opening = page.html[span.start : span.inner_start]
    note = f"{opening}<em>{in_language(page, _NOTES)}</em></p>"
    return spliced(page.html, [(span.end, span.end, note)])


def correction_above(page: RealPage, visit: int) -> str | None:
    """A correction stands between the headline and what follows it."""
    span = page.headline
    assert span is not None
    name = ("correction", "editors-note", "article__note")[len(page.html) % 3]
    note = f'<div class="{name}"><p>{in_language(page, _NOTES)}</p></div>'
    return spliced(page.html, [(span.end, span.end, note)])


_MODIFIED = re.compile(
    r"(\"dateModified\"\s*:\s*\"|(?:article:modified_time|og:updated_time)[\"']?\s+content=[\"'])"
    r"(\d{4}-\d\d-\d\d)(T\d\d:\d\d)?"
)


def modified_only(page: RealPage, visit: int) -> str | None:
    """The page says that it was changed later; nothing else is another."""
    changed, count = _MODIFIED.subn(lambda m: f"{m[1]}{_later(m[2], 1)}{m[3] or ''}", page.html)
    return changed if count else None


def published(page: RealPage, visit: int) -> str | None:
    """The day of publication is another, wherever it stands as an ISO date."""
    moment = page.article.published
    if moment is None or not re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d", moment.raw):
        return None
    return page.html.replace(moment.raw, _later(moment.raw[:10], -2) + moment.raw[10:])


def _later(day: str, days: int) -> str:
    return (datetime.fromisoformat(day) + timedelta(days=days)).date().isoformat()


# -- typography --------------------------------------------------------------------------------

_CURLY = str.maketrans({"“": '"', "”": '"', "„": '"', "’": "'", "‘": "'", "–": "-", "—": "-"})


def typography(page: RealPage, visit: int) -> str | None:
    """Quotes and dashes are of the other form, straight or typographic, in all of the text."""

    def new(node: re.Match[str]) -> str:
        text = node[0]
        straight = text.translate(_CURLY).replace("…", "...")
        if straight != text:
            return straight
        text = re.sub(r"\"([^\"]*)\"", r"“\1”", text)
        return re.sub(r"(?<=\w)'(?=\w)", "’", text).replace(" - ", " – ").replace("...", "…")

    return in_every_paragraph(page, new)


def in_every_paragraph(page: RealPage, new: Callable[[re.Match[str]], str]) -> str | None:
    """The page with each text node of its paragraphs rewritten; None where nothing is another."""
    pieces = []
    for span in page.paragraphs:
        markup = _NODE.sub(new, f">{inner(page, span)}<")[1:-1]
        pieces.append((span.inner_start, span.inner_end, markup))
    changed = spliced(page.html, pieces)
    return changed if changed != page.html else None
