"""Pages of script shown in a browser that has no network: what it asks for, we answer."""

from crawler.render.available import what_lacks
from crawler.render.browser import Browser, Limits, browser_path
from crawler.render.page import VIEWPORT, Answered, Asked, Fetch, Rendered

__all__ = [
    "VIEWPORT",
    "Answered",
    "Asked",
    "Browser",
    "Fetch",
    "Limits",
    "Rendered",
    "browser_path",
    "what_lacks",
]
