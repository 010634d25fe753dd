"""A host that says nothing any more is left alone, for longer each time, and then altogether."""

from __future__ import annotations

import pytest
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadTimeoutError,
)
from scrapy.http import Request

from crawler.failures import NotUnderstoodError
from crawler.frontier.silence import Silence

PAGE = Request("https://a.example/1", meta={"due": object()})


class Host:
    """What is decided of one."""

    def __init__(self) -> None:
        self.pauses: list[float] = []
        self.left = False
        self.is_pausing = False
        self.silence = Silence(
            lambda url, seconds: self.pauses.append(seconds), self._leave, lambda _: self.is_pausing
        )

    def _leave(self, site: str) -> None:
        assert site == "a.example"
        self.left = True

    def fails(self, times: int, error: Exception, *, has_answered: bool = True) -> None:
        for _ in range(times):
            self.silence.failed(PAGE, error, has_answered=has_answered)


@pytest.mark.parametrize(
    "error", [DownloadTimeoutError(), DownloadConnectionRefusedError(), CannotResolveHostError()]
)
def test_pauses_double_and_end_with_the_hosts_part_of_the_run(error: Exception) -> None:
    host = Host()
    host.fails(5, error)
    assert (host.pauses, host.left) == ([], False)
    host.fails(4, error)
    assert (host.pauses, host.left) == ([30, 60, 120, 240], False)
    host.fails(1, error)
    assert host.left
    assert len(host.pauses) == 4


def test_any_answer_begins_the_count_anew() -> None:
    host = Host()
    for _ in range(9):
        host.fails(5, DownloadTimeoutError())
        host.silence.answered("a.example")
    assert (host.pauses, host.left) == ([], False)


def test_what_was_sent_before_a_pause_does_not_lengthen_it() -> None:
    host = Host()
    host.fails(6, DownloadTimeoutError())
    host.is_pausing = True
    host.fails(30, DownloadTimeoutError())
    assert (host.pauses, host.left) == ([30], False)


def test_a_host_that_has_never_answered_is_not_waited_for() -> None:
    host = Host()
    host.fails(6, DownloadTimeoutError(), has_answered=False)
    assert (host.pauses, host.left) == ([], True)


def test_an_answer_that_makes_no_sense_is_no_silence() -> None:
    host = Host()
    host.fails(60, NotUnderstoodError())
    assert (host.pauses, host.left) == ([], False)
