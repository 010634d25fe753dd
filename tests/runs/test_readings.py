"""Readings that are sent between processes, and kept until a run has learned."""

from __future__ import annotations

import errno
from dataclasses import replace
from pathlib import Path
from unittest import mock

import pytest

from crawler.items import Image
from crawler.learn import SiteProfile
from crawler.learn.profile import Furniture
from crawler.runs import readings
from crawler.runs.readings import KeptReadings, kept_page, pack, unpack
from crawler.runs.visits import Answer, Reading, document, read_answer, with_profile
from tests.learn.newspaper import Story

PAGE = Answer("https://a.example/2024/05/a-story", Story(1).html.encode(), "text/html")
LISTING = Answer("https://a.example/", b"<html><body><p><a href='/x'>x</a></body></html>")
PROFILE = SiteProfile("a.example", title_ends=(Furniture(Story(1).title.split()[-1]),))


def test_a_reading_comes_as_it_was_sent() -> None:
    reading = read_answer(PAGE)
    assert reading.page is not None
    packed = pack(reading)
    assert isinstance(packed, bytes)
    assert unpack(packed) == reading


def test_what_messagepack_cannot_hold_is_sent_all_the_same() -> None:
    page = read_answer(PAGE).page
    assert page is not None
    wide = replace(page.article, image=Image("https://a.example/i.jpg", width=1 << 70))
    for reading in (
        Reading("other", content_type="text/\udcff"),
        Reading("html", replace(page, article=wide)),
        Reading("html", replace(page, article=replace(page.article, body="a" * 1_000_001))),
    ):
        assert unpack(pack(reading)) == reading


def test_what_is_kept_is_what_was_read_without_a_profile(tmp_path: Path) -> None:
    plain, ruled = read_answer(PAGE), read_answer(PAGE, profile=PROFILE)
    assert ruled.page != plain.page
    assert ruled.unruled == plain.page
    kept = KeptReadings(tmp_path)
    kept.keep("plain", pack(plain), plain)
    kept.keep("ruled", pack(ruled), ruled)
    for name in ("plain", "ruled"):
        data = kept.get(name)
        assert data is not None
        page = kept_page(data)
        assert page == plain.page
        assert with_profile(lambda: document(PAGE), page, PROFILE) == ruled.page
    assert kept.get("another") is None
    assert list(tmp_path.iterdir()) == []  # nothing that a killed run would leave
    kept.close()
    assert kept.get("plain") is None


def test_what_is_kept_has_what_the_answer_s_headers_said(tmp_path: Path) -> None:
    link = '<https://a.example/2024/05/a-story-itself>; rel="canonical"'
    answer = replace(PAGE, links=(link,))
    ruled, plain = read_answer(answer, profile=PROFILE), read_answer(answer)
    assert ruled.unruled == plain.page
    kept = KeptReadings(tmp_path)
    kept.keep("plain", pack(plain), plain)
    kept.keep("ruled", pack(ruled), ruled)
    assert kept.is_stored("plain")
    assert not kept.is_stored("ruled")  # the archive has it as the profile had it
    assert not kept.is_stored("another")


def test_pages_that_are_no_story_are_not_kept(tmp_path: Path) -> None:
    reading = read_answer(LISTING)
    kept = KeptReadings(tmp_path)
    kept.keep("listing", pack(reading), reading)
    assert kept.get("listing") is None


def test_no_more_is_kept_than_there_is_room_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading = read_answer(PAGE)
    kept = KeptReadings(tmp_path)
    kept.keep("first", pack(reading), reading)
    monkeypatch.setattr(readings, "MOST_KEPT", 1)
    kept.keep("second", pack(reading), reading)
    assert kept.get("first") is not None
    assert kept.get("second") is None


def test_a_full_disk_costs_no_run(tmp_path: Path) -> None:
    reading = read_answer(PAGE)
    kept = KeptReadings(tmp_path)
    full = OSError(errno.ENOSPC, "No space left on device")
    with mock.patch("tempfile.TemporaryFile", side_effect=full):
        kept.keep("page", pack(reading), reading)
    assert kept.get("page") is None


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="where no device is always full")
def test_a_disk_that_fills_while_they_are_kept_costs_no_run(tmp_path: Path) -> None:
    reading = read_answer(PAGE)
    kept = KeptReadings(tmp_path)
    with Path("/dev/full").open("r+b") as full:
        with mock.patch("tempfile.TemporaryFile", return_value=full):
            for name in ("first", "second"):
                kept.keep(name, pack(reading), reading)
        assert kept.get("first") is None
        kept.close()
        assert full.closed
    assert kept.get("second") is None
