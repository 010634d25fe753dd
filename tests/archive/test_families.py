"""Addresses are held by family, and what is let in does not depend on the order of answers."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations
from pathlib import Path

import pytest

from crawler.archive.found import MAX_ROWS
from crawler.archive.outcomes import Admission, Family
from crawler.archive.store import Store
from crawler.items import FoundUrl, Visit

from .conftest import MakeVisit
from .test_duplicates import story, text
from .test_frontier import HOME, claim, state

TAG, PAGE, STORY = "w /tag/W", "n /page/N", "h /S"


def found(name: str, family: str, priority: int = 0, source: str = "link") -> FoundUrl:
    return FoundUrl(
        f"https://news.example/{name}", "page", source, HOME, priority=priority, family=family
    )  # type: ignore[arg-type]


def tell(store: Store, make_visit: MakeVisit, *links: FoundUrl) -> None:
    store.record([make_visit(HOME, found=links, role="home")])


def families(store: Store) -> dict[str, Family]:
    site = store.find_site("news.example")
    assert site is not None
    return {family.name: family for family in store.frontier.families.held_families(site)}


def let_in(store: Store, family: str, count: int | None) -> int:
    site = store.find_site("news.example")
    assert site is not None
    with store.db.atomic():
        one = families(store)[family]
        store.frontier.families.begin_round(site)
        return store.frontier.families.admit(site, Admission(one.id, count), numbered=False)[0]


def seen(store: Store, family: str) -> Family | None:
    site = store.find_site("news.example")
    assert site is not None
    return store.frontier.families.family(site, family)


def test_what_looks_like_a_list_is_held_until_a_round_lets_it_in(
    store: Store, make_visit: MakeVisit
) -> None:
    tell(store, make_visit, found("a-story-of-the-mill", STORY, 60), *(found(f"tag/{n}", TAG)
         for n in range(5)))  # fmt: skip
    assert claim(store) == ["https://news.example/a-story-of-the-mill"]
    assert families(store)[TAG].held == 5
    assert let_in(store, TAG, 2) == 2
    assert len(claim(store)) == 2
    assert let_in(store, TAG, None) == 3  # open: the rest, and what comes
    tell(store, make_visit, found("tag/9", TAG))
    assert len(claim(store)) == 4


def test_which_are_let_in_does_not_depend_on_the_order_in_which_they_were_found(
    tmp_path: Path, make_visit: MakeVisit
) -> None:
    chosen = []
    for number, order in enumerate((range(20), range(19, -1, -1))):
        names = [f"tag/{n}" for n in order]
        one = Store(tmp_path / str(number))
        one.begin_run("news", {}, "Test/1", "2026-01-02T12:00:00+00:00")
        tell(one, make_visit, *(found(name, TAG) for name in names))
        let_in(one, TAG, 5)
        chosen.append(sorted(claim(one)))
        one.db.close()
    assert chosen[0] == chosen[1]


@pytest.mark.parametrize("links", list(permutations((TAG, "- /tag/W", "h /tag/W"))))
def test_the_most_that_is_said_of_an_address_counts_whichever_link_comes_first(
    store: Store, make_visit: MakeVisit, links: tuple[str, ...]
) -> None:
    for family in links:
        tell(store, make_visit, found("tag/1", family, 30 if family[0] == "h" else 0))
    assert claim(store) == ["https://news.example/tag/1"]


def test_neighbours_and_what_the_user_names_are_never_held(
    store: Store, make_visit: MakeVisit
) -> None:
    for source in ("previous", "seed", "list"):
        tell(store, make_visit, found(f"tag/{source}", TAG, source=source))
    assert len(claim(store)) == 3


def test_lists_are_credited_for_a_new_story_in_any_order_of_answers(
    tmp_path: Path, make_visit: MakeVisit
) -> None:
    """Two lists of two families tell of one story in one round; whoever comes first."""
    told = found("a-story", STORY, 60)
    visits = [
        visit_of(make_visit, found("tag/1", TAG), told),
        visit_of(make_visit, found("page/2", PAGE), told),
        visit_of(make_visit, told, article=True),
    ]
    for number, order in enumerate(permutations(visits)):
        if order[0] is visits[2]:
            continue  # nobody can visit what nobody told of
        one = Store(tmp_path / str(number))
        one.begin_run("news", {}, "Test/1", "2026-01-02T12:00:00+00:00")
        tell(one, make_visit, found("tag/1", TAG), found("page/2", PAGE))
        let_in(one, TAG, 1)
        let_in(one, PAGE, 1)
        for visit in order:
            one.record([visit])
        tag, page = seen(one, TAG), seen(one, PAGE)
        assert tag is not None
        assert page is not None
        assert (tag.visits, tag.led_to, page.visits, page.led_to) == (1, 1, 1, 1)
        one.db.close()


def visit_of(
    make_visit: MakeVisit, one: FoundUrl, *links: FoundUrl, article: bool = False
) -> Visit:
    body = story(one.url.rpartition("/")[2], text(1)) if article else None
    visit = make_visit(one.url, body, found=tuple(replace(each, via=one.url) for each in links))
    return replace(visit, shape="/x", origin=one)


def test_a_list_of_what_was_known_before_the_round_is_credited_nothing(
    store: Store, make_visit: MakeVisit
) -> None:
    told = found("a-story", STORY, 60)
    tell(store, make_visit, told, found("tag/1", TAG))
    let_in(store, TAG, 1)
    store.record([visit_of(make_visit, found("tag/1", TAG), told)])
    store.record([visit_of(make_visit, told, article=True)])
    tag = seen(store, TAG)
    assert tag is not None
    assert tag.led_to == 0


def test_lists_on_the_way_to_a_list_are_credited_too(store: Store, make_visit: MakeVisit) -> None:
    year, month, told = found("y", "w /N"), found("m", "w /N/N"), found("a-story", STORY, 60)
    tell(store, make_visit, year)
    let_in(store, "w /N", 1)
    store.record([visit_of(make_visit, year, month)])
    let_in(store, "w /N/N", 1)
    store.record([visit_of(make_visit, month, told)])
    store.record([visit_of(make_visit, told, article=True)])
    for family in ("w /N", "w /N/N"):
        one = seen(store, family)
        assert one is not None
        assert one.led_to == 1


def test_what_is_left_out_is_said_and_can_be_taken_up(store: Store, make_visit: MakeVisit) -> None:
    tell(store, make_visit, *(found(f"tag/{n}", TAG) for n in range(5)))
    site = store.find_site("news.example")
    assert site is not None
    with store.db.atomic():
        assert sum(store.frontier.families.leave_out(site).values()) == 5
    (left,) = store.frontier.families.left_out()
    assert (left.site, left.family, left.count, len(left.examples)) == ("news.example", TAG, 5, 3)
    assert not left.may_be_stories
    assert state(store, left.examples[0])[0] == "excluded"
    assert claim(store) == []
    with store.db.atomic():
        assert store.frontier.families.take_up("other.example") == 0
        assert store.frontier.families.take_up() == 5
    assert len(claim(store)) == 5


def test_a_closed_family_is_held_and_what_was_visited_is_not(
    store: Store, make_visit: MakeVisit
) -> None:
    tell(store, make_visit, *(found(f"product-{n}", STORY, 60) for n in range(9)))
    store.record([visit_of(make_visit, found("product-0", STORY, 60))])
    one = seen(store, STORY)
    assert one is not None
    assert one.is_open
    with store.db.atomic():
        store.frontier.families.hold_all(one.id)
    assert claim(store) == []
    assert families(store)[STORY].held == 8


def test_a_list_of_very_many_addresses_is_credited_as_any(
    store: Store, make_visit: MakeVisit
) -> None:
    tell(store, make_visit, found("tag/mills", TAG))
    assert let_in(store, TAG, None) == 1
    links = [found(f"mill-{n}", STORY, 60) for n in range(MAX_ROWS + 50)]
    store.record([visit_of(make_visit, found("tag/mills", TAG), *links)])
    store.record([visit_of(make_visit, links[7], article=True)])
    one = seen(store, TAG)
    assert one is not None
    assert one.led_to == 1
