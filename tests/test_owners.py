"""Who owns a host: by the Public Suffix List, as tldextract reads it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tldextract import TLDExtract

from crawler.urls import owners, registered_domain
from crawler.urls.owners import _NAME, MOST_LABELS, _rules, public_suffix


@pytest.fixture(scope="module")
def theirs() -> TLDExtract:
    return TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)


def test_the_list_is_the_one_that_tldextract_has(theirs: TLDExtract) -> None:
    assert _rules() == set(theirs.tlds)
    assert max(rule.count(".") for rule in _rules()) + 1 < MOST_LABELS


def test_a_list_that_is_not_where_tldextract_ships_it_is_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(owners, "_SHIPPED", "elsewhere")
    assert _rules.__wrapped__() == _rules()


def test_each_rule_gives_what_tldextract_gives(theirs: TLDExtract) -> None:
    for rule in _rules():
        name = re.sub(r"\*", "wild", rule.lstrip("!"))
        for host in (f"a.{name}", f"b.a.{name}"):
            told = theirs(host)
            assert public_suffix(host) == told.suffix, host
            known = told.top_domain_under_public_suffix
            assert registered_domain.__wrapped__(host) == known, host


@pytest.mark.parametrize(
    ("host", "registered"),
    [
        ("новости.рф", "новости.рф"),
        ("www.xn--b1amarcd.xn--p1ai", "xn--b1amarcd.xn--p1ai"),
        ("a.xn--80ak6aa92e", "a.xn--80ak6aa92e"),
        ("www.city.kawasaki.jp", "city.kawasaki.jp"),
        ("a.b.c.kawasaki.jp", "b.c.kawasaki.jp"),
        ("co.uk", ""),
        ("github.io", ""),
        ("a..co.uk", ""),
        ("[", ""),
        ("", ""),
    ],
)
def test_hosts_of_all_kinds(host: str, registered: str) -> None:
    assert registered_domain(host) == registered


LABELS = st.sampled_from(["a", "www", "co", "uk", "jp", "kawasaki", "city", "xn--p1ai", "", "1"])


@given(st.lists(LABELS, max_size=12).map(".".join))
def test_any_host_has_the_owner_that_tldextract_tells(theirs: TLDExtract, host: str) -> None:
    told = theirs(host)
    if host.strip(".") == host:
        known = told.top_domain_under_public_suffix
        if not told.suffix and _NAME.fullmatch(host):
            known = ".".join(host.rsplit(".", 2)[-2:])
        assert registered_domain(host) == known


def test_of_a_host_of_a_million_labels_the_last_few_are_looked_at() -> None:
    assert registered_domain.__wrapped__("a." * 1_000_000 + "co.uk") == "a.co.uk"
    assert registered_domain.__wrapped__("a." * 1_000_000 + "xn--p1ai") == "a.xn--p1ai"
