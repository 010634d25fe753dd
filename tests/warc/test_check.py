"""Records are checked by every digest they carry, whoever wrote them."""

from __future__ import annotations

import base64
import gzip
import hashlib
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from crawler.warc import check as checking
from crawler.warc.check import Checked, read_record
from crawler.warc.digests import Dechunker, agrees
from crawler.warc.records import digest
from crawler.warc.walk import HEADER, Source, members

URL = "http://a.example/"


def check(data: bytes) -> list[Checked]:
    """The records of a file."""
    return [read_record(member) for member in members(Source(io.BytesIO(data)))]


def pack(data: bytes) -> bytes:
    return HEADER + gzip.compress(data, mtime=0)[10:]


def response(block: bytes, *fields: str, length: int | None = None) -> bytes:
    lines = [
        "WARC/1.1", "WARC-Type: response", "WARC-Record-ID: <urn:uuid:1>",
        "WARC-Date: 2026-01-01T00:00:00Z", f"WARC-Target-URI: {URL}",
        "Content-Type: application/http;msgtype=response", *fields,
        f"Content-Length: {len(block) if length is None else length}",
    ]  # fmt: skip
    return pack("\r\n".join(lines).encode() + b"\r\n\r\n" + block + b"\r\n\r\n")


BODY = b"hello " * 50_000
BLOCK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + BODY
CHUNKED = (
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    + b"%x\r\n%b\r\n" % (200_000, BODY[:200_000])
    + b"%X;x=1\r\n%b\r\n0\r\nTrailer: x\r\n\r\n" % (100_000, BODY[200_000:])
)


@pytest.mark.parametrize("algorithm", ["sha1", "sha256", "sha512", "md5", "sha384"])
@pytest.mark.parametrize("spelling", ["base32", "hex", "base64", "HEX"])
def test_a_digest_of_any_algorithm_and_spelling_is_checked(algorithm: str, spelling: str) -> None:
    value = hashlib.new(algorithm, BODY).digest()
    spelled = {
        "base32": base64.b32encode(value).decode(),
        "hex": value.hex(),
        "HEX": value.hex().upper(),
        "base64": base64.b64encode(value).decode(),
    }[spelling]
    field = f"WARC-Payload-Digest: {algorithm}:{spelled}"
    (sound,) = check(response(BLOCK, field))
    assert (sound.faults, sound.unchecked) == ([], [])
    (wrong,) = check(response(BLOCK[:-1] + b"!", field))
    assert wrong.faults == ["its payload is not what WARC-Payload-Digest says"]


def test_a_digest_that_nobody_knows_is_counted_and_not_guessed_at() -> None:
    (found,) = check(response(BLOCK, "WARC-Payload-Digest: crc7:abc"))
    assert (found.faults, found.unchecked) == ([], ["crc7"])


def test_a_chunked_payload_may_be_digested_in_either_form() -> None:
    entity = f"WARC-Payload-Digest: {digest(BODY)}"
    body = CHUNKED.partition(b"\r\n\r\n")[2]
    as_sent = f"WARC-Payload-Digest: {digest(body)}"
    for field in (entity, as_sent):
        (found,) = check(response(CHUNKED, field))
        assert found.faults == []
        assert found.payload_bytes == len(BODY)
    (found,) = check(response(CHUNKED.replace(b"hello", b"Hello", 1), entity))
    assert found.faults == ["its payload is not what WARC-Payload-Digest says"]


def test_a_body_is_taken_out_of_its_chunks_wherever_the_pieces_end() -> None:
    chunked = b"3\r\nabc\r\n1a ; x\r\n" + b"z" * 26 + b"\r\n0\r\n\r\n"
    for size in range(1, len(chunked)):
        dechunker = Dechunker()
        pieces = [chunked[i : i + size] for i in range(0, len(chunked), size)]
        assert b"".join(map(dechunker.feed, pieces)) == b"abc" + b"z" * 26
        assert dechunker.sound
    broken = Dechunker()
    broken.feed(b"3\r\nabcdef")
    assert not broken.sound


def test_what_warcio_writes_is_sound() -> None:
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=True, warc_version="1.1")
    writer.write_record(writer.create_warcinfo_record("x.warc.gz", {"software": "other"}))
    headers = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")
    writer.write_record(
        writer.create_warc_record(
            URL, "response", payload=io.BytesIO(BODY), length=len(BODY), http_headers=headers
        )
    )
    writer.write_record(
        writer.create_revisit_record(URL, "sha1:" + "A" * 32, URL, "2026-01-01T00:00:00Z",
                                     http_headers=headers)
    )  # fmt: skip
    writer.write_record(
        writer.create_warc_record(URL, "metadata", payload=io.BytesIO(b"a: b\r\n"), length=6,
                                  warc_content_type="application/warc-fields")
    )  # fmt: skip
    found = check(out.getvalue())
    assert [each.kind for each in found] == ["warcinfo", "response", "revisit", "metadata"]
    # its gzip header is another than ours, and nothing else is remarked
    assert {fault.partition(" is ")[0] for each in found for fault in each.faults} == {
        "its gzip header"
    }
    assert found[1].http_head == b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n"
    assert found[1].payload_bytes == len(BODY)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (response(BLOCK, length=len(BLOCK) + 9), "its block is 5 bytes shorter"),
        (response(BLOCK, length=len(BLOCK) - 1), "what follows its block is not the end"),
        (response(BLOCK, "WARC-Block-Digest: sha256:" + "A" * 52), "its block is not what WARC"),
        (response(BLOCK, "no header at all"), "it has a header line that is none"),
        (pack(b"GET / HTTP/1.1\r\n\r\n"), "it does not begin as a WARC record does"),
        (pack(b""), "it does not begin as a WARC record does"),
        (pack(b"WARC/1.1\r\nWARC-Type: x\r\n\r\n"), "it has no Content-Length"),
        (pack(b"WARC/1.1\r\nContent-Length: \xb2\r\n\r\n"), "it has no Content-Length"),
        (response(BLOCK)[:-4], "the file ends in the middle of it"),
        (response(BLOCK)[:-4] + b"\0\0\0\0", "the length in its gzip trailer is wrong"),
    ],
)
def test_what_is_wrong_with_a_record_is_said(data: bytes, says: str) -> None:
    (found,) = check(data)
    assert any(fault.startswith(says) for fault in found.faults), found.faults


def test_the_records_behind_a_broken_one_are_read() -> None:
    one = response(BLOCK)
    # a body may hold what looks like the beginning of a member
    decoy = response(b"HTTP/1.1 200 OK\r\n\r\n" + HEADER + b"no record")
    broken = one[:40] + bytes([one[40] ^ 0xFF]) + one[41:]
    found = check(one + broken + HEADER + b"junk" + decoy + one)
    assert [each.offset for each in found if not each.faults] == [
        0, 2 * len(one) + 14, 2 * len(one) + 14 + len(decoy),
    ]  # fmt: skip


def test_a_digest_of_the_wrong_length_agrees_with_nothing() -> None:
    assert not agrees("sha1:", hashlib.sha1(b"").digest())
    assert not agrees("sha1:!!!", hashlib.sha1(b"").digest())


# -- what is read at once, and what is not ---------------------------------------------------------

_LINES = st.sampled_from([
    b"WARC-Type: response", b"warc-type:request", b"WARC-Type", b"WARC-Date: \xc3\xa9 \xff ",
    b"x: y",
    b" folded", b"\tfolded", b"", b"no colon", b"WARC-Date: a\nb", b"Content-Type:", b"a b: c",
    b"WARC-Refers-To : x",
])  # fmt: skip


@given(lines=st.lists(_LINES, max_size=10))
def test_fields_spelled_as_usual_are_read_as_all_others(lines: list[bytes]) -> None:
    head = b"\r\n".join([b"WARC/1.1", *lines])
    found: list[str] = []
    fields = checking._fields(head, found)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(checking, "_USUAL", {})
        slowly: list[str] = []
        assert (checking._fields(head, slowly), slowly) == (fields, found)


@given(data=st.binary(max_size=70), other=st.binary(max_size=70))
def test_a_digest_in_base32_agrees_with_its_own_bytes_alone(data: bytes, other: bytes) -> None:
    told = base64.b32encode(data).decode()
    for spelled in (told, told.lower(), told.rstrip("="), f" {told} "):
        assert agrees(f"sha256:{spelled}", data)
        assert agrees(f"sha256:{spelled}", other) == (data == other)


@pytest.mark.parametrize("value", ["+2", "2_2", "é2", "89", "2 2", "-2"])
def test_what_only_a_number_may_be_spelled_like_is_no_base32(value: str) -> None:
    assert not agrees(f"sha256:{value}", b"\xd6")
