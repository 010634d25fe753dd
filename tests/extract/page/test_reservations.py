"""What a page reserves in its markup."""

from __future__ import annotations

import pytest

from crawler.extract import extract


@pytest.mark.parametrize(
    ("markup", "reserved"),
    [
        ("<meta name=robots content='max-image-preview:large, NOARCHIVE'>",
         ("noarchive, by meta element robots",)),
        ("<meta name=robots content='index, follow'>", ()),
        ("<meta name=ROBOTS content=noai><meta name=tdm-reservation content=1>"
         "<meta name=tdm-policy content='https://a.example/p.json'>",
         ("noai, by meta element robots", "tdm: 1, by meta element tdm-reservation",
          "tdm-policy: https://a.example/p.json, by meta element tdm-policy")),
        ("<base href=/b/><link rel='License nofollow' type='application/rsl+xml; x=1' href=l.xml>"
         "<link rel=license href=https://creativecommons.example/by>",
         ("license: https://a.example/b/l.xml, by link element license",)),
        ("", ()),
    ],
    ids=["noarchive", "nothing reserved", "mining", "a licence", "no meta"],
)  # fmt: skip
def test_reservations_are_read(markup: str, reserved: tuple[str, ...]) -> None:
    html = f"<html><head>{markup}</head><body><p>Text</p></body></html>"
    found = extract(html.encode(), "https://a.example/x").reservations
    assert tuple(map(str, found)) == reserved
