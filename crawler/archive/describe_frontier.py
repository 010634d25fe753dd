"""What the frontier's tables mean, and those that tell of changes."""

from __future__ import annotations

from crawler.archive import chains

URLS = {
    "": "Every URL known: the frontier.",
    "id": "Key.",
    "url": "Normalised address.",
    "key": "A number that all spellings of the address share (http or https, with or without www."
    " and a trailing slash).",
    "site_id": "The site it belongs to.",
    "role": "What it is fetched as: home, robots (robots.txt, tdmrep.json), sitemap, feed,"
    " wordpress, page, or requisite (a picture, style sheet or font that a page shows).",
    "state": "queued (to be fetched), claimed (a run is working on it), done, retry (failed, to be"
    " tried again at due_at), redirected, failed, gone or excluded.",
    "reason": "Why it is in this state, where that needs a reason.",
    "source": "How it was found: seed or list (named by the user), robots, usual (a usual place),"
    " sitemap, feed, wordpress, archive, previous, link, redirect, import or needed (a page"
    " cannot be shown without it).",
    "via_id": "The URL that named it first.",
    "found_at": "When it was discovered, UTC.",
    "claimed_at": "The publication date that the source claims for it, as given.",
    "claimed_changed_at": "When it last changed, as the source claims.",
    "claimed_title": "The title that the source claims for it.",
    "listed": "1 if a sitemap or WordPress list has named it, whatever named it first.",
    "priority": "Higher is fetched first; 20 or more means that it looks like a story's address.",
    "due_at": "When to visit it next, UTC; NULL: at once if queued, otherwise never again.",
    "interval_seconds": "The interval between its visits, as learned.",
    "attempts": "How many times it was visited.",
    "failures": "How many visits in a row had no usable response.",
    "visited_at": "When it was last visited, UTC.",
    "etag": "ETag of its last good response.",
    "last_modified": "Last-Modified of its last good response.",
    "article_id": "The article found there.",
    "kind": "What it turned out to be: html, sitemap, feed, other (a picture, a style sheet, JSON"
    " …: not revisited) or reply (the response to a POST request).",
    **chains.URLS,
    "family_id": "Its family of similar addresses, by its shape and the text of links to it.",
    "held": "1: not to be fetched until a round admits it; 2: the user asked for it; else 0.",
    "reason_code": "reason as a code, to compare and count by; docs/schema.md lists all codes.",
    "reason_subject": "What the code is about: a status, an address, a detail.",
}

SITES = {
    "": "Newspapers, one row per host.",
    "id": "Key.",
    "host": "Host without www., with the port if it is unusual.",
    "home_url": "The first address by which the site was known.",
    "first_seen_at": "When it was first known, UTC.",
    "lists_led_to": "New stories that were found through pages that are not stories.",
    "stories": "Visited addresses that were stories.",
    "listed_stories": "Those of them that a sitemap or WordPress list had named.",
    "revisits": "Revisits of stories.",
    "edits": "Those of them that found the story changed.",
    **chains.SITES,
    "round_from": "The last URL that was known when the current round began.",
    "paused_until": "Until when the host has asked to be left alone (429, 503, Retry-After), UTC; a"
    " day at most after it was asked last.",
}

COPIES = {
    "": "Pages with the content of an article at another address: print pages and the like.",
    "url_id": "The page's URL.",
    "article_id": "The article.",
    "likeness": "The share of phrases that the texts have in common, 0 to 1.",
    "is_split": "1 if the user has said that the page is a story of its own (scrapy retry"
    " --split).",
}

CHANGES = {
    "": "The fields that each revision changed, except the first.",
    "revision_id": "The revision.",
    "field": "title, standfirst, authors, published_at, body, captions or seo_title; section, tags"
    " or linked_stories (those within the text), which alone make no revision; typography where"
    " only quotation marks, dashes and the like differ.",
}

EDITED = {
    "": "What newspapers changed after publication: one row per edit. Changes of typography alone"
    " and retracted revisions are only in story_revisions.",
    "article_id": "The article.",
    "url": "Its address.",
    "site": "Host of the newspaper.",
    "number": "The revision that brought the change.",
    "captured_at": "When it was fetched, UTC.",
    "title": "Its headline.",
    "title_before": "The headline of the revision before.",
    "words_added": "How many words longer the body is; negative if it is shorter.",
    "changed": "The fields that changed, joined by commas. One by one in revision_changes.",
    "words_out": "Words removed, in headline, standfirst, body and captions.",
    "words_in": "Words added.",
    "numbers_changed": "Numbers that are in only one of the two texts.",
    "quotes_changed": "Quotations that are in only one of them.",
    "names_changed": "Names that are in only one of them; NULL where the script has no capitals.",
    "share": "The share of the text that changed, 0 to 1.",
    "cause": "page, or either: the extractor was a different version, too, and may be the cause.",
}

GONE = {
    "": "Stories whose page is no longer there; their last good revision is kept.",
    "article_id": "The article.",
    "url": "Its address.",
    "site": "Host of the newspaper.",
    "title": "Headline of the last revision.",
    "published_at": "Its publication date.",
    "gone_at": "When it was last found gone, UTC.",
    "event": "gone, taken_down (a notice is in its place) or replaced (another story is).",
    "reason": "What was found: HTTP 404, HTTP 410, a redirect to the home page, an error page …",
    "text": "The notice, where there is one.",
    "successor_url": "The story that took its address, where it was replaced.",
    "last_captured_at": "When the story was last seen, UTC.",
    "last_revision": "Number of the last revision.",
    "reason_code": "reason as a code, to compare and count by; docs/schema.md lists all codes.",
    "reason_subject": "What the code is about: a status, an address, a detail.",
}

FRONTIER: dict[str, dict[str, str]] = {
    "edited_stories": EDITED,
    "gone_stories": GONE,
    "sites": SITES,
    "urls": URLS,
    "copies": COPIES,
    "revision_changes": CHANGES,
}
