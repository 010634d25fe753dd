"""TEI P5: a `teiCorpus` with a text for each story, valid by `tei_all` (https://tei-c.org)."""

from __future__ import annotations

from itertools import groupby
from typing import Any, BinaryIO

from crawler import __version__
from crawler.archive.export_facts import facts
from crawler.archive.export_tables import Table
from crawler.archive.texts import markdown_of
from crawler.export.card.about import About
from crawler.export.formats import Format
from crawler.export.source import Source
from crawler.export.tei import header
from crawler.export.tei.addresses import pointer
from crawler.export.tei.body import parser, write_body
from crawler.export.values import Row
from crawler.export.xml import Xml

__all__ = ["write", "write_story"]

_DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>\n'
_NAMESPACE = "http://www.tei-c.org/ns/1.0"


def write(out: BinaryIO, form: Format, table: Table, source: Source) -> None:
    """Write all stories, one after another. Raises OSError, sqlite3.Error."""
    about = About(
        name="", form=form, tables=(), facts=facts(source.connection),
        selection=source.selection, reserved=(), left_out=(),
        software=f"Hemeroteca {__version__}",
    )  # fmt: skip
    read = parser()
    xml = Xml()
    out.write(_DECLARATION)
    xml.start("teiCorpus", {"xmlns": _NAMESPACE})
    xml.newline()
    header.corpus(xml, about)
    for row in source.rows(table):
        write_story(xml, row, read)
        out.write(xml.taken())
    xml.end("\n")
    out.write(xml.taken())


def write_story(xml: Xml, row: Row, read: Any) -> None:
    """Write one story. read: `body.parser()`."""
    xml.start(
        "TEI", {"xml:id": header.xml_id(row["url"]), "xml:lang": header.language(row["language"])}
    )
    xml.newline()
    header.story(xml, row)
    xml.start("text")
    xml.newline()
    _front(xml, row)
    text = row["body_text"] or ""
    captions = {
        "".join(image["caption"].split()) for image in row["images"] or () if image["caption"]
    }
    write_body(xml, text, markdown_of(text, row["body_markdown_parts"]), captions, read)
    _back(xml, row["links"] or ())
    xml.end("\n")
    xml.end("\n")


def _front(xml: Xml, row: Row) -> None:
    """The lead picture, which stands above the text, and the summary under the headline."""
    lead = next((each for each in row["images"] or () if each["role"] == "lead"), None)
    if lead is None and not row["standfirst"]:
        return
    xml.start("front")
    if lead is not None:
        xml.start("figure")
        if (url := pointer(lead["url"])) is not None:
            xml.empty("graphic", {"url": url})
        for name, words in (("head", lead["caption"]), ("figDesc", lead["alt"])):
            if words:
                xml.line(name, words)
        xml.end("\n")
    if row["standfirst"]:
        xml.start("div", {"type": "standfirst"})
        for paragraph in filter(str.strip, row["standfirst"].split("\n\n")):
            xml.line("p", paragraph)
        xml.end("\n")
    xml.end("\n")


def _back(xml: Xml, links: Any) -> None:
    """The stories that the page points to: a list for each block of them."""
    if not links:
        return
    xml.start("back")
    xml.start("div", {"type": "linked"})
    for (relation, label), some in groupby(links, lambda each: (each["relation"], each["label"])):
        xml.start("list", {"type": relation})
        if label:
            xml.line("head", label)
        for link in some:
            archived = "archived" if link["story_url"] else None
            xml.start("item")
            xml.start("ref", {"target": pointer(link["url"]), "subtype": archived})
            xml.text(link["title"] or link["url"])
            xml.end()
            xml.end("\n")
        xml.end("\n")
    xml.end()
    xml.end("\n")
