"""What the frontier's tables and views mean, and those that tell of changes."""

from __future__ import annotations

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
    "listed": "1 if a sitemap, feed or WordPress list has told of it, whatever told first.",
    "priority": "Higher is fetched first; 20 or more: it looks like a story's address.",
    "due_at": "When it is to be visited next, UTC; NULL: at once if queued, else not again.",
    "interval_seconds": "How far apart its visits are, as learned.",
    "attempts": "How many times it was visited.",
    "failures": "How many times in a row without a usable answer.",
    "visited_at": "When last, UTC.",
    "etag": "ETag of its last good answer.",
    "last_modified": "Last-Modified of its last good answer.",
    "article_id": "The article found there.",
    "shape": "Of a visited list: what its address has in common with others of its kind.",
    "kind": "What it turned out to hold: html, sitemap, feed, other (a picture, a style sheet, JSON"
    " …: not visited again) or reply (it was not got, but sent something: POST).",
}

SITES = {
    "": "Newspapers, one row per host.",
    "id": "Key.",
    "host": "Host without www., with the port if it is unusual.",
    "home_url": "The first address by which the site was known.",
    "first_seen_at": "When, UTC.",
    "listing_visits": "Pages visited that were no stories.",
    "listing_led_to": "New stories that those were the first to tell of.",
    "stories": "Addresses visited that were stories.",
    "listed_stories": "… that a sitemap, feed or WordPress list had told of.",
    "revisits": "Stories visited again.",
    "edits": "… and found changed then.",
}

SHAPES = {
    "": "What visits have taught of a site's addresses: which shapes are stories', which lead to"
    " some.",
    "site_id": "The site.",
    "shape": "What addresses of a kind have in common: N is a number, W a word, S a headline.",
    "visits": "Addresses of this shape visited.",
    "stories": "… that were stories.",
    "led_to": "New stories that they, or lists told of by them, were the first to tell of.",
}

ROBOTS = {
    "": "The robots.txt of each host as last fetched; it counts for 24 hours.",
    "origin": "Scheme and host.",
    "url": "Address that answered.",
    "fetched_at": "When, UTC.",
    "status": "HTTP status code.",
    "body": "The file, without content coding.",
}

BANDS = {
    "": "By what other pages with the same text are found: parts of each article's MinHash.",
    "band": "Which part.",
    "value": "A number that the same part of the same text gives.",
    "article_id": "The article.",
}

CHANGES = {
    "": "What each revision but the first changed.",
    "revision_id": "The revision.",
    "field": "title, standfirst, authors, published_at, section, tags, body or linked_stories"
    " (those that stand in the text).",
}

EDITED = {
    "": "What newspapers changed after publication: one row per revision but the first.",
    "article_id": "The article.",
    "url": "Its address.",
    "site": "Host of the newspaper.",
    "number": "The revision that brought the change.",
    "captured_at": "When it was fetched, UTC.",
    "title": "Its headline.",
    "title_before": "The headline of the revision before.",
    "words_added": "How much longer the body is; negative: shorter.",
    "changed": "The fields that changed, joined by commas. Singly in revision_changes.",
    "cause": "page, or either: the extractor was another one, too, so that may be all of it.",
}

GONE = {
    "": "Stories whose page is no longer there; their last good revision is kept.",
    "article_id": "The article.",
    "url": "Its address.",
    "site": "Host of the newspaper.",
    "title": "Headline of the last revision.",
    "published_at": "Its publication date.",
    "gone_at": "When it was first found gone, UTC.",
    "reason": "How: HTTP 404, HTTP 410, led to the home page, a page without the story.",
    "last_captured_at": "When the story was last seen, UTC.",
    "last_revision": "Number of the last revision.",
}

FRONTIER: dict[str, dict[str, str]] = {
    "edited_stories": EDITED,
    "gone_stories": GONE,
    "sites": SITES,
    "urls": URLS,
    "url_shapes": SHAPES,
    "robots_files": ROBOTS,
    "revision_changes": CHANGES,
    "article_bands": BANDS,
}
