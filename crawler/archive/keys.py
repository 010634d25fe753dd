"""What addresses of one page share, as a number that an index keeps in eight bytes."""

from __future__ import annotations

from functools import lru_cache
from hashlib import blake2b

from crawler.urls import story_key


@lru_cache(maxsize=4_096)
def url_key(url: str) -> int:
    """A number that http and https, `www.` and none, with and without the last slash have in
    common.

    Two different pages share one by accident once in some billions; whoever finds an equal key
    compares the addresses.

    >>> url_key("http://www.a.example/x/") == url_key("https://a.example/x")
    True
    """
    return key_hash(story_key(url))


def key_hash(key: str) -> int:
    """The same of a key that `story_key` gives."""
    return _number(key)


def card_hash(
    url: str, title: str | None, excerpt: str | None, image_url: str | None,
    published_raw: str | None,
) -> int:  # fmt: skip
    """A number for what a link shows; whoever finds an equal one compares what it is of."""
    return _number("\n".join(map(str, (url, title, excerpt, image_url, published_raw))))


def _number(text: str) -> int:
    digest = blake2b(text.encode("utf-8", "replace"), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)
