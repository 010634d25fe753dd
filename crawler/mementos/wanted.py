"""Which listed captures are fetched, and which links of front pages are looked up."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from crawler.discover import story_urls
from crawler.mementos.cdx import Listed
from crawler.reservations import is_site_wide

_PAGES = re.compile(
    r"(?:text/html|application/xhtml\+xml|warc/revisit|unk|text/plain)\b", re.IGNORECASE
)


def is_wanted(listed: Listed) -> bool:
    """Whether a capture may be of a page, or says what its host reserves.

    >>> is_wanted(Listed("http://a.example/1", "20100101000000", 404, "text/html"))
    False
    """
    if listed.status is not None and not 200 <= listed.status < 400:
        return False
    if is_site_wide(listed.url):
        return True
    said = listed.content_type
    is_moved = listed.status is not None and listed.status >= 300
    is_html = said is None or is_moved or bool(_PAGES.match(said))
    return is_html and (story_urls.is_page(listed.url) or urlsplit(listed.url).path in ("", "/"))


def may_be_own_story(url: str, says: str) -> bool:
    """Whether a link of a front page or a section's leads to a story, by its address and by what it
    says, as `LINK_WORDS` has it."""
    if not story_urls.is_page(url) or story_urls.is_service(url):
        return False
    return says == "h" and story_urls.priority(url) > 0
