"""What was found in one WARC file."""

from __future__ import annotations

from dataclasses import dataclass, field

from crawler.archive.audit import Compared
from crawler.archive.losses import DamagedFile
from crawler.fixity.report import Report


@dataclass(slots=True)
class FileFindings:
    """What was found in a file."""

    name: str = ""
    """Of the file, without `.open`; empty where it is the database's."""
    report: Report = field(default_factory=Report)
    comparisons: Compared = field(default_factory=Compared)
    """What the database has beside each conversion record."""
    file: DamagedFile | None = None
    """The file as it is now, if it is damaged."""
    lost: set[str] = field(default_factory=set)
    """WARC-Record-IDs of captures whose records are damaged or lost, or one that tells of them."""
    untold: set[str] = field(default_factory=set)
    """Captures in the file of which no metadata record in it tells (`m` and WARC-Record-ID), or no
    conversion of their revision (`c`, likewise)."""
    told: set[str] = field(default_factory=set)
    """Captures in other files of which its metadata records and conversions tell."""
