"""What the tables mean that are the program's own."""

from __future__ import annotations

FAMILIES = {
    "": "What visits have taught of a site's addresses, family by family: which are stories', which"
    " lead to some.",
    "id": "Key.",
    "site_id": "The site.",
    "name": "What is said where they are told of (l: a sitemap or feed names them, h: a headline,"
    " w: a few words, n: a number, -: nothing), and what the addresses have in common: N is a"
    " number, W a word, S a headline.",
    "is_open": "1 if all addresses of this family are fetched; 0 if they are held, and let in by"
    " rounds.",
    "admitted": "How many were let in by rounds.",
    "visits": "Addresses of this family visited.",
    "stories": "… that were stories.",
    "led_to": "New stories that they, or lists told of by them, have told of.",
    "slashed": "Addresses of this family that led to themselves with a slash added.",
    "deepest": "Of lists' further pages: the highest number that was let in to see what is there.",
}

TELLERS = {
    "": "Which visited lists told of a URL in the round in which it was found.",
    "url_id": "The URL.",
    "list_id": "The list, a URL too.",
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

LINKED = {
    "": "Every story that is archived or linked to, and what is counted of the links to it.",
    "id": "Key.",
    "article_id": "The article; NULL where none is archived.",
    "key": "What all spellings of its address share: no scheme, no www., no last slash.",
    "url": "Its address; as first linked where it is not archived.",
    "site": "Host of the newspaper.",
    "title": "Its headline; one that a link shows where it is not archived.",
    "linked_by": "How many articles point to it, with any of their revisions.",
    "relations": "By which relations, joined by commas.",
    "first_seen_at": "When a link to it was first seen, UTC.",
    "last_seen_at": "When last.",
}

ADDRESSES = {
    "": "Every address that a story is known or linked by, its spellings as one.",
    "id": "Key.",
    "hash": "A number made of the key, for the index.",
    "key": "What all spellings of the address share.",
    "linked_id": "The story there.",
    "leads_to_id": "The address that it redirects to; NULL where it does not.",
}

CARDS = {
    "": "What links show, which on many pages is the same.",
    "id": "Key.",
    "hash": "A number made of all that follows, for the index.",
    "address_id": "Where it leads.",
    "url": "The same, as spelled.",
    "title": "The headline shown.",
    "excerpt": "The text shown under it.",
    "image_url": "The picture shown.",
    "published_raw": "The date shown, word for word.",
}

BLOCKS = {
    "": "Kinds of blocks of links.",
    "id": "Key.",
    "relation": "previous, next, also_read, inline, related, latest, popular, featured or"
    " sponsored.",
    "label": "The visible heading, word for word.",
}

LINKS = {
    "": "Which revision's page shows which links, in numbers. Read linked_stories, story_links or"
    " story_graph.",
    "id": "Key.",
    "article_id": "The article whose page it is.",
    "revision_id": "The revision that was on it.",
    "block_id": "The kind of block.",
    "position": "Order in the block, from 1.",
    "card_id": "What it shows.",
    "linked_id": "The story that it leads to.",
    "to_article_id": "The article that this is, if it is archived.",
    "first_capture_id": "The answer in which it was first seen on this revision's page.",
    "last_capture_id": "… and last.",
    "is_edge": "1 for one link of those of the article's revisions with the same block and story.",
    "is_shown": "1 if its revision is the article's newest.",
}

OWN: dict[str, dict[str, str]] = {
    "_links": LINKS,
    "_link_blocks": BLOCKS,
    "_link_cards": CARDS,
    "_linked": LINKED,
    "_addresses": ADDRESSES,
    "_url_families": FAMILIES,
    "_url_tellers": TELLERS,
    "_robots_files": ROBOTS,
    "_article_bands": BANDS,
}
