"""A revision of a story as a citation: text, BibTeX, CSL-JSON, a robust link. Pure functions."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from html import escape
from typing import Any

from crawler.room.links import safe_address
from crawler.text import shown_line, words


@dataclass(frozen=True, slots=True)
class Cited:
    """What a citation says."""

    title: str
    authors: tuple[str, ...]
    site: str
    url: str
    published: str | None
    """ISO 8601, as exact as the page."""
    revision: int
    captured_at: str
    """ISO 8601, UTC."""
    digest: str
    """Of the payload, as WARC has it."""
    record_id: str
    """`<urn:uuid:…>`."""
    language: str | None = None


def as_text(cited: Cited) -> str:
    """A citation in one sentence."""
    by = f"{', '.join(cited.authors)}. " if cited.authors else ""
    when = f", {cited.published[:10]}" if cited.published else ""
    return shown_line(
        f"{by}“{cited.title}”. {cited.site}{when}. {cited.url} (revision {cited.revision},"
        f" captured {_moment(cited.captured_at)}; {cited.digest}; {_urn(cited)})."
    )


_TEX = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "%": r"\%",
    "#": r"\#", "_": r"\_", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}",
}  # fmt: skip
_IN_URL = re.compile(r"[{}\\\s]")


def as_bibtex(cited: Cited) -> str:
    """An entry for BibLaTeX and BibTeX."""
    names = " and ".join(f"{{{_tex(name)}}}" for name in cited.authors)
    url = _IN_URL.sub(lambda match: f"%{ord(match[0]):02X}", cited.url)
    fields = [
        ("author", names),
        ("title", f"{{{_tex(cited.title)}}}"),
        ("journal", _tex(cited.site)),
        ("date", (cited.published or "")[:10]),
        ("year", (cited.published or "")[:4]),
        ("url", url),
        ("urldate", cited.captured_at[:10]),
        ("version", str(cited.revision)),
        ("language", _tex(cited.language or "")),
        ("note", _tex(
            f"Captured {_moment(cited.captured_at)}; {cited.digest}; {_urn(cited)}"
        )),
    ]  # fmt: skip
    lines = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields if value)
    return f"@article{{{_key(cited)},\n{lines}\n}}\n"


def _tex(text: str) -> str:
    return "".join(_TEX.get(letter, letter) for letter in shown_line(text))


def _key(cited: Cited) -> str:
    name = words(cited.authors[0]).split()[-1:] if cited.authors else []
    title = [word for word in words(cited.title).split() if len(word) > 3][:1]
    parts = [*name, (cited.published or cited.captured_at)[:4], *title]
    return re.sub(r"[^\w-]", "", "-".join(parts)) or "story"


def as_csl(cited: Cited) -> str:
    """CSL-JSON: one item, for Zotero, pandoc and the like."""
    item: dict[str, Any] = {
        "id": _key(cited),
        "type": "article-newspaper",
        "title": cited.title,
        "author": [{"literal": name} for name in cited.authors],
        "container-title": cited.site,
        "URL": cited.url,
        "accessed": {"date-parts": [_parts(cited.captured_at[:10])]},
        "version": str(cited.revision),
        "note": f"Captured {_moment(cited.captured_at)}; {cited.digest}; {_urn(cited)}",
    }
    if cited.published:
        item["issued"] = {"date-parts": [_parts(cited.published[:10])]}
    if cited.language:
        item["language"] = cited.language
    return json.dumps([item], ensure_ascii=False, indent=2) + "\n"


def as_robust_link(cited: Cited) -> str:
    """A link as robustlinks.mementoweb.org has it: where the page was, and which state of it is
    meant. An address that is none that may be linked to is left out."""
    url = safe_address(cited.url)
    href = f' href="{escape(url)}"' if url else ""
    return (
        f'<a{href} data-originalurl="{escape(cited.url)}"'
        f' data-versionurl="{escape(_urn(cited))}" data-versiondate="{cited.captured_at[:10]}">'
        f"{escape(shown_line(cited.title))}</a>\n"
    )


def _urn(cited: Cited) -> str:
    return cited.record_id.strip("<>")


def _moment(value: str) -> str:
    return f"{value[:19].replace('T', ' ')} UTC"


def _parts(day: str) -> list[int]:
    return [int(part) for part in day.split("-")]
