"""What the tables mean that are the program's own."""

from __future__ import annotations

from crawler.archive.describe_mementos import LISTINGS, LOOKUPS

FAMILIES = {
    "": "What visits have shown about a site's addresses, family by family: which are stories,"
    " which lead to stories.",
    "id": "Key.",
    "site_id": "The site.",
    "name": "How they are linked (l: named by a sitemap or feed, h: by a headline, w: by a few"
    " words, n: by a number, -: by no text), and the common shape of the addresses: N is a number,"
    " W a word, S a headline.",
    "is_open": "1 if all addresses of this family are fetched; 0 if they are held back and admitted"
    " in rounds.",
    "admitted": "How many were admitted in rounds.",
    "visits": "Visited addresses of this family.",
    "stories": "Those of them that were stories.",
    "led_to": "New stories found through them, or through lists that they named.",
    "slashed": "Addresses of this family that redirected to themselves with a slash added.",
    "deepest": "For further pages of lists: the highest page number that was admitted as a probe.",
}

TELLERS = {
    "": "Which visited lists named a URL in the round in which it was found.",
    "url_id": "The URL.",
    "list_id": "The URL of the list.",
}

ROBOTS = {
    "": "The robots.txt of each host as last fetched; it is valid for 24 hours.",
    "origin": "Scheme and host.",
    "url": "The address that responded.",
    "fetched_at": "When, UTC.",
    "status": "HTTP status code.",
    "body": "The file, without content coding.",
}

BANDS = {
    "": "Index for finding pages with the same text: parts of each article's MinHash.",
    "band": "Which part.",
    "value": "A number that is the same for the same part of the same text.",
    "article_id": "The article.",
}

LINKED = {
    "": "Every story that is archived or linked to, with counts of the links to it.",
    "id": "Key.",
    "article_id": "The article; NULL where none is archived.",
    "key": "What all spellings of its address share: no scheme, no www., no trailing slash.",
    "url": "Its address; as first linked where it is not archived.",
    "site": "Host of the newspaper.",
    "title": "Its headline; where it is not archived, one that a link shows.",
    "linked_by": "How many articles link to it, in any of their revisions.",
    "relations": "The relations of these links, joined by commas.",
    "first_seen_at": "When a link to it was first seen, UTC.",
    "last_seen_at": "When a link to it was last seen.",
}

ADDRESSES = {
    "": "Every address by which a story is known or linked, all spellings of it as one.",
    "id": "Key.",
    "hash": "A hash of the key, for the index.",
    "key": "What all spellings of the address share.",
    "linked_id": "The story at that address.",
    "leads_to_id": "The address that it redirects to; NULL where it does not.",
}

CARDS = {
    "": "What links show, stored once because many pages show the same.",
    "id": "Key.",
    "hash": "A hash of all that follows, for the index.",
    "address_id": "Where it leads.",
    "url": "The same, as spelled in the link.",
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
    "": "Which revision's page shows which links, as keys. To read them, use linked_stories,"
    " story_links or story_graph.",
    "id": "Key.",
    "article_id": "The article whose page shows the link.",
    "revision_id": "The revision that showed the link.",
    "block_id": "The kind of block.",
    "position": "Order in the block, from 1.",
    "card_id": "What the link shows.",
    "linked_id": "The story that it leads to.",
    "to_article_id": "The article of that story, if it is archived.",
    "first_capture_id": "The capture in which it was first seen on this revision's page.",
    "last_capture_id": "The capture in which it was last seen there.",
    "is_edge": "1 for exactly one of the links of an article's revisions with the same block and"
    " story.",
    "is_shown": "1 if its revision is the article's newest.",
}

TOTALS = {
    "": "How many rows there are of what is too much to be counted whenever somebody asks.",
    "name": "Of what: links, which are the rows of _links.",
    "number": "How many.",
}

UNINDEXED = {
    "": "A story that changes in the very batch that brought it, of which the search index gets to"
    " know at its end; empty otherwise.",
    "article_id": "The story.",
}

WORD_FORMS = {
    "": "The words of stories by what their forms have in common, so that a search for one finds"
    " the others.",
    "key": "The stem, in lower case without accents.",
    "language": "The language whose rules gave the stem (BCP 47); empty where accents alone are"
    " levelled.",
    "word": "A word, as the full-text index has it.",
}

FACETS = {
    "": "How many stories there are of each newspaper, month, section, author, tag, language and"
    " read time.",
    "id": "Key.",
    "kind": "site, month, section, author, tag, language or minutes.",
    "value": "Which one. Of a month: 2026-01, or 2026 where only the year is known.",
    "stories": "How many.",
}

STORY_FACETS = {
    "": "The same of each story, but authors and tags, as keys.",
    "article_id": "The article.",
    "published": "Its publication date in UTC.",
    "day": "The day in the newspaper's own time zone, or the month or year.",
    "site": "The newspaper.",
    "month": "The month of publication.",
    "section": "The section.",
    "language": "The language.",
    "minutes": "The read time.",
}

FACETS_TOLD = {
    "": "The same in words: what the numbers are made of.",
    "article_id": "The article.",
    "published": "Its publication date in UTC.",
    "day": "The day in the newspaper's own time zone, or the month or year.",
    "site": "Host of the newspaper.",
    "month": "The month of publication, or the year.",
    "section": "The section.",
    "language": "The language, without its region.",
    "minutes": "The read time.",
}

PAPER_DAYS = {
    "": "What the monitors look at, day by day, counted once.",
    "site_id": "The newspaper.",
    "day": "The day of publication; of capture where that is not known.",
    "facts": "Stories, how they were found, where their fields are from, lengths, responses, as"
    " JSON.",
}

OWN: dict[str, dict[str, str]] = {
    "_links": LINKS,
    "_totals": TOTALS,
    "_unindexed": UNINDEXED,
    "_link_blocks": BLOCKS,
    "_link_cards": CARDS,
    "_linked": LINKED,
    "_addresses": ADDRESSES,
    "_url_families": FAMILIES,
    "_url_tellers": TELLERS,
    "_robots_files": ROBOTS,
    "_listings": LISTINGS,
    "_lookups": LOOKUPS,
    "_article_bands": BANDS,
    "_paper_days": PAPER_DAYS,
    "_word_forms": WORD_FORMS,
    "_facets": FACETS,
    "_story_facets": STORY_FACETS,
    "_facets_told": FACETS_TOLD,
}
