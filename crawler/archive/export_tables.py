"""The tables that a corpus is given out as: their columns, what each means, and the SQL of each.

Names, kinds and order are a promise to those who read such files: a column may be added at the end
of its table, and none changes or goes without a new major version.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

Kind = Literal[
    "text", "integer", "number", "boolean", "day", "moment", "texts", "records", "object"
]
"""What a value is. day: a date without a time. moment: a point in time, UTC. texts: a list of text.
records: a list of records with fields of their own. object: JSON of any form."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table."""

    name: str
    kind: Kind
    sql: str
    """What gives its value: text, integer or real; JSON for texts, records and object."""
    meaning: str
    """A sentence for those who read the file and nothing else."""
    fields: tuple[Column, ...] = ()
    """Of records."""
    names_few: bool = False
    """Its values are few and often the same: they may be kept once, and pointed to."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table: a row for each thing of one sort."""

    name: str
    row: str
    """What a row is: a noun phrase."""
    columns: tuple[Column, ...]
    source: str
    """FROM … WHERE …, of stories in the temporary table `_chosen` (position, article_id) or of
    captures in `_chosen_captures` (position, capture_id), in its order. The SQL function
    `reserved_terms` is registered by `exported.look_with`."""
    key: tuple[str, ...]
    """Columns that tell each row from all others, none of which is ever empty; none: there are no
    such."""
    month: str
    """SQL: year and month of a row, `2026-01`, as far as they are known, or NULL. Rows of one
    newspaper and month come one after another."""

    def column(self, name: str) -> Column:
        """Raises KeyError."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)


def _moment(value: str, precision: str) -> str:
    """SQL: a story's date as a point in time; NULL where the page tells no more than the day."""
    return f"CASE WHEN {precision} IN ('second', 'minute') THEN {value} END"


def _named(*names: str) -> str:
    return ", ".join(f"'{name}', {name}" for name in names)


def _list(fields: str, query: str) -> str:
    return f"(SELECT json_group_array(json_object({fields})) FROM ({query}))"  # noqa: S608


# The capture with the page itself: of a revisit, that which it repeats.
_PAGE = (
    " CROSS JOIN captures seen ON seen.id = r.capture_id"
    " CROSS JOIN captures page ON page.id = ifnull(seen.refers_to_id, seen.id)"
)
_OF_CHOSEN = (
    "FROM temp._chosen chosen CROSS JOIN articles a ON a.id = chosen.article_id"
    " CROSS JOIN sites s ON s.id = a.site_id"
)
_CURRENT = f"{_OF_CHOSEN} CROSS JOIN revisions r ON r.id = a.revision_id"
_TOLD = "ifnull(a.published_day, r.published_at)"

_URL = Column("url", "text", "a.url", "The story's address: the canonical one, where its page names"
              " one. It is the key by which other tables mean this story.")  # fmt: skip
_SITE = Column("site", "text", "s.host", "Host of the newspaper, without www.", names_few=True)

_RECORD = (
    Column("fetched_at", "moment", "seen.fetched_at",
           "When the page that this row was read from was fetched, UTC."),
    Column("warc_file", "text", "page.warc_file",
           "The WARC file, in the archive's folder warc/, that holds this page.", names_few=True),
    Column("warc_offset", "integer", "page.warc_offset", "Where its record begins, in bytes."),
    Column("warc_length", "integer", "page.warc_length", "Compressed length of its record, bytes."),
    Column("record_id", "text", "page.record_id", "Its WARC-Record-ID."),
    Column("payload_digest", "text", "page.payload_digest",
           "Digest of the page as it came over the network, as its WARC record has it."),
    Column("content_digest", "text", "r.content_digest",
           "SHA-256 of what was read from the page; it differs where anything read does."),
    Column("extractor", "text", "r.extractor", "Version of the program that read the page.",
           names_few=True),
)  # fmt: skip

_IMAGES = Column(
    "images", "records",
    _list(
        _named("url", "role", "alt", "caption", "width", "height", "media_type", "bytes",
               "pixel_width", "pixel_height", "record_id"),
        "SELECT i.url, i.role, i.alt, i.caption, i.width, i.height, p.media_type, p.bytes,"
        " p.width AS pixel_width, p.height AS pixel_height, c.record_id FROM images i"
        " LEFT JOIN urls u ON u.url = i.url LEFT JOIN pictures p ON p.url_id = u.id"
        " LEFT JOIN captures c ON c.id = p.capture_id"
        " WHERE i.revision_id = r.id ORDER BY i.role = 'body', i.position",
    ),
    "Pictures of the story, the lead picture first.",
    (
        Column("url", "text", "", "Its address."),
        Column("role", "text", "", "lead or body."),
        Column("alt", "text", "", "Its text for those who cannot see it."),
        Column("caption", "text", "", "The caption shown."),
        Column("width", "integer", "", "In pixels, as the page tells."),
        Column("height", "integer", "", "In pixels, as the page tells."),
        Column("media_type", "text", "", "Of the archived picture, by its bytes; null where it is"
               " not archived, as what follows."),
        Column("bytes", "integer", "", "Its size."),
        Column("pixel_width", "integer", "", "Its width in pixels."),
        Column("pixel_height", "integer", "", "Its height in pixels."),
        Column("record_id", "text", "", "WARC-Record-ID of its capture."),
    ),
)  # fmt: skip
_LINKS = Column(
    "links", "records",
    _list(
        _named("relation", "label", "position", "url", "title", "story_url"),
        "SELECT b.relation, b.label, l.position, k.url, k.title,"
        " (SELECT o.url FROM articles o WHERE o.id = l.to_article_id) AS story_url"
        " FROM _links l JOIN _link_blocks b ON b.id = l.block_id"
        " JOIN _link_cards k ON k.id = l.card_id WHERE l.revision_id = r.id"
        " ORDER BY b.relation, b.label, l.position, l.id",
    ),
    "The linked stories that its page shows.",
    (
        Column("relation", "text", "", "previous, next, also_read, inline, related, latest,"
               " popular, featured or sponsored."),
        Column("label", "text", "", "The visible heading of the block, word for word."),
        Column("position", "integer", "", "Order in the block, from 1."),
        Column("url", "text", "", "Address of the linked story, as the page has it."),
        Column("title", "text", "", "The headline shown for it."),
        Column("story_url", "text", "", "The linked story's `url` in this archive, if it is"
               " archived."),
    ),
)  # fmt: skip

_READ = (
    Column("title", "text", "r.title", "Headline."),
    Column("authors", "texts", "r.authors", "Authors in the byline's order."),
    Column("published_at", "text", "r.published_at", "Publication date as the page tells it, ISO"
           " 8601, never finer than published_precision; with offset where the page states one."),
    Column("published_precision", "text", "r.published_precision",
           "How exact published_at is: second, minute, day, month or year.", names_few=True),
)  # fmt: skip
_READ_TOO = (
    Column("modified_at", "text", "r.modified_at",
           "When the page says it was last changed, ISO 8601."),
    Column("modified_precision", "text", "r.modified_precision",
           "How exact modified_at is: second, minute, day, month or year.", names_few=True),
    Column("read_time_minutes", "integer", "r.read_time_minutes",
           "Minutes to read: as the page shows, else estimated from the length."),
    Column("read_time_shown", "boolean", "r.read_time_shown",
           "Whether the page shows the read time; else it is our estimate."),
    Column("section", "text", "r.section", "The newspaper's section, as shown.", names_few=True),
    Column("tags", "texts", "r.tags", "Tags as shown."),
    Column("language", "text", "r.language", "BCP 47 tag: en, de-AT …", names_few=True),
    Column("word_count", "integer", "r.word_count",
           "Words of body_text; characters in scripts without spaces."),
    Column("standfirst", "text", "r.standfirst", "The summary under the headline."),
    Column("body_text", "text",
           "(SELECT t.body_text FROM revision_texts t WHERE t.revision_id = r.id)",
           "The story as plain text, a blank line between paragraphs."),
)  # fmt: skip
_ACCESS = Column(
    "access", "text", "{0}.access",
    "teaser: only the opening was shown; full: the page says that it shows the whole story; empty:"
    " nothing is known.", names_few=True,
)  # fmt: skip
_CONFIDENCE = Column(
    "confidence", "number",
    "CAST(round(r.body_confidence * r.authors_confidence * r.published_confidence, 2) AS REAL)",
    "How likely it is that text, authors and date of publication are all right, from 0 to 1, by the"
    " evidence of the page.",
)  # fmt: skip
_SOURCES = Column(
    "sources", "object",
    "(SELECT t.sources FROM revision_texts t WHERE t.revision_id = r.id)",
    "Of each value, the words of the page that it was read from and where they stood.",
)  # fmt: skip
_RESERVED = (
    Column("reserved", "texts", "reserved_terms({0}.reservations)", "What the page or its newspaper"
           " reserves, in a word each: tdm, noarchive, train-ai … It says nothing on what may be"
           " fetched."),
    Column("reservations", "object", "ifnull({0}.reservations, '[]')",
           "All that they say of rights, and where."),
)  # fmt: skip


def _with(column: Column, table: str) -> Column:
    return Column(column.name, column.kind, column.sql.format(table), column.meaning,
                  column.fields, column.names_few)  # fmt: skip


_SEEN_RESERVED = tuple(_with(column, "seen") for column in _RESERVED)

RESERVED_EVER = (
    "(SELECT json_group_array(value) FROM (SELECT DISTINCT j.value FROM ("
    "SELECT k.reservations FROM urls u CROSS JOIN captures k ON k.url_id = u.id"
    " WHERE u.article_id = a.id AND k.reservations IS NOT NULL"
    " UNION SELECT k.reservations FROM revisions v CROSS JOIN captures k ON k.id = v.capture_id"
    " WHERE v.article_id = a.id AND k.reservations IS NOT NULL) said"
    " CROSS JOIN json_each(reserved_terms(said.reservations)) j ORDER BY 1))"
)
"""SQL: a JSON list of what any capture of a story `a` reserves: a page that was free when its text
was read may be reserved since, with not a word of it changed."""
_STORY_RESERVED = (
    Column("reserved", "texts", RESERVED_EVER, "What the page or its newspaper reserved at any"
           " fetch of the story, in a word each: tdm, noarchive, train-ai … It says nothing on what"
           " may be fetched."),
    Column("reservations", "object", _SEEN_RESERVED[1].sql, "All that they said of rights when the"
           " page that this row was read from was fetched, and where."),
)  # fmt: skip

STORIES = Table(
    "stories", "a story, in its newest revision",
    (
        _URL, _SITE, *_READ,
        Column("published_utc", "moment", _moment("a.published_utc", "r.published_precision"),
               "The moment of publication in UTC; taken as UTC where the page states no offset."
               " Empty where the page tells no more than the day."),
        Column("published_day", "day", "a.published_day", "The day of publication in the"
               " newspaper's own time zone. Empty where the page states no day."),
        *_READ_TOO,
        Column("image_url", "text", "(SELECT i.url FROM images i WHERE i.revision_id = r.id"
               " AND i.role = 'lead' ORDER BY i.position LIMIT 1)", "Address of the lead picture."),
        _IMAGES, _LINKS,
        _with(_ACCESS, "a"), _CONFIDENCE,
        Column("revisions", "integer", "a.revisions", "How many revisions of it are kept."),
        Column("first_captured_at", "moment", "a.first_captured_at",
               "When the story was first archived, UTC."),
        Column("last_captured_at", "moment", "a.last_captured_at",
               "When its page was last fetched with the story on it, UTC."),
        Column("gone_at", "moment", "a.gone_at",
               "When its page was last found gone, UTC; empty while it is there."),
        *_RECORD, *_STORY_RESERVED, _SOURCES,
    ),
    f"{_CURRENT}{_PAGE} ORDER BY chosen.position", ("url",), f"substr({_TOLD}, 1, 7)",
)  # fmt: skip

REVISIONS = Table(
    "revisions", "a revision of a story: one state of its text",
    (
        _URL, _SITE,
        Column("number", "integer", "r.number", "Number of the revision, from 1, in the order in"
               " which they were stored."),
        Column("is_newest", "boolean", "r.id = a.revision_id",
               "Whether the table stories shows this one."),
        Column("change", "text", "r.change", "What made it: edit, typography, or completed (the one"
               " before was of a page that was cut short).", names_few=True),
        Column("cause", "text", "r.cause", "What differs from the one before: page, extractor, or"
               " either.", names_few=True),
        *_READ, *_READ_TOO, _IMAGES, _LINKS, _with(_ACCESS, "r"), _CONFIDENCE, *_RECORD,
        *_SEEN_RESERVED, _SOURCES,
    ),
    f"{_OF_CHOSEN} CROSS JOIN revisions r ON r.article_id = a.id{_PAGE}"  # noqa: S608
    " WHERE r.id NOT IN (SELECT revision_id FROM taken_back)"
    " ORDER BY chosen.position, r.number",
    ("url", "number"),
    "(SELECT substr(ifnull(a.published_day, n.published_at), 1, 7) FROM revisions n"
    " WHERE n.id = a.revision_id)",
)  # fmt: skip

LINKS = Table(
    "links", "a link that a story's page shows to another story, in the newest revision",
    (
        _URL, _SITE,
        Column("relation", "text", "b.relation", "previous, next, also_read, inline, related,"
               " latest, popular, featured or sponsored.", names_few=True),
        Column("label", "text", "b.label", "The visible heading of the block, word for word.",
               names_few=True),
        Column("position", "integer", "l.position", "Order in the block, from 1."),
        Column("to_url", "text", "k.url", "Address of the linked story, as the page has it."),
        Column("to_story_url", "text", "(SELECT o.url FROM articles o WHERE o.id ="
               " l.to_article_id)", "The linked story's url in the table stories, if it is"
               " archived."),
        Column("title", "text", "k.title", "The headline shown for it."),
        Column("excerpt", "text", "k.excerpt", "The text shown under that."),
        Column("image_url", "text", "k.image_url", "The picture shown with it."),
        Column("published_raw", "text", "k.published_raw", "The date shown with it, word for"
               " word."),
        Column("first_seen_at", "moment",
               "(SELECT c.fetched_at FROM captures c WHERE c.id = l.first_capture_id)",
               "When the link was first seen on this revision's page, UTC."),
        Column("last_seen_at", "moment",
               "(SELECT c.fetched_at FROM captures c WHERE c.id = l.last_capture_id)",
               "When it was last seen there, UTC."),
    ),
    f"{_CURRENT} CROSS JOIN _links l ON l.revision_id = r.id"
    " CROSS JOIN _link_blocks b ON b.id = l.block_id CROSS JOIN _link_cards k ON k.id = l.card_id"
    " ORDER BY chosen.position, b.relation, b.label, l.position, l.id",
    (),
    f"substr({_TOLD}, 1, 7)",
)  # fmt: skip

CAPTURES = Table(
    "captures", "a fetch of an address, with its WARC record",
    (
        Column("record_id", "text", "c.record_id", "The WARC-Record-ID of its record."),
        Column("requested_url", "text", "c.url", "The address that was fetched."),
        _SITE,
        Column("url", "text", "(SELECT a.url FROM articles a WHERE a.id = u.article_id)",
               "The story that is at that address, as the table stories has it; empty where none"
               " is."),
        Column("role", "text", "u.role", "What the address is for: home, robots, sitemap, feed,"
               " wordpress or page.", names_few=True),
        Column("fetched_at", "moment", "c.fetched_at", "When it was fetched, UTC."),
        Column("status", "integer", "c.status", "HTTP status of the response."),
        Column("content_type", "text", "c.content_type", "Its media type.", names_few=True),
        Column("location", "text", "c.location", "Where it redirects to."),
        Column("payload_digest", "text", "c.payload_digest", "Digest of its body."),
        Column("payload_bytes", "integer", "c.payload_bytes", "Length of its body, bytes."),
        Column("record_type", "text", "c.record_type", "response; or revisit, whose body is that of"
               " an earlier capture.", names_few=True),
        Column("refers_to", "text", "(SELECT o.record_id FROM captures o WHERE o.id ="
               " c.refers_to_id)", "The record that a revisit repeats."),
        Column("truncated", "text", "c.truncated", "Why the body is cut short (WARC-Truncated);"
               " empty: it is whole.", names_few=True),
        Column("warc_file", "text", "c.warc_file", "The WARC file, in the archive's folder warc/.",
               names_few=True),
        Column("warc_offset", "integer", "c.warc_offset", "Where the record begins, in bytes."),
        Column("warc_length", "integer", "c.warc_length", "Its compressed length, bytes."),
        *(_with(column, "c") for column in _RESERVED),
    ),
    "FROM temp._chosen_captures chosen CROSS JOIN captures c ON c.id = chosen.capture_id"
    " CROSS JOIN urls u ON u.id = c.url_id CROSS JOIN sites s ON s.id = u.site_id"
    " ORDER BY chosen.position",
    ("record_id",), "substr(c.fetched_at, 1, 7)",
)  # fmt: skip

TABLES = {table.name: table for table in (STORIES, REVISIONS, LINKS, CAPTURES)}

_NEIGHBOURS = Column(
    "neighbours", "records",
    _list(
        _named("relation", "url", "title", "story_url", "story_title", "story_site", "story_day"),
        "SELECT b.relation, k.url, k.title, o.url AS story_url, n.title AS story_title,"
        " z.host AS story_site, ifnull(o.published_day, n.published_at) AS story_day"
        " FROM _links l JOIN _link_blocks b ON b.id = l.block_id"
        " JOIN _link_cards k ON k.id = l.card_id LEFT JOIN articles o ON o.id = l.to_article_id"
        " AND EXISTS (SELECT 1 FROM temp._chosen c WHERE c.article_id = o.id)"
        " LEFT JOIN revisions n ON n.id = o.revision_id LEFT JOIN sites z ON z.id = o.site_id"
        " WHERE l.revision_id = r.id"
        " AND b.relation IN ('previous', 'next', 'also_read', 'related')"
        " ORDER BY CASE b.relation WHEN 'previous' THEN 1 WHEN 'next' THEN 2"
        " WHEN 'also_read' THEN 3 ELSE 4 END, l.position, l.id",
    ),
    "The stories that its newspaper ties to this one, with what the name of their own page is made"
    " of where they are chosen too.",
)  # fmt: skip

_MARKDOWN_PARTS = Column(
    "body_markdown_parts", "text",
    "(SELECT t.markdown_parts FROM revision_texts t WHERE t.revision_id = r.id)",
    "What crawler.archive.texts makes the Markdown of.",
)  # fmt: skip

STORY_PAGES = Table(
    "stories", STORIES.row,
    (
        *(column for column in STORIES.columns if column.name not in ("links", "sources")),
        Column("day", "text", _TOLD, "Its day of publication, as far as it is known."),
        _MARKDOWN_PARTS,
        _NEIGHBOURS,
    ),
    STORIES.source, STORIES.key, STORIES.month,
)  # fmt: skip
"""Stories for those who write a page of each: with what its Markdown is made of."""


def _only(table: Table, *names: str) -> Table:
    return replace(table, columns=tuple(table.column(name) for name in names))


SHARED_STORIES = Table(
    "stories", STORIES.row,
    (
        Column("id", "integer", "chosen.position", "Number of the story in this file."),
        *(column for column in STORIES.columns if column.name not in ("links", "sources")),
    ),
    STORIES.source, ("id",), STORIES.month,
)  # fmt: skip
SHARED_LINKS = Table(
    "links", LINKS.row,
    (
        Column("story_id", "integer", "chosen.position", "The story that shows the link."),
        *(LINKS.column(name) for name in ("relation", "label", "position", "title")),
        Column("to_story_id", "integer", "linked.position", "The linked story, if it is in this"
               " file."),
        Column("to_url", "text", "CASE WHEN linked.position IS NULL THEN k.url END", "Its address"
               " where it is not."),
    ),
    LINKS.source.replace(
        " ORDER BY",
        " LEFT JOIN temp._chosen linked ON linked.article_id = l.to_article_id ORDER BY",
    ),
    (), LINKS.month,
)  # fmt: skip
"""Stories and their links for a file to share, in which the addresses of a hundred links a story
would be most of it: links say the numbers of stories."""

STORY_CITATIONS = _only(
    STORIES, "url", "site", "title", "authors", "published_at", "language", "fetched_at",
    "record_id", "payload_digest",
)  # fmt: skip
"""Stories for those who cite them."""
_NOT_IN_TEXTS = {"sources", "reservations", "confidence"}
STORY_TEXTS = Table(
    "stories", STORIES.row,
    (
        *(column for column in STORIES.columns if column.name not in _NOT_IN_TEXTS),
        _MARKDOWN_PARTS,
        Column("changes", "records",
               _list(_named("number", "captured_at", "change", "cause"),
                     "SELECT * FROM revisions WHERE article_id = a.id AND id NOT IN"
                     " (SELECT revision_id FROM taken_back) ORDER BY number"),
               "Its revisions.",
               (
                   Column("number", "integer", "", "From 1, in the order in which they were"
                          " stored."),
                   Column("captured_at", "moment", "", "When its page was fetched, UTC."),
                   Column("change", "text", "", "What made it."),
                   Column("cause", "text", "", "What differs from the one before."),
               )),
    ),
    STORIES.source, STORIES.key, STORIES.month,
)  # fmt: skip
"""Stories for those who write a text of each, with its history."""
