"""A report of an archive for people: one HTML file."""

from crawler.reporting.page import Report, html, report
from crawler.reporting.since import last_until

__all__ = ["Report", "html", "last_until", "report"]
