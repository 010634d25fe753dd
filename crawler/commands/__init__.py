"""What `scrapy <verb>` adds."""

from crawler.log import escape_records

# Scrapy loads this package for each of its commands, before anything is logged.
escape_records()
