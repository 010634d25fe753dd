"""A story as those cite it who write with LaTeX, Zotero, pandoc and the like: BibLaTeX, CSL-JSON.
Pure functions."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

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
    captured_at: str
    """ISO 8601, UTC."""
    digest: str
    """Of the payload, as WARC has it."""
    record_id: str
    """`<urn:uuid:…>`."""
    language: str | None = None
    revision: int | None = None
    """None: the newest, whichever that is."""

    @property
    def urn(self) -> str:
        """The record's name, without brackets."""
        return self.record_id.strip("<>")

    @property
    def evidence(self) -> str:
        """Which capture it is, in a line."""
        return f"Captured {moment(self.captured_at)}; {self.digest}; {self.urn}"


def moment(value: str) -> str:
    """A time of ours, for people.

    >>> moment("2026-01-02T03:04:05.678+00:00")
    '2026-01-02 03:04:05 UTC'
    """
    return f"{value[:19].replace('T', ' ')} UTC"


_TEX = str.maketrans({
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "%": r"\%",
    "#": r"\#", "_": r"\_", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}",
})  # fmt: skip
_NOT_IN_URL = re.compile(r"[{}\\\s\x00-\x20\x7f-\x9f\u200b-\u200f\u2028-\u202f\u2060-\u206f]+")
_DAY = re.compile(r"\d{4}(-\d\d(-\d\d)?)?")
# BCP 47 → what the LaTeX package babel calls the language.
_BABEL = {
    "af": "afrikaans", "ar": "arabic", "bg": "bulgarian", "ca": "catalan", "cs": "czech",
    "da": "danish", "de": "ngerman", "de-at": "naustrian", "de-ch": "nswissgerman", "el": "greek",
    "en": "english", "en-au": "australian", "en-ca": "canadian", "en-gb": "british",
    "en-us": "american", "eo": "esperanto", "es": "spanish", "et": "estonian", "eu": "basque",
    "fa": "persian", "fi": "finnish", "fr": "french", "ga": "irish", "gl": "galician",
    "he": "hebrew", "hi": "hindi", "hr": "croatian", "hu": "hungarian", "hy": "armenian",
    "id": "indonesian", "is": "icelandic", "it": "italian", "ja": "japanese", "ko": "korean",
    "lt": "lithuanian", "lv": "latvian", "mk": "macedonian", "ms": "malay", "nb": "norsk",
    "nl": "dutch", "nn": "nynorsk", "no": "norsk", "pl": "polish", "pt": "portuguese",
    "pt-br": "brazilian", "ro": "romanian", "ru": "russian", "sk": "slovak", "sl": "slovene",
    "sq": "albanian", "sr": "serbian", "sv": "swedish", "th": "thai", "tr": "turkish",
    "uk": "ukrainian", "vi": "vietnamese", "zh": "chinese",
}  # fmt: skip


def key(cited: Cited) -> str:
    """What an entry is called: the same in every export, and of no other story. ASCII, for old
    programs. Who wrote it, when, the first long word of the headline, a digest of the address.

    >>> key(Cited("The mill", ("Ada Brook",), "", "https://news.example/a", "2026", "", "", ""))
    'brook-2026-mill-95bbca1f9b4b'
    """
    whose = words(cited.authors[0]).split()[-1:] if cited.authors else []
    said = [word for word in words(cited.title).split() if len(_ascii(word)) > 3][:1]
    revision = "" if cited.revision is None else f" {cited.revision}"
    digest = hashlib.sha256(f"{cited.url}{revision}".encode("utf-8", "replace")).hexdigest()[:12]
    when = (_day(cited.published) or cited.captured_at)[:4]
    return "-".join(filter(None, [*map(_ascii, whose), when, *map(_ascii, said), digest]))


def as_bibtex(cited: Cited) -> str:
    """An entry for BibLaTeX. Names stand in braces as they are: whether a byline is a person's, and
    which part is the family's, no page tells."""
    tag = (cited.language or "").lower()
    langid = _BABEL.get(tag) or _BABEL.get(tag.partition("-")[0])
    fields = [
        ("author", " and ".join(f"{{{_tex(name)}}}" for name in cited.authors)),
        ("title", f"{{{_tex(cited.title)}}}"),
        ("organization", f"{{{_tex(cited.site)}}}"),
        ("date", _day(cited.published)),
        ("url", _NOT_IN_URL.sub(lambda match: quote(match[0], errors="replace"), cited.url)),
        ("urldate", cited.captured_at[:10]),
        ("version", "" if cited.revision is None else str(cited.revision)),
        ("langid", langid),
        ("language", "" if langid else _tex(cited.language or "")),
        ("note", _tex(cited.evidence)),
    ]
    lines = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields if value)
    return f"@online{{{key(cited)},\n{lines}\n}}\n"


def csl_item(cited: Cited) -> dict[str, Any]:
    """An item of CSL-JSON, version 1.0.2."""
    item: dict[str, Any] = {
        "id": key(cited),
        "type": "article-newspaper",
        "title": cited.title,
        "author": [{"literal": name} for name in cited.authors],
        "container-title": cited.site,
        "issued": _date(cited.published),
        "accessed": _date(cited.captured_at),
        "URL": cited.url,
        "language": cited.language,
        "version": None if cited.revision is None else str(cited.revision),
        "archive": "Web archive (WARC)",
        "archive_location": cited.urn,
        "note": cited.evidence,
    }
    return {name: value for name, value in item.items() if value or name == "title"}


def _tex(text: str) -> str:
    return shown_line(text).translate(_TEX)


def _ascii(word: str) -> str:
    plain = unicodedata.normalize("NFKD", word).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]", "", plain)


def _day(value: str | None) -> str:
    """Year, month and day of a date, as far as it tells them."""
    found = _DAY.match(value or "")
    return found[0] if found else ""


def _date(value: str | None) -> dict[str, Any] | None:
    day = _day(value)
    return {"date-parts": [[int(part) for part in day.split("-")]]} if day else None
