"""Which part of a page an element stands in, by tags, roles, and the words in classes and ids."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from lxml.html import HtmlElement

from crawler.extract.language import phrase_in, whole
from crawler.items import Relation


def _by_first_letter(pattern: str) -> str:
    """A pattern of alternatives as one that is searched for several times as fast: at each place
    one letter rules out most of them. Those that begin with no letter of their own stay as they
    are."""
    grouped: dict[str, list[str]] = {}
    others: list[str] = []
    depth = start = 0
    for at, sign in enumerate(pattern + "|"):
        depth += (sign == "(") - (sign == ")")
        if sign == "|" and not depth:
            one, start = pattern[start:at], at + 1
            if one[0].isalpha() and one[1:2] not in ("?", "*", "{"):
                grouped.setdefault(one[0], []).append(one[1:])
            else:
                others.append(one)
    return "|".join([*(f"{first}(?:{'|'.join(rest)})" for first, rest in grouped.items()), *others])


_SKIP_NAMES = (
    r"bread-?crumbs?|crumbs?|share|sharing|sharer|sharebar|shares|socials?|sns"
    r"|sociallinks|socialmedia\w*|comments?|comment-?list|disqus\w*|respond|newsletter\w*"
    r"|subscribe|subscription"
    r"|cookies?|consent|gdpr|page-?numbers|log-?in|sign-?in|search-?form"
    r"|copyright|disclaimer|legal|tags|tag-?list|tag-?cloud|keywords|mega-?menu|off-?canvas"
    r"|(?:main|mega|sub|side|top|primary|secondary|header|footer|mobile|burger|hamburger|site"
    r"|global|nav|user)-?(?:menu|nav|navigation|navbar)|menu-?items?|nav-?menu|nav-?bar"
    r"|site-?header|page-?header|main-?header|masthead|top-?bar|footer-?(?:links|nav)|skip-?links?"
    r"|hreflang|language-?switcher|advert|adverts|advertisement|advertising|adsbygoogle|ad-?box"
    r"|ad-?slot|ad-?container|ad-?wrapper|googletag|author-?(?:bio|box|info)|byline|paywall-?offer"
)  # fmt: skip
_SKIP = re.compile(rf"-(?:{_by_first_letter(_SKIP_NAMES)})(?:$|[\d-])")
"""Of a name with a hyphen before it."""
_PROPERTY = re.compile(
    # What a block has or lacks is not what it is: `with_ajax_pagination`, `no-comments`.
    r"(?:^|-)(?:(?:with|without|has|have|no|hide|hides|hidden|show|shows|enabled?|disabled?)-"
    r"|widgets(?:-|$))"
)
_MENU_TOKENS = frozenset(
    {"menu", "nav", "navbar", "navigation", "ad", "ads", "header", "banner", "banner-item"}
)
_FOOTER = re.compile(r"(?:^|-)footer(?:$|-)")
_PART_FOOTER = re.compile(
    r"(?:article|post|entry|story|card|teaser|item|content|block|widget|section|single|box|list|body"
    r"|module|panel|modal|comment|table|author)-?\w*-?footer"
)
"""The foot of an article or a card, not of the page."""
_POST_NAV = re.compile(
    r"post-?s?-?nav|nav-?(?:posts?|links|previous|next|prev|single|article)(?![a-z])"
    r"|prev-?(?:and-?)?next|next-?prev|prev(?:ious)?-?(?:post|article|story)|next-?(?:post|article|story)(?!s(?:$|-))"
    r"|single-?nav|post-?pagination|article-?nav|story-?nav|entry-?nav|adjacent-?(?:post|entr)"
    r"|post-?link|(?:^|-)(?:pagination|paging|pager|pagi|pagenav)(?:$|-)"
)  # fmt: skip
_HINTS: tuple[tuple[Relation, re.Pattern[str]], ...] = (
    (
        "sponsored",
        re.compile(
            r"sponsor|promoted|publi-?(?:report|redac)|outbrain|taboola|partner-?content|advertorial|native-?(?:ads?|links?|promo)(?![a-z])|plista"
            r"|zergnet|revcontent|mgid|paid-?content|branded-?(?:content|post|stor)"
        ),
    ),
    (
        "also_read",
        re.compile(
            r"also-?read|read-?also|inline-?(?:related|promo|recirc|article|link-?card)"
            r"|lire-?aussi|lees-?ook|leia-?tambem|leggi-?anche|baca-?juga|see-?also|link-?card"
        ),
    ),
    (
        "popular",
        re.compile(
            r"popular|(?<![a-z])wpp-|most-?(?:read|viewed|shared|commented|visited|seen)|trending"
            r"|ranking|meist-?gelesen|mas-?leid|mais-?lid|plus-?lus|piu-?letti|lo-?mas|best-?read"
        ),
    ),
    (
        "featured",
        re.compile(
            r"featured-?(?:posts?|stories|news|articles)|top-?(?:stories|news|headlines)|editors?-?(?:picks?|choice)|do?nt-?miss"
            r"|highlights|pick-?ups?|must-?read|hand-?picked|osusume|spotlight|kacirma|one-?cikan"
        ),
    ),
    (
        "latest",
        re.compile(
            r"latest|recent-?(?:entries|posts?|stories|news|articles)|newest|breaking|news-?ticker|last-?news"
            r"|ultimas|ultimi|dernier|neueste|sidste|siste|more-?news|news-?(?:list|feed)|just-?in"
        ),
    ),
    (
        "related",
        re.compile(
            r"related|yarpp|relation-|recirc|recommend|similar|you-?may|also-?like|read-?next|onward"
            r"|further-?read|more-?on-?this|relacionad|verwandt|zum-?thema|more-?like|suggested"
        ),
    ),
)


_ANY_HINT = re.compile(_by_first_letter("|".join(pattern.pattern for _, pattern in _HINTS)))
_FILED = ("category-", "tag-", "tax-", "type-", "status-", "format-", "author-")
"""What content systems put before what a story is filed under."""
_CAMEL = re.compile(r"([a-z])([A-Z])")
_ROLES_SKIPPED = frozenset(
    {"navigation", "menu", "menubar", "menuitem", "search", "dialog", "banner"}
)
_TAGS_SKIPPED = frozenset({"form", "dialog", "noscript", "template", "select", "iframe", "svg"})


class Marks(NamedTuple):
    """What an element says of itself."""

    skip: bool
    post_nav: bool
    hint: Relation | None
    footer: bool = False
    """The foot of the page, by its name."""


_NO_MARKS = Marks(False, False, None)


class Zone(NamedTuple):
    """Where an element stands."""

    skip: bool = False
    """In a menu, a share bar, comments …: no stories there."""
    body: bool = False
    """In the article's body."""
    aside: bool = False
    """In a sidebar or the page's footer."""
    footer: bool = False
    within: bool = False
    """In article, main, section or aside: its header and footer are not the page's."""
    post_nav: HtmlElement | None = None
    """The block of post navigation around it."""
    hint: Relation | None = None
    """What the nearest class or id that tells says of the stories in it."""
    top: HtmlElement | None = None
    """The outermost element of the menu or the like around it."""


def _marks_of(element: HtmlElement, tag: str) -> Marks:
    get = element.get
    return marks(tag, get("class"), get("id"), get("role"))


@lru_cache(maxsize=4_096)
def marks(
    tag: str, classes: str | None, ident: str | None = None, role: str | None = None
) -> Marks:
    """What a tag, the names in its class and id, and its role tell.

    >>> marks("div", "td-post-next-prev").post_nav
    True
    >>> marks("aside", "widget most-read").hint
    'popular'
    """
    names = (classes or "")[:300].split()
    # Content systems print what a story is filed under as classes of its card.
    filed = tag in ("article", "li") or "hentry" in (classes or "")[:300]
    if ident:
        names += ident[:100].split()
    post_nav = skip = footer = False
    best = len(_HINTS)
    worded: Relation | None = None
    for name in names:
        of_name = _name_marks(name)
        if of_name is _NOTHING:
            continue
        if filed and of_name.filed:
            continue
        post_nav = post_nav or of_name.post_nav
        skip = skip or of_name.skip
        footer = footer or of_name.footer
        if of_name.hint < best:
            best = of_name.hint
        worded = worded or of_name.worded
    hint = _HINTS[best][0] if best < len(_HINTS) else worded
    skip = skip and not post_nav
    if tag == "nav" or role in _ROLES_SKIPPED:
        skip = skip or not (post_nav or hint)
    skip = skip or tag in _TAGS_SKIPPED
    if not (skip or post_nav or hint or footer):
        return _NO_MARKS
    return Marks(skip, post_nav, hint, footer)


class _NameMarks(NamedTuple):
    """What one name of a class or id tells."""

    skip: bool
    post_nav: bool
    hint: int
    """Index in `_HINTS`; their number if none fits."""
    worded: Relation | None
    filed: bool
    footer: bool


_NOTHING = _NameMarks(False, False, len(_HINTS), None, False, False)


@lru_cache(maxsize=4_096)
def _name_marks(name: str) -> _NameMarks:
    """Judged name by name: pages of all sites share most of them."""
    lower = name if name.islower() else _CAMEL.sub(r"\1-\2", name).lower()
    lower = lower.replace("_", "-")
    # Nearly all names tell nothing: each question is asked in the cheapest way that can deny it.
    hint = len(_HINTS)
    if _ANY_HINT.search(lower):
        hint = next(at for at, (_, pattern) in enumerate(_HINTS) if pattern.search(lower))
    skip = _SKIP.search("-" + lower) is not None
    post_nav = (
        "nav" in lower or "pag" in lower or "prev" in lower or "next" in lower
        or "post" in lower or "adjacent" in lower
    ) and _POST_NAV.search(lower) is not None  # fmt: skip
    if (skip or post_nav) and _PROPERTY.search(lower):
        skip = post_nav = False
    skip = skip or lower in _MENU_TOKENS
    parted = "-" in lower
    worded = phrase_in(lower) if parted and hint == len(_HINTS) else None
    if worded is not None and worded not in _BLOCK_RELATIONS:
        worded = None
    filed = parted and lower.startswith(_FILED)
    footer = (
        "footer" in lower and _FOOTER.search(lower) is not None and not _PART_FOOTER.search(lower)
    )
    if not (skip or post_nav or worded or filed or footer) and hint == len(_HINTS):
        return _NOTHING
    return _NameMarks(skip, post_nav, hint, worded, filed, footer)


class Zones:
    """The zones of one page, each element's found once."""

    def __init__(self, root: HtmlElement, container: HtmlElement | None) -> None:
        """container: the element of the article's body, None if unknown."""
        self._container = container
        self._known: dict[HtmlElement, Zone] = {root: Zone()}
        self.around: set[HtmlElement] = {root}
        """The ancestors of the body; they are the page, whatever their classes say."""
        self._after = _after_prose(container) if container is not None else frozenset()
        node = container.getparent() if container is not None else None
        while node is not None:
            self.around.add(node)
            node = node.getparent()
        self._telling = self.around | self._after | {container}
        """Elements that change the zone by their place alone."""
        self._mixed: set[HtmlElement] = set()
        """Menus and the like with blocks of stories in them."""

    def of(self, element: HtmlElement) -> Zone:
        """The zone that `element` makes for what it holds."""
        known = self._known
        found = known.get(element)
        if found is not None:
            return found
        parent = element.getparent()
        above = known.get(parent)
        if above is not None:
            # The usual case, as links are asked for in page order.
            if above.skip and element.tag not in _BLOCKS:
                return above
            found = known[element] = self._step(above, element)
            return found
        chain = [element]
        node: HtmlElement | None = parent
        while node is not None and node not in known:
            chain.append(node)
            node = node.getparent()
        zone = known[node] if node is not None else Zone()
        for inner in reversed(chain):
            if not zone.skip or inner.tag in _BLOCKS:
                zone = self._step(zone, inner)
            known[inner] = zone
        return zone

    def may_step(self, link: HtmlElement) -> bool:
        """Whether a link that says that it leads to the story before or after may do so: where
        links are passed over, in a `nav` of few that is named nothing."""
        zone = self.of(link)
        if not zone.skip:
            return True
        top = zone.top
        if top is None or top.tag != "nav" or _marks_of(top, "div").skip:
            return False
        return next(islice(top.iter("a"), _MOST_STEPS, None), None) is None

    def passed_over(self, element: HtmlElement) -> HtmlElement | None:
        """The menu or the like around an element, if all in it is passed over; None if not."""
        top = self.of(element).top
        if top is None or top in self._mixed:
            return None
        for block in top.iterdescendants(*_BLOCKS):
            if _own_hint(block, block.tag) is not None:
                self._mixed.add(top)
                return None
        return top

    def _step(self, zone: Zone, element: HtmlElement) -> Zone:
        tag = element.tag
        if zone.skip:
            hint = _own_hint(element, tag) if tag in _BLOCKS else None
            return zone if hint is None else Zone(aside=True, hint=hint)
        telling = element in self._telling
        if telling or tag == "body":
            if element in self.around or tag == "body":
                # a box of its own for headline and text is the story's, whatever its tag
                own_box = (
                    tag == "div"
                    and self._container is not None
                    and element is self._container.getparent()
                    and element.find("h1") is not None
                )
                return zone._replace(within=zone.within or tag in ("article", "main") or own_box)
            if element is self._container:
                return zone._replace(body=True, within=True, hint=None)
        get = element.get
        label = None
        if tag in _IN_LINE:
            # Their ids are numbers, their labels headlines.
            classes = get("class")
            if classes is None and not telling:
                return zone
            own = marks(tag, classes)
        else:
            ident, label = get("id"), get("aria-label")
            ident = ident.translate(_NO_DIGITS) if ident else None
            own = marks(tag, get("class"), ident, get("role"))
        if own is _NO_MARKS and label is None and tag in _PLAIN and not telling:
            return zone
        if telling and zone.body:
            zone = zone._replace(body=False)
        if own.skip and not (zone.post_nav is not None and tag == "nav"):
            return zone._replace(skip=True, top=element)
        if tag == "header" and not zone.within:
            return zone._replace(skip=True, top=element)
        hint = own.hint
        if hint is None:
            relation = whole(label) if label else None
            hint = relation if relation in _BLOCK_RELATIONS else None
        if hint and hint != zone.hint:
            zone = zone._replace(hint=hint)
        if own.post_nav and zone.post_nav is None and not zone.body:
            zone = zone._replace(post_nav=element)
        if (tag == "footer" or own.footer) and not zone.within:
            return zone._replace(footer=True, aside=True)
        if tag == "aside":
            return zone._replace(aside=True, within=True)
        if tag in ("article", "main", "section"):
            return zone._replace(within=True)
        return zone


def _own_hint(block: HtmlElement, tag: str) -> Relation | None:
    """What a block of stories is named that stands in a menu or the like; None if it is none. A
    sidebar that is named a menu holds more than one: "Most read" under links."""
    own = _marks_of(block, tag)
    return own.hint if own.hint in _BLOCK_RELATIONS and not own.skip else None


def _after_prose(container: HtmlElement) -> frozenset[HtmlElement]:
    """The elements of a body that come after its last paragraph, none inside another."""
    last = _last_prose(container, ("p", "blockquote", "li"))
    if last is None:
        last = _last_prose(container, ("div", "section", "span", "br", "td"))
    after = set()
    node = last
    while node is not None and node is not container:
        after.update(node.itersiblings())
        node = node.getparent()
    return frozenset(after)


def _last_prose(container: HtmlElement, tags: tuple[str, ...]) -> HtmlElement | None:
    for block in reversed(list(container.iterdescendants(*tags))):
        own = len((block.text or "").strip())
        for child in islice(block, _MAX_CHILDREN):
            if own >= _PROSE:
                break
            own += len((child.tail or "").strip())
            if child.tag in _INLINE:
                own += len((child.text or "").strip())
        wide = own >= 30 and not (block.text or "").isascii()
        if (own >= _PROSE or wide) and _is_told(block, container):
            return block
    return None


def _under_link(block: HtmlElement) -> bool:
    """Whether a heading that is one link stands right over a block of text: another's headline."""
    before = block.getprevious()
    if before is None or before.tag not in _CARD_HEADINGS:
        return False
    link = before[0] if len(before) == 1 and not (before.text or "").strip() else None
    return (
        link is not None
        and link.tag == "a"
        and (link.get("href") or "#")[0] != "#"
        and not (link.tail or "").strip()
    )


def _opens_with_link(item: HtmlElement) -> bool:
    """Whether an item of a list begins with a link in bold: a headline, a summary after it."""
    if (item.text or "").strip() or len(item) == 0 or item[0].tag not in ("b", "strong"):
        return False
    first = item[0]
    return not (first.text or "").strip() and len(first) == 1 and first[0].tag == "a"


def _is_told(block: HtmlElement, container: HtmlElement) -> bool:
    """Whether a block of text in a body belongs to the story itself."""
    if _under_link(block) or (block.tag == "li" and _opens_with_link(block)):
        return False
    node: HtmlElement | None = block
    for _ in range(12):
        if node is None or node is container:
            return True
        if node.tag in ("aside", "footer", "form", "nav", "a", "figure"):
            return False
        if node.tag == "article" and not _is_own(node):
            return False
        own = _marks_of(node, node.tag)
        if own.skip or own.hint:
            return False
        node = node.getparent()
    return True


def _is_own(article: HtmlElement) -> bool:
    """Whether an <article> in a body is the page's story, and no card or comment: it says so, has
    the headline in it, or several paragraphs."""
    if article.get("itemprop") == "articleBody" or next(article.iter("h1"), None) is not None:
        return True
    told = (p for p in islice(article.iter("p"), _MAX_CHILDREN) if len(p.text or "") >= _PROSE)
    return next(islice(told, _STORY - 1, None), None) is not None


_STORY = 3
"""Paragraphs of a story, at least."""
_PROSE = 60
"""Characters of a block that is prose."""
_BLOCK_RELATIONS = frozenset({"related", "popular", "featured", "latest", "sponsored"})
_MOST_STEPS = 4
"""Links of a `nav` that leads to the stories before and after: two to each."""
_MAX_CHILDREN = 500
"""Children of a block that are measured; prose shows itself in the first."""
_BLOCKS = frozenset({"ol", "ul", "section", "aside"})
"""Elements that can be a block of stories inside what is otherwise a menu."""
_IN_LINE = frozenset(
    {"a", "span", "p", "li", "b", "strong", "em", "h2", "h3", "h4", "h5", "tr", "td"}
)
_NO_DIGITS = str.maketrans("", "", "0123456789")
_PLAIN = frozenset({"div", "span", "p", "ul", "ol", "li", "a", "b", "strong", "h2", "h3", "h4"})
_CARD_HEADINGS = frozenset({"h2", "h3", "h4", "h5", "h6"})
_INLINE = frozenset({"b", "strong", "em", "i", "span", "u", "font", "q"})
