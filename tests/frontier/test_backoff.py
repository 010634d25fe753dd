"""How long a server asks to be left alone."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from scrapy.http import Request, Response

from crawler.frontier.backoff import BackOff, retry_after

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120),
        (" 0 ", 0),
        ("Mon, 04 May 2026 12:01:00 GMT", 60),
        ("Mon, 04 May 2026 11:00:00 GMT", 0),
        ("Mon, 04 May 2026 12:01:00", 60),
        ("9" * 30, 90 * 86_400),
        ("1.5", 1.5),
        ("90s", 90),
        ("30, 120", 120),
        ("2026-05-04T14:01:00+02:00", 60),
        (str(int(NOW.timestamp()) + 60), 60),
        ("Mon, 04 May 99999 12:01:00 GMT", None),
        ("-5", None),
        ("soon", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after_is_read_in_the_forms_it_has(header: str | None, seconds: float | None) -> None:
    headers = {"Retry-After": header} if header is not None else {}
    assert retry_after(Response("https://news.example/", headers=headers), NOW) == seconds


def test_of_several_retry_after_the_longest_counts() -> None:
    headers = {"Retry-After": ["7200", "5"]}
    assert retry_after(Response("https://news.example/", headers=headers), NOW) == 7200


def pauses(*answers: tuple[int, str | None]) -> list[float]:
    """Seconds of the pauses that answers lead to, each of which comes when the last one is over."""
    made: list[float] = []
    back_off = BackOff(lambda request, seconds: made.append(seconds), lambda host: False)
    for status, header in answers:
        headers = {} if header is None else {"Retry-After": header}
        request = Request("https://news.example/a")
        back_off.answered(request, Response(request.url, status, headers))
    return made


@pytest.mark.parametrize("status", [420, 429, 503, 509, 529])
def test_who_refuses_without_an_end_is_left_alone_for_the_run(status: int) -> None:
    """The pauses grow until one is longer than a run waits for."""
    made = pauses(*[(status, None)] * 8)
    assert made == [30.0 * 2**n for n in range(8)]
    assert made[-1] > 3_600


def test_a_pause_that_was_too_short_is_followed_by_a_longer_one() -> None:
    assert pauses((429, "0"), (429, "0"), (429, "0"), (200, None), (429, "0")) == [0, 1, 2, 0]
    assert pauses((503, "60"), (503, "5")) == [60, 120]


@pytest.mark.parametrize("status", [403, 413, 500, 502])
def test_any_error_may_ask_for_a_pause(status: int) -> None:
    assert pauses((status, "7"), (status, None)) == [7]
    assert pauses((404, "7"), (200, "7"), (301, "7")) == []
