"""The names of site and section that stand beside a headline in what is told as its title."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from itertools import islice

from crawler.extract.dates import dates_in, has_date
from crawler.extract.fields.names import is_kind
from crawler.extract.page import Document, Structured, strings, text_of
from crawler.text import VOWEL_SIGNS, words
from crawler.urls import site_host

SEPARATOR = re.compile(
    r"\s+[|\-–—·•»«:/›>]+\s+|\s*[|»«｜：_]\s*|(?<=\w):\s+|--|\s+[–—]\s*"
    rf"|(?<=[{VOWEL_SIGNS}]):\s+"
    r"|(?<=[\u3040-\u30ff\u3400-\u9fff】）」』！？])[-–—－]+(?=[\u3040-\u30ff\u3400-\u9fffA-Z])"
)
LABELLED = re.compile(r"\s*[|»«｜•·]\s*|\s+::+\s+")
"""What parts a title from the names of section and site, and hardly ever parts a headline."""
_PATH = re.compile(r"[>»›]")
"""Between the parts of a path to the story: "The Paper > News > Storm hits coast"."""
_HOME = re.compile(r"(https?://[^/?#]+)?/?(?:index\.\w{2,5})?")
"""What a link to the front page leads to."""
_LONGEST_HOME = 12
"""Characters of one without the host."""
_MOST_IN_MENU, _LONGEST_IN_MENU = 100, 25
"""Links, and characters of one, that may be a menu's."""
_MOST_SLASHES = 3
"""Of one with it."""


def home_names(doc: Document) -> list[str]:
    """What the page's first links to the front page say, in words or in a logo: the site's name."""
    found: list[str] = []
    host = site_host(doc.url)
    for link in doc.tags["a"][:40]:
        href = (link.get("href") or "").strip()
        if len(href) > _LONGEST_HOME and (href[0] == "/" or href.count("/") > _MOST_SLASHES):
            continue
        home = _HOME.fullmatch(href)
        if home is None or (home[1] and site_host(home[0]) != host):
            continue
        texts = [text_of(link), link.get("title") or "", link.get("aria-label") or ""]
        texts += [image.get("alt") or "" for image in islice(link.iter("img"), 2)]
        found += [" ".join(text.split()) for text in texts if 2 < len(text) < 40]
        if len(found) > 4:
            break
    return found


def menu_names(doc: Document) -> list[str]:
    """What the page's first links say in a word or two, those of its menu among them."""
    texts = (" ".join((link.text or "").split()) for link in doc.tags["a"][:_MOST_IN_MENU])
    return [text for text in texts if 2 < len(text) < _LONGEST_IN_MENU]


def section_names(data: Structured) -> list[str]:
    """What the page calls its section."""
    names = strings(data.story.get("articleSection"))[:3]
    for name in ("article:section", "section", "parsely-section"):
        names += data.meta.get(name, ())[:1]
    return names


def without_site(
    title: str, site_names: Sequence[str], url: str, sections: Sequence[str] = (),
    menu: Sequence[str] = (),
) -> str:  # fmt: skip
    """A title without the names of site and section, and the date, at its end or beginning.

    menu: other names that sections may have, which count beside any sign that parts a title.

    >>> without_site("Storm hits coast | The Example Post", ["The Example Post"], "https://x.example/")
    'Storm hits coast'
    >>> without_site("Storm - a warning", [], "https://x.example/")
    'Storm - a warning'
    >>> without_site("Opinion | Storm hits – EX – 13.06.2023", [], "https://www.ex.example/")
    'Storm hits'
    """
    names = [name for name in map(words, site_names) if name]
    host = site_host(url).split(":")[0]
    labels = [label for label in host.split(".")[:-1] if label != "www"]
    compact = {"".join(n.split()) for n in names} | {host.replace(".", ""), host.replace("-", "")}
    compact.update(label for label in labels if len(label) > 3)
    short = {*names, *labels}
    topics, in_menu = ({words(name) for name in names} - {""} for names in (sections, menu))
    text = _PUBLISHED.sub("", title.strip())
    for _ in range(5):
        cuts = list(SEPARATOR.finditer(text))
        if not cuts:
            break
        head, tail = text[: cuts[-1].start()].strip(), text[cuts[-1].end() :]
        first, rest = text[: cuts[0].start()], text[cuts[0].end() :].strip()
        firm = not cuts[-1][0].strip().startswith(":")
        if head and (
            _names_site(tail, compact)
            or (firm and (_opens_with_site(tail, short) or _is_date(tail)))
            or (LABELLED.search(cuts[-1][0]) and words(tail) in topics)
            or (firm and words(tail) in in_menu and words(head) not in names)
            or _ends_as_site(tail)
            or (cuts[-1][0].strip() == "_" and len(tail) < _LONGEST_NAME and len(tail) < len(head))
        ):
            text = head
        elif rest and (
            _names_site(first, compact)
            or (LABELLED.search(cuts[0][0]) and (words(first) in topics or is_kind(first)))
            or (_PATH.search(cuts[0][0]) and words(first) in in_menu)
        ):
            text = rest
        else:
            break
    return text


_PUBLISHED = re.compile(r"\s*\(\s*(?:[^\W\d_]+\s)?(?:19|20)\d\d\s*\)$")
"""When an old story was published: no part of its headline."""
_LONGEST_NAME = 13
"""Characters of a name behind an underscore, which no headline has."""
_SITES_END = re.compile(
    r"[\u3040-\u30ff\u3400-\u9fffA-Za-z0-9]{0,14}"
    r"(?:网|網|官网|网站|日报|日報|晚报|晚報|新聞|新闻|频道|頻道|新聞網|ニュース|新聞社|オンライン)"
)


def _ends_as_site(tail: str) -> bool:
    """Whether the end of a title is the name of a newspaper or a channel, in scripts where it
    says so."""
    return _SITES_END.fullmatch(tail.strip()) is not None


def _opens_with_site(part: str, names: Set[str]) -> bool:
    """Whether a part of a title is the site's name, however short, and perhaps a section's: "DW",
    "CNN Politics"."""
    key = words(part)
    return any(
        key == name or (key.startswith(name + " ") and len(key.split()) <= len(name.split()) + 2)
        for name in names
        if len(name) > 1
    )


def _is_date(part: str) -> bool:
    return has_date(part) and any(
        end - start > 0.6 * len(part.strip()) for start, end in dates_in(part)
    )


def _names_site(part: str, compact: set[str]) -> bool:
    name = "".join(words(part).split())
    if not name:
        return True
    return name in compact or any(
        len(name) > 3 and len(c) > 3 and (name in c or c in name) and len(name) < 2.5 * len(c)
        for c in compact
    )
