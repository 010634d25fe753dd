"""What `scrapy <verb>` adds."""

from __future__ import annotations

from crawler.commands._unknown import suggest_verbs
from crawler.interrupts import answer_interrupts
from crawler.log import escape_records, take_all_text

# Scrapy loads this package for each of its commands, before anything is logged.
escape_records()
take_all_text()
answer_interrupts()
suggest_verbs()
