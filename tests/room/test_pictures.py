"""Pictures of all kinds of pages, for people to look at; `make docs` puts one into the docs."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from .conftest import RunningRoom, visiting
from .test_browser import kinds

WIDTHS = (390, 1280, 2000)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pictures_are_taken(chromium: Any, room: RunningRoom, scheme: str, tmp_path: Path) -> None:
    """PICTURES: the folder that they are put in; else only the front page's is taken, and goes."""
    folder = Path(os.environ.get("PICTURES", tmp_path))
    for width in WIDTHS if "PICTURES" in os.environ else WIDTHS[1:2]:
        size = {"width": width, "height": 844 if width < 400 else 900}
        with visiting(chromium, viewport=size, color_scheme=scheme) as visitor:
            for name, path in kinds(room).items():
                if name != "front" and "PICTURES" not in os.environ:
                    continue
                visitor.page.goto(room.url + path)
                picture = folder / f"{name}-{width}-{scheme}.png"
                visitor.page.screenshot(path=picture)
                assert picture.read_bytes().startswith(b"\x89PNG")


def test_the_picture_of_the_docs(chromium: Any, room: RunningRoom, tmp_path: Path) -> None:
    folder = Path(os.environ.get("DOCS_PICTURES", tmp_path))
    size = {"width": 1280, "height": 860}
    with visiting(chromium, viewport=size, color_scheme="light") as visitor:
        visitor.page.goto(room.url)
        visitor.page.screenshot(path=folder / "room.png")
    assert (folder / "room.png").stat().st_size > 20_000
