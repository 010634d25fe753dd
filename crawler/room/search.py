"""The search page: hits, facets, counts over time; the same as JSON and CSV."""

from __future__ import annotations

import asyncio
import csv
import io
from dataclasses import dataclass
from typing import Any

from datasette.utils.asgi import Request, Response

from crawler.archive.facet_counts import KINDS, Facets, Point, Series, Value, compare, facets
from crawler.archive.searching import Found, Hit, Order, every_hit, search
from crawler.charts import Bar, bars
from crawler.errors import UsageError
from crawler.room.pages import Room, address, number_in
from crawler.room.places import Place
from crawler.search import Query, condition, parse, parse_raw, widened

_ON_PAGE = 20
_OF_EACH = 5
"""Hits of each archive where all are searched at once."""
_SECONDS = 0.3
"""For counting and for ranking, each: what takes longer comes in the order of dates."""
_MOST_ROWS = 10_000
_OPEN = ("year", "section")
"""Facets that are open at first."""


@dataclass(frozen=True, slots=True)
class Chip:
    """A condition of a query, and the query without it."""

    label: str
    without: str


@dataclass(frozen=True, slots=True)
class Choice:
    """A value of a facet, and where it leads."""

    value: Value
    where: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Chart:
    """One or two queries over time."""

    lines: tuple[tuple[str, tuple[Bar, ...], tuple[Point, ...]], ...]
    """Query, bars, numbers."""
    is_share: bool
    is_estimate: bool
    most: float


def _query(request: Request, name: str = "q") -> Query:
    text = request.args.get(name) or ""
    return parse_raw(text) if request.args.get("fts") and name == "q" else parse(text)


def _order(request: Request) -> Order:
    order = request.args.get("sort") or "rank"
    if order not in ("rank", "date"):
        raise UsageError(f"sort={order}: there are rank and date")
    return "date" if order == "date" else "rank"


async def page(room: Room, request: Request, place: Place) -> Response:
    """?q= &sort=rank|date &after= &fts=1 &second= (another query, over time) &as=share."""
    query, order = _query(request), _order(request)
    if "archive" not in request.url_vars and len(room.places) > 1:
        return await _everywhere(room, query, order)
    second = _query(request, "second") if (request.args.get("second") or "").strip() else None
    after = request.args.get("after") or None
    found, counted, series = await asyncio.gather(
        room.reader.read(
            place, search, query, order=order, limit=_ON_PAGE, after=after, seconds=_SECONDS
        ),
        # kept: the next page has them, too
        room.reader.kept(place, ("facets", query), facets, query, seconds=_SECONDS),
        room.reader.kept(
            place,
            ("compare", query, second),
            compare,
            [query, *([second] if second else [])],
            seconds=_SECONDS,
        ),
    )

    def here(**changes: Any) -> str:
        given = {
            name: request.args.get(name) for name in ("q", "sort", "fts", "second", "as")
        } | changes  # fmt: skip
        return address(place, "search", **given)

    is_share = request.args.get("as") == "share"
    return room.html(
        "search.html", place, query=query, found=found, order=order, here=here,
        facets=_choices(counted, query, here), counted=counted, chips=_chips(query),
        chart=_chart([query, *([second] if second else [])], series, is_share=is_share),
        second=second, is_share=is_share, is_first=after is None, open=_OPEN,
        notes=[*found.notes, *(second.notes if second else ())],
    )  # fmt: skip


async def _everywhere(room: Room, query: Query, order: Order) -> Response:
    async def one(place: Place) -> tuple[Place, Found]:
        return place, await room.reader.read(
            place, search, query, order=order, limit=_OF_EACH, seconds=_SECONDS
        )

    found = await asyncio.gather(*map(one, room.places))
    return room.html("search_all.html", query=query, found=found, order=order)


def _chips(query: Query) -> list[Chip]:
    text = query.text
    conditions = [condition(each.field, each.value) for each in query.filters]
    conditions += [part for part in text.split() if part.startswith(("after:", "before:", "since:",
                   "until:", "date:", "edited:", "read:"))]  # fmt: skip
    return [
        Chip(each, without)
        for each in dict.fromkeys(conditions)
        if (without := " ".join(text.replace(each, " ").split())) != text
    ]


def _choices(counted: Facets, query: Query, here: Any) -> list[tuple[str, list[Choice]]]:
    found = []
    for kind in KINDS:
        values = counted.values.get(kind, ())
        if not values or (kind == "month" and len(values) > 36):
            continue
        if kind in ("site", "language") and len(values) < 2:
            continue
        choices = []
        for each in values:
            is_chosen = each.condition in query.text
            if is_chosen:
                field, _, _ = each.condition.partition(":")
                text = widened(query.text, field, each.value)
            else:
                text = f"{query.text} {each.condition}".strip()
            choices.append(Choice(each, here(q=text), is_chosen))
        found.append((kind, choices))
    return found


def _chart(queries: list[Query], series: tuple[Series, ...], *, is_share: bool) -> Chart | None:
    if not series or len(series[0].points) < 2:
        return None
    values = [
        [(point.period, point.share * 100 if is_share else float(point.stories))
         for point in each.points]
        for each in series
    ]  # fmt: skip
    most = max((value for line in values for _, value in line), default=0)
    return Chart(
        tuple(
            (query.text, bars(line, most), each.points)
            for query, line, each in zip(queries, values, series, strict=True)
        ),
        is_share,
        any(each.is_estimate for each in series),
        most,
    )


async def data(room: Room, request: Request, place: Place) -> Response:
    """All hits, newest first, ?limit= at most."""
    query = _query(request)
    limit = min(number_in(request, "limit", 1_000) or 1_000, _MOST_ROWS)

    def rows(connection: Any) -> list[dict[str, Any]]:
        return [_row(hit) for hit in every_hit(connection, query, most=limit)]

    found = await room.reader.read(place, rows)
    if request.url_vars["format"] == "json":
        return Response.json({"query": query.text, "notes": list(query.notes), "hits": found})
    out = io.StringIO()
    names = list(_row(None))
    writer = csv.writer(out)
    writer.writerow(names)
    writer.writerows([[_cell(row[name]) for name in names] for row in found])
    return Response(
        out.getvalue(),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="search.csv"'},
    )


def _row(hit: Hit | None) -> dict[str, Any]:
    def joined(pieces: Any) -> str:
        return "".join(text for text, _ in pieces)

    return {
        "id": hit and hit.id,
        "published_at": hit and hit.published_at,
        "site": hit and hit.site,
        "section": hit and hit.section,
        "authors": hit and hit.authors,
        "title": hit and joined(hit.title),
        "snippet": hit and joined(hit.snippet),
        "language": hit and hit.language,
        "read_time_minutes": hit and hit.read_time_minutes,
        "url": hit and hit.url,
    }


def _cell(value: object) -> object:
    """A value for a spreadsheet, which would take a stranger's text for a formula."""
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return f"'{value}"
    return value
