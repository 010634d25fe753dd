"""A Chromium without a network, started when it is needed, a few pages at a time.

It is told by every means it has to send nothing: no name is looked up, whatever is sent would go to
a proxy that is not there. Its requests are answered through its control channel (Playwright's
routes). That channel is a pipe: when this process ends, in whatever way, so does the browser.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from crawler.errors import RenderError
from crawler.render.page import VIEWPORT, Answered, Fetch, Rendered, Showing

if TYPE_CHECKING:
    from playwright.async_api import Browser as Chromium
    from playwright.async_api import BrowserContext, Playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
_ARGUMENTS = (
    "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--no-pings", "--dns-prefetch-disable",
    "--disable-features=NetworkPrediction,PreconnectToSearch,DnsOverHttps,Translate,Prerender2",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    # the port of "discard" on this machine, for loopback too: nobody answers there
    "--proxy-server=http://127.0.0.1:9", "--proxy-bypass-list=<-loopback>",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
)  # fmt: skip
_WITHIN = 60.0
"""Seconds within which a browser starts, or closes a page."""
_ENDS_ALL = frozenset({"render_crashed", "render_memory"})
"""Why a page may not be shown that has done nothing."""
_LOOK = 0.5
"""Seconds between two looks at what a browser takes."""
_PAGES_OF_ONE = 200
"""Pages after which a new browser is started: what one forgets to free is freed then."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What pages may take."""

    pages: int = 2
    """At once."""
    seconds: float = 20.0
    """Of one page's own time, without that of waiting for answers."""
    whole_seconds: float = 600.0
    """Of one page, with it."""
    requests: int = 60
    """Of one page."""
    memory: int = 1_024
    """Mebibytes, of the browser with all its processes."""
    most_bytes: int = 15_000_000
    """Of what is shown."""


def browser_path(named: str = "") -> str | None:
    """Where a Chromium is: what is named, else the first that the system knows; None: nowhere."""
    if named:
        return shutil.which(named)
    return next(filter(None, map(shutil.which, _NAMES)), None)


class Browser:
    """Shows pages. path: of the Chromium. sandbox: whether its processes are to be confined by the
    system, which it refuses to root and in many containers."""

    def __init__(self, path: str, limits: Limits, *, sandbox: bool = True) -> None:
        self._path, self._limits = path, limits
        self._sandbox = sandbox and not (hasattr(os, "geteuid") and os.geteuid() == 0)
        self._places = asyncio.Semaphore(limits.pages)
        self._line = asyncio.Lock()
        self._starting = asyncio.Lock()
        self._library: Playwright | None = None
        self._chromium: Chromium | None = None
        self._pids: list[int] = []
        self._shown = 0
        self._open = 0
        self._watch: asyncio.Task[None] | None = None
        self._gone = asyncio.Event()
        """Set when the browser has ended."""
        self._ate: int | None = None
        """Mebibytes that the browser had when it was ended for them."""
        self.version = ""

    async def show(self, url: str, document: Answered, fetch: Fetch) -> Rendered:
        """A page as it is when its scripts have run. fetch: answers what it asks for.

        Where its browser ends, by its doing or by another page's, it is shown once more, alone.
        Raises RenderError.
        """
        try:
            return await self._show(url, document, fetch, places=1)
        except RenderError as error:
            if error.why.code not in _ENDS_ALL:
                raise
        return await self._show(url, document, fetch, places=self._limits.pages)

    async def _show(self, url: str, document: Answered, fetch: Fetch, *, places: int) -> Rendered:
        limits = self._limits
        async with self._taken(places):
            chromium = await self._ready()
            showing = Showing(
                url, document, fetch, most_requests=limits.requests,
                most_seconds=limits.seconds, most_bytes=limits.most_bytes,
            )  # fmt: skip
            self._open += 1
            try:
                async with asyncio.timeout(limits.whole_seconds):
                    return await self._while_it_lives(self._shown_by(chromium, showing))
            except TimeoutError:
                raise RenderError("render_too_slow", f"{limits.whole_seconds:g}") from None
            except Exception as error:
                if isinstance(error, RenderError) and error.why.code != "render_crashed":
                    raise
                if self._ate is not None:
                    raise RenderError("render_memory", f"{limits.memory:,}") from None
                raise RenderError("render_crashed") from error
            finally:
                self._open -= 1

    async def _while_it_lives(self, showing: Coroutine[None, None, Rendered]) -> Rendered:
        """What a page shows. Of a browser that has ended, the library waits for answers for ever.
        Raises RenderError."""
        task, end = asyncio.ensure_future(showing), asyncio.ensure_future(self._gone.wait())
        try:
            await asyncio.wait({task, end}, return_when=asyncio.FIRST_COMPLETED)
            if task.done():
                return task.result()
            raise RenderError("render_crashed")
        finally:
            end.cancel()
            if not task.done():
                task.cancel()
                with contextlib.suppress(asyncio.CancelledError, Exception):
                    await task

    @asynccontextmanager
    async def _taken(self, places: int) -> AsyncIterator[None]:
        """So many places, taken one after the other by one page at a time."""
        taken = 0
        try:
            async with self._line:
                for _ in range(places):
                    await self._places.acquire()
                    taken += 1
            yield
        finally:
            for _ in range(taken):
                self._places.release()

    async def _shown_by(self, chromium: Chromium, showing: Showing) -> Rendered:
        context = await asyncio.wait_for(
            chromium.new_context(
                viewport={"width": VIEWPORT[0], "height": VIEWPORT[1]},
                service_workers="block", accept_downloads=False,
            ),
            _WITHIN,
        )  # fmt: skip
        try:
            rendered = await showing.show(context)
            self._shown += 1
            return rendered
        finally:
            await self._leave(context)

    async def _leave(self, context: BrowserContext) -> None:
        """Close a page; where it does not go, the browser does."""
        if self._gone.is_set():
            return
        try:
            async with asyncio.timeout(_WITHIN / 6):
                await context.close()
        except Exception:
            self._kill()

    # -- the browser -----------------------------------------------------------------------------

    async def _ready(self) -> Chromium:
        async with self._starting:
            if self._chromium is not None and self._shown >= _PAGES_OF_ONE and not self._open:
                await self._end()
            if self._chromium is None or self._gone.is_set():
                await self._start()
            assert self._chromium is not None
            return self._chromium

    async def _start(self) -> None:
        from playwright.async_api import async_playwright

        self._kill()
        self._chromium, self._ate, self._shown = None, None, 0
        gone = self._gone = asyncio.Event()
        heap = max(64, self._limits.memory // 2)
        try:
            if self._library is None:
                self._library = await asyncio.wait_for(async_playwright().start(), _WITHIN)
            self._chromium = await self._library.chromium.launch(
                executable_path=self._path, chromium_sandbox=self._sandbox,
                args=[*_ARGUMENTS, f"--js-flags=--max-old-space-size={heap}"],
                handle_sigint=False, handle_sigterm=False, handle_sighup=False,
                timeout=1000 * _WITHIN,
            )  # fmt: skip
            self._chromium.on("disconnected", lambda _: gone.set())
            async with asyncio.timeout(_WITHIN):
                channel = await self._chromium.new_browser_cdp_session()
                told = await channel.send("SystemInfo.getProcessInfo")
        except Exception as error:
            why = str(error).strip().splitlines()
            raise RenderError("render_no_browser", why[0][:200] if why else "") from error
        self.version = self._chromium.version
        self._pids = [each["id"] for each in told["processInfo"] if each["type"] == "browser"]
        self._watch = asyncio.ensure_future(self._look_after(gone))

    async def _look_after(self, gone: asyncio.Event) -> None:
        """End the browser where it takes too much, and note where it has ended by itself."""
        while True:
            await asyncio.sleep(_LOOK)
            if not all(map(_is_there, self._pids)):
                gone.set()
                return
            taken = sum(map(_resident, _family(self._pids))) // 1024
            if taken > self._limits.memory:
                self._ate = taken
                self._kill()
                return

    def _kill(self) -> None:
        """End the browser at once, if it is still there."""
        pids, self._pids = self._pids, []
        for pid in pids:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        if pids:
            self._gone.set()
        if self._watch is not None and self._watch is not _current():
            self._watch.cancel()
        self._watch = None

    async def _end(self) -> None:
        chromium, self._chromium = self._chromium, None
        if chromium is not None:
            with contextlib.suppress(Exception):
                async with asyncio.timeout(_WITHIN / 12):
                    await chromium.close()
        self._kill()

    async def close(self) -> None:
        """End the browser and what drives it; within seconds, whatever it does."""
        await self._end()
        library, self._library = self._library, None
        if library is not None:
            with contextlib.suppress(Exception):
                async with asyncio.timeout(_WITHIN / 12):
                    await library.stop()


def _current() -> asyncio.Task[Any] | None:
    try:
        return asyncio.current_task()
    except RuntimeError:
        return None


def _is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _family(pids: list[int]) -> Iterator[int]:
    """Processes and their descendants, as Linux tells of them; nothing elsewhere."""
    todo = list(pids)
    while todo:
        pid = todo.pop()
        yield pid
        for path in Path(f"/proc/{pid}/task").glob("*/children"):
            with contextlib.suppress(OSError, ValueError):
                todo.extend(map(int, path.read_text().split()))


def _resident(pid: int) -> int:
    """Kibibytes that a process has for itself alone in memory; 0 where nobody tells."""
    try:
        fields = Path(f"/proc/{pid}/statm").read_text().split()
        return (int(fields[1]) - int(fields[2])) * os.sysconf("SC_PAGE_SIZE") // 1024
    except (OSError, ValueError, IndexError):
        return 0
