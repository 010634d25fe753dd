"""What a page reserves in its markup."""

from __future__ import annotations

import pytest

from crawler.extract import extract


@pytest.mark.parametrize(
    ("markup", "reserved"),
    [
        ("<meta name=robots content='max-image-preview:large, NOARCHIVE'>",
         ("meta robots: max-image-preview:large, NOARCHIVE",)),
        ("<meta name=robots content='index, follow'>", ()),
        ("<meta name=ROBOTS content=noai><meta name=tdm-reservation content=1>"
         "<meta name=tdm-policy content='https://a.example/p.json'>",
         ("meta robots: noai", "meta tdm-reservation: 1",
          "meta tdm-policy: https://a.example/p.json")),
        ("", ()),
    ],
    ids=["noarchive", "nothing reserved", "mining", "no meta"],
)  # fmt: skip
def test_reservations_are_read(markup: str, reserved: tuple[str, ...]) -> None:
    html = f"<html><head>{markup}</head><body><p>Text</p></body></html>"
    assert extract(html.encode(), "https://a.example/x").reservations == reserved
