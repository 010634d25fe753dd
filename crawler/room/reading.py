"""A story's text as HTML for reading.

The archive has it as CommonMark, made from a stranger's page. It is rendered by a renderer that
knows no HTML in its input, and what comes of it is cleaned once more: whatever one of the two
overlooks, the other does not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from crawler.room.links import plain, safe_address

_TAGS_NAMES = (
    "a b blockquote br caption code dd dl dt em figcaption figure h2 h3 h4 h5 h6 hr i img li "
    "ol p pre s span strong sub sup table tbody td th thead tr ul"
)
_TAGS = frozenset(_TAGS_NAMES.split())
_ATTRIBUTES = {
    "a": {"href", "class"},
    "img": {"src", "alt", "loading"},
    "figure": {"class"},
    "span": {"class"},
    "p": {"dir"}, "blockquote": {"dir"}, "h2": {"dir"}, "h3": {"dir"}, "h4": {"dir"},
    "h5": {"dir"}, "h6": {"dir"}, "ul": {"dir"}, "ol": {"dir"}, "table": {"dir"},
}  # fmt: skip
_BLOCKS = ("paragraph_open", "heading_open", "blockquote_open", "bullet_list_open",
           "ordered_list_open", "table_open")  # fmt: skip


def for_reading(
    markdown: str,
    *,
    stories: Mapping[str, str],
    pictures: Mapping[str, str],
    captions: Mapping[str, str | None],
    words: Callable[..., str],
    isolate: bool,
) -> Markup:
    """A body as HTML. stories: addresses in the text → where that story is read here. pictures:
    addresses → where the archive has the picture. captions: of pictures, by address. isolate:
    whether each block finds its own direction, where the text's language is not known."""
    parser = _parser()
    tokens = parser.parse(markdown)
    shift = min((int(t.tag[1]) for t in tokens if t.type == "heading_open"), default=2)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, 2 + int(token.tag[1]) - shift)}"
        if isolate and token.type in _BLOCKS:
            token.attrSet("dir", "auto")
    tokens = _figures(tokens, pictures, captions, words)
    for token in tokens:
        for child in token.children or ():
            if child.type == "link_open":
                _link(child, stories)
    html = parser.renderer.render(tokens, parser.options, {})
    clean = nh3.clean(
        html, tags=set(_TAGS), attributes=_ATTRIBUTES, link_rel="noopener noreferrer nofollow",
        url_schemes={"http", "https"},
    )  # fmt: skip
    return Markup(clean)  # noqa: S704


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable("table")
    parser.validateLink = lambda url: safe_address(url) is not None  # type: ignore[method-assign]
    parser.add_render_rule("image", _inline_picture)
    return parser


def _link(token: Token, stories: Mapping[str, str]) -> None:
    url = str(token.attrGet("href") or "")
    here = stories.get(url)
    if here is not None:
        token.attrs = {"href": here, "class": "here"}
    else:
        token.attrs = {"href": url, "class": "away"}


def _figures(
    tokens: Sequence[Token],
    pictures: Mapping[str, str],
    captions: Mapping[str, str | None],
    words: Callable[..., str],
) -> list[Token]:
    """The same, a paragraph that is one picture made a figure, with its caption."""
    found: list[Token] = []
    skip = 0
    for at, token in enumerate(tokens):
        if skip:
            skip -= 1
            continue
        children = [
            child
            for child in (tokens[at + 1].children or () if at + 1 < len(tokens) else ())
            if child.type != "text" or child.content.strip()
        ]
        alone = token.type == "paragraph_open" and len(children) == 1
        if not alone or children[0].type != "image":
            found.append(token)
            continue
        url = str(children[0].attrGet("src") or "")
        block = Token("html_block", "", 0)
        block.content = figure(url, children[0].content, captions.get(url), pictures, words)
        found.append(block)
        skip = 2
    return found


def figure(
    url: str,
    alt: str | None,
    caption: str | None,
    pictures: Mapping[str, str],
    words: Callable[..., str],
) -> str:
    """A picture with its caption; where the archive has none, what it showed in words. All text is
    escaped."""
    told = escape(plain(alt or ""))
    under = f"<figcaption>{escape(plain(caption))}</figcaption>" if caption else ""
    if url in pictures:
        picture = f'<img src="{escape(pictures[url])}" alt="{told}" loading="lazy">'
        return f"<figure>{picture}{under}</figure>\n"
    label = escape(words("story.picture"))
    body = f'<span class="kind">{label}</span>{f" {told}" if told and told != under else ""}'
    return f'<figure class="absent"><p>{body}</p>{under}</figure>\n'


def _inline_picture(self: Any, tokens: Sequence[Token], index: int, options: Any, env: Any) -> str:
    return escape(plain(tokens[index].content))
