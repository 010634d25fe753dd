"""What `scrapy <verb>` adds."""

from __future__ import annotations

import sys

from crawler.interrupts import answer_interrupts
from crawler.log import escape_records, take_all_text
from crawler.verb import known_to_scrapy

# Scrapy loads this package for each of its commands, before anything is logged.
escape_records()
take_all_text()
answer_interrupts()
if "scrapy" in sys.modules:  # else nobody asks it for a verb, and it would take long to load
    from crawler.commands._unknown import suggest_verbs

    suggest_verbs()
    known_to_scrapy()
