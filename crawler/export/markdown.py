"""A Markdown file for each story, with YAML front matter: for Obsidian and static sites."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from crawler.archive.texts import markdown_of
from crawler.export.file_names import story_path
from crawler.export.front_matter import front_matter, moment
from crawler.export.values import Row
from crawler.text import shown_line

_RELATIONS = {
    "previous": "previous", "next": "next", "also_read": "also read", "related": "related",
}  # fmt: skip
_SPECIAL = str.maketrans({mark: f"\\{mark}" for mark in "\\`*_[]<>"})
_FENCE = re.compile(r"(`{3,})[ \t]*")
_FENCE_ENDS = re.compile(r" {0,3}(`{3,})[ \t]*")
_ACTING = re.compile(r"(\\*)([<{])")
_ENTITIES = {"<": "&lt;", "{": "&#123;"}
_TEMPLATE = re.compile(r"\{(?=[{%])")
# What some programs take for the end of front matter or of a slide, wherever it stands; and fences
# but those at the margin without a word behind them, for all programs to agree on where code is.
_RULE = re.compile(r"^(\s{0,3})(?=-{3}|\+{3}|~{3}|`{3})")
_TARGET = re.compile(r"((?<!\\)(?:\\\\)*\]\()(?!https?://)", re.IGNORECASE)
_NOT_IN_TARGET = re.compile(
    r"[\s<>\"'{}\\`\x00-\x20\x7f-\x9f\u200b-\u200f\u2028-\u202f\u2060-\u206f]"
)


def write(folder: Path, rows: Iterable[Row]) -> None:
    """Write a file for each row of STORY_PAGES. Raises OSError."""
    there: str | None = None
    for row in rows:
        host, year, name = story_path(row["site"], row["day"], row["title"], row["url"])
        place = folder / host / year
        if there != str(place):
            place.mkdir(parents=True, exist_ok=True)
            there = str(place)
        text = f"{front_matter(_facts(row))}\n{_body(row)}"
        (place / f"{name}.md").write_bytes(text.encode("utf-8", "replace"))


def _facts(row: Row) -> dict[str, Any]:
    # `url`, `slug`, `aliases`, `layout` and `published` would tell generators of sites where to put
    # the page, or whether; `source` is what Obsidian's own clipper calls the address.
    return {
        "title": row["title"],
        "date": moment(row["published_at"]) or row["published_utc"] or row["published_day"],
        "lastmod": moment(row["modified_at"]),
        "authors": row["authors"],
        "section": row["section"],
        "tags": row["tags"],
        "description": row["standfirst"],
        "image": _address(row["image_url"]),
        "source": row["url"],
        "site": row["site"],
        "language": row["language"],
        "access": row["access"],
        "captured": row["fetched_at"],
        "record": row["record_id"],
        "warc": row["warc_file"],
        "digest": row["payload_digest"],
        "content_digest": row["content_digest"],
        "revisions": row["revisions"],
        "gone": row["gone_at"],
        "reserved": row["reserved"],
    }


def _body(row: Row) -> str:
    text = markdown_of(row["body_text"] or "", row["body_markdown_parts"])
    parts = [safe_markdown(text)]
    lead = next((image for image in row["images"] if image["role"] == "lead"), None)
    if (
        lead is not None
        and (address := _address(lead["url"]))
        and f"({_target(address)})" not in parts[0]
    ):
        words = lead["caption"] or lead["alt"] or "picture"
        parts.insert(0, f"![{_line(words)}]({_target(address)})")
    related = list(_related(row))
    if related:
        parts.append("## Related\n\n" + "\n".join(related))
    return "\n\n".join(part for part in parts if part) + "\n"


def _related(row: Row) -> Iterator[str]:
    seen = {row["url"]}
    for each in row["neighbours"]:
        story = each["story_url"]
        key = story or each["url"]
        where = _address(each["url"])
        if key in seen or where is None:
            continue
        seen.add(key)
        if story is not None:
            parts = story_path(each["story_site"], each["story_day"], each["story_title"], story)
            where = f"../../{'/'.join(parts)}.md"
        title = each["story_title"] or each["title"] or key
        yield f"- [{_line(title)}]({_target(where)}) ({_RELATIONS[each['relation']]})"


def safe_markdown(text: str) -> str:
    """Markdown of a story as any program may render it: no HTML, no template of a site's generator,
    no link but to the web, no line that looks like the end of front matter. It shows the same.

    >>> print(safe_markdown("`<b>` [x](javascript:1) {{ site }}"))
    `&lt;b>` [x](#javascript:1) &#123;&#123; site }}
    """
    lines = []
    fence = ""
    # a lone carriage return ends a line for CommonMark too
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        if fence:
            # Generators look for their templates here as well; HTML is shown as it is.
            lines.append(_TEMPLATE.sub("{ ", line))
            if (found := _FENCE_ENDS.fullmatch(line)) and len(found[1]) >= len(fence):
                fence = ""
            continue
        if found := _FENCE.fullmatch(line):
            fence = found[1]
            lines.append(line)
            continue
        lines.append(_safe(line))
    if fence:
        lines.append(fence)
    return "\n".join(lines)


def _safe(line: str) -> str:
    if "<" in line or "{" in line:  # those with a backslash of their own before them too
        line = _ACTING.sub(lambda m: m[1][: len(m[1]) // 2 * 2] + _ENTITIES[m[2]], line)
    if "](" in line:
        line = _TARGET.sub(r"\1#", line)
    # no definition of what a link elsewhere leads to
    return _RULE.sub(r"\1\\", line.replace("]:", "]\\:"))


def _line(text: str) -> str:
    """Text on one line, for Markdown to show as it is."""
    return _safe(shown_line(" ".join(text.split())).translate(_SPECIAL))


def _target(address: str) -> str:
    return address.replace("(", "%28").replace(")", "%29")


def _address(url: str | None) -> str | None:
    """An address of the web, for a link; None for any other."""
    if url is None or not url.lower().startswith(("http://", "https://")):
        return None
    return None if _NOT_IN_TARGET.search(url) else url
