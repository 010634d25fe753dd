"""From a container element to blocks: plain text and CommonMark in one pass.

One walk over the tree, without recursion: block elements end a paragraph, inline elements mark
emphasis and links, boilerplate is left out where it starts.
"""

from __future__ import annotations

from collections.abc import Callable, Set

from lxml import etree
from lxml.html import HtmlElement

from crawler.extract.body.boxes import is_box, is_sign_up
from crawler.extract.body.figures import (
    caption_below,
    captioned,
    captioned_beside,
    captioned_in_line,
    figure_block,
    picture_block,
    waiting_picture,
)
from crawler.extract.body.furniture import is_furniture, is_in_sentence
from crawler.extract.body.galleries import gallery_blocks
from crawler.extract.body.linked import (
    is_card,
    is_link_card,
    is_teaser,
    leads_away,
    link_list,
    without_teasers,
)
from crawler.extract.body.markdown import BREAK, code, target
from crawler.extract.body.promos import promo_label
from crawler.extract.body.tables import table_block
from crawler.extract.body.walk import Walk
from crawler.extract.markup import is_marked_noise, is_noise
from crawler.extract.page import text_of
from crawler.items import Block

INLINE = frozenset({
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "br", "cite", "code", "data", "del", "dfn",
    "em", "font", "i", "img", "kbd", "mark", "nobr", "q", "rb", "rp", "rt", "rtc", "ruby", "s",
    "samp", "small", "span", "strike", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr",
    "picture", "source", "ins", "button",
})  # fmt: skip
_MARKERS = {"b": "**", "strong": "**", "em": "*", "i": "*", "code": "`"}
_EMPHASIS = frozenset({"b", "strong", "em", "i", "span", "font"})
_HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}
_STRUCTURE = frozenset({*_HEADINGS, "ul", "ol", "dl", "li", "dt", "dd", "blockquote", "pre"})
"""Block elements that are more to Markdown than the end of a paragraph."""
_PLAIN = frozenset({*INLINE, *_HEADINGS, "p", "li", "dt", "dd", "td", "th"}) - {"ins", "button"}
"""Elements that are left out for their attributes alone."""
_MAX_MARK_DEPTH = 8
_LOOKED_INTO = frozenset({"blockquote", "figure", "table", "article", "ul", "ol"})
_TEASERS = frozenset({"div", "section"})
_SIGN_UPS = frozenset({"div", "section", "aside", "figure", "form"})
_STORY, _BEGUN = 300, 100
"""Characters of a story that teasers and galleries can stand below; those of one that has begun."""
_IN_FIGURES = ("table", "blockquote", "pre")
"""What is text of the story, though a <figure> is around it."""
_SHOWN = ("img", "picture", "amp-img", "iframe", "video", "audio", "svg", "canvas", "object",
          "embed", "noscript", "script", "amp-iframe", "amp-video")  # fmt: skip
"""What a <figure> without text shows."""
_MAX_LOOKS = 500
"""Elements read ahead, to tell cards, link lists and data tables: more would cost too much where
they are nested in each other."""
_INVISIBLE = frozenset(
    {"script", "style", "template", "noscript", "link", "meta", "svg", "input", "ins"}
)
"""Skipped elements that do not part the text around them."""


def read_blocks(
    container: HtmlElement,
    address: Callable[[str], str | None],
    kept: Set[HtmlElement] = frozenset(),
    left_out: Set[HtmlElement] = frozenset(),
) -> tuple[Block, ...]:
    """Blocks of a story in reading order, without boilerplate.

    container: the element that holds the story. address: makes a link absolute, None if it is none
    (`Document.address`). kept: elements that are not left out, whatever they are named. left_out:
    those that are.
    """
    walk = Walk(address, left_out)
    walker = etree.iterwalk(container, events=("start", "end", "comment", "pi"))
    skipped: HtmlElement | None = None
    for event, element in walker:
        tag = element.tag
        if event == "start":
            if element is not container and _skip(walk, element, tag, kept):
                skipped = element
                walker.skip_subtree()
                continue
            _start(walk, element, tag)
        elif event == "end":
            if element is container:
                break
            if element is skipped:
                skipped = None
                if tag not in INLINE and tag not in _INVISIBLE:
                    walk.flush()
            else:
                _end(walk, element, tag)
            if (tail := element.tail) is not None:
                walk.add(tail)
        else:
            walk.add(element.tail)
    walk.lists.clear() if not walk.items else None
    walk.flush(container if container.tag == "p" else None)
    walk.end_list()
    walk.end_quote()
    return _without_loose_headings(without_teasers(walk.blocks, walk.away, address(".")))


def _skip(walk: Walk, element: HtmlElement, tag: str, kept: Set[HtmlElement]) -> bool:
    if element in walk.left_out:
        return True
    if tag == "p" and len(element) > 1 and captioned_in_line(element):
        return _figure(walk, element)
    if tag in _PLAIN and not element.keys():  # nothing tells of it but what it says
        return False
    if element in kept and (tag != "figure" or _is_text(element)):
        return False
    if tag in INLINE:
        if tag == "a" and len(element) and walk.length > _BEGUN and not walk.heading:
            return is_link_card(element, walk.address) or _skip_inline(walk, element)
        return _skip_inline(walk, element)
    if walk.length > _BEGUN and tag in _SIGN_UPS and is_sign_up(element):
        return True
    if tag not in _LOOKED_INTO:
        if tag == "amp-img":
            _image(walk, element)
            return True  # it holds its own placeholder
        if tag == "noscript" and (img := waiting_picture(element)) is not None:
            _image(walk, img)
            return True
        if tag == "figcaption" and next(element.iterancestors("figure"), None) is not None:
            return False  # other figures are not gone into
        if tag in ("div", "p", "section", "dl") and captioned(element):
            return _figure(walk, element)
        if tag in _TEASERS and walk.length > _STORY and is_teaser(element, walk.address):
            return True
        if is_furniture(element) or is_box(element):
            return True
        return tag == "div" and captioned_beside(element) and _picture(walk, element)
    walk.looks += 1
    if walk.looks > _MAX_LOOKS:
        return is_furniture(element)
    if tag == "figure" and not _is_text(element):
        return _figure(walk, element)
    if tag == "table":
        walk.flush()
        if is_furniture(element):
            return True
        if (block := table_block(element)) is not None:
            walk.put(block)
        return block is not None
    if tag == "blockquote" and "tweet" in (element.get("class") or ""):
        return False
    if tag == "article" and is_card(element):
        return True
    if tag in ("ul", "ol") and not walk.lists:
        if walk.length > _STORY and (pictures := gallery_blocks(element, walk.address)):
            walk.flush()
            for block in pictures:
                walk.put(block)
            return True
        listed = link_list(element, walk.address)
        if listed is False or is_furniture(element):
            return True
        walk.listed = listed is True
        return False
    return is_furniture(element)


def _is_text(figure: HtmlElement) -> bool:
    """Whether a <figure> holds text of the story: a table, a quotation, or no picture at all."""
    if next(figure.iter(*_IN_FIGURES), None) is not None:
        return True
    return next(figure.iter("figcaption", *_SHOWN), None) is None


def _skip_inline(walk: Walk, element: HtmlElement) -> bool:
    """Whether a piece of a paragraph is none of its text."""
    if not is_noise(element):
        return False
    if element.tag == "button":
        return not walk.heading  # some open what stands below
    if element.tag != "ins" and (is_marked_noise(element) or walk.pre):
        return not walk.pre
    return not is_in_sentence(element, "".join(walk.run.text[-3:]).replace(BREAK, ""))


def _figure(walk: Walk, element: HtmlElement) -> bool:
    """Keep a picture with its caption; always true, for there is no more in it."""
    walk.flush()
    if (block := figure_block(element, walk.address)) is not None:
        walk.put(block)
    return True


def _picture(walk: Walk, box: HtmlElement) -> bool:
    """Keep a picture with the line behind it, if it is no icon."""
    block = figure_block(box, walk.address)
    if block is not None:
        walk.flush()
        walk.put(block)
    return block is not None


def _start(walk: Walk, element: HtmlElement, tag: str) -> None:
    if tag not in INLINE:
        if walk.run.text:
            walk.flush()
        if tag not in _STRUCTURE:
            pass
        elif tag in _HEADINGS:
            walk.heading = _HEADINGS[tag]
        elif tag in ("ul", "ol", "dl"):
            walk.lists.append("ol" if tag == "ol" else "ul")
        elif tag in ("li", "dt", "dd"):
            walk.item_fresh = True
        elif tag == "blockquote":
            walk.quotes += 1
        elif tag == "pre":
            walk.pre += 1
    elif tag == "br":
        walk.run.text.append(BREAK)
        walk.run.markdown.append(BREAK)
    elif tag == "img":
        _image(walk, element)
    elif tag == "a":
        away = walk.address(element.get("href") or "") if leads_away(element) else None
        walk.links.append(away)
        walk.run.links += 1
        if walk.run.away is None and away:
            walk.run.away = away
            walk.run.lead = "".join(walk.run.text)
        _open(walk, element, tag)
    elif tag in _MARKERS:
        _open(walk, element, tag)
    if (text := element.text) is not None:
        walk.add(text)


def _end(walk: Walk, element: HtmlElement, tag: str) -> None:
    if tag in INLINE:
        if tag == "a":
            walk.links.pop()
        if walk.open_marks and walk.open_marks[-1][0] is element:
            _close(walk, element)
        if tag in _EMPHASIS and walk.run.links and promo_label(element) is not None:
            # among paragraphs that only <br> parts, this one is a promo
            walk.run.promos |= {text_of(element)}
        return
    if walk.run.text:
        walk.flush(element)
    if tag not in _STRUCTURE:
        return
    if tag in _HEADINGS:
        walk.heading = 0
    elif tag in ("ul", "ol", "dl"):
        if walk.lists:
            walk.lists.pop()
        if not walk.lists:
            walk.end_list()
    elif tag == "blockquote":
        walk.quotes -= 1
        if not walk.quotes:
            walk.end_quote()
    elif tag == "pre":
        walk.pre -= 1


def _open(walk: Walk, element: HtmlElement, tag: str) -> None:
    if len(walk.open_marks) < _MAX_MARK_DEPTH and not walk.pre:
        walk.open_marks.append((element, walk.generation, len(walk.run.markdown), tag))


def _close(walk: Walk, element: HtmlElement) -> None:
    _, generation, at, tag = walk.open_marks.pop()
    pieces = walk.run.markdown
    if generation != walk.generation:
        return
    inner = "".join(pieces[at:])
    core = inner.strip(" \t\r\n" + BREAK + "\xa0")
    if not core:
        return
    before, after = inner[: inner.index(core)], inner[inner.index(core) + len(core) :]
    if tag == "a":
        url = walk.address(element.get("href") or "")
        if url is None:
            return
        core = f"[{core.replace(BREAK, ' ')}]({target(url)})"
    else:
        marker = _MARKERS[tag]
        if any(m[3] in _MARKERS and _MARKERS[m[3]] == marker for m in walk.open_marks):
            return
        if tag in ("b", "strong") and walk.heading:
            return
        if tag == "code":
            core = code(core)
        else:
            core = f"{marker}{core}{marker}"
    pieces[at:] = [before, core, after]


def _image(walk: Walk, element: HtmlElement) -> None:
    caption = caption_below(element)
    block = picture_block(element, walk.address, caption)
    if block is not None and (caption or not walk.lists) and not walk.quotes and not walk.heading:
        walk.flush()
        walk.put(block)


def _without_loose_headings(blocks: list[Block]) -> tuple[Block, ...]:
    """Blocks without the headings that nothing follows."""
    end = len(blocks)
    while end and blocks[end - 1].type == "heading":
        end -= 1
    return tuple(blocks[:end])
