"""What a TEI corpus says of itself, and each text of where it comes from."""

from __future__ import annotations

import re
from hashlib import sha256

from crawler import __version__
from crawler.counted import counted
from crawler.export.card.about import About
from crawler.export.tei.addresses import pointer
from crawler.export.tei.dates import when
from crawler.export.values import Row, moment_text
from crawler.export.xml import Xml

_LANGUAGE = re.compile(r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*")
_VERSION = re.compile(r"\d+(?:\.\d+){0,3}")
_RIGHTS = (
    "The stories are their newspapers' and authors' own: this corpus grants no right to them. What"
    " they reserve is said in the header of each text."
)
_TEXTS = (
    "Each story is a TEI element: its newest revision, as it was read from the newspaper's own page"
    " by rules that look at its markup and text. Paragraphs, headings, lists, quotations, tables,"
    " pictures, links and emphasis are those of the page; words, spelling and punctuation are left"
    " as they are. The summary under the headline is the division standfirst in the front matter,"
    " and the stories that its page points to are the division linked in the back matter. Of"
    " pictures there are the addresses alone. Characters that XML has no way to write are U+FFFD."
)


def xml_id(url: str) -> str:
    """The name of a story's text, the same in each corpus: made of its address."""
    return f"story-{sha256(url.encode('utf-8', 'replace')).hexdigest()[:20]}"


def language(tag: str | None) -> str | None:
    """A language as `xml:lang` may have it."""
    return tag if tag and _LANGUAGE.fullmatch(tag) else None


def corpus(xml: Xml, about: About) -> None:
    """Write the header of the whole."""
    xml.start("teiHeader")
    xml.start("fileDesc")
    xml.start("titleStmt")
    xml.line("title", about.title)
    xml.start("respStmt")
    xml.line("resp", "archived from the newspapers' web pages and encoded by")
    xml.line("name", about.software)
    xml.end()
    xml.end("\n")
    xml.line("extent", counted(about.facts.stories, "story", "stories"))
    xml.start("publicationStmt")
    xml.line("distributor", "Who publishes this corpus puts their name here.")
    xml.line("date", about.day, {"when": when(about.day)})
    xml.start("availability", {"status": "restricted"})
    xml.line("p", _RIGHTS)
    xml.end()
    xml.end("\n")
    xml.start("sourceDesc")
    xml.start("listBibl")
    for paper in about.facts.papers:
        xml.start("bibl")
        xml.line("title", paper.host, {"level": "j"})
        _ref(xml, paper.home_url)
        xml.line("extent", counted(paper.stories, "story", "stories"))
        if paper.first_day and paper.last_day:
            span = {"from": when(paper.first_day), "to": when(paper.last_day)}
            xml.line(
                "date", f"{paper.first_day} to {paper.last_day}", {"type": "published", **span}
            )
        xml.end("\n")
    xml.end()
    xml.end()
    xml.end("\n")
    _encoding(xml, about)
    if about.facts.languages:
        xml.start("profileDesc")
        xml.start("langUsage")
        for tag, stories in about.facts.languages:
            if (good := language(tag)) is not None:
                xml.line("language", counted(stories, "story", "stories"), {"ident": good})
        xml.end()
        xml.end("\n")
    xml.end("\n")


def _encoding(xml: Xml, about: About) -> None:
    xml.start("encodingDesc")
    xml.start("projectDesc")
    xml.line("p", about.description)
    xml.end("\n")
    if about.selection:
        xml.start("samplingDecl")
        xml.line(
            "p", f"Of the archive, those stories are here that are {'; '.join(about.selection)}."
        )
        xml.end("\n")
    xml.start("editorialDecl")
    xml.line("p", _TEXTS)
    xml.end("\n")
    xml.start("appInfo")
    version = _VERSION.match(__version__)
    xml.start("application", {"ident": "hemeroteca", "version": version[0] if version else "0"})
    xml.line("label", about.software)
    for what, versions in (
        ("Pages fetched by", about.facts.software), ("Pages read by", about.facts.extractors)
    ):  # fmt: skip
        if versions:
            xml.line("p", f"{what} {', '.join(versions)}.")
    xml.end()
    xml.end()
    xml.end("\n")


def story(xml: Xml, row: Row) -> None:
    """Write the header of a story."""
    xml.start("teiHeader")
    xml.start("fileDesc")
    xml.start("titleStmt")
    xml.line("title", row["title"] or "")
    for author in row["authors"] or ():
        xml.start("author")
        xml.line("name", author)  # of a person, an agency or the newspaper: pages do not say
        xml.end("\n")
    xml.end("\n")
    if row["word_count"] is not None:
        words = counted(row["word_count"], "word")
        xml.start("extent")
        xml.line("measure", words, {"unit": "words", "quantity": str(row["word_count"])})
        xml.end("\n")
    xml.start("publicationStmt")
    xml.line("publisher", row["site"])
    _date(xml, row["published_at"], {"type": "published"})
    _date(xml, row["modified_at"], {"type": "modified"})
    _availability(xml, row)
    xml.end("\n")
    _notes(xml, row)
    _source(xml, row)
    xml.end("\n")
    _profile(xml, row)
    if len(row["changes"]) > 1:
        xml.start("revisionDesc")
        for each in reversed(row["changes"]):
            what = "first archived" if each["number"] == 1 else each["change"]
            at = {"n": str(each["number"]), "when": when(each["captured_at"])}
            xml.line("change", what, at)
        xml.end("\n")
    xml.end("\n")


def _availability(xml: Xml, row: Row) -> None:
    xml.start("availability", {"status": "restricted"})
    xml.start("p")
    xml.text(f"All rights are those of {row['site']} and its authors.")
    if row["reserved"]:
        xml.text(" Reserved: ")
        for number, term in enumerate(row["reserved"]):
            if number:
                xml.text(", ")
            xml.start("term", {"type": "reserved"})
            xml.text(term)
            xml.end()
        xml.text(".")
    xml.end()
    xml.end("\n")


def _notes(xml: Xml, row: Row) -> None:
    notes = []
    if row["access"] == "teaser":
        notes.append(("access", "Only the opening of the story was shown."))
    if row["gone_at"] is not None:
        notes.append(("gone", f"The page was found gone at {moment_text(row['gone_at'])}."))
    if not notes:
        return
    xml.start("notesStmt")
    for kind, said in notes:
        xml.line("note", said, {"type": kind})
    xml.end("\n")


def _source(xml: Xml, row: Row) -> None:
    xml.start("sourceDesc")
    xml.start("bibl")
    xml.line("title", row["site"], {"level": "j"})
    _ref(xml, row["url"])
    captured = None if row["fetched_at"] is None else moment_text(row["fetched_at"])
    _date(xml, captured, {"type": "captured"})
    for kind, name in (
        ("WARC-Record-ID", "record_id"), ("WARC-Payload-Digest", "payload_digest"),
        ("WARC-file", "warc_file"), ("content-digest", "content_digest"),
    ):  # fmt: skip
        if row[name]:
            xml.line("idno", row[name], {"type": kind})
    xml.end()
    xml.end("\n")


def _profile(xml: Xml, row: Row) -> None:
    tag = language(row["language"])
    kinds = (("section", [row["section"]] if row["section"] else []), ("tag", row["tags"] or []))
    if tag is None and not any(terms for _, terms in kinds):
        return
    xml.start("profileDesc")
    if tag is not None:
        xml.start("langUsage")
        xml.line("language", tag, {"ident": tag})
        xml.end("\n")
    if any(terms for _, terms in kinds):
        xml.start("textClass")
        for kind, terms in kinds:
            if terms:
                xml.start("keywords", {"n": kind})
                for term in terms:
                    xml.line("term", term, {"type": kind})
                xml.end("\n")
        xml.end("\n")
    xml.end("\n")


def _date(xml: Xml, text: str | None, attributes: dict[str, str | None]) -> None:
    if text:
        xml.line("date", text, {**attributes, "when": when(text)})


def _ref(xml: Xml, url: str) -> None:
    xml.line("ref", url, {"target": pointer(url)})
