"""Other archives of the web, as they answer: the Internet Archive's CDX server and replay, and
Common Crawl's index and files.

pywb itself is run by the tests; these two are servers that nobody can have at home.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from benchmarks.web_archive import HTML, Kept
from tests.loopback import serving

Answer = tuple[int, dict[str, str], bytes]


def host_of(url: str) -> str:
    return (urlsplit(url).hostname or "").removeprefix("www.")


@contextmanager
def internet_archive(
    kept: list[Kept], asked: list[str] | None = None,
    instead: Callable[[str], Answer | None] = lambda path: None, rows: int = 7,
) -> Iterator[str]:  # fmt: skip
    """An archive with the Internet Archive's dialect; gives its base URL. asked: takes the path of
    each request. instead: what to answer to a path in place of what is kept. rows: of an index that
    are given at once, however many are asked for."""

    def index(query: dict[str, list[str]]) -> Answer:
        url, match = query["url"][0], query.get("matchType", ["exact"])[0]
        wanted = [
            each
            for each in sorted(kept, key=lambda each: (each.url, each.timestamp))
            if query["from"][0] <= each.timestamp <= query["to"][0]
            and (
                host_of(each.url) == url or host_of(each.url).endswith(f".{url}")
                if match == "domain"
                else each.url.partition("://")[2].startswith(url)
                if match == "prefix"
                else each.url.partition("://")[2] == url.partition("://")[2]
            )
        ]  # fmt: skip
        for said in query.get("filter", []):
            name, _, pattern = said.removeprefix("!").partition(":")
            field = {"statuscode": lambda e: str(e.status), "mimetype": lambda e: e.content_type}
            wanted = [e for e in wanted if not re.fullmatch(pattern, field[name](e))]
        begin = int(query.get("resumeKey", ["0"])[0])
        part = wanted[begin : begin + rows]
        names = ["urlkey", "timestamp", "original", "mimetype", "statuscode", "digest", "length"]
        lines = [names] if part else []
        lines += [
            [
                "k",
                e.timestamp,
                e.url,
                e.content_type.partition(";")[0],
                str(e.status),
                e.digest,
                "9",
            ]
            for e in part
        ]
        if begin + rows < len(wanted):
            lines += [[], [str(begin + rows)]]
        text = "[" + ",\n".join(json.dumps(line) for line in lines) + "]\n"
        return 200, {"Content-Type": "application/json"}, text.encode()

    def replay(timestamp: str, url: str) -> Answer:
        found = [e for e in kept if e.url == url and e.timestamp == timestamp]
        near = [e for e in kept if e.url == url]
        if not found and near:
            return 302, {"Location": f"/web/{near[0].timestamp}id_/{url}"}, b""
        if not found:
            return 404, {"Content-Type": HTML}, b"<p>The Wayback Machine has not archived that URL."
        each = found[0]
        headers = {
            "Content-Type": each.content_type,
            "Memento-Datetime": format_datetime(each.date, usegmt=True),
            "X-Archive-Src": "some.warc.gz",
            "X-App-Server": "wwwb-app1",
            "X-Archive-Orig-Server": "Apache/1.3",
            "Link": f'<{url}>; rel="original"',
        }
        for name, value in each.headers:
            headers[f"X-Archive-Orig-{name}"] = value
            if name == "Location":
                headers[name] = f"/web/{timestamp}id_/{value}"
            elif name == "Content-Encoding":
                headers[name] = value
        return each.status, headers, each.body

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if asked is not None:
                asked.append(self.path)
            status, headers, body = instead(self.path) or self.find()
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if "Content-Length" not in headers:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def find(self) -> Answer:
            parts = urlsplit(self.path)
            if parts.path == "/cdx/search/cdx":
                return index(parse_qs(parts.query))
            if (memento := re.fullmatch(r"/web/(\d{14})id_/(.+)", self.path)) is not None:
                return replay(*memento.groups())
            return 404, {}, b""

    with serving(Handler) as url:
        yield url


@contextmanager
def common_crawl(
    files: dict[str, Path], cdxj: dict[str, str], asked: list[str] | None = None,
    instead: Callable[[str], Answer | None] = lambda path: None, rows: int = 5,
) -> Iterator[str]:  # fmt: skip
    """Common Crawl's index and data on one host; gives its base URL. files: paths as the index has
    them, and where they are. cdxj: the index of each collection, as cdxj-indexer writes it. rows:
    of a page of an index. instead: as of `internet_archive`."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if asked is not None:
                asked.append(self.path)
            status, headers, body = instead(self.path) or self.find()
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def find(self) -> Answer:
            parts = urlsplit(self.path)
            name = parts.path.strip("/")
            if name == "collinfo.json":
                host = self.headers["Host"]
                told = [
                    {
                        "id": each, "name": each, "timegate": f"http://{host}/{each}/",
                        "cdx-api": f"http://{host}/{each}-index",
                        "from": f"{each[8:12]}-01-01T00:00:00",
                        "to": f"{each[8:12]}-12-31T00:00:00",
                    }
                    for each in cdxj
                ]  # fmt: skip
                return 200, {"Content-Type": "application/json"}, json.dumps(told).encode()
            if name.endswith("-index"):
                return self.index(cdxj[name.removesuffix("-index")], parse_qs(parts.query))
            if name in files:
                data = files[name].read_bytes()
                first, last = re.findall(r"\d+", self.headers.get("Range", "0-0"))
                span = f"bytes {first}-{last}/{len(data)}"
                return 206, {"Content-Range": span}, data[int(first) : int(last) + 1]
            return 404, {}, b""

        def index(self, text: str, query: dict[str, list[str]]) -> Answer:
            url = query["url"][0]
            lines = []
            for line in text.splitlines():
                key, timestamp, said = line.split(" ", 2)
                row = {"urlkey": key, "timestamp": timestamp, **json.loads(said)}
                row["filename"] = next(n for n in files if n.endswith(row["filename"]))
                host = host_of(row["url"])
                of_host = host == url or host.endswith(f".{url}")
                if query["from"][0] <= timestamp <= query["to"][0] and (
                    of_host if "matchType" in query else row["url"] == url
                ):
                    lines.append(json.dumps(row))
            if "showNumPages" in query:
                pages = -(-len(lines) // rows)
                return 200, {}, json.dumps({"pages": pages, "pageSize": rows, "blocks": 1}).encode()
            if not lines:
                message = {"message": f"No Captures found for: {url}"}
                return 404, {}, json.dumps(message).encode()
            if "page" in query:
                begin = int(query["page"][0]) * rows
                lines = lines[begin : begin + rows]
            return 200, {"Content-Type": "text/x-ndjson"}, "\n".join(lines).encode() + b"\n"

    with serving(Handler) as url:
        yield url
