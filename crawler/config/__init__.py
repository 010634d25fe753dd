"""`hemeroteca.toml`: what an archive is made of, run after run.

Functions of its text: nothing here opens a file.
"""

from crawler.config.checked import NO_PAPERS, Mistake, read
from crawler.config.paper import (
    FILE_NAME,
    NEWSPAPER,
    RENDERS,
    SCOPES,
    SOURCES,
    Config,
    Notify,
    Paper,
    Papers,
    Render,
)
from crawler.config.starting import Entry, from_list, written
from crawler.config.values import home_address, is_partial_day, reaches_somebody

__all__ = [
    "FILE_NAME",
    "NEWSPAPER",
    "NO_PAPERS",
    "RENDERS",
    "SCOPES",
    "SOURCES",
    "Config",
    "Entry",
    "Mistake",
    "Notify",
    "Paper",
    "Papers",
    "Render",
    "from_list",
    "home_address",
    "is_partial_day",
    "reaches_somebody",
    "read",
    "written",
]
