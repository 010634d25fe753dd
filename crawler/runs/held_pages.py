"""Where the pages of revisions are."""

from __future__ import annotations

from pathlib import Path

from crawler.archive.database import WARC_FOLDER
from crawler.archive.rereads import Held
from crawler.runs.visits import Place


def place_of_page(archive: Path, held: Held) -> Place:
    """The record with the page of a revision. archive: the folder."""
    return Place(
        archive / WARC_FOLDER, held.warc_file, held.warc_offset, held.warc_length, held.page_url,
        held.rendered_by,
    )  # fmt: skip
