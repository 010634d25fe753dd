"""`scrapy try`: one page as the archive would see it, field by field, for a person."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from crawler.bundled import PROGRAM
from crawler.commands._crawl_settings import name_contact
from crawler.commands._shared import address_named, console
from crawler.errors import HemerotecaError, UsageError
from crawler.items import Article, Claim, Confidence, Page
from crawler.reasons import NOT_ARTICLE
from crawler.urls import site_host
from crawler.verb import Verb, fail

if TYPE_CHECKING:  # all commands are loaded for each: what reads pages waits until it is needed
    from crawler.learn import Change, SiteProfile


class Command(Verb):
    """Show what is read from one page, and where on it."""

    requires_crawler_process = False

    def syntax(self) -> str:
        """For `scrapy try -h`."""
        return "URL|FILE [--url URL] [--profile FILE|DIR] [--allow-private]"

    def short_desc(self) -> str:
        """For `scrapy -h`."""
        return "Show field by field what is extracted from one page, and where it was found"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add --url, --profile and --allow-private."""
        super().add_options(parser)
        parser.add_argument("--url", default=None, help="URL of the page in FILE")
        # In the place of Scrapy's --profile, which is for the time that its own code takes.
        parser.set_defaults(profile=None)
        parser.add_argument(
            "--profile",
            dest="site_profile",
            metavar="FILE|DIR",
            default=None,
            help="read the page with this profile of its site, or with the one in this folder,"
            " and show what that changes",
        )
        parser.add_argument(
            "--allow-private",
            action="store_true",
            help="also fetch from loopback and private addresses",
        )

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Print the page's fields."""
        assert self.settings is not None
        from crawler.page_reader import NO_ADDRESS, load_profile, load_profiles

        try:
            if len(args) != 1:
                raise UsageError(
                    f"name one page: {PROGRAM} try https://… or {PROGRAM} try page.html"
                )
            given = opts.site_profile
            is_folder = given is not None and Path(given).is_dir()
            known = load_profiles(given) if is_folder else {}
            profile = None if given is None or is_folder else load_profile(given)
            url, html, content_type = self._load(args[0], opts)
            profile = profile or known.get(site_host(url))
            page, changes = self._read(html, url, content_type, profile)
        except HemerotecaError as error:
            fail("try", error)
        out = console()
        if not page.url:
            out.print(Text(f"{NO_ADDRESS[0].upper()}{NO_ADDRESS[1:]}", style="bold yellow"))
        if profile is not None and not profile.is_for(page.url):
            out.print(Text(f"Not used: the profile is of {profile.host}", style="bold yellow"))
        show(page, out)
        if changes:
            show_changes(changes, out)

    def _read(
        self, html: bytes, url: str, content_type: str | None, profile: SiteProfile | None
    ) -> tuple[Page, tuple[Change, ...]]:
        """Read a page in a process of its own, as a crawl does: an XPath or a page that takes for
        ever would let nobody stop the command."""
        from crawler.page_reader import read_saved
        from crawler.runs import Workers

        assert self.settings is not None
        workers = Workers(1, self.settings.getfloat("EXTRACT_CPU_SECONDS"))
        try:
            return asyncio.run(workers.run(read_saved, html, url, content_type, None, profile))
        finally:
            workers.close()

    def _load(self, where: str, opts: argparse.Namespace) -> tuple[str, bytes, str | None]:
        assert self.settings is not None
        if "://" in where:
            from crawler.fetch_one import fetch_one

            name_contact(self.settings)
            return fetch_one(where, self.settings, allow_private=opts.allow_private)
        if not where:
            raise UsageError("'' is no page; name an HTML file or a web address")
        try:
            html = Path(where).read_bytes()
        except OSError as error:
            raise UsageError(
                f"{where} cannot be read ({error.strerror}); name an HTML file or a web address"
            ) from error
        return address_named(opts.url) or "", html, None


def show(page: Page, out: Console) -> None:
    """Print a table of fields, then the body, then the linked stories."""
    article = page.article
    if page.not_article:
        out.print(Text(f"No article: {NOT_ARTICLE[page.not_article]}", style="bold yellow"))
    table = Table(box=None, pad_edge=False, show_header=True, header_style="dim")
    for column in ("field", "value", "source", "raw"):
        table.add_column(
            column, overflow="fold", style="dim" if column in ("source", "raw") else ""
        )
    for name, value in _fields(article):
        claim = article.sources.get(name)
        table.add_row(Text(name, style="cyan"), _cell(value), *_evidence(claim, value))
    out.print(table)
    out.print()
    out.print(Text(f"body ({article.word_count:,} words)", style="cyan"))
    body = Table.grid(padding=(0, 1))
    for block in article.blocks:
        body.add_row(Text(f"  {block.type}", style="dim"), Text(_short(block.text, 200)))
    out.print(body)
    out.print()
    out.print(Text(f"linked stories ({len(article.links)})", style="cyan"))
    for link in article.links:
        head = f"  {link.relation:<10}{link.position:>3}  "
        label = f" [{link.label}]" if link.label else ""
        out.print(
            Text(head, style="dim") + Text(link.title or "(no title)") + Text(label, style="green")
        )
        out.print(Text(" " * len(head) + link.url, style="dim"), soft_wrap=True)


def show_changes(changes: Sequence[Change], out: Console) -> None:
    """Print what a profile changed, and what each value would have been without it."""
    out.print()
    out.print(Text(f"changed by the profile ({len(changes)})", style="cyan"))
    table = Table(box=None, pad_edge=False, show_header=True, header_style="dim")
    for column in ("  field", "without it", "with it", "why"):
        table.add_column(column, overflow="fold")
    for change in changes:
        before, after = _short(change.before, 80), _short(change.after, 80)
        table.add_row(
            Text(f"  {change.field}"), _cell(before or None), _cell(after or None),
            Text(change.rule, style="dim"),
        )  # fmt: skip
    out.print(table)


def _fields(article: Article) -> list[tuple[str, str | None]]:
    published, modified, read_time = article.published, article.modified, article.read_time
    shown = "as shown" if read_time and read_time.shown else "estimated"
    return [
        ("title", article.title),
        *([("seo_title", article.seo_title)] if article.seo_title else []),
        ("authors", "; ".join(article.authors) or None),
        ("published_at", f"{published.value} ({published.precision})" if published else None),
        ("modified_at", f"{modified.value} ({modified.precision})" if modified else None),
        ("read_time", f"{read_time.minutes} min, {shown}" if read_time else None),
        ("standfirst", article.standfirst),
        ("section", article.section),
        ("tags", "; ".join(article.tags) or None),
        ("language", article.language),
        ("image", article.image.url if article.image else None),
        ("canonical_url", article.canonical_url),
        ("access", article.access),
        ("confidence", _sure(article.confidence)),
    ]


def _sure(confidence: Confidence | None) -> str | None:
    if confidence is None:
        return None
    parts = f"body {confidence.body}, authors {confidence.authors}"
    return f"{confidence.overall} ({parts}, published {confidence.published})"


def _cell(value: str | None) -> Text:
    return Text(value) if value else Text("none", style="dim italic")


def _evidence(claim: Claim | None, value: str | None) -> tuple[Text, Text]:
    if claim is None:
        return Text(""), Text("")
    raw = "" if claim.text == value else _short(claim.text, 60)
    return Text(claim.source), Text(raw)


def _short(text: str, length: int) -> str:
    text = " ".join(text.split())
    return text if len(text) <= length else text[: length - 1] + "…"
