"""`make attack`: hostile servers, each crawled in one run with a well-behaved newspaper.

For each fault: seconds of the whole run, the most memory that the crawl and its page readers took
together, what the archive says of the hostile host, how much of the good newspaper is archived, and
whether `scrapy verify` finds the archive sound. All servers are on loopback, but where the fault is
to be led to private addresses: that is tried in a network of its own, which nothing leaves. For
that and for a disk that fills up the system must let us make namespaces (`unshare`); where it does
not, they are left out, and the table says so.
"""

from __future__ import annotations

import argparse
import contextlib
import gzip
import io
import json
import os
import shutil
import signal
import socket
import socketserver
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from functools import cache, partial
from pathlib import Path

import brotli
import psutil

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks" / "results" / "attack.md"
STORIES = [f"/2026/05/{day:02}/the-story-of-day-{day}" for day in range(1, 31)]

MOST_MEGABYTES = 500

Answer = Callable[[str], Iterator[bytes]]
"""A path → the bytes of an answer, head and all."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A way of being hostile."""

    name: str
    answer: Answer | None = None
    """What the hostile server sends; None: the good newspaper is alone."""
    around: Callable[[str, Path], contextlib.AbstractContextManager[str]] | None = None
    """What is done to the run besides: gets the good site and the archive's folder, and gives what
    is to be said of it."""
    namespaces: tuple[str, ...] = ()
    """What it needs of its own, as `unshare` names it."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one run."""

    fault: str
    seconds: float
    megabytes: float
    code: int | None
    """Exit code; None where it had to be killed."""
    reason: str
    good: int
    sound: bool
    reached: int = 0
    """Connections to addresses that must not be reached."""

    @property
    def withstood(self) -> bool:
        """Whether the run ended by itself with all of the good newspaper and a sound archive, in
        bounded memory, and was led nowhere."""
        return (
            self.code is not None
            and self.good == len(STORIES)
            and self.sound
            and self.megabytes < MOST_MEGABYTES
            and not self.reached
        )


def page(body: str, kind: str = "text/html; charset=utf-8", head: str = "") -> bytes:
    """A whole answer with status 200."""
    data = body.encode("utf-8", "surrogatepass")
    lines = f"HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {len(data)}\r\n{head}\r\n"
    return lines.encode() + data


def story(path: str, script: str = "") -> str:
    """A story's page."""
    text = "".join(
        f"<p>The lock at {path} was repaired in part {n} of the plan, said the master of the locks,"
        " who has looked after the river for twenty years and knows each of its stones.</p>"
        for n in range(6)
    )
    return (
        "<html lang=en><head><meta property='article:published_time'"
        f" content='2026-05-{int(path.rpartition('-')[2] or 1) % 28 + 1:02}'>{script}"
        f"<title>Lock {path} repaired</title></head><body><article><h1>Lock {path} repaired</h1>"
        f"{text}</article></body></html>"
    )


def links(*paths: str) -> str:
    """A page of links."""
    return "".join(f"<p><a href='{path}'>A story of some length</a></p>" for path in paths)


def good(path: str) -> Iterator[bytes]:
    """The well-behaved newspaper."""
    if path == "/":
        yield page(links(*STORIES))
    elif path in STORIES:
        yield page(story(path))
    else:
        yield NOT_FOUND


NOT_FOUND = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
_OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"


def one_page(body: Callable[[], Iterator[bytes]]) -> Answer:
    """A newspaper with one story, that is answered so."""

    def answer(path: str) -> Iterator[bytes]:
        if path == "/":
            yield page(links("/2026/05/01/the-story-of-day-1"))
        elif path.startswith("/2026/"):
            yield from body()
        else:
            yield NOT_FOUND

    return answer


@cache
def _packed() -> bytes:
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", compresslevel=1) as out:
        for _ in range(500):
            out.write(bytes(1_000_000))
    return packed.getvalue()


def bomb() -> Iterator[bytes]:
    """Half a gigabyte in two megabytes."""
    head = b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(_packed())
    yield _OK + head + _packed()


def packed_twice() -> Iterator[bytes]:
    """The same, packed once more."""
    body = gzip.compress(_packed())
    yield _OK + b"Content-Encoding: gzip, gzip\r\nContent-Length: %d\r\n\r\n" % len(body) + body


@cache
def _brotli() -> bytes:
    packer = brotli.Compressor(quality=5)
    parts = [packer.process(bytes(1_000_000)) for _ in range(500)]
    return b"".join([*parts, packer.finish()])


def brotli_bomb() -> Iterator[bytes]:
    """Half a gigabyte in next to nothing."""
    body = _brotli()
    yield _OK + b"Content-Encoding: br\r\nContent-Length: %d\r\n\r\n" % len(body) + body


def drip_of_head() -> Iterator[bytes]:
    """A head of which a byte comes now and then."""
    yield _OK + b"X-Slow: "
    while True:
        time.sleep(0.5)
        yield b"x"


def endless_line() -> Iterator[bytes]:
    """One header that does not end."""
    yield _OK + b"X-Long: "
    while True:
        yield b"x" * 65_536


def endless_trailers() -> Iterator[bytes]:
    """Headers behind the body, for ever."""
    yield _OK + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n"
    while True:
        yield b"X-Trailer: y\r\n" * 1_000


def too_short() -> Iterator[bytes]:
    """A megabyte is said, and ten bytes come."""
    yield _OK + b"Content-Length: 1000000\r\n\r\n<html><p>a"


def nested() -> Iterator[bytes]:
    """A million elements, each in the one before; and data for machines of that kind."""
    data = '<script type="application/ld+json">' + '{"author":[' * 100_000 + "</script>"
    yield page(f"<html><head>{data}</head><body>" + "<div>" * 1_000_000)


def many_links() -> Iterator[bytes]:
    """A page with eighty thousand links."""
    yield page("".join(f"<a href='/tag/{n}/'>A story of some length</a>" for n in range(80_000)))


def drip() -> Iterator[bytes]:
    """A byte now and then."""
    yield _OK + b"\r\n<html>"
    while True:
        time.sleep(0.5)
        yield b" "


def silence() -> Iterator[bytes]:
    """Nothing at all."""
    while True:
        time.sleep(0.5)
        yield b""


def endless_head() -> Iterator[bytes]:
    """One header after the other."""
    yield _OK
    while True:
        yield b"X-More: " + b"x" * 8_000 + b"\r\n"


def endless_1xx() -> Iterator[bytes]:
    """Early hints for ever."""
    while True:
        yield b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n" * 100


def huge_body() -> Iterator[bytes]:
    """Two hundred megabytes."""
    yield _OK + b"Content-Length: 200000000\r\n\r\n"
    for _ in range(2_000):
        yield b"x" * 100_000


def broken_chunks() -> Iterator[bytes]:
    """A transfer coding that is none."""
    yield _OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nzz\r\nbad\r\n"


def surrogates() -> Iterator[bytes]:
    """Half a character in the data for machines."""
    data = (
        '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "A\\udfff",'
        ' "author": {"name": "B\\udfff"}, "articleSection": "C\\udfff"}</script>'
    )
    yield page(story("/2026/05/01/the-story-of-day-1", data))


def redirect_loop() -> Iterator[bytes]:
    """To itself."""
    yield (
        b"HTTP/1.1 302 Found\r\nLocation: /2026/05/01/the-story-of-day-1\r\nContent-Length: 0\r\n"
        b"\r\n"
    )


def redirects(path: str) -> Iterator[bytes]:
    """To a new address each time."""
    if path == "/":
        yield page(links("/2026/05/01/the-story-of-day-1"))
    elif path.startswith("/2026/"):
        yield (f"HTTP/1.1 302 Found\r\nLocation: {path}1\r\nContent-Length: 0\r\n\r\n").encode()
    else:
        yield NOT_FOUND


def endless_feeds(path: str) -> Iterator[bytes]:
    """Each page of a feed names the next one (RFC 5005)."""
    name, _, number = path.rpartition("/")
    if name != "/feed" or not number.isdigit():
        yield page("<link rel=alternate type='application/atom+xml' href='/feed/0'>")
        return
    following = f"<link rel='next' href='/feed/{int(number) + 1}'/>"
    entry = f"<entry><title>Page {number}</title><link href='/tag/{number}/'/></entry>"
    feed = f"<feed xmlns='http://www.w3.org/2005/Atom'>{following}{entry}</feed>"
    yield page(feed, "application/atom+xml")


def many_neighbours(path: str) -> Iterator[bytes]:
    """Twenty thousand stories each before and after a story."""
    if path == "/":
        yield page(links("/2026/05/01/the-story-of-day-1"))
        return
    named = "".join(
        f"<link rel={way} href='/{way}{path}-{n}'>"
        for way in ("next", "prev")
        for n in range(20_000)
    )
    yield page(f"<html><head>{named}</head><body><p>Nothing much.</body>")


def entities(path: str) -> Iterator[bytes]:
    """Ten entities, each ten times the one before."""
    if not path.endswith(".xml"):
        yield page(links()) if path == "/" else NOT_FOUND
        return
    named = "<!ENTITY e0 'ha'>" + "".join(
        f"<!ENTITY e{n} '{f'&e{n - 1};' * 10}'>" for n in range(1, 10)
    )
    body = f"<!DOCTYPE urlset [{named}]><urlset><url><loc>http://HOST/&e9;</loc></url></urlset>"
    yield page(body, "application/xml")


def packed_sitemap(path: str) -> Iterator[bytes]:
    """A sitemap of half a gigabyte in two megabytes."""
    if path == "/robots.txt":
        yield page("Sitemap: http://HOST/sitemap.xml.gz\n", "text/plain")
    elif path == "/sitemap.xml.gz":
        head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(_packed())}\r\n"
        yield head.encode() + b"Content-Type: application/gzip\r\n\r\n" + _packed()
    else:
        yield page(links()) if path == "/" else NOT_FOUND


def robots_without_end(path: str) -> Iterator[bytes]:
    """Rules for ever."""
    if path != "/robots.txt":
        yield page(links("/2026/05/01/the-story-of-day-1"))
        return
    yield b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nUser-agent: *\n"
    while True:
        yield b"Disallow: /no/\n" * 5_000


def crawl_delay(path: str) -> Iterator[bytes]:
    """A request every thirty years."""
    if path == "/robots.txt":
        yield page("User-agent: *\nCrawl-delay: 1000000000\n", "text/plain")
    else:
        yield page(links("/2026/05/01/the-story-of-day-1", "/2026/05/02/the-story-of-day-2"))


def retry_after(path: str) -> Iterator[bytes]:
    """Come again in thirty years."""
    if path == "/":
        yield page(links("/2026/05/01/the-story-of-day-1", "/2026/05/02/the-story-of-day-2"))
    else:
        yield b"HTTP/1.1 429 Slow\r\nRetry-After: 1000000000\r\nContent-Length: 0\r\n\r\n"


def endless_sitemaps(path: str) -> Iterator[bytes]:
    """Indexes that name new indexes, twenty each."""
    if not path.endswith(".xml"):
        yield page(links()) if path == "/" else NOT_FOUND
        return
    stem = path.removesuffix(".xml")
    names = "".join(f"<sitemap><loc>http://HOST{stem}-{n}.xml</loc></sitemap>" for n in range(20))
    yield page(f"<sitemapindex>{names}</sitemapindex>", "application/xml")


def endless_next(path: str) -> Iterator[bytes]:
    """Each list names a next one."""
    number = int(path.rpartition("/")[2] or 0) if path.rpartition("/")[2].isdigit() else 0
    more = f"<link rel=next href='/page/{number + 1}'><link rel=prev href='/page/{number + 2}'>"
    yield page(f"<html><head>{more}</head><body><a href='/page/{number + 1}'>older</a></body>")


def calendar(path: str) -> Iterator[bytes]:
    """A page for each day, past and to come."""
    day = int(path.rpartition("=")[2]) if path.startswith("/calendar?day=") else 0
    yield page(links(*(f"/calendar?day={day + n}" for n in range(1, 8))))


def wordpress(path: str) -> Iterator[bytes]:
    """A list of posts that claims to have a hundred million million pages."""
    if path.startswith("/wp-json/"):
        yield page("[]", "application/json", "X-WP-TotalPages: 99999999999999\r\n")
    else:
        yield page("<link rel='https://api.w.org/' href='/wp-json/'>")


@contextmanager
def killed(site: str, archive: Path) -> Iterator[str]:
    """A run that is killed in the middle; the one that is measured resumes it."""
    with subprocess.Popen(
        [*command(site, archive), "-s", "DOWNLOAD_DELAY=0.1"],
        cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    ) as run:  # fmt: skip
        while run.poll() is None and count(archive, "SELECT count(*) FROM articles") < 5:
            time.sleep(0.05)
        run.kill()
    yield f"killed with {count(archive, 'SELECT count(*) FROM articles')} stories"


@contextmanager
def full_disk(site: str, archive: Path) -> Iterator[str]:
    """A disk of three megabytes that fills up; then it is made larger."""
    archive.mkdir()
    options = ["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(archive)]
    subprocess.run(options, check=True, capture_output=True)
    try:
        (archive / "ballast").write_bytes(b"x" * 500_000)
        first = subprocess.run(command(site, archive), cwd=ROOT, capture_output=True, check=False)
        kept = count(archive, "SELECT count(*) FROM articles")
        (archive / "ballast").unlink()
        subprocess.run(["mount", "-o", "remount,size=500m", str(archive)], check=True)
        yield f"first run: exit code {first.returncode} with {kept} stories"
    finally:
        subprocess.run(["umount", "-l", str(archive)], check=False)


# -- a network of its own --------------------------------------------------------------------------

# Addresses of the public internet, for the code under attack refuses those for documentation; the
# network that they are in has no way out.
_PUBLIC = {"news.example": "1.2.3.80", "good.example": "1.2.3.81"}
_PRIVATE = (
    "127.0.0.1", "10.0.0.5", "172.16.0.5", "192.168.1.5", "169.254.169.254", "100.64.0.5", "::1",
    "fd00::5",
)  # fmt: skip
_NAMES = {
    "inner.news.example": "10.0.0.5", "sport.news.example": "127.0.0.1",
    "meta.news.example": "169.254.169.254", "six.news.example": "fd00::5",
}  # fmt: skip
# Ways to write them. What is in figures alone, one number or in base 8 or 16, systems read as an
# address, too.
_LED_TO = (
    "http://127.0.0.1/", "http://127.1/", "http://2130706433/", "http://0x7f000001/",
    "http://0x7f.0.0.1/", "http://0177.0.0.1/", "http://0/", "http://0.0.0.0/", "http://localhost/",
    "http://localhost./", "http://a.localhost/", "http://[::1]/", "http://[::]/",
    "http://[::ffff:127.0.0.1]/", "http://[::ffff:a00:5]/", "http://[fd00::5]/", "http://10.0.0.5/",
    "http://167772165/", "http://0xa000005/", "http://10.5/", "http://user:word@10.0.0.5/",
    "http://news.example@10.0.0.5/", "http://１０.0.0.5/", "http://10。0。0。5/", "http://172.16.0.5/",
    "http://192.168.1.5/", "http://100.64.0.5/", "http://169.254.169.254/latest/meta-data/",
    "http://2852039166/", "http://inner.news.example/", "http://six.news.example/",
    "http://meta.news.example/latest/", "http://news.example:80@127.0.0.1/",
)  # fmt: skip


def led_astray(path: str) -> Iterator[bytes]:
    """A newspaper all of whose ways lead to addresses that only its visitor can reach."""
    number = path.rpartition("-")[2]
    if path == "/robots.txt":
        yield page("".join(f"Sitemap: {url}sitemap.xml\n" for url in _LED_TO), "text/plain")
    elif path == "/":
        heads = "".join(
            f"<link rel=alternate type='application/rss+xml' href='{url}feed'><link rel=next"
            f" href='{url}'><link rel='https://api.w.org/' href='{url}wp-json/'>"
            for url in _LED_TO
        )
        stories = [f"/2026/05/{n % 28 + 1:02}/led-to-{n}" for n in range(len(_LED_TO))]
        below = [f"http://{name}/2026/05/01/a-story-of-{name}" for name in _NAMES]
        yield page(f"<html><head>{heads}</head><body>{links(*stories, *below, *_LED_TO)}</body>")
    elif path.startswith("/2026/") and number.isdigit():
        status = ("301 Moved", "302 Found", "307 Temporary", "308 Permanent")[int(number) % 4]
        where = _LED_TO[int(number)]
        head = f"HTTP/1.1 {status}\r\nLocation: {where}\r\nContent-Length: 0\r\n\r\n"
        yield head.encode()
    elif path == "/sitemap.xml":
        named = "".join(f"<sitemap><loc>{url}s.xml</loc></sitemap>" for url in _LED_TO)
        yield page(f"<sitemapindex>{named}</sitemapindex>", "application/xml")
    else:
        yield b"HTTP/1.1 302 Found\r\nLocation: http://10.0.0.5/\r\nContent-Length: 0\r\n\r\n"


class Watch:
    """Listens at the private addresses of this network, and counts who comes."""

    def __init__(self) -> None:
        self.reached: list[str] = []
        self._sockets = [self._listen(address) for address in _PRIVATE]

    def _listen(self, address: str) -> socket.socket:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        listening = socket.create_server((address, 80), family=family)
        threading.Thread(target=self._count, args=(listening, address), daemon=True).start()
        return listening

    def _count(self, listening: socket.socket, address: str) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listening.accept()
                self.reached.append(address)
                with contextlib.suppress(OSError), connection:
                    connection.recv(65_536)
                    connection.sendall(page("<h1>Secret</h1>"))

    def try_out(self) -> None:
        """See that whoever wants to come can. Raises OSError."""
        for address in _PRIVATE:
            with socket.create_connection((address, 80), timeout=5) as connection:
                connection.sendall(b"GET / HTTP/1.1\r\n\r\n")
                connection.recv(10)
        assert sorted(self.reached) == sorted(_PRIVATE)
        self.reached.clear()


def _make_network(folder: Path) -> None:
    """Give the addresses to this network's loopback, and the names to this process's system. Raises
    OSError, SubprocessError."""
    run = partial(subprocess.run, check=True, capture_output=True)
    run(["ip", "link", "set", "lo", "up"])
    for address in (*_PUBLIC.values(), *_PRIVATE):
        if address not in ("127.0.0.1", "::1"):
            run(
                [
                    "ip",
                    "address",
                    "add",
                    address,
                    "dev",
                    "lo",
                    *(["nodad"] if ":" in address else []),
                ]
            )
    hosts = folder / "hosts"
    names = {"localhost": "127.0.0.1", **_PUBLIC, **_NAMES}
    hosts.write_text("".join(f"{address} {name}\n" for name, address in names.items()))
    run(["mount", "--bind", str(hosts), "/etc/hosts"])


def attack_privately(name: str, folder: Path, patience: float = 240.0) -> Outcome:
    """Crawl a newspaper that leads to private addresses, in a network of its own: called in its
    namespaces. Raises OSError, SubprocessError."""
    _make_network(folder)
    watch = Watch()
    watch.try_out()
    archive = folder / "archive"
    with (
        serve(led_astray, (_PUBLIC["news.example"], 80)),
        serve(good, (_PUBLIC["good.example"], 80)),
    ):
        paper = "http://good.example"
        crawl = command(f"{paper},http://news.example", archive)
        crawl[crawl.index("allow_private=1")] = "contact=attack@library.example"
        got = _crawled(name, crawl, archive, paper, patience)
    refused = count(archive, "SELECT count(*) FROM urls WHERE reason_code = 'private_address'")
    reason = f"{refused:,} × refused: a private address; {len(watch.reached)} reached"
    return replace(got, reason=reason, reached=len(watch.reached))


LED_ASTRAY = "links, redirects, sitemaps and names that lead to private addresses"
FAULTS = (
    Fault("half a gigabyte in two megabytes of gzip", one_page(bomb)),
    Fault("the same, packed twice", one_page(packed_twice)),
    Fault("half a gigabyte in a kilobyte of brotli", one_page(brotli_bomb)),
    Fault("a body that drips", one_page(drip)),
    Fault("a head that drips", one_page(drip_of_head)),
    Fault("no answer at all", one_page(silence)),
    Fault("a head without end", one_page(endless_head)),
    Fault("one header line without end", one_page(endless_line)),
    Fault("trailers without end", one_page(endless_trailers)),
    Fault("1xx answers without end", one_page(endless_1xx)),
    Fault("a body of 200 MB", one_page(huge_body)),
    Fault("broken chunks", one_page(broken_chunks)),
    Fault("a body shorter than it says", one_page(too_short)),
    Fault("a million elements in each other", one_page(nested)),
    Fault("a page of eighty thousand links", one_page(many_links)),
    Fault("half a character in JSON-LD", one_page(surrogates)),
    Fault("a redirect to itself", one_page(redirect_loop)),
    Fault("redirects to ever new addresses", redirects),
    Fault("robots.txt without end", robots_without_end),
    Fault("Crawl-delay of thirty years", crawl_delay),
    Fault("Retry-After of thirty years", retry_after),
    Fault("entities of entities in a sitemap", entities),
    Fault("a sitemap of half a gigabyte in two megabytes", packed_sitemap),
    Fault("sitemap indexes without end", endless_sitemaps),
    Fault("next pages without end", endless_next),
    Fault("pages of a feed without end", endless_feeds),
    Fault("forty thousand neighbours of a story", many_neighbours),
    Fault("a calendar without end", calendar),
    Fault("WordPress with 10^14 pages", wordpress),
    Fault("kill -9, then the same command", around=killed),
    Fault("a full disk, then the same command", around=full_disk, namespaces=("--mount",)),
    Fault(LED_ASTRAY, led_astray, namespaces=("--net", "--mount")),
)


@contextmanager
def serve(answer: Answer, at: tuple[str, int] = ("127.0.0.1", 0)) -> Iterator[str]:
    """A server that sends what it is told to; gives its base URL."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            request = b""
            while not request.endswith(b"\r\n\r\n"):
                part = self.request.recv(65_536)
                if not part:
                    return
                request += part
            host = "{}:{}".format(*self.request.getsockname()).encode()
            with contextlib.suppress(OSError):
                for part in answer(request.split()[1].decode()):
                    self.request.sendall(part.replace(b"//HOST", b"//" + host))

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True
        block_on_close = False

    with Server(at, Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield "http://{}:{}".format(*server.server_address)
        finally:
            server.shutdown()


def command(sites: str, archive: Path) -> list[str]:
    """A crawl at full speed, whose patience with a server is short."""
    return [
        sys.executable, "-m", "scrapy", "crawl", "news", "-a", f"site={sites}",
        "-a", f"archive={archive}", "-a", "allow_private=1", "-s", "DOWNLOAD_DELAY=0.01",
        "-s", "AUTOTHROTTLE_ENABLED=False", "-s", "CONCURRENT_REQUESTS_PER_DOMAIN=8",
        "-s", "DOWNLOAD_TIMEOUT=10", "-s", "RETRY_TIMES=0", "-s", "DISK_SPARE_BYTES=0",
    ]  # fmt: skip


def attack(fault: Fault, folder: Path, patience: float = 240.0) -> Outcome:
    """Crawl a hostile server beside a good newspaper. patience: seconds until the run is killed.

    Raises OSError, subprocess.SubprocessError where the fault cannot be made here.
    """
    if fault.namespaces:
        return _in_namespaces(fault, folder, patience)
    return _attack(fault, folder, patience)


# Pace and pauses are a host's: the hostile server has a host of its own, where the system has more
# than one address of its own.
_ELSEWHERE = ("127.0.0.2" if sys.platform == "linux" else "127.0.0.1", 0)


def _attack(fault: Fault, folder: Path, patience: float) -> Outcome:
    if fault.name == LED_ASTRAY:
        return attack_privately(fault.name, folder, patience)
    archive = folder / "archive"
    _packed()  # not while a client waits for it
    with contextlib.ExitStack() as stack:
        paper = stack.enter_context(serve(good))
        sites, bad, said = paper, None, ""
        if fault.answer is not None:
            bad = stack.enter_context(serve(fault.answer, _ELSEWHERE))
            sites = f"{paper},{bad}"
        if fault.around is not None:
            said = stack.enter_context(fault.around(paper, archive))
        got = _crawled(fault.name, command(sites, archive), archive, paper, patience)
        return replace(got, reason=top_reason(archive, bad) if bad else said)


def _in_namespaces(fault: Fault, folder: Path, patience: float) -> Outcome:
    """The same in namespaces of its own, which end with it. Raises OSError, SubprocessError."""
    inside = [
        sys.executable, "-m", "benchmarks.attack", "--inside", str(folder), "--only", fault.name,
        "--patience", str(patience),
    ]  # fmt: skip
    # where we are not root, we may be in a namespace of users of our own
    root = [] if os.geteuid() == 0 else ["--map-root-user"]
    done = subprocess.run(
        ["unshare", *root, *fault.namespaces, *inside], cwd=ROOT, capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    return Outcome(**json.loads(done.stdout))


def can_make(fault: Fault) -> bool:
    """Whether the system lets us make the namespaces that a fault needs, and mount in them."""
    root = [] if os.geteuid() == 0 else ["--map-root-user"]
    trial = ["unshare", *root, *fault.namespaces, "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
    try:
        return subprocess.run(trial, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def _crawled(
    name: str, crawl: list[str], archive: Path, paper: str, patience: float
) -> Outcome:  # fmt: skip
    """What became of a crawl. paper: the good newspaper."""
    began = time.monotonic()
    code, peak = measure(crawl, patience)
    seconds = time.monotonic() - began
    kept = count(archive, "SELECT count(*) FROM articles WHERE url LIKE ? || '/2026/%'", paper)
    check = [sys.executable, "-m", "scrapy", "verify", str(archive)]
    verified = subprocess.run(check, cwd=ROOT, capture_output=True, check=False)
    return Outcome(name, seconds, peak / 1e6, code, "–", kept, verified.returncode == 0)


def measure(crawl: list[str], patience: float) -> tuple[int | None, int]:
    """Exit code of a crawl (None: it had to be killed), and the most bytes that it and its readers
    had in memory at one moment (shared pages counted for each)."""
    peak = 0
    until = time.monotonic() + patience
    with subprocess.Popen(
        crawl, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as run:
        whole = psutil.Process(run.pid)
        while run.poll() is None:
            if time.monotonic() > until:
                os.kill(run.pid, signal.SIGKILL)
                run.wait()
                return None, peak
            with contextlib.suppress(psutil.Error):
                family = [whole, *whole.children(recursive=True)]
                peak = max(peak, sum(each.memory_info().rss for each in family))
            time.sleep(0.1)
        return run.returncode, peak


def count(archive: Path, sql: str, *parameters: object) -> int:
    """A number that an archive gives; 0 where there is none yet."""
    with contextlib.suppress(sqlite3.Error):
        connection = sqlite3.connect(f"file:{archive / 'archive.db'}?mode=ro", uri=True)
        with contextlib.closing(connection):
            return int(connection.execute(sql, parameters).fetchone()[0])
    return 0


def top_reason(archive: Path, site: str) -> str:
    """What most addresses of a site that are no stories end with."""
    with contextlib.suppress(sqlite3.Error):
        connection = sqlite3.connect(f"file:{archive / 'archive.db'}?mode=ro", uri=True)
        with contextlib.closing(connection):
            row = connection.execute(
                "SELECT count(*), state, ifnull(reason, 'no reason') FROM urls WHERE url LIKE ? ||"
                " '/%' AND article_id IS NULL AND role <> 'robots' AND source <> 'usual'"
                " AND url <> ? || '/' GROUP BY 2, 3 ORDER BY 1 DESC LIMIT 1",
                (site, site),
            ).fetchone()
            row = (
                row
                or connection.execute(
                    "SELECT 1, state, reason FROM urls WHERE url = ? || '/' AND state <> 'done'",
                    (site,),
                ).fetchone()
            )
            return f"{row[0]:,} × {row[1]}: {row[2]}" if row else "all read"
    return "no archive"


def main() -> None:
    """Attack, print and write what became of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="faults with this in their name")
    parser.add_argument("--patience", type=float, default=240.0, help="seconds for a run")
    parser.add_argument("--inside", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    chosen = [fault for fault in FAULTS if options.only in fault.name]
    if options.inside is not None:  # of ourselves: we are in the namespaces of one fault
        print(json.dumps(asdict(_attack(chosen[0], options.inside, options.patience))))
        return
    lines, failed, left_out = [], 0, 0
    for fault in chosen:
        told = None
        if not fault.namespaces or can_make(fault):
            told = _told(fault, options.patience)
        if told is None:
            left_out += 1
            lines.append(f"| {fault.name} | – | – | – | cannot be made here | – | – | – |")
        else:
            lines.append(told[0])
            failed += not told[1]
        print(lines[-1], flush=True)
    tried = len(lines) - left_out
    verdict = f"{tried - failed} of {tried} withstood"
    if left_out:
        verdict += f"; {left_out} cannot be made here, for want of the right to make namespaces"
    print(verdict)
    if not options.only:
        RESULTS.write_text(
            "# Hostile servers\n\nWritten by `make attack`: each fault beside a good newspaper of"
            f" {len(STORIES)} stories in the same run. Memory is the crawl's and its readers'"
            " together, at its peak (pages that they share are counted for each); withstood is what"
            f" ends by itself in less than {MOST_MEGABYTES} MB, with all of the good newspaper, a"
            " sound archive, and no connection to a private address."
            f"\n\n**{verdict}**\n\n"
            "| fault | time | memory | exit code | what is stored of it | good newspaper | verify |"
            " withstood |\n|---|---|---|---|---|---|---|---|\n" + "\n".join(lines) + "\n",
            encoding="utf-8",
        )
    sys.exit(failed > 0)


def _told(fault: Fault, patience: float) -> tuple[str, bool]:
    """A line of the table, and whether the fault was withstood."""
    folder = Path(tempfile.mkdtemp())
    try:
        got = attack(fault, folder, patience)
    except (OSError, subprocess.SubprocessError) as error:
        why = getattr(error, "stderr", "") or str(error)
        return (
            f"| {fault.name} | – | – | – | {type(error).__name__}: {why[-300:]} | – | – | no |",
            False,
        )
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return (
        f"| {fault.name} | {got.seconds:.0f} s | {got.megabytes:,.0f} MB |"
        f" {'killed' if got.code is None else got.code} | {got.reason} |"
        f" {got.good} of {len(STORIES)} | {'sound' if got.sound else 'DAMAGED'} |"
        f" {'yes' if got.withstood else 'NO'} |"
    ), got.withstood


if __name__ == "__main__":
    main()
