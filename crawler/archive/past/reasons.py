"""Reasons as they were before the sixteenth version of the tables: words alone, in the archive and
in WARC. Here only, words are read back."""

from __future__ import annotations

from functools import lru_cache

from sqlite_utils import Database

from crawler.archive import schema
from crawler.reasons import OTHER, Reason

_WORDS = {
    "http_status": "HTTP {}",
    "redirected": "to {}",
    "later_page": "a later page of {}",
    "same_text": "same text as {}",
    "not_html": "no article: not HTML ({})",
    "not_html_as_said": "no article: not HTML, though it is sent as {}",
    "empty": "no article: the answer is empty",
    "nothing_decoded": "nothing is left of its body when its coding is removed",
    "no_article": "no article: {}",
    "no_list": "no {}: a page",
    "read_in_part": "read in part: {}",
    "reply": "the answer to a {}",
    "original_not_here": "repeats an answer that is not in the archive",
    "story_gone": "the story is no longer there: {}",
    "story_there": "the story is there",
    "to_home_page": "led to the home page",
    "to_other_story": "led to another story: {}",
    "to_no_story": "led to a page without the story: {}",
    "not_the_story": "not the story: {}",
    "nothing_changed": "nothing that its readers see",
    "typography": "typography",
    "judged_again": "judged again: its last answer says nothing of the story",
    "site_answers_so": "all addresses of the site answered so",
    "no_such_page": "the site answers so for addresses that do not exist",
    "invented": "no address of the site: asked for to learn how it says so",
    "guessed": "no address of the site: others like it lead to themselves with a slash",
    "to_other_site": "leads to another site",
    "outside_dates": "published outside the dates asked for",
    "host_not_found": "host name not found",
    "connection_refused": "connection refused",
    "no_answer_in_time": "no answer in time",
    "download_cancelled": "download cancelled",
    "broken_off": "answer broken off",
    "not_http": "not an http address",
    "connection_failed": "connection failed",
    "too_long": "answer longer than the limit",
    "not_complete_in_time": "answer not complete in time",
    "endless_redirect": "redirected without end",
    "bad_address": "no address that can be asked for",
    "tls_failed": "no secure connection could be made",
    "bad_coding": "its body cannot be read as {}",
    "bad_answer": "the answer is no HTTP that can be understood",
    "long_head": "the head of the answer is longer than {} bytes",
    "many_head_lines": "the head of the answer has more than {} lines",
    "long_head_line": "a line in the head of the answer is longer than {} bytes",
    "download_failed": "download failed: {}",
    "reading_failed": "reading the page failed: {}",
    "reader_died":
        "reading the page ends its process (out of memory, a crash, or no end in sight)",
    "reading_too_slow": "reading the page took more than {} s of CPU time",
    "not_stored": "could not be stored: {}",
    "page_empty": "page is empty",
    "page_no_text": "page is no text",
    "page_not_html": "page is {}, not HTML",
    "page_no_element": "page has no HTML element",
    "page_not_parsed": "page cannot be parsed as HTML: {}",
    "page_beyond_bounds": "page has {}",
    "no_posts": "WordPress gives no list of posts here ({})",
    "left_out": "no new stories on pages like this one",
    "withheld": "one of many lists that tell of too few stories",
    "row_ended": "{} further lists left out: the last 5 on the way told of no story",
    "lists_wait": "{} further lists left out: 50,000 of this site wait",
    "other_address": "another address of {}",
    "other_spelling": "another spelling of {}",
    "service_address": "a page about the site, by its address",
    "endless_path": "a path that repeats itself",
    "deep_path": "a path of more than {} parts",
    "long_address": "an address of more than {} characters",
    "many_parameters": "more than {} parameters",
    "no_web_address": "no web address",
    "no_front": "its host has no front page for us",
    "front_elsewhere": "its front page leads to {}",
    "no_part": "no part of the newspaper",
    "no_link_back": "no part of the newspaper: its front page does not link back",
    "mirror": "a mirror of another host: its stories are that one's",
    "mirror_of": "a mirror of {}",
    "robots_forbids": "robots.txt forbids it",
    "robots_not_fetched": "robots.txt could not be fetched ({})",
    "robots_delay": "robots.txt asks for more than an hour between two requests ({} s)",
    "robots_fails": "robots.txt answers HTTP {}: nothing is allowed",
    "private_address": "{}; allow_private=1 permits it",
}  # fmt: skip
_NOT_ARTICLE = {
    "no headline and no body text": "nothing",
    "no title": "no_title",
    "no body text": "no_text",
    "too little text": "too_short",
    "an error page": "error_page",
    "a login or consent wall": "wall",
    "a front page": "front_page",
    "a search page": "search_page",
    "a listing of stories": "listing",
    "a page about the site, no story": "about_page",
    "a listing or service page by its own account": "service_page",
}
_COLUMNS = """
DROP TRIGGER story_events_are_never_changed;
ALTER TABLE urls ADD COLUMN reason_code TEXT;
ALTER TABLE urls ADD COLUMN reason_subject TEXT;
ALTER TABLE story_events ADD COLUMN reason_code TEXT;
ALTER TABLE story_events ADD COLUMN reason_subject TEXT;
ALTER TABLE taken_back ADD COLUMN reason_code TEXT;
ALTER TABLE taken_back ADD COLUMN reason_subject TEXT;
DROP INDEX urls_outside;
DROP INDEX urls_withheld;
DROP INDEX urls_not_archived;
"""
_FILL = "UPDATE {0} SET reason_code = code_of({1}), reason_subject = subject_of({1}) WHERE {2}"
_HELD = "reason IS NOT NULL"
_UNREAD_COLUMNS = """
ALTER TABLE rereadings ADD COLUMN reason_code TEXT;
ALTER TABLE rereadings ADD COLUMN reason_subject TEXT;
"""
_UNREAD = "outcome NOT IN ('changed', 'unchanged', 'superseded')"
_REST = """
CREATE TRIGGER story_events_are_never_changed BEFORE UPDATE ON story_events
BEGIN SELECT RAISE(ABORT, 'story events are append-only'); END;
CREATE INDEX urls_outside ON urls(site_id)
    WHERE reason_code = 'outside_dates';
CREATE INDEX urls_withheld ON urls(site_id)
    WHERE reason_code = 'withheld';
CREATE INDEX urls_not_archived ON urls(state, reason_code, reason_subject)
    WHERE (state IN ('failed', 'retry', 'gone', 'excluded')
            AND NOT (state = 'excluded' AND article_id IS NOT NULL))
        OR (state = 'done' AND role = 'page' AND article_id IS NULL);
DROP VIEW gone_stories;
CREATE VIEW gone_stories AS
SELECT
    a.id AS article_id,
    a.url,
    s.host AS site,
    r.title,
    r.published_at,
    a.gone_at,
    e.event,
    e.reason,
    e.text,
    (SELECT b.url FROM articles b WHERE b.id = a.successor_id) AS successor_url,
    a.last_captured_at,
    r.number AS last_revision,
    e.reason_code,
    e.reason_subject
FROM articles a
CROSS JOIN sites s ON s.id = a.site_id
CROSS JOIN revisions r ON r.id = a.revision_id
LEFT JOIN story_events e ON e.id = (
    SELECT f.id FROM story_events f WHERE f.article_id = a.id
        AND f.event IN ('gone', 'taken_down', 'replaced')
    ORDER BY f.at DESC, f.id DESC LIMIT 1)
WHERE a.gone_at IS NOT NULL;
DROP VIEW not_archived;
CREATE VIEW not_archived AS
SELECT
    u.url,
    (SELECT s.host FROM sites s WHERE s.id = u.site_id) AS site,
    u.role,
    u.state,
    u.reason,
    u.attempts,
    u.visited_at,
    (SELECT v.url FROM urls v WHERE v.id = u.via_id) AS linked_from,
    u.reason_code,
    u.reason_subject
FROM urls u
WHERE (state IN ('failed', 'retry', 'gone', 'excluded')
        AND NOT (state = 'excluded' AND article_id IS NOT NULL))
    OR (state = 'done' AND role = 'page' AND article_id IS NULL);
DROP VIEW missing_stories;
CREATE VIEW missing_stories AS
SELECT
    k.url,
    k.site,
    k.title,
    k.linked_by,
    k.relations,
    k.first_seen_at,
    k.last_seen_at,
    (SELECT u.state FROM urls u WHERE u.url = k.url) AS state,
    (SELECT u.reason FROM urls u WHERE u.url = k.url) AS reason,
    (SELECT u.reason_code FROM urls u WHERE u.url = k.url) AS reason_code
FROM _linked k
WHERE +k.article_id IS NULL AND k.linked_by > 0;
"""


def upgrade(db: Database) -> None:
    """Bring the fifteenth version up to date. Raises sqlite3.Error."""
    _add_functions(db)
    schema.run(db.conn, _COLUMNS)
    for table in ("urls", "story_events", "taken_back"):
        db.execute(_FILL.format(table, "reason", _HELD))
    schema.run(db.conn, _REST)


def upgrade_rereadings(db: Database) -> None:
    """Bring the sixteenth version up to date. Raises sqlite3.Error."""
    _add_functions(db)
    schema.run(db.conn, _UNREAD_COLUMNS)
    db.execute(_FILL.format("rereadings", "outcome", _UNREAD))


def _add_functions(db: Database) -> None:
    for name, part in (("code_of", "code"), ("subject_of", "subject")):
        db.conn.create_function(
            name, 1, lambda words, part=part: getattr(parse(words), part), deterministic=True
        )


@lru_cache(maxsize=1_000)
def parse(words: str) -> Reason:
    """The reason that words of then are; OTHER for those that are none of them.

    >>> parse("HTTP 503"), parse("no article: a listing of stories")
    (Reason(code='http_status', subject='503'), Reason(code='no_article', subject='listing'))
    >>> parse("a wonder")
    Reason(code='other', subject='a wonder')
    """
    for code, start, end in _templates():
        if end is None:
            if words == start:
                return Reason(code)
        elif words.startswith(start) and words.endswith(end) and len(words) > len(start + end):
            subject = words[len(start) : len(words) - len(end)]
            return Reason(code, _NOT_ARTICLE.get(subject, subject))
    return Reason(OTHER, words)


@lru_cache(maxsize=1)
def _templates() -> list[tuple[str, str, str | None]]:
    """Code, beginning and end of the words (None: no subject), the most particular first."""
    rows = []
    for code, words in _WORDS.items():
        start, subject, end = words.partition("{}")
        rows.append((code, start, end if subject else None))
    return sorted(rows, key=lambda row: -len(row[1]) - len(row[2] or ""))
