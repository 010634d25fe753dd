"""The fields of a story in JSON of any make: told by the words that their keys are made of."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from crawler.extract.page import clean

Node = Mapping[str, Any]

TITLES = (
    "headline", "title", "heading", "articletitle", "articleheadline", "webtitle", "displaytitle",
    "maintitle", "titletext", "headlinetext", "headlines", "longtitle", "posttitle", "storytitle",
)  # fmt: skip
ADDRESSES = (
    "canonicalurl", "url", "permalink", "link", "href", "webpageurl", "weburl", "path", "fullurl",
    "articleurl", "storyurl", "uri", "canonical", "relativeurl", "fullpath", "pathname", "route",
)  # fmt: skip
SLUGS = ("slug", "urlslug", "seoslug", "alias", "urlkey", "id", "uid", "uuid", "articleid", "cmsid")
PUBLISHED = (
    "datepublished", "publishedat", "firstpublishedat", "publisheddate", "publishdate",
    "publicationdate", "firstpublisheddate", "firstpublishdate", "publishedon", "published",
    "displaydate", "pubdate", "publishtime", "publishedtime", "datetime", "date", "createdat",
    "postdate", "webpublicationdate", "publicationtime", "creationdate", "timestamp", "dategmt",
)  # fmt: skip
MODIFIED = (
    "datemodified", "updatedat", "modifiedat", "lastupdated", "lastmodified", "modified", "updated",
    "lastupdateddate", "modifieddate", "updateddate", "updatedon", "lastupdatedat",
    "modificationdate", "modifiedgmt", "updatetime",
)  # fmt: skip
AUTHORS = (
    "authors", "author", "byline", "bylines", "writers", "writer", "creators", "creator",
    "contributors", "credits", "authorname", "reporter", "reporters", "journalists",
)  # fmt: skip
STANDFIRSTS = (
    "standfirst", "subtitle", "subheadline", "subheadlines", "dek", "deck", "lead", "lede",
    "description", "excerpt", "summary", "abstract", "intro", "introduction", "teaser",
    "subheading", "leadtext", "trailtext",
)  # fmt: skip
SECTIONS = (
    "section", "articlesection", "primarysection", "category", "primarycategory", "channel",
    "sections", "categories", "sectionname", "categoryname", "department", "rubric", "ressort",
)  # fmt: skip
TAGS = ("tags", "keywords", "topics")
IMAGES = (
    "image", "leadimage", "mainimage", "featuredimage", "heroimage", "mainmedia", "hero", "picture",
    "cover", "coverimage", "photo", "leadart", "promoimage", "thumbnail", "thumbnailurl", "images",
    "imageurl", "teaserimage", "featuredmedia", "promoitems", "leadmedia", "openingimage",
)  # fmt: skip
_NAMES = ("name", "fullname", "displayname", "title", "byline", "label", "text", "value")
_WORDS = (
    "rendered",
    "basic",
    "text",
    "value",
    "default",
    "main",
    "plain",
    "html",
    "content",
    "web",
)
_PICTURES = (
    "url",
    "src",
    "href",
    "originalurl",
    "sourceurl",
    "source",
    "path",
    "original",
    "large",
)
_LEFT = (
    "headline",
    "basic",
    "by",
    "data",
    "attributes",
    "node",
    "author",
    "lead",
    "leadart",
    "asset",
)
_BY = re.compile(r"^\s*by\s+", re.IGNORECASE)
_MOST = 50
_EPOCH = (300_000_000, 4_000_000_000)
_LONGEST = 1_000


def plain_key(key: object) -> str:
    """A key as its words alone: lower case, without what stands between them or in brackets (the
    arguments of a GraphQL field).

    >>> plain_key("firstPublished_at"), plain_key('image({"width":9})')
    ('firstpublishedat', 'image')
    """
    return re.sub(r"[^a-z0-9]", "", str(key).partition("(")[0].lower())[:40]


def by_key(node: Node) -> dict[str, tuple[str, Any]]:
    """Plain key → the key as it is written, and its value; those without one are left out."""
    found: dict[str, tuple[str, Any]] = {}
    for key, value in node.items():
        if value not in (None, "", [], {}):
            found.setdefault(plain_key(key), (str(key), value))
    return found


def text_at(value: Any, depth: int = 3) -> str:
    """The one string that a value stands for: itself, or what it has under a key that says so."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, Mapping) and depth:
        parts = by_key(value)
        for key in _WORDS:
            if key in parts and (text := text_at(parts[key][1], depth - 1)):
                return text
    return ""


def names_at(value: Any, depth: int = 4) -> list[str]:
    """The names that a value stands for."""
    if isinstance(value, str):
        name = _BY.sub("", clean(value))
        is_name = bool(name) and "/" not in name and len(name) <= 100
        return [name] if is_name else []
    if not depth:
        return []
    if isinstance(value, list):
        return list(
            dict.fromkeys(name for each in value[:_MOST] for name in names_at(each, depth - 1))
        )
    if isinstance(value, Mapping):
        parts = by_key(value)
        for key in _NAMES:
            if key in parts and isinstance(parts[key][1], str):
                return names_at(parts[key][1])
        first, last = (parts.get(key, ("", ""))[1] for key in ("firstname", "lastname"))
        if isinstance(first, str) and isinstance(last, str) and (first or last):
            return names_at(f"{first} {last}".strip())
        for key in _LEFT:
            if key in parts and (names := names_at(parts[key][1], depth - 1)):
                return names
    return []


def moment_at(value: Any) -> str:
    """The date that a value stands for, as it is written; seconds or milliseconds of the epoch as
    ISO 8601."""
    if isinstance(value, bool):
        return ""
    if isinstance(value, int | float):
        seconds = value / 1000 if value > 100 * _EPOCH[1] / 10 else value
        if _EPOCH[0] < seconds < _EPOCH[1]:
            return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
        return ""
    if isinstance(value, Mapping):
        parts = by_key(value)
        for key in ("iso", "utc", "value", "date", "datetime", "timestamp", "rendered"):
            if key in parts and not isinstance(parts[key][1], Mapping):
                return moment_at(parts[key][1])
        return ""
    text = clean(value) if isinstance(value, str) else ""
    if text.isdecimal() and len(text) in (10, 13):
        return moment_at(int(text))
    return text if any(c.isdigit() for c in text) and len(text) <= 60 else ""


def picture_at(value: Any, depth: int = 4) -> str:
    """The address of the picture that a value stands for, as it is written."""
    if isinstance(value, str):
        text = value.strip()
        begins = text.startswith(("http://", "https://", "/"))
        return text if begins and len(text) <= _LONGEST and " " not in text else ""
    if not depth:
        return ""
    if isinstance(value, list):
        found = (picture_at(each, depth - 1) for each in value[:3])
    elif isinstance(value, Mapping):
        parts = by_key(value)
        keys = (*_PICTURES, *IMAGES, *_LEFT, "sizes", "crops")
        found = (picture_at(parts[key][1], depth - 1) for key in keys if key in parts)
    else:
        return ""
    return next(filter(None, found), "")


def title_of(node: Node) -> tuple[str, str]:
    """The key and the text of an object's headline; ("", "") where it has none."""
    parts = by_key(node)
    for key in TITLES:
        if key in parts and (text := text_at(parts[key][1])) and len(text) <= 500:
            return parts[key][0], text
    return "", ""


def address_of(node: Node) -> str:
    """The address that an object names as its own, as it is written; "" where it names none."""
    parts = by_key(node)
    for key in ADDRESSES:
        if key not in parts:
            continue
        value = parts[key][1]
        if isinstance(value, Mapping):
            inner = by_key(value)
            value = next(
                (inner[k][1] for k in ("url", "href", "path", "canonical", "web") if k in inner), ""
            )
        if isinstance(value, str) and value.strip().startswith(("http://", "https://", "/")):
            return value.strip()[:2_000]
    return ""
