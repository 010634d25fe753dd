"""What the tables of stories' histories and of WARC records mean."""

from __future__ import annotations

CAPTURES = {
    "record_type": "response, or revisit: a record without payload, which refers to another.",
    "refers_to_id": "For a revisit: the capture whose response has the payload.",
    "truncated": "Why the record has less than was sent (length, time, disconnect), if it does.",
    "fetch_ms": "Milliseconds from the request to the last byte.",
    "reservations": "What the publisher states of the rights in it, a JSON list, or NULL. One by"
    " one in the view reservations.",
    "source_uri": "Where the record was got from, if from another archive of the web: the address"
    " of the memento or WARC file, as in WARC-Source-URI; NULL where it says nothing.",
}

RESERVATIONS = {
    "": "What publishers state of the rights in each capture: in the answer itself, and for their"
    " whole host in robots.txt and tdmrep.json. It says nothing of whether a page may be fetched.",
    "capture_id": "The capture.",
    "url": "Its address.",
    "fetched_at": "When it was fetched, UTC: what was stated then.",
    "what": "The term: tdm (text and data mining), tdm-policy, license, a use (train-ai, search …)"
    " or a directive for robots (noarchive, noai, noindex …).",
    "value": "As stated (1, n, no, a date, an address); NULL for directives that have none.",
    "reserved": "1 if it reserves a right; 0 if it grants one, or names terms.",
    "source": "Where it stands: header, meta, link, robots.txt or tdmrep.json.",
    "name": "Name of the header, the meta element or the line of the file.",
    "agent": "The only robot that it is meant for, in lower case; NULL: all.",
    "stated_at": "Address of the page or file that states it.",
}

WARC_FILES = {
    "": "Closed WARC files: nothing is written to them any more.",
    "name": "File in the archive's warc folder.",
    "run_id": "The run that closed it.",
    "bytes": "Its length in bytes.",
    "records": "Records in it, of every type.",
    "sha256": "Digest of the whole file in hexadecimal digits, as sha256sum prints it.",
    "closed_at": "UTC.",
}

DAMAGED_FILES = {
    "": "WARC files that are damaged or lost, as `scrapy verify --refetch` found them.",
    "name": "File in the archive's warc folder.",
    "noted_at": "When that was recorded, UTC.",
    "bytes": "Its length then; NULL if it was missing.",
    "sha256": "Its digest then, in hexadecimal digits; NULL if it was missing.",
}

RENDERINGS = {
    "": "Captures whose page was shown in a browser because it shows nothing without its scripts;"
    " their story was read from what the browser showed.",
    "capture_id": "The capture: what the server sent.",
    "record_id": "WARC-Record-ID of the conversion record with the document, `<urn:uuid:…>`.",
    "rendered_at": "When, UTC.",
    "made_by": "By what and how: browser and version, viewport, seconds, requests.",
    "digest": "Of the document, `sha256:` and Base32.",
    "bytes": "Length of the document, in UTF-8.",
    "warc_file": "File in the folder `warc`.",
    "warc_offset": "Bytes from its start to the record.",
    "warc_length": "Bytes of the record, compressed.",
}

LOST_CAPTURES = {
    "": "Captures whose records are damaged or lost, as `scrapy verify --refetch` found them: their"
    " addresses are fetched again.",
    "capture_id": "The capture.",
    "noted_at": "When that was recorded, UTC: later captures may replace it.",
}

CAUSE = (
    "Why it differs from the one before: page (the newspaper changed it), extractor (the same"
    " bytes, read by another version of the extractor), either (both differ)."
)

REREADINGS = {
    "": "Revisions whose page was read again from WARC by another version of the extractor.",
    "article_id": "The article.",
    "revision_id": "The revision whose page was read.",
    "extractor": "The version that read it this time.",
    "outcome": "changed (it took the place of what was read before), unchanged, or why it could not"
    " be read.",
    "reason_code": "Why it could not be read, as a code of those in docs/schema.md.",
    "reason_subject": "What the code is about.",
}

VERDICTS = {
    "": "Responses that were not the story known at their address: its last good revision stays"
    " current.",
    "capture_id": "The capture.",
    "article_id": "The story.",
    "verdict": "broken (cut off in transit), wall (consent, login, subscription, robots), outage,"
    " shell (a page without its text), empty, teaser (only the opening of the text), soft 404 (an"
    " error page sent as success), taken down (a notice in its place), other story.",
}

EVENTS = {
    "": "What became of stories, and when. Append-only.",
    "id": "Key.",
    "article_id": "The story.",
    "event": "gone; taken_down: a notice is in its place; replaced: another story is; back: it was"
    " gone, and is there again; teaser: only its opening is shown; full: the whole story is shown"
    " again; mistaken: an event recorded as gone or changed was not the newspaper's doing.",
    "at": "When the response that shows it was fetched, UTC.",
    "capture_id": "That response.",
    "reason": "What the response was.",
    "text": "For taken_down: the notice.",
    "successor_id": "For replaced: the story that is there now, if it is archived.",
    "reason_code": "reason as a code, to compare and count by; docs/schema.md lists all codes.",
    "reason_subject": "What the code is about: a status, an address, a detail.",
}

EDITS = {
    "": "How much each revision changed, compared with the one before.",
    "revision_id": "The revision.",
    "words_out": "Words removed; characters in scripts without spaces.",
    "words_in": "Words added.",
    "numbers_changed": "Numbers that are in only one of the two texts.",
    "quotes_changed": "Quotations that are in only one of them.",
    "names_changed": "Names that are in only one of them; NULL where the script has no capitals.",
    "share": "The share of the text that changed, 0 to 1.",
}

SITE_PROFILES = {
    "": "What the pages of a newspaper taught together, each time that they were asked; the last"
    " one of a newspaper counts. Rows are never changed.",
    "id": "Key.",
    "site_id": "The newspaper.",
    "run_id": "The run that learned it.",
    "learned_at": "When, UTC.",
    "extractor": "The version of the extractor that read the pages.",
    "stories": "How many stories of the newspaper the archive had then.",
    "learned_from": "The pages it was learned from: WARC-Record-IDs, as JSON.",
    "rules": "Tells one profile from another: it ends the extractor of revisions that were read"
    " with it. Empty where nothing was to be learned.",
    "profile": "The profile, TOML as in sites/HOST.toml.",
}

LAYOUT_CHANGES = {
    "": "Since when a newspaper's pages are built otherwise, or give a value from another place.",
    "id": "Key.",
    "site_id": "The newspaper.",
    "field": "layout: the page as a whole; else the field whose source moved.",
    "since": "When the first page of the new kind was captured, UTC.",
    "before": "What was usual before: the source of the field, with its share of the stories.",
    "after": "What has been usual since.",
    "urls": "Three stories of the new kind, the first ones, as JSON.",
    "noted_at": "When this was found, UTC.",
}

FINDINGS = {
    "": "What the monitors found: something that is not as this newspaper's own past has it.",
    "id": "Key.",
    "site_id": "The newspaper; NULL where it is about the archive.",
    "kind": "silent, fewer, more, source_silent, field_dropped, field_shifted, short_bodies,"
    " future_dates, blocked, disk_low or verify_failed; docs/operate.md says what each is.",
    "subject": "The source, field or file that it is about; empty where there is none.",
    "level": "error, warning or note.",
    "since": "The first day on which it was so.",
    "noted_at": "When it was found, UTC; or when it was no longer muted.",
    "numbers": "What it was and what it is, as a JSON object.",
    "urls": "Three addresses to look at, as JSON.",
    "state": "open; seen (somebody knows); muted (until a day); recovered (it is over).",
    "muted_until": "Not told of before this day, if it is muted.",
    "recovered_at": "When it was found to be over, UTC, if it is.",
    "is_habit": "1 if it is over because the newspaper has been so for four weeks.",
}

TAKEN_BACK = {
    "": "Retracted revisions, which later turned out not to be changes by the newspaper.",
    "revision_id": "The revision; it is kept, but edited_stories omits it.",
    "at": "When it was retracted, UTC.",
    "reason": "What the response was, or what differed.",
    "reason_code": "reason as a code, to compare and count by; docs/schema.md lists all codes.",
    "reason_subject": "What the code is about: a status, an address, a detail.",
}
