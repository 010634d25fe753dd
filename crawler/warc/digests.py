"""Labelled digests (ISO 28500, 5.8) of any algorithm and spelling, and bodies with chunks."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from typing import Protocol

# Named without the dash that some write: SHA-1 is sha1.
_ALGORITHMS = ("sha256", "sha1", "md5", "sha512", "sha384", "sha224", "blake2b", "blake2s",
               "sha3256", "sha3512")  # fmt: skip
_LONGEST_LINE = 4096
_USUAL: dict[str, Callable[[], Hash]] = {
    "sha256": lambda: hashlib.sha256(usedforsecurity=False),
    "sha1": lambda: hashlib.sha1(usedforsecurity=False),
}
# The digits of Base32 (RFC 4648, 6) as those of a number to base 32; what is none as what is none.
_DIGITS = bytes(
    b"0123456789abcdefghijklmnopqrstuv"[place] if place >= 0 else ord("!")
    for place in (b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".find(each) for each in range(256))
)


class Hash(Protocol):
    """What hashlib makes."""

    @property
    def digest_size(self) -> int:
        """Bytes."""

    def update(self, data: bytes, /) -> None:
        """Take more."""

    def digest(self) -> bytes:
        """Of all that was taken."""


def hasher(labelled: str | None) -> Hash | None:
    """For what a digest's label names; None where there is none, or nobody knows it."""
    label = (labelled or "").partition(":")[0]
    if (usual := _USUAL.get(label)) is not None:
        return usual()
    name = label.strip().lower().replace("-", "").replace("_", "")
    if name not in _ALGORITHMS:
        return None
    name = name.replace("sha3", "sha3_") if name.startswith("sha3") and len(name) > 6 else name
    return hashlib.new(name, usedforsecurity=False)


def agrees(labelled: str, found: bytes) -> bool:
    """Whether a labelled digest is this one, be it in Base32, Base64 or hexadecimal digits.

    >>> agrees("sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ", hashlib.sha1(b"").digest())
    True
    >>> agrees("md5:d41d8cd98f00b204e9800998ecf8427e", hashlib.md5(b"").digest())
    True
    """
    value = labelled.partition(":")[2].strip().rstrip("=")
    if _is_base32(value, found):
        return True
    return (
        value.upper() == base64.b32encode(found).decode().rstrip("=")
        or value.lower() == found.hex()
        or value == base64.b64encode(found).decode().rstrip("=")
    )


def _is_base32(value: str, found: bytes) -> bool:
    """Whether a value is bytes in Base32: what `base64.b32encode` tells in a fifth of the time."""
    length, left = divmod(8 * len(found), 5)
    if len(value) != length + bool(left) or not value.isascii():
        return False
    try:
        number = int(value.upper().encode().translate(_DIGITS), 32)
    except ValueError:
        return False
    return number == int.from_bytes(found) << (5 - left if left else 0)


class Dechunker:
    """Takes the chunks out of a body (RFC 9112, 7.1), piece by piece."""

    def __init__(self) -> None:
        self.sound = True
        """Whether all so far was chunks."""
        self._rest = b""
        self._left = 0
        self._ended = False

    def feed(self, data: bytes) -> bytes:
        """What the chunks in the next bytes hold."""
        out = []
        data = self._rest + data
        self._rest = b""
        while data and self.sound and not self._ended:
            if self._left > 2:
                part = data[: self._left - 2]
                out.append(part)
                self._left -= len(part)
                data = data[len(part) :]
            elif self._left:  # the line break behind a chunk
                if len(data) < 2:
                    break
                self.sound = data[:2] == b"\r\n"
                data, self._left = data[2:], 0
            else:
                line, found, behind = data.partition(b"\n")
                if not found:
                    self.sound = len(line) < _LONGEST_LINE
                    break
                data = behind
                try:
                    size = int(line.partition(b";")[0].strip(), 16)
                except ValueError:
                    size = -1
                self.sound = size >= 0
                self._ended = size == 0
                self._left = size + 2
        if not self._ended:
            self._rest = data
        return b"".join(out)
