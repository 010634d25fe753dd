"""Stories always, lists while they lead to some, traps never."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crawler.archive.outcomes import Family, SiteYield, starts_open
from crawler.items import STORY_LIKE
from crawler.policy import budget


@pytest.mark.parametrize(
    "url",
    [
        "https://a.example/x/y/x/y/x/y",
        "https://a.example/news/news/news/story",
        "https://a.example/" + "a/b/c/d/e/f/g/h/" + "i/j/k/l/m/n/o",
        "https://a.example/list?a=1&b=2&c=3&d=4&e=5&f=6&g=7",
        "https://a.example/?q=" + "x" * 2_000,
    ],
)
def test_endless_addresses_are_told_by_their_looks(url: str) -> None:
    assert budget.trap(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://a.example/2024/05/05/5/minister-resigns-after-vote",
        "https://a.example/sport/fussball/bundesliga/2024/tabelle-der-liga.html",
        "https://a.example/story.php?section=1&id=2&lang=en",
        "https://a.example/en/news/europe/en/minister-resigns",
        "https://a.example/",
    ],
)
def test_addresses_of_stories_are_none(url: str) -> None:
    assert budget.trap(url) is None


def family(name: str = "w /W", **what: object) -> Family:
    return replace(Family(1, name, held=1_000, example="https://a.example/x"), **what)  # type: ignore[arg-type]


NEW = SiteYield()


def let_in(one: Family, site: SiteYield = NEW, *, led_to: int = 0) -> int:
    """How many pages of one family are let in, round by round, if each round leads to so many
    stories and none of the pages is one."""
    for _ in range(1_000):
        admissions = budget.admit([one], site)
        if not admissions:
            return one.admitted
        (admission,) = admissions
        assert admission.count is not None
        one = replace(
            one, admitted=one.admitted + admission.count, visits=one.visits + admission.count,
            held=one.held - admission.count, led_to=one.led_to + led_to,
        )  # fmt: skip
        spent = site.spent + admission.count
        site = replace(site, spent=spent, led_to=site.led_to + led_to)
    raise AssertionError("no end")


def test_a_calendar_without_end_costs_a_few_visits() -> None:
    busy = SiteYield(stories=5_000, spent=400, led_to=5_000)
    assert 1 <= let_in(family(held=10**6), busy) <= 9


def test_a_site_with_a_sound_sitemap_is_not_walked_page_by_page() -> None:
    sound = SiteYield(stories=1_000, listed_stories=990)
    assert let_in(family(), sound) <= 5
    assert let_in(family(), replace(sound, spent=245)) == budget.UNTRIED_LISTED
    assert not budget.admit([family()], replace(sound, spent=245, barren=60))


def test_a_chain_of_lists_is_followed_through_what_is_known_already() -> None:
    """The month before, the issue before: a sitemap that has the newest stories alone tells of all
    stories that were found so far."""
    sound = SiteYield(stories=40, listed_stories=40, spent=30)
    link = family(held=1, leads_on=True, admitted=1, visits=1, example="https://a.example/n-6")
    assert budget.admit([link], sound)
    assert budget.admit([replace(link, admitted=11, visits=11)], sound)
    assert not budget.admit([replace(link, admitted=12, visits=12)], sound)
    assert not budget.admit([replace(link, leads_on=False)], sound)
    assert not budget.admit([replace(link, held=budget.CHAIN_HELD + 1)], sound)


def test_lists_that_lead_to_stories_are_walked_to_their_end() -> None:
    assert let_in(family(held=100), led_to=40) == 100


def test_a_family_that_was_never_tried_is_not_judged() -> None:
    """Whatever other families have spent; but families without end are not tried without end."""
    poor = SiteYield(stories=40, spent=10_000, barren=5)
    assert let_in(family(), poor) == budget.UNTRIED
    assert let_in(family(), replace(poor, barren=1_000)) == 0


def test_a_family_whose_pages_are_stories_is_open() -> None:
    (admission,) = budget.admit([family(visits=8, stories=6, admitted=8)], SiteYield(spent=10_000))
    assert admission.count is None


def test_a_family_that_gives_a_story_now_and_then_is_not_given_up() -> None:
    some = family(visits=100, stories=10, admitted=100)
    (admission,) = budget.admit([some], SiteYield(spent=10_000))
    assert admission.count is not None
    assert admission.count >= 50


def test_the_order_of_families_does_not_matter() -> None:
    families = [family(f"w /{n}", id=n, looks=-n) for n in range(30)]
    poor = SiteYield(spent=30)
    forth, back = (budget.admit(some, poor) for some in (families, families[::-1]))
    assert forth == back
    assert 0 < len(forth) <= 30


def test_headlines_and_what_sitemaps_name_are_fetched_whatever_their_address() -> None:
    assert starts_open(STORY_LIKE, "h")
    assert starts_open(-15, "l")
    assert not starts_open(-40, "l")  # a tag
    assert not starts_open(0, "w")


def test_an_open_kind_of_pages_that_are_no_stories_is_looked_at() -> None:
    products = Family(1, "h /shop/S", True, visits=budget.FUSE, stories=0)
    assert not budget.is_spent(products, 0)
    assert budget.is_spent(products, 1)
    assert not budget.is_spent(replace(products, visits=2_000, stories=1_000), 0)
    closed = replace(products, is_open=False, held=5_000, looks=40)
    assert let_in(closed) <= budget.START


def test_days_whose_stories_are_known_do_not_keep_the_days_before_from_being_looked_at() -> None:
    """A hundred stories, the newest of them on the home page and in sections, too."""
    site = SiteYield(stories=77, spent=55, led_to=62)
    days = family(admitted=42, visits=42, led_to=15, example="https://a.example/2024/05/31/")
    assert budget.credit(replace(days, example="https://a.example/x"), site) < 1
    assert budget.credit(days, site) >= 30
    assert budget.credit(replace(days, admitted=200, led_to=0), site) < 1
