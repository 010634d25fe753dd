"""What the tables mean that tell of what was taken out, and of copies."""

from __future__ import annotations

TAKEN_OUT: dict[str, dict[str, str]] = {
    "takedowns": {
        "": "Stories that were taken down by scrapy takedown: the tombstones. Their content is gone"
        " from the database and the WARC files, and is never archived again.",
        "id": "Key.",
        "uuid": "Names it in WARC: the address of its metadata record is"
        " urn:hemeroteca:takedown:UUID.",
        "url": "The story's address.",
        "at": "When, UTC.",
        "reason": "Why, as whoever took it down wrote.",
        "requested_by": "Who asked for it.",
        "records": "WARC-Record-IDs of captures of lists and feeds that went with it because they"
        " showed its text, as JSON; their addresses are fetched again.",
        "captures": "How many captures went, these among them.",
        "finished_at": "When the last byte was gone, UTC; NULL while a run has still to finish it.",
    },
    "takedown_urls": {
        "": "The addresses that are not fetched or stored again, other spellings of them included.",
        "key": "What all spellings of the address share, as a number: urls.key.",
        "url": "The address.",
        "takedown_id": "The takedown.",
    },
    "takedown_digests": {
        "": "The payloads that are not stored again, at whatever address.",
        "payload_digest": "As captures.payload_digest.",
        "takedown_id": "The takedown.",
    },
    "prunings": {
        "": "Each time that scrapy prune took captures out.",
        "id": "Key.",
        "uuid": "Names it in WARC: the address of its metadata record is"
        " urn:hemeroteca:pruning:UUID.",
        "at": "When, UTC.",
        "policy": "What was to go and what was to be kept, as JSON.",
        "captures": "How many captures went.",
        "bytes": "Bytes of their records in the WARC files.",
        "finished_at": "When the last byte was gone, UTC; NULL while a run has still to finish it.",
    },
    "pruned_captures": {
        "": "What went: each capture that was pruned.",
        "record_id": "WARC-Record-ID that it had.",
        "pruning_id": "The pruning.",
        "url_id": "Its URL.",
        "fetched_at": "When it was fetched, UTC.",
        "status": "HTTP status code.",
        "payload_digest": "sha256 of the body as sent, as in captures.",
    },
    "backups": {
        "": "Where scrapy backup has put copies of this archive.",
        "destination": "The folder or the address.",
        "at": "When the copy there was last made, UTC.",
        "captures": "How many captures it has.",
    },
    "_removals": {
        "": "What a takedown or a pruning has still to take out of the WARC files.",
        "record_id": "WARC-Record-ID of a capture.",
    },
    "_replaced_files": {
        "": "WARC files without what was taken out stand in the place of these, which are to go.",
        "name": "File in the archive's warc folder.",
    },
}
