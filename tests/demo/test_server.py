"""The demo newspaper over HTTP, in its own process."""

from __future__ import annotations

import gzip
import http.client
import os
import signal
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest

from crawler.demo.pages import render
from crawler.demo.server import serve
from crawler.errors import UnreachableError, UsageError

ROOT = Path(__file__).resolve().parents[2]
STORY = "/business/2024/11/12/sawmill-switches-to-solar-drying"


@pytest.fixture(scope="module")
def base():
    with serve() as url:
        yield url


def ask(base, path, method="GET", **headers):
    connection = http.client.HTTPConnection(urlsplit(base).netloc, timeout=10)
    try:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, headers=sent)
        response = connection.getresponse()
        return response.status, response.headers, response.read()
    finally:
        connection.close()


def start(*arguments, **options):
    return subprocess.Popen(
        [sys.executable, "-m", "crawler.demo", *arguments],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, **options,
    )  # fmt: skip


def test_every_page_answers_as_rendered(base):
    for path, answer in render("morning", base).items():
        status, headers, body = ask(base, path)
        assert (status, body) == (answer.status, answer.body), path
        assert headers["Content-Type"] == answer.content_type
        assert headers["Location"] == answer.location


def test_a_page_served_again_is_the_same_bytes(base):
    first, again = ask(base, "/"), ask(base, "/")
    assert first[2] == again[2]
    assert first[1]["ETag"] == again[1]["ETag"]


def test_a_known_page_is_not_sent_again(base):
    _, headers, _ = ask(base, STORY)
    assert ask(base, STORY, If_None_Match=headers["ETag"])[::2] == (304, b"")
    assert ask(base, STORY, If_Modified_Since=headers["Last-Modified"])[::2] == (304, b"")
    assert headers["Last-Modified"] == "Tue, 12 Nov 2024 09:05:33 GMT"


def test_a_page_that_may_have_changed_is_sent(base):
    assert ask(base, STORY, If_None_Match='"other"')[0] == 200
    assert ask(base, STORY, If_Modified_Since="Tue, 12 Nov 2024 09:05:32 GMT")[0] == 200
    assert ask(base, STORY, If_Modified_Since="not a date")[0] == 200
    # A tag outranks a date.
    later = "Tue, 12 Nov 2030 09:05:32 GMT"
    assert ask(base, STORY, If_None_Match='"other"', If_Modified_Since=later)[0] == 200


def test_head_gives_the_headers_of_get_without_the_body(base):
    get, head = ask(base, STORY), ask(base, STORY, method="HEAD")
    assert (head[0], head[2]) == (200, b"")
    for name in ("Content-Type", "Content-Length", "ETag", "Last-Modified"):
        assert head[1][name] == get[1][name]


def test_gzip_is_sent_only_to_those_who_accept_it(base):
    plain = ask(base, STORY)
    _, headers, body = ask(base, STORY, Accept_Encoding="br, gzip;q=0.8")
    assert headers["Content-Encoding"] == "gzip"
    assert headers["Vary"] == "Accept-Encoding"
    assert gzip.decompress(body) == plain[2]
    assert headers["ETag"] != plain[1]["ETag"]
    for refused in ("br", "gzip;q=0", "gzip;q=0.000, br"):
        assert "Content-Encoding" not in ask(base, STORY, Accept_Encoding=refused)[1]


def test_a_gzipped_sitemap_is_a_file_not_a_coding(base):
    _, headers, body = ask(base, "/sitemap-stories-2.xml.gz", Accept_Encoding="gzip")
    assert "Content-Encoding" not in headers
    assert headers["Content-Type"] == "application/gzip"
    assert gzip.decompress(body).startswith(b"<?xml")


def test_a_query_does_not_change_the_page(base):
    assert ask(base, f"{STORY}?ref=home")[2] == ask(base, STORY)[2]


def test_unknown_paths_and_odd_hosts_are_refused(base):
    assert ask(base, "/nowhere/")[0] == 404
    assert ask(base, "/%00%ff")[0] == 404
    assert ask(base, "/", Host="a b<c>")[0] == 400
    assert ask(base, "/", method="POST")[0] == 405


def test_a_list_without_its_slash_leads_to_the_list(base):
    status, headers, _ = ask(base, "/news")
    assert (status, headers["Location"]) == (301, f"{base}/news/")


def test_it_listens_on_loopback_only(base):
    port = urlsplit(base).port
    listening = [
        connection.laddr.ip
        for child in psutil.Process().children()
        for connection in child.net_connections("inet")
        if connection.status == psutil.CONN_LISTEN and connection.laddr.port == port
    ]
    assert listening == ["127.0.0.1"]


def test_the_evening_edition_takes_over_the_port_of_the_morning():
    path = "/business/2026/10/13/freight-siding-decision-expected"
    with serve("morning") as url:
        before = ask(url, path)
    with serve("evening", port=urlsplit(url).port) as again:
        after = ask(again, path, If_None_Match=before[1]["ETag"])
    assert again == url
    assert after[0] == 200
    assert before[2] != after[2]


def test_each_answer_is_logged_where_a_log_is_asked_for(tmp_path):
    log = tmp_path / "asked.log"
    with serve(log=log) as url:
        ask(url, "/about/?a=b")
        ask(url, "/nowhere", method="HEAD")
    assert log.read_text() == "GET /about/?a=b 200\nHEAD /nowhere 404\n"


def test_it_ends_when_its_input_closes():
    process = start()
    assert process.stdout.readline().startswith("http://127.0.0.1:")
    process.stdin.close()
    assert process.wait(10) == 0
    process.stdout.close()


def test_it_ends_on_sigterm_though_a_connection_is_open():
    with start() as process:
        url = process.stdout.readline().strip()
        connection = http.client.HTTPConnection(urlsplit(url).netloc)
        connection.request("GET", "/about/")
        connection.getresponse().read()
        process.send_signal(signal.SIGTERM)
        assert process.wait() == 0
        connection.close()


def test_it_ends_when_the_process_that_started_it_is_killed():
    code = (
        "import time\nfrom crawler.demo.server import serve\n"
        "with serve() as url:\n    print(url, flush=True)\n    time.sleep(5_000)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as parent:
        parent.stdout.readline()
        (server,) = psutil.Process(parent.pid).children()
        os.kill(parent.pid, signal.SIGKILL)
        psutil.wait_procs([server])


def test_a_port_in_use_is_told_in_one_line(base):
    port = urlsplit(base).port
    with pytest.raises(UnreachableError, match=str(port)), serve(port=port):
        pass


def test_an_unknown_edition_is_told():
    with pytest.raises(UsageError), serve("noon"):
        pass
