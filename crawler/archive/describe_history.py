"""What the tables of stories' histories and of WARC records mean."""

from __future__ import annotations

CAPTURES = {
    "record_type": "response, or revisit: the record has no payload, for it is that of another.",
    "refers_to_id": "The capture whose response has a revisit's payload.",
    "truncated": "Why the record holds less than was sent (length, time, disconnect), if it does.",
    "fetch_ms": "Milliseconds from the request to the last byte.",
    "reservations": "What the answer reserves (noarchive, TDM …), a JSON list; NULL for nothing.",
}

WARC_FILES = {
    "": "WARC files that are closed: nothing is written to them any more.",
    "name": "File in the archive's warc folder.",
    "run_id": "The run that closed it.",
    "bytes": "Its length.",
    "records": "Records in it, of every type.",
    "sha256": "Digest of the whole file, in hexadecimal digits: what sha256sum says.",
    "closed_at": "UTC.",
}

DAMAGED_FILES = {
    "": "WARC files that are damaged or lost, as `scrapy verify --refetch` found them.",
    "name": "File in the archive's warc folder.",
    "noted_at": "When that was noted, UTC.",
    "bytes": "Its length then; NULL: it was not there.",
    "sha256": "Its digest then, in hexadecimal digits; NULL: it was not there.",
}

LOST_CAPTURES = {
    "": "Captures whose records are damaged or lost, as `scrapy verify --refetch` found them: their"
    " addresses are fetched again.",
    "capture_id": "The capture.",
    "noted_at": "When that was noted, UTC: what is captured later may stand for it.",
}

CAUSE = (
    "Why it differs from the one before: page (the newspaper changed it), extractor (the same"
    " bytes, read by another version of the extractor), either (both are others)."
)

REREADINGS = {
    "": "Revisions whose page was read again from WARC by another version of the extractor.",
    "article_id": "The article.",
    "revision_id": "The revision whose page was read.",
    "extractor": "By which it was read now.",
    "outcome": "changed (it became a new revision), unchanged, or why it could not be read.",
}

VERDICTS = {
    "": "Answers that are no state of the story that was known at their address: its last good"
    " revision stands.",
    "capture_id": "The capture.",
    "article_id": "The story.",
    "verdict": "broken (it was cut off on its way), wall (consent, login, subscription, robots),"
    " outage, shell (a page without its text), empty, teaser (the text's beginning alone), soft"
    " 404 (an error page sent as success), taken down (a notice in its place), other story.",
}

EVENTS = {
    "": "What became of stories, and when. Rows are only ever added.",
    "id": "Key.",
    "article_id": "The story.",
    "event": "gone; taken_down: a notice stands in its place; replaced: another story does; back:"
    " it was gone, and is there again; teaser: its beginning alone is shown; full: all of it is"
    " shown again; mistaken: what was entered as gone or changed was no act of the newspaper's.",
    "at": "When the answer that shows it was fetched, UTC.",
    "capture_id": "That answer.",
    "reason": "What it was.",
    "text": "Of taken_down: the notice.",
    "successor_id": "Of replaced: the story that is there now, if it is archived.",
}

EDITS = {
    "": "How much each revision changed, beside the one before.",
    "revision_id": "The revision.",
    "words_out": "Words that are gone; characters in scripts without spaces.",
    "words_in": "Words that are new.",
    "numbers_changed": "Numbers that are in one of the two texts only.",
    "quotes_changed": "Quotations that are in one of them only.",
    "names_changed": "Names that are in one of them only; NULL where the script has no capitals.",
    "share": "The share of the text that changed, 0 to 1.",
}

TAKEN_BACK = {
    "": "Revisions that were no change by the newspaper, as was found out later.",
    "revision_id": "The revision; it is kept, and edited_stories leaves it out.",
    "at": "When that was found out, UTC.",
    "reason": "What the answer was, or what differed.",
}
