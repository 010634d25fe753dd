"""A real Chromium that has no network: what pages ask for, we answer, and nothing else goes out."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import psutil
import pytest

from crawler.errors import RenderError
from crawler.extract import extract
from crawler.render import Answered, Asked, Browser, Limits, Rendered, browser_path, what_lacks

pytestmark = pytest.mark.skipif(what_lacks() is not None, reason=f"{what_lacks()}")

URL = "http://paper.example/town/ferry-1"
JSON = [("content-type", "application/json")]
TEXT = "The ferry crossed the sound on Monday for the first time in nine winters. " * 8


def document(script: str, head: str = "") -> Answered:
    html = f"<html><head>{head}</head><body><div id=root></div><script>{script}</script></body>"
    return Answered(200, [("content-type", "text/html; charset=utf-8")], html.encode())


STORY = document(
    "fetch('/api/1.json').then(a => a.json()).then(s => {"
    " document.getElementById('root').textContent = s.text; })"
)


async def story(asked: Asked) -> Answered | None:
    assert asked.url == "http://paper.example/api/1.json"
    return Answered(200, JSON, b'{"text": "' + TEXT.encode() + b'"}')


def run(
    test: Callable[[Browser], Awaitable[None]],
    limits: Limits = Limits(seconds=5),  # noqa: B008
) -> None:
    path = browser_path()
    assert path is not None

    async def around() -> None:
        browser = Browser(path, limits)
        try:
            await test(browser)
        finally:
            await browser.close()

    asyncio.run(around())
    assert _of_us() == []


def kill_ours(which: Callable[[str, str], bool]) -> None:
    """Kill those of our processes of which the name and the words of the command say so."""
    for each in psutil.Process().children(recursive=True):
        with suppress(psutil.NoSuchProcess):  # it has ended meanwhile
            if which(each.name(), " ".join(each.cmdline())):
                each.kill()


def _of_us() -> list[int]:
    """Chromiums that this process, or what drives them for it, has left running."""
    gone_by = time.monotonic() + 10
    while True:
        left = []
        for each in psutil.Process().children(recursive=True):
            with suppress(psutil.NoSuchProcess):
                if "chrom" in each.name() and each.status() != psutil.STATUS_ZOMBIE:
                    left.append(each.pid)
        if not left or time.monotonic() > gone_by:
            return left
        time.sleep(0.1)


@contextmanager
def trap() -> Iterator[tuple[int, list[str]]]:
    """A port, TCP and UDP, and who has knocked at it."""
    knocks: list[str] = []
    with (
        closing(socket.create_server(("127.0.0.1", 0))) as server,
        closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as datagrams,
    ):
        port = server.getsockname()[1]
        datagrams.bind(("127.0.0.1", port))
        server.settimeout(0.1)
        datagrams.settimeout(0.1)
        done = threading.Event()

        def listen() -> None:
            while not done.is_set():
                for name, wait in (("tcp", server.accept), ("udp", lambda: datagrams.recv(99))):
                    try:
                        wait()
                        knocks.append(name)
                    except TimeoutError:
                        pass

        listener = threading.Thread(target=listen)
        listener.start()
        try:
            yield port, knocks
        finally:
            done.set()
            listener.join()


WAYS_OUT = """
const there = 'http://127.0.0.1:PORT/';
const tries = [
  () => fetch(there + 'fetch'),
  () => fetch(there + 'post', {method: 'POST', body: 'x', mode: 'no-cors'}),
  () => new WebSocket('ws://127.0.0.1:PORT/socket'),
  () => new EventSource(there + 'events'),
  () => navigator.sendBeacon(there + 'beacon', 'x'),
  () => navigator.serviceWorker.register('/worker.js'),
  () => new Worker(URL.createObjectURL(new Blob(["fetch('" + there + "worker'); new WebSocket('ws"
      + "://127.0.0.1:PORT/w')"], {type: 'text/javascript'}))),
  () => { new Image().src = there + 'image.png'; },
  () => { const a = document.createElement('a'); a.href = '#x'; a.ping = there + 'ping';
          document.body.append(a); a.click(); },
  () => { const f = document.createElement('iframe'); f.src = there + 'frame';
          document.body.append(f); },
  () => { const f = document.createElement('iframe'); document.body.append(f);
          new f.contentWindow.RTCPeerConnection({iceServers: [{urls: 'stun:127.0.0.1:PORT'}]})
            .createDataChannel('x'); },
  () => { const p = new RTCPeerConnection({iceServers: [{urls: 'stun:127.0.0.1:PORT'}]});
          p.createDataChannel('x'); p.createOffer().then(o => p.setLocalDescription(o)); },
  () => new WebTransport('https://127.0.0.1:PORT/'),
  () => window.open(there + 'window'),
  () => { const f = document.createElement('form'); f.action = there + 'form'; f.target = '_blank';
          document.body.append(f); f.submit(); },
  () => import(there + 'module.js'),
  () => { const r = document.createElement('script'); r.type = 'speculationrules';
          r.textContent = JSON.stringify({prefetch: [{source: 'list', urls: [there + 'rules']}]});
          document.head.append(r); },
  () => { location.href = there + 'elsewhere'; },
];
for (const one of tries) { try { const p = one(); if (p && p.catch) p.catch(() => {}); }
  catch (e) {} }
document.getElementById('root').textContent = 'still here, '.repeat(60);
"""
HEAD = """<link rel=preconnect href="http://127.0.0.1:PORT">
<link rel=dns-prefetch href="//a.example"><link rel=stylesheet href="/style.css">
<link rel=prefetch href="http://127.0.0.1:PORT/prefetch">
<link rel=preload as=font href="http://127.0.0.1:PORT/font" crossorigin>
<link rel=icon href="http://127.0.0.1:PORT/icon.png"><link rel=manifest href="/manifest.json">"""


def test_whatever_a_page_tries_nothing_goes_out_but_by_us() -> None:
    asked: list[str] = []

    async def note(each: Asked) -> Answered | None:
        asked.append(each.url)
        return None

    async def shows(browser: Browser) -> None:
        with trap() as (port, knocks):
            page = document(
                WAYS_OUT.replace("PORT", str(port)), head=HEAD.replace("PORT", str(port))
            )
            shown = await browser.show(URL, page, note)
            assert b"still here" in shown.html
            assert shown.left_out["websocket"]
            assert shown.left_out["document"]
            assert shown.left_out["image"]
            await asyncio.sleep(0.5)
            assert knocks == []
            assert f"http://127.0.0.1:{port}/fetch" in asked
            there = {f"http://127.0.0.1:{port}/{name}" for name in ("post", "beacon", "frame")}
            assert not there.intersection(asked)
            with closing(socket.create_connection(("127.0.0.1", port))):
                await asyncio.sleep(0.3)
            assert knocks == ["tcp"]  # the trap would have caught it

    run(shows)


def test_a_page_that_ends_its_browser_or_hangs_or_eats_memory_costs_itself_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def killing(asked: Asked) -> Answered | None:
        kill_ours(lambda name, words: "chrom" in name and "--type=" not in words)
        await asyncio.sleep(0.5)
        return None

    async def crashing(asked: Asked) -> Answered | None:
        kill_ours(lambda name, words: "--type=renderer" in words)
        return None

    async def never(asked: Asked) -> Answered | None:  # a page that waits is not yet shown
        await asyncio.sleep(60)
        return None

    eats = document(
        "fetch('/api/never'); const all = []; setInterval(() => {"
        " const b = new Uint8Array(8e7); b.fill(1); all.push(b); }, 20)"
    )

    async def goes_on(browser: Browser) -> None:
        told = []
        for page, fetch in (
            (document("while (true) {}"), story),
            (STORY, killing),
            (STORY, crashing),
            (eats, never),
        ):
            with monkeypatch.context() as patch:
                if not told:  # the one that hangs: it would take all of its time
                    patch.setattr("crawler.render.page._ANSWERS_WITHIN", 3.0)
                with pytest.raises(RenderError) as caught:
                    await browser.show(URL, page, fetch)
            told.append(caught.value.why.code)
            shown = await browser.show(URL, STORY, story)
            assert TEXT[:60].encode() in shown.html
        assert told == ["render_hangs", "render_crashed", "render_crashed", "render_memory"]
        tries = 0

        async def once(asked: Asked) -> Answered | None:
            nonlocal tries
            tries += 1
            return await (killing if tries == 1 else story)(asked)

        both = await asyncio.gather(
            browser.show(URL, STORY, once), browser.show(URL, STORY, story)
        )  # what another page has done to it is made good
        assert all(TEXT[:60].encode() in shown.html for shown in both)

    run(goes_on, Limits(seconds=30, memory=900))


def test_what_a_page_takes_is_bounded() -> None:
    endless = document("let n = 0; setInterval(() => fetch('/api/' + n++), 10)")
    asked: list[str] = []

    async def note(each: Asked) -> Answered | None:
        asked.append(each.url)
        return Answered(200, JSON, b"{}")

    async def shows(browser: Browser) -> None:
        shown: Rendered = await browser.show(URL, endless, note)
        assert len(asked) == 5
        assert shown.left_out["too many"]
        with pytest.raises(RenderError) as caught:
            await browser.show(URL, document("document.body.append('x'.repeat(3e6)); " * 2), note)
        assert caught.value.why.code == "page_too_long"

    run(shows, Limits(seconds=2, requests=5, most_bytes=5_000_000))


@pytest.mark.parametrize("ask", [
    "fetch('/api/' + n).catch(count)",
    "{ const r = new XMLHttpRequest(); r.open('GET', '/api/' + n); r.onerror = count; r.send(); }",
])  # fmt: skip
def test_a_page_that_asks_for_thousands_of_things_is_shown(ask: str) -> None:
    flood = document(
        f"let failed = 0; const count = () => {{ document.title = ++failed; }};"
        f"for (let n = 0; n < 9_000; n++) {ask}; document.body.append('{TEXT}');"
    )
    asked: list[str] = []

    async def note(each: Asked) -> Answered | None:
        asked.append(each.url)
        return Answered(200, JSON, b"{}")

    async def shows(browser: Browser) -> None:
        shown = await browser.show(URL, flood, note)
        assert len(asked) == 5
        assert 0 < shown.left_out["too many"] < 100
        assert b"<title>8995</title>" in shown.html, "every other one failed"

    run(shows, Limits(seconds=5, requests=5))


def test_what_web_components_show_is_in_the_document() -> None:
    page = document(
        "customElements.define('a-story', class extends HTMLElement { connectedCallback() {"
        " const s = this.attachShadow({mode: 'open'}); s.innerHTML = '<h1>The ferry</h1><p>'"
        f" + {TEXT!r} + '</p><slot></slot>'; }} }}); document.body.append("
        "document.createElement('a-story'));"
    )

    async def shows(browser: Browser) -> None:
        shown = await browser.show(URL, page, story)
        assert b'<a-story><div data-shadow-root=""><h1>The ferry</h1><p>' in shown.html
        assert extract(shown.html, URL).article.title == "The ferry"
        assert TEXT[:60] in extract(shown.html, URL).article.body

    run(shows)


_DRIVER = """
import asyncio, sys
from crawler.render import Answered, Browser, Limits, browser_path

async def never(asked):
    print("asked", flush=True)
    await asyncio.sleep(1000)

async def main():
    page = Answered(200, [("content-type", "text/html")], b"<script>fetch('/x')</script>")
    await Browser(browser_path(), Limits()).show("http://paper.example/", page, never)

asyncio.run(main())
"""


def test_a_killed_crawl_leaves_no_browser_behind() -> None:
    root = Path(__file__).resolve().parents[2]
    process = subprocess.Popen(
        [sys.executable, "-c", _DRIVER], stdout=subprocess.PIPE, text=True, cwd=root
    )
    assert process.stdout is not None
    assert process.stdout.readline().strip() == "asked"
    family = psutil.Process(process.pid).children(recursive=True)
    assert any("chrom" in each.name() for each in family)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    _, alive = psutil.wait_procs(family, timeout=20)
    assert [each.name() for each in alive] == []


def test_a_page_is_shown_whatever_its_headers_and_its_scripts_forbid() -> None:
    as_file = Answered(200, [*STORY.headers, ("Content-Disposition", "attachment")], STORY.body)
    as_data = Answered(200, [("Content-Type", "application/octet-stream")], STORY.body)
    as_text = Answered(200, [("content-type", "text/plain; charset=utf-8")], STORY.body)
    guarded = document(
        "const p = trustedTypes.createPolicy('p', {createHTML: s => s});"
        " const e = document.createElement('div'); document.body.append(e);"
        " e.attachShadow({mode: 'open'}).innerHTML = p.createHTML('<p>"
        + TEXT + "</p><template><i>later</i></template>')"
    )  # fmt: skip
    guarded.headers.append(("Content-Security-Policy", "require-trusted-types-for 'script'"))
    changed = document(
        f"document.getElementById('root').textContent = {TEXT!r};"
        " Object.defineProperty(document, 'body', {get() { throw new Error('none') }});"
        " Object.defineProperty(document.documentElement, 'outerHTML', {get: () => ({})});"
        " document.implementation.createHTMLDocument = () => null;"
    )

    async def shows(browser: Browser) -> None:
        for page in (as_file, as_data, as_text, guarded, changed):
            shown = await browser.show(URL, page, story)
            assert TEXT[:60].encode() in shown.html
            assert (b"<template><i>later</i></template>" in shown.html) == (page is guarded)

    run(shows)
