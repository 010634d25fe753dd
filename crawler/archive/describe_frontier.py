"""What the frontier's tables mean, and those that tell of changes."""

from __future__ import annotations

from crawler.archive import chains

URLS = {
    "": "Every URL known: the frontier.",
    "id": "Key.",
    "url": "Normalised address.",
    "key": "A number that other spellings of the address share (http and https, www. and none, with"
    " and without the last slash).",
    "site_id": "The site it belongs to.",
    "role": "What it is fetched as: home, robots, sitemap, feed, wordpress or page.",
    "state": "queued (to be fetched), claimed (a run has it in hand), done, retry (failed, to be"
    " tried again at due_at), redirected, failed, gone or excluded.",
    "reason": "Why it is in this state, where there is something to say.",
    "source": "How it was found: seed or list (named by the user), robots, usual (a usual place),"
    " sitemap, feed, wordpress, archive, previous, link, redirect or import.",
    "via_id": "The URL that told of it.",
    "found_at": "When it was first told of, UTC.",
    "claimed_at": "The date that the source gives for it, as given.",
    "claimed_changed_at": "When it last changed, as the source says.",
    "claimed_title": "The title that the source gives for it.",
    "listed": "1 if a sitemap or WordPress list has told of it, whatever told first.",
    "priority": "Higher is fetched first; 20 or more: it looks like a story's address.",
    "due_at": "When it is to be visited next, UTC; NULL: at once if queued, else not again.",
    "interval_seconds": "How far apart its visits are, as learned.",
    "attempts": "How many times it was visited.",
    "failures": "How many times in a row without a usable answer.",
    "visited_at": "When last, UTC.",
    "etag": "ETag of its last good answer.",
    "last_modified": "Last-Modified of its last good answer.",
    "article_id": "The article found there.",
    "kind": "What it turned out to hold: html, sitemap, feed, other (a picture, a style sheet, JSON"
    " …: not visited again) or reply (it was not got, but sent something: POST).",
    **chains.URLS,
    "family_id": "What it has in common with others, by its address and what links to it say.",
    "held": "1: not to be fetched before a round lets it in; 2: the user asked for it; else 0.",
}

SITES = {
    "": "Newspapers, one row per host.",
    "id": "Key.",
    "host": "Host without www., with the port if it is unusual.",
    "home_url": "The first address by which the site was known.",
    "first_seen_at": "When, UTC.",
    "lists_led_to": "New stories that pages which are no stories have told of.",
    "stories": "Addresses visited that were stories.",
    "listed_stories": "… that a sitemap or WordPress list had told of.",
    "revisits": "Stories visited again.",
    "edits": "… and found changed then.",
    **chains.SITES,
    "round_from": "The last URL that was known when the present round began.",
}

COPIES = {
    "": "Pages that show what an article of another address has: print pages and the like.",
    "url_id": "The page's URL.",
    "article_id": "The article.",
    "likeness": "The share of phrases that both texts have, 0 to 1.",
    "is_split": "1 if somebody has said that the page is a story of its own (scrapy retry).",
}

CHANGES = {
    "": "What each revision but the first changed.",
    "revision_id": "The revision.",
    "field": "title, standfirst, authors, published_at, body, captions, seo_title; what alone"
    " makes no revision: section, tags, linked_stories (those that stand in the text); typography"
    " where nothing but quotes, dashes and the like differ.",
}

EDITED = {
    "": "What newspapers changed after publication: one row per edit. Typography alone, and what"
    " was found to be no edit, are in story_revisions only.",
    "article_id": "The article.",
    "url": "Its address.",
    "site": "Host of the newspaper.",
    "number": "The revision that brought the change.",
    "captured_at": "When it was fetched, UTC.",
    "title": "Its headline.",
    "title_before": "The headline of the revision before.",
    "words_added": "How much longer the body is; negative: shorter.",
    "changed": "The fields that changed, joined by commas. Singly in revision_changes.",
    "words_out": "Words that are gone, in headline, standfirst, body and captions.",
    "words_in": "Words that are new.",
    "numbers_changed": "Numbers that are in one of the two texts only.",
    "quotes_changed": "Quotations that are in one of them only.",
    "names_changed": "Names that are in one of them only; NULL where the script has no capitals.",
    "share": "The share of the text that changed, 0 to 1.",
    "cause": "page, or either: the extractor was another one, too, so that may be all of it.",
}

GONE = {
    "": "Stories whose page is no longer there; their last good revision is kept.",
    "article_id": "The article.",
    "url": "Its address.",
    "site": "Host of the newspaper.",
    "title": "Headline of the last revision.",
    "published_at": "Its publication date.",
    "gone_at": "When it was last found gone, UTC.",
    "event": "gone, taken_down (a notice stands in its place) or replaced (another story does).",
    "reason": "How: HTTP 404, HTTP 410, led to the home page, an error page …",
    "text": "The notice, where there is one.",
    "successor_url": "The story that took its address, where it was replaced.",
    "last_captured_at": "When the story was last seen, UTC.",
    "last_revision": "Number of the last revision.",
}

FRONTIER: dict[str, dict[str, str]] = {
    "edited_stories": EDITED,
    "gone_stories": GONE,
    "sites": SITES,
    "urls": URLS,
    "copies": COPIES,
    "revision_changes": CHANGES,
}
