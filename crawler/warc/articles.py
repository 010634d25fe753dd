"""Articles as conversion records hold them, read back."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from crawler.items import Article
from crawler.warc.members import DamagedError
from crawler.warc.provenance import FORMAT


@dataclass(frozen=True, slots=True)
class Conversion:
    """An article as it was stored."""

    article: Article
    url: str
    """The article's address in the archive."""
    extractor: str


@dataclass(frozen=True, slots=True)
class _Format:
    format: int


@dataclass(frozen=True, slots=True)
class _Whole(Conversion):
    format: int


_FORMAT = msgspec.json.Decoder(_Format)
_WHOLE = msgspec.json.Decoder(_Whole)


def read_conversion(block: bytes) -> Conversion:
    """The content of a conversion record of ours.

    Raises DamagedError where it is not what `conversion_record` writes.
    """
    try:
        try:
            whole = _WHOLE.decode(block)
        except (msgspec.ValidationError, RecursionError):  # of another format, perhaps
            _refuse(_FORMAT.decode(block))
            raise
        _refuse(whole)
        return Conversion(whole.article, whole.url, whole.extractor)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise DamagedError(f"a conversion record that cannot be read ({_what(error)})") from None


def _refuse(found: _Format | _Whole) -> None:
    if found.format != FORMAT:
        raise DamagedError(f"a conversion record of format {found.format}")


def _what(error: Exception) -> str:
    """What is wrong with the content of a record, in words."""
    if isinstance(error, msgspec.ValidationError):
        return str(error)[:200]
    return "nested too deeply" if isinstance(error, RecursionError) else "no JSON"
