"""A revision of a story as a citation: text, BibTeX, CSL-JSON, a robust link. Pure functions."""

from __future__ import annotations

import json
from html import escape

from crawler.citation import Cited, as_bibtex, csl_item, moment
from crawler.room.links import safe_address
from crawler.text import shown_line

__all__ = ["Cited", "as_bibtex", "as_csl", "as_robust_link", "as_text"]


def as_text(cited: Cited) -> str:
    """A citation in one sentence."""
    by = f"{', '.join(cited.authors)}. " if cited.authors else ""
    when = f", {cited.published[:10]}" if cited.published else ""
    return shown_line(
        f"{by}“{cited.title}”. {cited.site}{when}. {cited.url} (revision {cited.revision},"
        f" captured {moment(cited.captured_at)}; {cited.digest}; {cited.urn})."
    )


def as_csl(cited: Cited) -> str:
    """CSL-JSON: one item, for Zotero, pandoc and the like."""
    return json.dumps([csl_item(cited)], ensure_ascii=False, indent=2) + "\n"


def as_robust_link(cited: Cited) -> str:
    """A link as robustlinks.mementoweb.org has it: where the page was, and which state of it is
    meant. An address that is none that may be linked to is left out."""
    url = safe_address(cited.url)
    href = f' href="{escape(url)}"' if url else ""
    return (
        f'<a{href} data-originalurl="{escape(cited.url)}"'
        f' data-versionurl="{escape(cited.urn)}" data-versiondate="{cited.captured_at[:10]}">'
        f"{escape(shown_line(cited.title))}</a>\n"
    )
