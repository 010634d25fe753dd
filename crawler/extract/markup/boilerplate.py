"""What in a page's body is not the story: told by tag, class, id, role and visibility.

After Kohlschütter et al. 2010 (boilerplate detection with shallow features) and the class lists of
Readability and Trafilatura.
"""

from __future__ import annotations

import re

from lxml.html import HtmlElement

from crawler.extract.markup.class_names import Meaning, meanings

SKIPPED = frozenset({
    "script", "style", "noscript", "template", "svg", "math", "iframe", "form", "button", "nav",
    "footer", "input", "select", "textarea", "dialog", "object", "embed", "video", "audio",
    "canvas", "head", "label", "map", "menu", "datalist", "option", "applet", "frameset", "ins",
    "title", "meta", "link", "fieldset", "figcaption", "amp-ad", "amp-social-share",
})  # fmt: skip
"""Elements whose content is never prose. (`ins` holds advertising far more often than edits.)"""

_WRAPPERS = frozenset({"form", "ins", "fieldset", "label"})
"""Skipped ones that some pages put around the whole story."""
_NOISE, _STORY, _HARD = int(Meaning.NOISE), int(Meaning.STORY), int(Meaning.HARD)
_CLASS_ONLY = ["class"]
_HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*hidden|(?<![\w-])(?:left|top|text-indent)\s*:\s*-\d{3}"
    r"|(?<![\w-])(?:max-)?height\s*:\s*0(?:px)?\s*(?=;.*overflow)",
    re.IGNORECASE,
)
_SHOWN_WIDER = re.compile(
    r"(?:^|[\s-])(?:sm|md|lg|x+l|\dxl|min-\S*):\S*(?:block|flex|grid|inline|table)"
)
"""`hidden md:block` is shown on wider screens."""
_OTHER_ITEMS = re.compile(
    r"schema\.org/(?:(?:Media|Video|Audio|Image)Object"
    r"|WP\w+|SiteNavigationElement|Comment|Person|Organization|BreadcrumbList|Rating|AggregateRating)$"
)
"""What schema.org says of an element that is not the story's prose."""
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_BOXES = frozenset({"div", "section", "aside", "article", "ul", "ol"})
"""In a line of text, a name marked as a person's is part of the text."""
_NOISE_ROLES = frozenset({
    "navigation", "complementary", "banner", "contentinfo", "search", "dialog", "alertdialog",
    "menu", "menubar", "tablist", "toolbar", "form",
})  # fmt: skip


def names_of(element: HtmlElement) -> str:
    """Class names and id of an element in one string."""
    names = element.get("class")
    ident = element.get("id")
    if ident is None:
        return names or ""
    return ident if names is None else f"{names} {ident}"


def named_noise(names: str) -> bool:
    """Whether class names and id say that an element is not part of the story.

    >>> [named_noise(n) for n in ("entry-share-buttons", "article-body", "post no-sidebar")]
    [True, False, False]
    """
    bits = meanings(names)
    return bool(bits & _NOISE) and (not bits & _STORY or bool(bits & _HARD))


def named_story(names: str) -> bool:
    """Whether class names and id say that an element holds the story."""
    return meanings(names) & (_STORY | _NOISE) == _STORY


def is_hidden(element: HtmlElement) -> bool:
    """Whether markup hides an element from the reader."""
    if element.get("hidden") is not None:
        # a part of the page that is sent late, and put in its place by a script
        return not (element.get("id") or "").startswith("S:")
    if element.get("aria-hidden") == "true":
        return True
    style = element.get("style")
    if style is not None and _HIDDEN.search(style[:500]):
        return True
    names = element.get("class")
    return (
        names is not None
        and "hidden" in names
        and "hidden" in names.split()
        and not _SHOWN_WIDER.search(names)
    )


def is_noise(element: HtmlElement) -> bool:
    """Whether an element passes for boilerplate by its tag, its attributes and its names. What a
    name says is a hint (`crawler/extract/body/furniture.py` weighs it)."""
    if element.tag in SKIPPED:
        return True
    if not element.keys():  # most paragraphs: asked for once, and not for each name in vain
        return bool(element.tag == "aside")
    return is_named_noise(element) or is_marked_noise(element)


def is_named_noise(element: HtmlElement) -> bool:
    """Whether the class names and the id of an element say that it is boilerplate."""
    # A heading's id is for links to it, and made of its words.
    names = element.get("class") if element.tag in _HEADINGS else names_of(element)
    return bool(names) and named_noise(names)


def is_marked_noise(element: HtmlElement) -> bool:
    """Whether tag, role, kind or visibility say that an element is boilerplate."""
    if element.tag in SKIPPED:
        return True
    if element.tag == "aside" and not named_story(names_of(element)):
        return True
    attributes = element.keys()
    if attributes == _CLASS_ONLY and "hidden" not in element.get("class", ""):
        return False
    kind = element.get("itemtype")
    if kind is not None and element.tag in _BOXES and _OTHER_ITEMS.search(kind):
        return True
    role = element.get("role")
    return (role is not None and role in _NOISE_ROLES) or is_hidden(element)


def is_wrapper(element: HtmlElement) -> bool:
    """Whether some pages put an element of this kind around the whole story."""
    return element.tag not in SKIPPED or element.tag in _WRAPPERS
