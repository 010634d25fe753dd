"""What the tables mean of other archives of the web."""

from __future__ import annotations

MEMENTOS = {
    "web_archives": {
        "": "Other archives of the web that were asked: by crawl wayback, commoncrawl, missing.",
        "id": "Key.",
        "endpoint": "Where it lists its captures: its CDX server, or collinfo.json.",
        "first_asked_at": "When it was first asked, UTC.",
        "last_asked_at": "When it was last asked, UTC.",
    },
    "mementos": {
        "": "Captures that other archives list and that may be pages, and what became of each.",
        "id": "Key.",
        "web_archive_id": "The archive that lists it.",
        "wanted_by": "For whom it was listed: the host of a newspaper, or missing.",
        "url": "Its address, as listed.",
        "captured_at": "When it was captured, UTC. captures has it under this address and second.",
        "status": "HTTP status, as listed; NULL where the list does not say.",
        "content_type": "Type, as listed.",
        "digest": "Digest of its payload, as listed; mostly SHA-1 in Base32.",
        "source": "Of Common Crawl: WARC file, offset and length, as JSON.",
        "state": "queued (to be fetched), archived, retry (the next run tries again), failed, or"
        " gone (the archive lists it and does not have it).",
        "reason": "Why it is in this state, where that needs a reason.",
        "reason_code": "The same as a code.",
        "reason_subject": "What the code is about: a status, another date …",
        "attempts": "How many runs have settled it.",
    },
}

LISTINGS = {
    "": "Lists of captures that a run has begun to read and not finished.",
    "web_archive_id": "The archive that is asked.",
    "what": "What is listed: a host or an address, and the span of dates.",
    "to_come": "The parts that are still to be asked for, as JSON.",
    "noted_at": "When that was recorded, UTC.",
}

LOOKUPS = {
    "": "Single addresses whose captures were asked for, or are to be.",
    "id": "Key.",
    "web_archive_id": "The archive that is asked.",
    "wanted_by": "As in mementos.",
    "url": "The address.",
    "host": "Its host.",
    "is_own": "1 if it is surely the newspaper's own, or was asked for by the user; 0 if it counts"
    " once front pages link to several of its host.",
    "asked_at": "When it was last asked for, UTC; NULL if it is to be.",
    "found": "How many captures that may be pages were listed.",
}
