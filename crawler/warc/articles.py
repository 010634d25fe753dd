"""Articles as conversion records hold them, read back."""

from __future__ import annotations

import dataclasses
import json
import types
import typing
from collections.abc import Mapping
from typing import Any

from crawler.items import Article
from crawler.reasons import in_words
from crawler.warc.members import DamagedError
from crawler.warc.provenance import FORMAT


@dataclasses.dataclass(frozen=True, slots=True)
class Conversion:
    """An article as it was stored."""

    article: Article
    url: str
    """The article's address in the archive."""
    extractor: str


def read_conversion(block: bytes) -> Conversion:
    """The content of a conversion record of ours.

    Raises DamagedError where it is not what `conversion_record` writes.
    """
    try:
        content = json.loads(block)
        if content["format"] != FORMAT:
            raise DamagedError(f"a conversion record of format {content['format']!r}")
        article = _build(Article, content["article"])
        return Conversion(article, str(content["url"]), str(content["extractor"]))
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise DamagedError(f"a conversion record that cannot be read ({_what(error)})") from None


def _what(error: Exception) -> str:
    """What is wrong with the content of a record, in words."""
    if isinstance(error, KeyError):
        return f"{error.args[0]!r:.50} is not in it, or not known"
    if isinstance(error, UnicodeDecodeError | json.JSONDecodeError):
        return "no JSON"
    if isinstance(error, TypeError) and error.args and "__init__" not in str(error):
        return str(error)
    return in_words(error) if isinstance(error, RecursionError) else "no article"


def _build(kind: Any, value: Any) -> Any:
    """A value of JSON as one of a type that `crawler.items` uses. Raises TypeError, KeyError."""
    origin = typing.get_origin(kind)
    if origin is types.UnionType or origin is typing.Union:  # the latter of a Literal or None
        if value is None:
            return None
        (only,) = [each for each in typing.get_args(kind) if each is not type(None)]
        return _build(only, value)
    if origin is tuple:
        if not isinstance(value, list):
            raise TypeError(f"{value!r:.50} is no list")
        return tuple(_build(typing.get_args(kind)[0], each) for each in value)
    if origin is Mapping or origin is dict:
        of = typing.get_args(kind)[1]
        return {str(name): _build(of, each) for name, each in value.items()}
    if origin is typing.Literal:
        if value not in typing.get_args(kind):
            raise TypeError(f"{value!r:.50} is not among {typing.get_args(kind)}")
        return value
    if dataclasses.is_dataclass(kind):
        hints = _hints(kind)
        return typing.cast(Any, kind)(**{n: _build(hints[n], each) for n, each in value.items()})
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise TypeError(f"{value!r:.50} is no {_NAMES.get(kind, 'value')}")
    return value


_NAMES = {str: "text", int: "whole number", bool: "true or false", float: "number"}
_KNOWN: dict[Any, dict[str, Any]] = {}


def _hints(kind: Any) -> dict[str, Any]:
    if kind not in _KNOWN:
        _KNOWN[kind] = typing.get_type_hints(kind)
    return _KNOWN[kind]
