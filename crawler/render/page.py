"""One page shown in a browser: each request answered by a function of ours, nothing sent by itself.

Only what makes a page's text is asked for: scripts, and what they fetch by GET. Frames, pictures,
style sheets, pings, sockets, workers of services and other pages are not; they are counted.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from crawler.errors import RenderError

if TYPE_CHECKING:
    from playwright.async_api import BrowserContext, Page, Route

VIEWPORT = (1280, 1600)
"""CSS pixels."""
_ASKED_FOR = frozenset({"script", "fetch", "xhr"})
_PAGES = ("text/html", "application/xhtml+xml")
_TICK = 0.1
"""Seconds between two looks at a page."""
_QUIET = 0.5
"""Seconds without a request after which a page is looked at."""
_SHOWS_SOMETHING = 400
"""Characters of text; a page that shows fewer may wait for something else."""
_PATIENCE = 3.0
"""Seconds that such a page is given."""
_ANSWERS_WITHIN = 30.0
"""Seconds within which a page answers a question; one that does not hangs."""
_FLOOD = 10
"""Times the requests of a page that are answered, after which its scripts' own come to nothing
within the browser: each that is told to us costs milliseconds, and waits in line before what the
page is asked."""
_STYLE = (200, [("content-type", "text/css")], b"")
_HOP = frozenset({
    "content-encoding", "content-length", "transfer-encoding", "connection", "set-cookie",
    "keep-alive", "link", "refresh", "speculation-rules", "service-worker-allowed", "alt-svc",
    "report-to", "nel", "reporting-endpoints", "content-disposition",
})  # fmt: skip
"""Headers that are not for the browser: of codings that are removed, or of what it is not to ask
for."""
_NO_WAY_OUT = """
for (const name of ['RTCPeerConnection', 'webkitRTCPeerConnection', 'WebTransport', 'EventSource',
    'SharedWorker']) { try { delete window[name]; } catch (e) {} }
try { Navigator.prototype.sendBeacon = () => false; } catch (e) {}
window.open = () => null;
{
  let asked = 0;
  window.fetch = new Proxy(window.fetch, { apply: (real, self, given) =>
    ++asked > MOST ? Promise.reject(new TypeError('Failed to fetch'))
      : Reflect.apply(real, self, given) });
  XMLHttpRequest.prototype.send = new Proxy(XMLHttpRequest.prototype.send, {
    apply: (real, self, given) => {
      if (++asked <= MOST) return Reflect.apply(real, self, given);
      setTimeout(() => ['error', 'loadend'].forEach(
        (name) => self.dispatchEvent(new ProgressEvent(name))));
    } });
}
"""
_LENGTH = "() => (document.documentElement ? document.documentElement.outerHTML.length : 0)"
_WITH_SHADOWS = """() => {
  let found = false;
  const into = document.implementation.createHTMLDocument('');
  const copy = (node, depth) => {
    const made = into.importNode(node, false);
    if (depth > 400) return made;
    if (node.shadowRoot) {
      found = true;
      const shown = into.createElement('div');
      shown.setAttribute('data-shadow-root', '');
      for (const child of node.shadowRoot.childNodes) shown.append(copy(child, depth + 1));
      made.append(shown);
    }
    if (node.content instanceof DocumentFragment) {
      made.content.append(into.importNode(node.content, true));
    }
    for (const child of node.childNodes) made.append(copy(child, depth + 1));
    return made;
  };
  const whole = copy(document.documentElement, 0);
  return found ? '<!DOCTYPE html>' + whole.outerHTML : '';
}"""
"""The document with what open shadow roots show in elements of their own; "" where it has none."""
_TEXT = "() => (document.body ? document.body.innerText.trim().length : 0)"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a page asks for."""

    url: str
    kind: str
    """`script`, `fetch` or `xhr`."""
    accept: str | None = None
    """The header, as the page's script sets it."""


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer to it. body: without content coding."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


Fetch = Callable[[Asked], Awaitable[Answered | None]]
"""Answers what a page asks for; None where that is not to be had, or not for us."""


@dataclass(slots=True)
class Rendered:
    """What a browser shows of a page."""

    html: bytes = b""
    """Its document as the scripts left it, in UTF-8."""
    answered: list[str] = field(default_factory=list)
    """Addresses that were asked for and answered, in order."""
    left_out: Counter[str] = field(default_factory=Counter)
    """How many requests were not answered, by kind."""
    seconds: float = 0.0
    """Of the browser's own time, without that of waiting for answers."""


class Showing:
    """A page on its way. url: its address. document: what the server sent."""

    def __init__(
        self, url: str, document: Answered, fetch: Fetch, *, most_requests: int,
        most_seconds: float, most_bytes: int,
    ) -> None:  # fmt: skip
        self._url, self._document, self._fetch = url, document, fetch
        self._most_requests, self._most_seconds = most_requests, most_seconds
        self._most_bytes = most_bytes
        self._pending = 0
        self._is_begun = False
        self._crashed = asyncio.Event()
        self.shown = Rendered()

    async def show(self, context: BrowserContext) -> Rendered:
        """The page in a context of its own, which the caller closes. Raises RenderError, and what
        the browser's library raises where the browser is gone."""
        most = str(_FLOOD * self._most_requests)
        await context.add_init_script(_NO_WAY_OUT.replace("MOST", most))
        await context.route("**/*", self._answer)
        await context.route_web_socket("**/*", self._close_socket)
        page = await context.new_page()
        page.on("crash", lambda _: self._crashed.set())
        page.on("dialog", lambda dialog: asyncio.ensure_future(_dismissed(dialog)))
        page.on("popup", lambda other: asyncio.ensure_future(_closed(other)))
        await self._asked(page.goto(self._url, wait_until="commit"))
        await self._until_quiet(page)
        length = await self._number(page, _LENGTH)
        if length > self._most_bytes:
            raise RenderError("page_too_long", f"{length:,}")
        html = await self._told(page, _WITH_SHADOWS)
        if not isinstance(html, str) or not html:
            html = await self._asked(page.content())
        if len(html) > self._most_bytes:
            raise RenderError("page_too_long", f"{len(html):,}")
        self.shown.html = html.encode("utf-8", "replace")
        return self.shown

    async def _until_quiet(self, page: Page) -> None:
        """Wait until the page asks for nothing any more and shows something. What it takes for
        answers to come does not count."""
        quiet, size = 0.0, -1.0
        while True:
            await asyncio.sleep(_TICK)
            if self._crashed.is_set():
                raise RenderError("render_crashed")
            if self._pending:
                quiet = 0.0
                continue
            self.shown.seconds += _TICK
            quiet += _TICK
            if self.shown.seconds > self._most_seconds:
                return  # what it shows by now is what a reader would have waited for
            if quiet < _QUIET:
                continue
            text = await self._number(page, _TEXT)
            now = await self._number(page, _LENGTH)
            is_still, size = now == size, now
            if is_still and (text >= _SHOWS_SOMETHING or quiet >= _PATIENCE):
                return

    async def _number(self, page: Page, question: str) -> float:
        """What a page answers that is to be a number; 0 where it says something else."""
        found = await self._told(page, question)
        return found if isinstance(found, int | float) else 0

    async def _told(self, page: Page, question: str) -> Any:
        """What a page answers; None where its own scripts have changed what would have to answer,
        or its policy forbids it. Whether the browser is gone, the next question tells."""
        from playwright.async_api import Error

        try:
            return await self._asked(page.evaluate(question))
        except Error:
            return None

    async def _asked(self, answer: Awaitable[Any]) -> Any:
        """What a page says, or that it hangs or is gone."""
        crash = asyncio.ensure_future(self._crashed.wait())
        task = asyncio.ensure_future(answer)
        try:
            await asyncio.wait(
                {task, crash}, timeout=_ANSWERS_WITHIN, return_when=asyncio.FIRST_COMPLETED
            )
            if task.done():
                return task.result()
            raise RenderError("render_crashed" if crash.done() else "render_hangs")
        finally:
            crash.cancel()
            if not task.done():
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError, Exception):
                    await task

    # -- requests --------------------------------------------------------------------------------

    async def _answer(self, route: Route) -> None:
        """Every request of the page comes here; none goes out."""
        request = route.request
        kind = request.resource_type
        try:
            if kind == "document":
                await self._answer_document(route)
            elif kind == "stylesheet":
                self.shown.left_out[kind] += 1
                await _fulfil(route, Answered(*_STYLE))
            elif kind not in _ASKED_FOR or request.method not in ("GET", "HEAD"):
                name = kind if request.method in ("GET", "HEAD") else request.method.lower()
                self.shown.left_out[name] += 1
                await route.abort()
            elif len(self.shown.answered) >= self._most_requests:
                self.shown.left_out["too many"] += 1
                await route.abort()
            else:
                await self._answer_asked(route, kind)
        except Exception:  # the page is gone meanwhile, or the browser
            with contextlib.suppress(Exception):
                await route.abort()

    async def _answer_document(self, route: Route) -> None:
        request = route.request
        is_own = not self._is_begun and request.frame.parent_frame is None
        if not is_own or request.method != "GET":
            self.shown.left_out["document"] += 1
            await _fulfil(route, Answered(204, [], b""))  # a page that is left stays (RFC 9110)
            return
        self._is_begun = True
        said = [(name, _as_page(name, value)) for name, value in self._document.headers]
        await _fulfil(route, replace(self._document, headers=said))

    async def _answer_asked(self, route: Route, kind: str) -> None:
        request = route.request
        url = request.url.partition("#")[0]
        self.shown.answered.append(url)
        accept = request.headers.get("accept") if kind != "script" else None
        self._pending += 1
        try:
            answer = await self._fetch(Asked(url, kind, accept))
            if answer is None:
                self.shown.answered.remove(url)
                self.shown.left_out["refused"] += 1
                await route.abort()
            else:
                await _fulfil(route, answer)
        finally:
            self._pending -= 1

    async def _close_socket(self, socket: Any) -> None:
        self.shown.left_out["websocket"] += 1
        await socket.close()


def _as_page(name: str, value: str) -> str:
    """The value of a header; that of a type which a browser would not show as a page, although it
    was read as one, with the type of a page."""
    media_type, semicolon, rest = value.partition(";")
    is_shown = media_type.strip().lower() in ("", *_PAGES)
    return value if name.lower() != "content-type" or is_shown else f"text/html{semicolon}{rest}"


async def _fulfil(route: Route, answer: Answered) -> None:
    headers = {name: value for name, value in answer.headers if name.lower() not in _HOP}
    await route.fulfill(status=answer.status, headers=headers, body=answer.body)


async def _dismissed(dialog: Any) -> None:
    with contextlib.suppress(Exception):
        await dialog.dismiss()


async def _closed(page: Any) -> None:
    with contextlib.suppress(Exception):
        await page.close()
