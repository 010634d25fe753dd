"""A newspaper's page."""

from __future__ import annotations

from urllib.parse import unquote

from datasette.utils.asgi import Request, Response

from crawler.archive import room_paper
from crawler.archive.site_profiles import Learned
from crawler.charts import bars, by_month_or_year, calendar
from crawler.errors import UsageError
from crawler.learn import in_words, read_profile
from crawler.room.pages import Room, number_in
from crawler.room.places import Place


async def page(room: Room, request: Request, place: Place) -> Response:
    """A newspaper by its host: ?year=."""
    host = unquote(request.url_vars["host"])
    it = await room.reader.kept(place, ("paper", host), room_paper.paper_page, host)
    years = sorted({int(day[:4]) for day, _ in it.days})
    year = number_in(request, "year", years[-1] if years else None)
    values = by_month_or_year(it.days)
    return room.html(
        "paper.html",
        place,
        it=it,
        years=years,
        calendar=calendar(year, dict(it.days)) if year in years else None,
        bars=bars(values),
        values=values,
        learned=_words(it.learned),
    )


def _words(learned: Learned | None) -> list[str]:
    """The profile in words; none where nothing was to be learned, or nobody can read it."""
    if learned is None or not learned.rules:
        return []
    try:
        return [line.strip() for line in in_words(read_profile(learned.profile, learned.host))]
    except (UsageError, ValueError):
        return []
