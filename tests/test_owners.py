"""Who owns a host: by the Public Suffix List."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tldextract import TLDExtract

from crawler.urls import registered_domain
from crawler.urls.owners import _NAME, MOST_LABELS, public_suffix


@pytest.fixture(scope="module")
def theirs() -> TLDExtract:
    return TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)


def test_no_rule_has_more_labels_than_are_looked_at(theirs: TLDExtract) -> None:
    assert max(rule.count(".") for rule in theirs.tlds) + 1 < MOST_LABELS


def test_nearly_all_rules_give_what_tldextract_gives(theirs: TLDExtract) -> None:
    """All but what was put on the list, or off it, between the days of the two copies, and hosts
    with a rule of their own beside that for all at their level (oci.customer-oci.com), which
    tldextract takes for what is registered."""
    others = [
        host
        for rule in theirs.tlds
        for host in (f"b.a.{rule.lstrip('!').replace('*', 'wild')}",)
        if public_suffix(host) != theirs(host).suffix
    ]
    assert len(others) < len(theirs.tlds) / 50, others


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
        ("www.news.co.uk.", "news.co.uk"),
        ("news.example.", "news.example"),
        (".", ""),
        ("[", ""),
        ("", ""),
    ],
)
def test_hosts_of_all_kinds(host: str, registered: str) -> None:
    assert registered_domain(host) == registered


LABELS = st.sampled_from(["a", "www", "co", "uk", "jp", "kawasaki", "city", "xn--p1ai", "1"])


HOSTS = st.lists(LABELS, min_size=1, max_size=12).map(".".join)


# the host that has "*." put before it by a rule: a suffix itself to the list's own linter
@given(HOSTS.filter(lambda host: host != "kawasaki.jp"))
def test_any_host_has_the_owner_that_tldextract_tells(theirs: TLDExtract, host: str) -> None:
    told = theirs(host)
    known = told.top_domain_under_public_suffix
    if not told.suffix and _NAME.fullmatch(host):
        known = ".".join(host.rsplit(".", 2)[-2:])
    assert registered_domain(host) == known


def test_of_a_host_of_a_million_labels_the_last_few_are_looked_at() -> None:
    assert registered_domain.__wrapped__("a." * 1_000_000 + "co.uk") == "a.co.uk"
    assert registered_domain.__wrapped__("a." * 1_000_000 + "xn--p1ai") == "a.xn--p1ai"
