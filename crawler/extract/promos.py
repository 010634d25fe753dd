"""Promos: paragraphs inside a body that advertise another story ("ALSO READ: …")."""

from __future__ import annotations

from lxml.html import HtmlElement


def promo_label(element: HtmlElement) -> str | None:
    """The label of a promo paragraph ("ALSO READ"), "" if it is a promo without one, else None."""
    return None
