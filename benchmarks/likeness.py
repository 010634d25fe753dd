"""How far a page that is played back looks as it did: screenshots of both, pixel by pixel, in a
real browser."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from benchmarks.replay_server import wayback

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
_WINDOW = {"width": 1280, "height": 900}
# Differences of a channel below this are none that a reader sees.
_SEEN = 8
_MOST_SHOTS = 10
_COMPARE = """async ([one, other, seen]) => {
    const draw = async (data) => {
        const image = new Image();
        image.src = data;
        await image.decode();
        const canvas = new OffscreenCanvas(image.width, image.height);
        const context = canvas.getContext("2d");
        context.drawImage(image, 0, 0);
        return [image.width, image.height,
                context.getImageData(0, 0, image.width, image.height).data];
    };
    const [w, h, a] = await draw(one), [v, g, b] = await draw(other);
    let differ = 0;
    for (let y = 0; y < Math.min(h, g); y++) for (let x = 0; x < Math.min(w, v); x++) {
        const i = 4 * (y * w + x), j = 4 * (y * v + x);
        if ([0, 1, 2].some((c) => Math.abs(a[i + c] - b[j + c]) > seen)) differ++;
    }
    const all = Math.max(w * h, v * g);
    return (differ + all - Math.min(h, g) * Math.min(w, v)) / all;
}"""


@contextmanager
def browser() -> Iterator[Any]:
    """A Chromium without a window."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


@dataclass(frozen=True, slots=True)
class Shot:
    """How a page looks. failed: addresses that it asked for and did not get."""

    png: bytes
    failed: tuple[str, ...]


def shot(chromium: Any, url: str, origin: str) -> Shot:
    """A screenshot of a whole page, as it is when all is loaded. origin: of the only server that it
    may ask."""
    failed: list[str] = []

    def answer(route: Any) -> None:
        if route.request.url.startswith(origin):
            route.continue_()
        else:
            failed.append(route.request.url)
            route.abort()

    with chromium.new_context(viewport=_WINDOW, service_workers="block") as context:
        page = context.new_page()
        page.route("**/*", answer)
        page.on("response", lambda r: failed.append(r.url) if r.status >= 400 else None)
        page.goto(url, wait_until="networkidle")
        # what is below the window waits for its reader
        page.evaluate(
            "async () => { for (const i of document.images) i.loading = 'eager';"
            " await Promise.all([...document.images].map((i) => i.decode().catch(() => 0)));"
            " await document.fonts.ready }"
        )
        page.wait_for_load_state("networkidle")
        return Shot(_still(page), tuple(failed))


def _still(page: Any) -> bytes:
    """A screenshot that the next one is equal to: on a busy machine, what has come is painted
    later."""
    png = b""
    for _ in range(_MOST_SHOTS):
        before, png = png, page.screenshot(full_page=True, animations="disabled")
        if png == before:
            break
        page.wait_for_timeout(300)
    return bytes(png)


def differing(chromium: Any, one: bytes, other: bytes) -> float:
    """The share of pixels, from 0 to 1, in which two screenshots (PNG) differ; what only one of
    them has differs."""
    with chromium.new_context() as context:
        data = [f"data:image/png;base64,{base64.b64encode(png).decode()}" for png in (one, other)]
        found: float = context.new_page().evaluate(_COMPARE, [*data, _SEEN])
        return found


@contextmanager
def pywb(tools: Path, archive: Path, folder: Path, index: str) -> Iterator[str]:
    """pywb, playing an archive back by an index, without a banner of its own; gives the address of
    the collection, which a moment and a slash follow. tools: the folder of its programs. folder: an
    empty one. index: CDXJ."""
    (folder / "config.yaml").write_text("framed_replay: false\n")
    (folder / "templates").mkdir()
    (folder / "templates" / "banner.html").write_text("")
    collection = folder / "collections" / "news"
    (collection / "indexes").mkdir(parents=True)
    (collection / "archive").symlink_to((archive / "warc").resolve())
    (collection / "indexes" / "index.cdxj").write_text(index)
    with wayback(tools, folder) as address:
        yield f"{address}/news/"


def origin_of(url: str) -> str:
    """Scheme and host, with a slash."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/"


def moment_of(fetched_at: str) -> str:
    """A moment as Wayback Machines write it. fetched_at: ISO 8601, UTC."""
    return "".join(each for each in fetched_at[:19] if each.isdigit())
