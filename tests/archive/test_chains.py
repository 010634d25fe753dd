"""Lists that name lists are read for as long as they tell of stories."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

import pytest

from crawler.archive import chains
from crawler.archive.found import MAX_ROWS, first_part
from crawler.archive.store import Store
from crawler.items import FoundUrl, Visit
from crawler.reasons import WITHHELD

from .conftest import MakeVisit
from .test_store import STORY

NOW = "2026-01-02T13:00:00+00:00"
SITE = "https://news.example"
numbers = count()


def sitemap(name: str, via: str | None = None) -> FoundUrl:
    return FoundUrl(f"{SITE}/{name}.xml", "sitemap", "sitemap", via)


def page(name: str, via: str | None = None) -> FoundUrl:
    return FoundUrl(f"{SITE}/{name}", "page", "sitemap", via, priority=50)


def read(store: Store, make_visit: MakeVisit, each: FoundUrl, *found: FoundUrl) -> None:
    visit = make_visit(each.url, role=each.role, origin=each)
    number = next(numbers)
    capture = replace(
        visit.captures[0], fetched_at=NOW, record_id=f"<urn:uuid:c{number}>", warc_offset=number
    )
    found = tuple(replace(one, via=each.url) for one in found)
    store.record([replace(visit, found=found, captures=(capture,))])


def story(store: Store, make_visit: MakeVisit, each: FoundUrl) -> None:
    visit = make_visit(each.url, replace(STORY, url=each.url, canonical_url=None), origin=each)
    number = next(numbers)
    capture = replace(
        visit.captures[0], fetched_at=NOW, record_id=f"<urn:uuid:c{number}>", warc_offset=number
    )
    store.record([replace(visit, captures=(capture,), shape="/W")])


def claim(store: Store, limit: int = 1_000) -> list[FoundUrl]:
    site = store.find_site("news.example")
    assert site is not None
    with store.db.atomic():
        return [due.found for due in store.frontier.claim(site, limit, NOW)]


def test_a_long_row_that_tells_of_stories_is_read_to_its_end(
    store: Store, make_visit: MakeVisit
) -> None:
    each = sitemap("0")
    for number in range(1, 60):
        read(store, make_visit, each, page(f"s{number}"), sitemap(str(number)))
        (each,) = [found for found in claim(store) if found.role == "sitemap"]
    assert each == sitemap("59", via=sitemap("58").url)


def test_a_row_that_tells_of_nothing_ends_and_says_so(store: Store, make_visit: MakeVisit) -> None:
    each = sitemap("0")
    for number in range(1, 99):
        read(store, make_visit, each, page("always-the-same"), sitemap(str(number)))
        found = [found for found in claim(store) if found.role == "sitemap"]
        if not found:
            break
        (each,) = found
    assert 3 <= number <= 9
    (row,) = store.db.query("SELECT reason FROM urls WHERE url = ?", [each.url])
    assert row["reason"] == "1 further lists left out: the last ones on the way told of no story"


def test_days_without_stories_between_days_with_some_end_nothing(
    store: Store, make_visit: MakeVisit
) -> None:
    days = [sitemap(f"day-{number}") for number in range(500)]
    read(store, make_visit, sitemap("index"), *days)
    for number, each in enumerate(days):
        told = (page(f"s{number}"),) if number % 7 == 0 else ()
        read(store, make_visit, each, *told)
        for one in told:
            story(store, make_visit, one)
        assert not list(store.db.query("SELECT 1 FROM urls WHERE reason_code = ?", [WITHHELD.code]))
        if number % 50 == 0:
            claim(store, 1)


def test_what_is_withheld_is_taken_up_with_the_next_story(
    store: Store, make_visit: MakeVisit
) -> None:
    lists = [sitemap(str(number)) for number in range(140)]
    late = FoundUrl(f"{SITE}/late", "page", "link", priority=-5)
    read(store, make_visit, FoundUrl(f"{SITE}/", "home", "seed"), late)
    read(store, make_visit, replace(sitemap("index"), source="robots"), *lists)
    for each in lists[:100]:
        read(store, make_visit, each)
    assert [found.url for found in claim(store)] == [late.url]
    assert store.frontier.chains.withheld == 40
    story(store, make_visit, late)
    assert [found.role for found in claim(store)] == ["sitemap"] * 4


def test_a_site_s_lists_wait_in_a_bounded_number(
    store: Store, make_visit: MakeVisit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(chains, "WAITING", 900)
    lists = [sitemap(str(number)) for number in range(900)]
    read(store, make_visit, sitemap("index"), *lists)
    read(store, make_visit, lists[0], *(sitemap(f"more-{number}") for number in range(500)))
    (row,) = store.db.query("SELECT count(*) AS n FROM urls")
    assert row["n"] <= 902
    (row,) = store.db.query("SELECT * FROM urls WHERE url = ?", [lists[0].url])
    assert (row["reason_code"], row["reason_subject"]) == ("lists_wait", "499")
    assert row["reason"] == "499 further lists left out: too many of this site wait"


def test_no_transaction_enters_very_many_addresses(store: Store, make_visit: MakeVisit) -> None:
    sizes = []
    plain = store.frontier.finds.add

    def add(found, *more, **named):  # type: ignore[no-untyped-def]
        sizes.append(len(found))
        return plain(found, *more, **named)

    store.frontier.finds.add = add  # type: ignore[method-assign]
    read(store, make_visit, sitemap("all"), *(page(f"s{number}") for number in range(9_000)))
    assert sum(sizes) == 9_000
    assert max(sizes) <= MAX_ROWS
    (row,) = store.db.query("SELECT count(*) AS n FROM urls WHERE role = 'page'")
    assert row["n"] == 9_000


def test_a_batch_is_parted_by_what_it_tells_of() -> None:
    small = Visit(f"{SITE}/a", "page", "done")
    large = replace(small, found=tuple(page(str(number)) for number in range(3_000)))
    assert first_part([small] * 200) == 200
    assert first_part([large, large, small]) == 1
    assert first_part([small, large, large]) == 2
    assert first_part([replace(large, found=large.found * 5)]) == 1
