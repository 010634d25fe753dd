"""What every part of a crawl needs to know of a run that ends before its work is done."""

from __future__ import annotations

from scrapy.exceptions import IgnoreRequest

STOPPING = object()
"""Scrapy signal: from now on nothing is requested any more. Sent once a run, with its `reason`."""
CUT = object()
"""Scrapy signal: what is on the wire still is cut off. Sent once a run at most, after STOPPING."""


GIVEN_UP = object()
"""Scrapy signal: time is up. Pages that are being read are given up; the rest is stored next."""


class Stopped(IgnoreRequest):
    """A request that was taken away before it was answered: the run ends, or its host has asked
    for a pause. It says nothing of its URL, which is no visit and waits as before."""
