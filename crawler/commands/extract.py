"""`scrapy extract`: pages in, articles out, as JSON lines; no network, no archive."""

from __future__ import annotations

import argparse
import asyncio
import base64
import io
import json
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple, cast

from crawler.bundled import PROGRAM
from crawler.commands._shared import address_named
from crawler.errors import HemerotecaError, UsageError
from crawler.items import LinkedStory, Page
from crawler.reasons import because, in_words
from crawler.runs import Workers
from crawler.text import cleaned, shown, shown_json
from crawler.urls import site_host
from crawler.verb import Verb, fail

if TYPE_CHECKING:  # all commands are loaded for each: what reads pages waits until it is needed
    from crawler.learn import Sighting, SiteProfile


class Command(Verb):
    """Read HTML pages as articles."""

    requires_crawler_process = False

    def syntax(self) -> str:
        """For `scrapy extract -h`."""
        return "[FILE …] [--url URL] [--learn | --profile FILE|DIR]"

    def short_desc(self) -> str:
        """For `scrapy -h`."""
        return "Read HTML files, or JSON lines on standard input, as articles"

    def long_desc(self) -> str:
        """For `scrapy extract -h`."""
        return (
            'Without files: one JSON object per line on standard input, {"id", "url", "html_b64"}, '
            'optionally with "content_type" and "captured_at". One JSON object per line on '
            'standard output, with "error" where a page cannot be read. With --learn the input is '
            "read twice: first each site's profile is learned from its pages, then they are read "
            'with it; "changed" says what it changed.'
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add --url, --learn and --profile."""
        super().add_options(parser)
        parser.add_argument("--url", default=None, help="the page's URL, if one FILE is given")
        profile = parser.add_mutually_exclusive_group()
        # In the place of Scrapy's --profile, which is for the time that its own code takes.
        parser.set_defaults(profile=None)
        profile.add_argument(
            "--learn",
            action="store_true",
            help="learn a profile of each site from all pages of the input, and read them with it",
        )
        profile.add_argument(
            "--profile",
            dest="site_profile",
            metavar="FILE|DIR",
            default=None,
            help="read pages with this profile of their site, or those of a folder, HOST.toml each",
        )

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Write a line for each page; exit with 2 if a file cannot be read."""
        from crawler.page_reader import NO_ADDRESS, load_profile, load_profiles

        assert self.settings is not None
        try:
            url = address_named(opts.url)
            if url and len(args) != 1:
                raise UsageError("--url needs exactly one FILE")
            given = opts.site_profile
            is_folder = given is not None and Path(given).is_dir()
            profiles = load_profiles(given) if is_folder else {}
            profile = None if given is None or is_folder else load_profile(given)
        except UsageError as error:
            fail("extract", error)
        reader = Reader(self.settings.getfloat("EXTRACT_CPU_SECONDS"), profile, profiles)
        # a program that is started with its standard input closed has none
        stdin: BinaryIO = sys.stdin.buffer if sys.stdin is not None else io.BytesIO()
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(encoding="utf-8")  # JSON is (RFC 8259, 8.1), whatever the locale
        try:
            if opts.learn:
                stdin = stdin if args else _spooled(stdin)
                reader.learn(read_files(args, url) if args else read_lines(stdin))
                if not args:
                    stdin.seek(0)
            for each in read_files(args, url) if args else read_lines(stdin):
                found = reader(each) if isinstance(each, Asked) else each
                if found.get("unreadable"):
                    print(_said(f"{found['error']}; name HTML files"), file=sys.stderr)
                    self.exitcode = UsageError.exit_code
                elif args and not found.get("url") and "error" not in found:
                    print(_said(f"{found['id']}: {NO_ADDRESS}"), file=sys.stderr)
                sys.stdout.write(as_line(found) + "\n")
                sys.stdout.flush()
        except BrokenPipeError:
            # whoever read our output has seen enough; Python would complain once more at exit
            sys.stdout = open("/dev/null", "w", encoding="utf-8")  # noqa: SIM115, PTH123
        except KeyboardInterrupt:
            self.exitcode = 130
        except HemerotecaError as error:
            fail("extract", error)
        finally:
            reader.close()


def _said(message: str) -> str:
    return shown(f"{PROGRAM} extract: {message}")


def _spooled(stream: BinaryIO) -> BinaryIO:
    """What a stream gives, in a file that can be read twice and goes with the program."""
    try:
        spool = tempfile.TemporaryFile()  # noqa: SIM115
        shutil.copyfileobj(stream, spool)
        spool.seek(0)
    except OSError as error:
        raise UsageError(
            "--learn keeps its input in a temporary file, which cannot be written"
            f" ({error.strerror}); name another folder with TMPDIR="
        ) from None
    return cast("BinaryIO", spool)


class Asked(NamedTuple):
    """A page to read."""

    identity: Any
    url: str
    html: bytes
    content_type: str | None = None
    captured_at: datetime | None = None


class Reader:
    """Reads pages in a process of its own, so that none can take the command with it."""

    def __init__(
        self,
        cpu_seconds: float,
        profile: SiteProfile | None = None,
        profiles: Mapping[str, SiteProfile] = MappingProxyType({}),
    ) -> None:
        """cpu_seconds: CPU time that one page may take. profile: to read all pages with. profiles:
        to read those of a host with."""
        self._workers = Workers(1, cpu_seconds)
        self._runner = asyncio.Runner()
        self._profile = profile
        self._profiles = dict(profiles)

    def learn(self, pages: Iterable[Asked | dict[str, Any]]) -> None:
        """Learn a profile of each site from its pages; those that are no stories teach nothing."""
        from crawler.learn import MOST_KEPT, learn, sample
        from crawler.page_reader import sighting

        seen: dict[str, list[Sighting]] = {}
        for page in pages:
            if isinstance(page, Asked):
                with suppress(HemerotecaError, OSError):
                    asked = self._workers.run(
                        sighting, page.html, page.url, page.content_type, page.captured_at
                    )
                    one = self._runner.run(asked)
                    if one is not None:
                        told = seen.setdefault(one.host, [])
                        told.append(one)
                        if len(told) >= 2 * MOST_KEPT:
                            seen[one.host] = sample(told)
        self._profiles = {host: learn(host, sample(told)) for host, told in seen.items()}

    def __call__(self, page: Asked) -> dict[str, Any]:
        """The same as `answer`, within the limit of CPU time. Raises nothing."""
        profile = self._profile or self._profiles.get(site_host(page.url))
        try:
            found = self._answer(page, page.url, profile)
            own = found.get("url") if self._profiles and not page.url else None
            if own and (profile := self._profiles.get(site_host(own))) is not None:
                # only the page itself could tell whose it is
                found = self._answer(page, own, profile)
            return {**found, "id": page.identity}
        except HemerotecaError as error:
            return {"id": page.identity, "error": str(error)}
        except OSError as error:
            return {"id": page.identity, "error": in_words(error)}

    def _answer(self, page: Asked, url: str, profile: SiteProfile | None) -> dict[str, Any]:
        asked = self._workers.run(
            answer, None, url, page.html, page.content_type, page.captured_at, profile
        )
        return self._runner.run(asked)

    def close(self) -> None:
        """End the process."""
        self._workers.close()
        self._runner.close()


def read_files(paths: list[str], url: str | None) -> Iterator[Asked | dict[str, Any]]:
    """Each HTML file, its path as its id; an answer for one that cannot be read."""
    for path in paths:
        try:
            yield Asked(path, url or "", Path(path).read_bytes())
        except OSError as error:
            message = f"{path} cannot be read ({error.strerror})"
            yield {"id": path, "error": message, "unreadable": True}


def read_lines(stream: BinaryIO) -> Iterator[Asked | dict[str, Any]]:
    """The page of each JSON line; an answer for a bad line, which says what is bad."""
    for number, line in enumerate(stream, 1):
        if not line.strip():
            continue
        identity: Any = None
        try:
            asked = json.loads(line, parse_constant=_refuse)
            if not isinstance(asked, dict):
                raise UsageError("not a JSON object")
            identity = asked.get("id")
            page = Asked(
                identity,
                str(asked.get("url") or ""),
                _bytes(asked["html_b64"]),
                _text_or_none(asked.get("content_type")),
                _moment_or_none(asked.get("captured_at")),
            )
        except (ValueError, KeyError, RecursionError, UsageError) as error:
            yield {"id": identity, "error": f"line {number}: {_what_is_wrong(error)}"}
        else:
            yield page


def _what_is_wrong(error: Exception) -> str:
    """Why a line cannot be read, in words."""
    if isinstance(error, KeyError):
        return "html_b64 is missing"
    if isinstance(error, RecursionError):
        return in_words(error)
    if isinstance(error, UnicodeDecodeError):
        return "not UTF-8"
    if isinstance(error, json.JSONDecodeError):
        return f"not JSON ({error})"
    return str(error) if isinstance(error, UsageError) else "not JSON: a number is too large"


def as_line(answer: dict[str, Any]) -> str:
    """An answer as JSON on one line; an id that no text or no JSON can hold is mended or left
    out."""
    try:
        return shown_json(json.dumps(cleaned(answer), ensure_ascii=False, allow_nan=False))
    except (ValueError, RecursionError):
        why = "its id cannot be written as JSON"
        return json.dumps({"id": None, "error": answer.get("error", why)})


def _refuse(constant: str) -> Any:
    raise UsageError(f"{constant} is not JSON")


def answer(
    identity: Any,
    url: str,
    html: bytes,
    content_type: str | None = None,
    captured_at: datetime | None = None,
    profile: SiteProfile | None = None,
) -> dict[str, Any]:
    """What `scrapy extract` prints for one page. Raises nothing.

    captured_at: when the page was fetched, for dates like "2 hours ago"; None for now. profile: of
    the page's site; with one, "changed" says what it changed.
    """
    from crawler.page_reader import read_saved

    try:
        page, changes = read_saved(html, url, content_type, captured_at, profile)
        found = {"id": identity, "url": page.url, **article_fields(page)}
        return found if profile is None else {**found, "changed": [asdict(c) for c in changes]}
    except HemerotecaError as error:
        return {"id": identity, "error": str(error)}
    except Exception as error:  # a fault of ours must not end a run over a million pages
        return {"id": identity, "error": str(because("reading_failed", in_words(error)))}


def article_fields(page: Page) -> dict[str, Any]:
    """A page as JSON: flat fields, linked stories, and where each field came from."""
    article = page.article
    published, modified, read_time = article.published, article.modified, article.read_time
    sure = article.confidence
    return {
        "title": article.title,
        "seo_title": article.seo_title,
        "authors": list(article.authors),
        "published_at": published.value if published else None,
        "published_precision": published.precision if published else None,
        "published_raw": published.raw if published else None,
        "modified_at": modified.value if modified else None,
        "read_time_minutes": read_time.minutes if read_time else None,
        "read_time_shown": read_time.shown if read_time else None,
        "read_time_raw": read_time.raw if read_time else None,
        "standfirst": article.standfirst,
        "section": article.section,
        "tags": list(article.tags),
        "language": article.language,
        "image": article.image.url if article.image else None,
        "canonical_url": article.canonical_url,
        "word_count": article.word_count,
        "access": article.access,
        "confidence": sure.overall if sure else None,
        "confidence_of": sure
        and {
            "body": sure.body,
            "authors": sure.authors,
            "published": sure.published,
        },
        "body": article.body,
        "body_markdown": article.body_markdown,
        "links": [link_fields(link) for link in article.links],
        "not_article": page.not_article,
        "sources": {field: claim.source for field, claim in article.sources.items()},
    }


def link_fields(link: LinkedStory) -> dict[str, Any]:
    """A linked story as JSON."""
    return {
        "relation": link.relation,
        "label": link.label,
        "position": link.position,
        "title": link.title,
        "excerpt": link.excerpt,
        "url": link.url,
        "image": link.image,
        "published_raw": link.published.text if link.published else None,
    }


def _bytes(base64_text: object) -> bytes:
    try:
        return base64.b64decode(base64_text, validate=False)  # type: ignore[arg-type]
    except (ValueError, TypeError):
        raise UsageError("html_b64 is not Base64") from None


def _text_or_none(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _moment_or_none(value: object) -> datetime | None:
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        raise UsageError("captured_at is not a date; write 2024-05-31T10:00:00Z") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
