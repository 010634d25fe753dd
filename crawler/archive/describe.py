"""What each table, view and column of an archive means; kept in the archive itself."""

from __future__ import annotations

from sqlite_utils import Database

from crawler.archive import describe_history
from crawler.archive.describe_analysis import ANALYSIS
from crawler.archive.describe_frontier import FRONTIER
from crawler.archive.describe_mementos import MEMENTOS
from crawler.archive.describe_own import OWN
from crawler.archive.describe_takedowns import TAKEN_OUT

DESCRIPTIONS: dict[str, dict[str, str]] = {
    "stories": {
        "": "Start here. One row per article, in its newest revision.",
        "id": "The article's key: articles.id.",
        "url": "The article's address: the canonical one, where the page names one.",
        "site": "Host of the newspaper, without www.",
        "title": "Headline.",
        "authors": "Authors in the byline's order, joined by commas. One by one in"
        " article_authors.",
        "published_at": "Publication date, ISO 8601, never finer than published_precision; with"
        " offset where the page states one.",
        "published_utc": "The same in UTC, equally exact: sort by this. Taken as UTC where the page"
        " states no offset.",
        "published_day": "The day of publication in the newspaper's own time zone, as published_at"
        " has it. Where that is in UTC, in the zone that other stories of those days tell; in UTC"
        " where none does. NULL where the page states no day.",
        "published_precision": "How exact published_at is: second, minute, day, month or year.",
        "modified_at": "When the page says it was last changed, ISO 8601.",
        "read_time_minutes": "Minutes to read: as the page shows, else estimated from the length.",
        "read_time_shown": "1 if the page shows the read time, 0 if it is our estimate.",
        "section": "The newspaper's section, as shown.",
        "tags": "Tags as shown, joined by commas. One by one in article_tags.",
        "language": "BCP 47 tag: en, de-AT …",
        "word_count": "Words in body_text; characters in scripts without spaces.",
        "standfirst": "The summary under the headline.",
        "body_text": "The story as plain text, a blank line between paragraphs.",
        "image_url": "Address of the lead picture.",
        "first_captured_at": "When the article was first archived, UTC.",
        "last_captured_at": "When its page was last fetched with the story on it, UTC.",
        "revisions": "How many revisions are kept. More than 1 does not prove an edit (for that see"
        " edited_stories): one may differ in typography alone, or complete a truncated text.",
        "gone_at": "When its page was last found gone, UTC; NULL while it is there. The history is"
        " in story_events.",
        "access": "teaser: at the last visit only the opening was shown; full: the page says that"
        " it shows the whole story; NULL where nothing is known.",
        "text_captured_at": "When the text of this row was fetched, UTC: that of the last good"
        " revision, or of the most complete one where only a teaser is shown now.",
        "confidence": "How likely it is that text, authors and date of publication are all right,"
        " from 0 to 1, by the evidence of the page; NULL for revisions written before version 0.3.",
        "rowid": "The same as id, by the name that tools join the full-text index by.",
    },
    "story_links": {
        "": "Links between stories: the linked stories of each article's newest revision.",
        "article_id": "The article whose page shows the link.",
        "from_url": "Its address.",
        "from_title": "Its headline.",
        "relation": "previous, next, also_read, inline, related, latest, popular, featured or"
        " sponsored.",
        "label": "The visible heading of the block, word for word.",
        "position": "Order in the block, from 1.",
        "title": "The headline shown for the linked story.",
        "excerpt": "The text shown under it.",
        "to_url": "Address of the linked story.",
        "to_article_id": "That article, if it is archived: found by its address, another spelling"
        " of it, a redirect, or its canonical address.",
        "first_seen_at": "When the link was first seen on this revision's page, UTC.",
        "last_seen_at": "When it was last seen there.",
    },
    "story_graph": {
        "": "The graph: links between stories, over all revisions, each link once.",
        "from_article_id": "The article whose pages show the link.",
        "from_url": "Its address.",
        "from_title": "Its headline.",
        "from_published_at": "Its publication date.",
        "from_site": "Its newspaper.",
        "relation": "previous, next, also_read, inline, related, latest, popular, featured or"
        " sponsored.",
        "label": "The visible heading of the block, word for word.",
        "position": "Best place in the block, from 1.",
        "to_article_id": "The article linked to; NULL where it is not archived.",
        "to_url": "Its address; as linked where it is not archived.",
        "to_title": "Its headline; as the link shows it where it is not archived.",
        "to_published_at": "Its publication date; NULL where it is not archived.",
        "to_site": "Its newspaper.",
        "to_key": "What all addresses of the linked story share.",
        "to_archived": "1 if it is archived, else 0.",
        "first_seen_at": "When the link was first seen, UTC.",
        "last_seen_at": "When it was last seen.",
        "from_published_day": "The day of publication of the article whose pages show the link.",
        "to_published_day": "The day of publication of the article linked to; NULL where it is not"
        " archived.",
    },
    "missing_stories": {
        "": "Stories that are linked from archived ones but not archived, most linked first.",
        "url": "Address, as linked.",
        "site": "Host of the newspaper.",
        "title": "A headline that a link to it shows.",
        "linked_by": "How many archived articles link to it.",
        "relations": "The relations of these links, joined by commas.",
        "first_seen_at": "When a link to it was first seen, UTC.",
        "last_seen_at": "When it was last seen.",
        "state": "The state of the URL (urls.state); NULL where it was never queued.",
        "reason": "Why it is in that state.",
        "reason_code": "reason as a code, to compare and count by; docs/schema.md lists all codes.",
    },
    "most_linked": {
        "": "All stories that others link to, archived or not, most linked first.",
        "article_id": "The article; NULL where it is not archived.",
        "url": "Its address.",
        "site": "Host of the newspaper.",
        "title": "Headline.",
        "published_at": "Publication date; NULL where it is not archived.",
        "linked_by": "How many archived articles link to it.",
        "relations": "The relations of these links, joined by commas.",
        "first_seen_at": "When a link to it was first seen, UTC.",
        "last_seen_at": "When it was last seen.",
    },
    "story_revisions": {
        "": "Every revision of every article, with the WARC record that it was read from.",
        "article_id": "The article.",
        "url": "Its address.",
        "number": "1 for the first revision archived.",
        "captured_at": "When it was fetched, UTC.",
        "title": "Its headline.",
        "published_at": "Its publication date.",
        "modified_at": "When the page says it was last changed.",
        "word_count": "Its length in words.",
        "warc_file": "File in the archive's warc folder.",
        "warc_offset": "Where the record begins in it, in bytes.",
        "extractor": "The version of the extractor that read it.",
        "body_text": "Plain text, a blank line between blocks.",
        "body_markdown": "CommonMark, with links, emphasis and figures.",
        "sources": "JSON object: for each field, where on the page its value was found (source)"
        " and the text found there (text).",
    },
    "not_archived": {
        "": "URLs that did not become stories in this archive, each with its reason.",
        "url": "The address.",
        "site": "Host of the newspaper.",
        "role": "What it was fetched as.",
        "state": "failed, retry, gone, excluded, or done for a page that is not an article.",
        "reason": "Why.",
        "attempts": "How many times it was visited.",
        "visited_at": "When it was last visited, UTC.",
        "linked_from": "The page or file that named it.",
        "reason_code": "reason as a code, to compare and count by; docs/schema.md lists all codes.",
        "reason_subject": "What the code is about: a status, an address, a detail.",
    },
    "site_summary": {
        "": "One row per newspaper: what the archive has of it.",
        "site": "Host.",
        "home_url": "Its home page.",
        "articles": "Articles archived.",
        "first_published_at": "Earliest publication date.",
        "last_published_at": "Latest publication date.",
        "last_captured_at": "When a story was last fetched, UTC.",
        "revised": "Articles with more than one revision.",
        "gone": "Articles whose page is gone.",
        "queued": "URLs known and not fetched yet, including those claimed by a run.",
        "failed": "URLs that could not be fetched, not counting guessed addresses of sitemaps and"
        " feeds that do not exist.",
    },
    "runs": {
        "": "One row per execution of a spider.",
        "id": "Key.",
        "spider": "Name of the spider.",
        "arguments": "Its arguments, as a JSON object.",
        "software": "Program and version.",
        "started_at": "UTC.",
        "finished_at": "UTC; NULL while it runs, or if it was killed.",
        "outcome": "finished; max_pages (more is queued); unreachable (a home page, or all"
        " addresses); blocked (the same, because the server refused us or shows a wall); partly"
        " (some of the addresses); shutdown (Ctrl-C, SIGTERM), or another reason why it ended"
        " early; NULL while it runs, or if it was killed.",
        "captures": "HTTP exchanges kept.",
        "new_articles": "Articles that were not in the archive before.",
        "new_revisions": "New revisions of articles that were.",
        "unchanged_articles": "Articles fetched and found unchanged.",
        "failures": "URLs that could not be fetched.",
        "uuid": "Identifies the run in its WARC files (warcinfo, isPartOf).",
        "bytes": "Bytes of the bodies that were received, as sent.",
        "seconds": "How long it took; NULL while it runs, or if it was killed.",
        "exit_code": "That of its command; NULL while it runs, or if it was killed.",
        "visits": "Visits by what was asked for and what became of it, as a JSON object:"
        ' {"page": {"done": 12}}.',
        "settings_digest": "sha256 of all settings that are not Scrapy's own: equal for runs that"
        " are set up alike.",
        "versions": "Versions of Python, Scrapy, SQLite and the extractor, as a JSON object.",
    },
    "run_papers": {
        "": "What each run came to, newspaper by newspaper; hosts below a newspaper's own count as"
        " its own.",
        "run_id": "The run.",
        "site_id": "The newspaper: sites.id.",
        "paper": "Its name in hemeroteca.toml, else its host.",
        "since": "Only stories published since were asked for; NULL for any.",
        "until": "Only stories published until then; NULL for any.",
        "captures": "HTTP exchanges kept.",
        "new_articles": "Articles that were not in the archive before.",
        "new_revisions": "New revisions of articles that were.",
        "unchanged_articles": "Articles fetched and found unchanged.",
        "failures": "URLs that could not be fetched.",
        "bytes": "Bytes of the bodies that were received, as sent.",
        "outcome": "As in runs: finished, unreachable, blocked …; NULL if the run did not end, and"
        " for sites that it was not sent for.",
        "reason": "Why its home page could not be archived, if so.",
        "reason_code": "The same as a code.",
        "reason_subject": "What the code is about: a status, a verdict …",
    },
    "captures": {
        "": "HTTP exchanges, each kept as a record in WARC. Never changed, never deleted.",
        "id": "Key.",
        "url": "What was fetched.",
        "url_id": "Its row in urls.",
        "run_id": "The run that fetched it.",
        "fetched_at": "When, UTC, to the microsecond.",
        "status": "HTTP status code.",
        "content_type": "Content-Type header, as sent.",
        "payload_digest": "sha256 of the body as sent, in Base32, as in WARC-Payload-Digest.",
        "payload_bytes": "Length of the body as sent.",
        "record_id": "WARC-Record-ID.",
        "warc_file": "File in the archive's warc folder.",
        "warc_offset": "Where the record's gzip member begins, in bytes.",
        "warc_length": "Its length in bytes.",
        "location": "The target of a redirect.",
        **describe_history.CAPTURES,
    },
    "reservations": describe_history.RESERVATIONS,
    "warc_files": describe_history.WARC_FILES,
    "damaged_files": describe_history.DAMAGED_FILES,
    "lost_captures": describe_history.LOST_CAPTURES,
    "renderings": describe_history.RENDERINGS,
    "rereadings": describe_history.REREADINGS,
    "verdicts": describe_history.VERDICTS,
    "story_events": describe_history.EVENTS,
    "edits": describe_history.EDITS,
    "taken_back": describe_history.TAKEN_BACK,
    "site_profiles": describe_history.SITE_PROFILES,
    "layout_changes": describe_history.LAYOUT_CHANGES,
    "findings": describe_history.FINDINGS,
    "articles": {
        "": "Stories, one row per canonical URL.",
        "id": "Key.",
        "site_id": "The newspaper.",
        "url": "Canonical address, if it is on the same site; else the address fetched.",
        "revision_id": "The newest revision.",
        "revisions": "How many revisions there are.",
        "published_utc": "Publication date of the newest revision in UTC, as exact as the page's.",
        "published_day": "Its day in the newspaper's own zone; NULL where there is none.",
        "word_count": "Length of the newest revision.",
        "first_captured_at": "When first archived, UTC.",
        "last_captured_at": "When its page was last fetched with the story on it, UTC.",
        "gone_at": "When its page was last found gone, UTC; NULL while it is there.",
        "access": "full or teaser, as the last visit found it; NULL where nothing is known.",
        "successor_id": "The story that is at its address now, where it was replaced.",
    },
    "revisions": {
        "": "States of articles' content. A changed story gets a new row; a row changes only where"
        " its page is read anew from WARC, by another extractor or with another profile.",
        "id": "Key.",
        "article_id": "The article.",
        "number": "1, 2, 3 … within the article.",
        "capture_id": "The capture it was read from.",
        "captured_at": "When that was fetched, UTC.",
        "extractor": "The version of the extractor that read it.",
        "content_digest": "sha256 of title, standfirst, authors, date, section, tags and body:"
        " equal digests, equal stories.",
        "title": "Headline.",
        "seo_title": "The title given to search engines and social networks, where it differs from"
        " the headline that readers see.",
        "canonical_url": "The canonical address that the page names, believed or not.",
        "authors": "JSON list of names.",
        "published_at": "ISO 8601, never finer than published_precision.",
        "published_precision": "second, minute, day, month or year.",
        "published_raw": "The string on the page.",
        "modified_at": "ISO 8601, never finer than modified_precision.",
        "modified_precision": "second, minute, day, month or year.",
        "modified_raw": "The string on the page.",
        "read_time_minutes": "Minutes to read.",
        "read_time_shown": "1 if the page shows it, 0 if estimated.",
        "read_time_raw": "The string on the page; NULL if estimated.",
        "standfirst": "The summary under the headline.",
        "section": "The newspaper's section, as shown.",
        "tags": "JSON list.",
        "language": "BCP 47 tag.",
        "word_count": "Words in body_text; characters in scripts without spaces.",
        "access": "full or teaser, as the page says or shows; NULL where nothing is known.",
        "cause": describe_history.CAUSE,
        "change": "edit; typography: only quotation marks, dashes and the like; completed: the one"
        " before was read from a truncated response, or was a teaser. The first revision has edit.",
        "body_confidence": "How far the text can be believed, from 0 to 1: by how much prose of the"
        " page is left out, how long the page says that the text is, and the like.",
        "authors_confidence": "The same of the authors, by their source.",
        "published_confidence": "The same of the date of publication.",
    },
    "revision_texts": {
        "": "The texts of revisions, kept apart so that revisions is quick to scan. stories and"
        " story_revisions have them beside the other columns.",
        "revision_id": "The revision.",
        "body_text": "Plain text, a blank line between blocks.",
        "markdown_parts": "NULL where the Markdown equals the text; else its paragraphs as a JSON"
        " list, in which a number stands for that paragraph of body_text, from 0. story_revisions"
        " joins them to body_markdown.",
        "sources": "JSON object: for each field, where on the page its value was found (source)"
        " and the text found there (text).",
    },
    "authors": {
        "": "Names in bylines, separately for each newspaper: two of one name may be two people.",
        "id": "Key.",
        "site_id": "The newspaper.",
        "name": "As printed.",
    },
    "article_authors": {
        "": "Who wrote which article, by its newest revision.",
        "article_id": "The article.",
        "author_id": "The author.",
        "position": "Order in the byline, from 1.",
    },
    "tags": {"": "Tags of articles.", "id": "Key.", "name": "As printed."},
    "article_tags": {
        "": "Which article has which tag, by its newest revision.",
        "article_id": "The article.",
        "tag_id": "The tag.",
        "position": "Order on the page, from 1.",
    },
    "images": {
        "": "Pictures of each revision: addresses and captions; story_pictures has their captures,"
        " too.",
        "id": "Key.",
        "article_id": "The article.",
        "revision_id": "The revision that shows it.",
        "role": "lead (beside the headline) or body.",
        "position": "Order among those of its role, from 1.",
        "url": "Address.",
        "alt": "Alternative text.",
        "caption": "Caption.",
        "width": "Pixels, as the page says.",
        "height": "Pixels, as the page says.",
    },
    "pictures": {
        "": "What the addresses of pictures answered last.",
        "url_id": "The address.",
        "capture_id": "The capture with the picture; of the address that it led to, if it did.",
        "media_type": "What it is by its first bytes: image/jpeg …",
        "bytes": "Size, without content coding.",
        "width": "Pixels, by its first bytes; NULL where they do not say.",
        "height": "Pixels, likewise.",
    },
    "story_pictures": {
        "": "Pictures of each revision, and the captures of those that are archived.",
        "id": "Key of images.",
        "article_id": "The article.",
        "revision_id": "The revision that shows it.",
        "role": "lead (beside the headline) or body.",
        "position": "Order among those of its role, from 1.",
        "url": "Address.",
        "alt": "Alternative text.",
        "caption": "Caption.",
        "capture_id": "The capture with the picture; NULL where it is not archived.",
        "fetched_at": "When that was fetched, UTC.",
        "media_type": "What it is by its first bytes: image/jpeg …",
        "bytes": "Size, without content coding.",
        "width": "Pixels of the archived picture.",
        "height": "Pixels of the archived picture.",
        "state": "Where its address stands in the frontier; NULL where it was not to be fetched.",
        "reason": "Why it is in this state, where that needs a reason.",
    },
    "linked_stories": {
        "": "Stories that an article's page links to, with the revision that showed them.",
        "id": "Key.",
        "article_id": "The article whose page shows the link.",
        "revision_id": "The revision that showed the link.",
        "relation": "previous, next, also_read, inline, related, latest, popular, featured or"
        " sponsored.",
        "label": "The visible heading of the block, word for word.",
        "position": "Order in the block, from 1.",
        "title": "The headline shown.",
        "excerpt": "The text shown under it.",
        "url": "Address, without tracking parameters.",
        "image_url": "The picture shown.",
        "published_raw": "The date shown, word for word.",
        "first_seen_at": "When first seen on this revision's page, UTC.",
        "last_seen_at": "When it was last seen.",
        "key": "What all addresses of the linked story share: no scheme, no www., no trailing"
        " slash.",
    },
    "story_addresses": {
        "": "Every address that is known to be an article's, or to lead to another address.",
        "key": "What all spellings of the address share: no scheme, no www., no trailing slash.",
        "article_id": "The article found there; NULL while none is archived.",
        "leads_to": "Key of the address that it redirects to; NULL where it does not.",
    },
    "descriptions": {
        "": "This text: what each table, view and column means.",
        "table_name": "Table or view.",
        "column_name": "Column; empty for the table itself.",
        "description": "What it means.",
    },
    **ANALYSIS,
    **TAKEN_OUT,
    **MEMENTOS,
    **FRONTIER,
    **OWN,
}


_ROWS = [
    (table, column, text)
    for table, columns in DESCRIPTIONS.items()
    for column, text in columns.items()
]


def is_described(db: Database) -> bool:
    """Whether an archive has the descriptions of this version. All are read: there are few hundred,
    and a digest of them could be right where they are not."""
    rows = db.execute("SELECT table_name, column_name, description FROM descriptions")
    return set(rows) == set(_ROWS)


def write_descriptions(db: Database) -> None:
    """Put the descriptions of this version into an archive, in place of any older ones."""
    with db.atomic():
        db.execute("DELETE FROM descriptions")
        db.conn.executemany("INSERT INTO descriptions VALUES (?, ?, ?)", _ROWS)
