"""What every request passes, and every answer: who may ask, and what a page may do.

All that an archive holds is a stranger's text, and any page that is open in the same browser can
send requests to loopback. So a request must be for one of our hosts (a name that somebody else's
DNS leads here is none), from one of our own pages or typed by the user, and may only read; and each
answer says what it may load: nothing but what we serve, no script without this answer's nonce.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import secrets
from collections.abc import Awaitable, Callable, MutableMapping
from contextvars import ContextVar
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qsl, urlencode

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

_NONCE: ContextVar[str] = ContextVar("nonce", default="")
_COOKIE = "reading-room"
_HEADERS = {
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
    b"permissions-policy": b"camera=(), geolocation=(), microphone=(), payment=()",
}


def nonce() -> str:
    """What a script or style of the answer in hand must carry to be used."""
    return _NONCE.get()


def page_policy() -> str:
    """The Content-Security-Policy of our own pages."""
    return (
        f"default-src 'none'; script-src 'nonce-{nonce()}'; style-src 'nonce-{nonce()}';"
        " img-src 'self'; connect-src 'self'; frame-src 'self'; form-action 'self';"
        " base-uri 'none'; frame-ancestors 'none'"
    )


def capture_policy() -> str:
    """That of a stored page: in a sandbox, an origin of its own, nothing from anywhere."""
    return (
        f"default-src 'none'; style-src 'nonce-{nonce()}'; img-src data:; form-action 'none';"
        " base-uri 'none'; frame-ancestors 'self'; sandbox"
    )


def _datasette_policy() -> str:
    """That of Datasette's own pages: their templates have styles in line, and scripts, to which
    we add the nonce where they are written (`plugin.py`)."""
    return (
        f"default-src 'none'; script-src 'nonce-{nonce()}'; style-src 'self' 'unsafe-inline';"
        " img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none';"
        " frame-ancestors 'none'"
    )


def is_loopback(host: str) -> bool:
    """Whether what listens at a host can be reached from this machine alone."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def own_hosts(host: str, port: int) -> frozenset[str] | None:
    """What the Host header may say; None where the room listens at all addresses of the machine,
    which have names that only its token's holders know."""
    if host in ("0.0.0.0", "::", "[::]", ""):  # noqa: S104
        return None
    names = {host.strip("[]").lower()}
    if is_loopback(host):
        names |= {"localhost", "127.0.0.1", "::1"}
    written = {f"[{name}]" if ":" in name else name for name in names}
    return frozenset(f"{name}:{port}" for name in written) | (
        frozenset(written) if port == 80 else frozenset()
    )


class Guard:
    """An ASGI application that asks first who asks."""

    def __init__(self, app: App, hosts: frozenset[str] | None, token: str | None) -> None:
        self._app = app
        self._hosts = hosts
        self._token = token
        key = secrets.token_bytes(32)
        self._cookie = hmac.new(key, (token or "").encode(), hashlib.sha256).hexdigest()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or let the application answer."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            return
        _NONCE.set(secrets.token_urlsafe(18))
        headers = _headers(scope)
        refused = self._refusal(scope, headers)
        if refused is not None:
            await _answer(send, *refused)
            return
        if self._token is not None and (not self._knows(headers) or self._is_given(scope)):
            await self._let_in(scope, send)
            return
        await self._app(scope, receive, _guarded(send))

    def _refusal(self, scope: Scope, headers: dict[str, list[str]]) -> tuple[int, str] | None:
        """Status and reason, where a request is not for us, or comes from somebody else's page."""
        hosts = headers.get("host", [])
        if len(hosts) != 1 or (self._hosts is not None and hosts[0].lower() not in self._hosts):
            return 421, "This is a reading room of another host."
        if scope["method"] not in ("GET", "HEAD"):
            return 405, "The reading room only reads."
        for origin in headers.get("origin", []):
            if origin.lower() not in (f"http://{hosts[0].lower()}", f"https://{hosts[0].lower()}"):
                return 403, "Pages of other sites may not read here."
        site = headers.get("sec-fetch-site", ["none"])[0]
        if site not in ("same-origin", "none"):
            mode, target = (headers.get(f"sec-fetch-{each}", [""])[0] for each in ("mode", "dest"))
            if (mode, target) != ("navigate", "document"):
                return 403, "Pages of other sites may not read here."
            if any(name == "sql" for name, _ in _query(scope)):
                return 403, "A page of another site led here with SQL: paste the address to run it."
        return None

    def _knows(self, headers: dict[str, list[str]]) -> bool:
        assert self._token is not None
        for value in headers.get("authorization", []):
            kind, _, given = value.partition(" ")
            if kind.lower() == "bearer" and _same(given.strip(), self._token):
                return True
        for value in headers.get("cookie", []):
            try:
                cookie = SimpleCookie(value).get(_COOKIE)
            except CookieError:
                continue
            if cookie is not None and _same(cookie.value, self._cookie):
                return True
        return False

    def _is_given(self, scope: Scope) -> bool:
        """Whether the token stands in the address, where it would stay in the browser's history."""
        assert self._token is not None
        given = [value for name, value in _query(scope) if name == "token"]
        return len(given) == 1 and _same(given[0], self._token)

    async def _let_in(self, scope: Scope, send: Send) -> None:
        """Take a token from the address, once, and keep it in a cookie that no script sees."""
        if not self._is_given(scope):
            await _answer(
                send, 401, "This reading room asks for its token: add ?token=… to the address."
            )
            return
        rest = urlencode([(name, value) for name, value in _query(scope) if name != "token"])
        path = scope.get("raw_path") or scope["path"].encode()
        # a path that begins with two slashes would lead to another host
        where = b"/" + path.lstrip(b"/") + (f"?{rest}".encode() if rest else b"")
        cookie = f"{_COOKIE}={self._cookie}; Path=/; HttpOnly; SameSite=Strict"
        await _answer(send, 303, "", [(b"location", where), (b"set-cookie", cookie.encode())])


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())


def _query(scope: Scope) -> list[tuple[str, str]]:
    return parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)


def _headers(scope: Scope) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in scope["headers"]:
        found.setdefault(name.decode("latin-1").lower(), []).append(value.decode("latin-1"))
    return found


def _guarded(send: Send) -> Send:
    """The same, with the headers that every answer has."""

    async def guarded(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = [(name.lower(), value) for name, value in message.get("headers", [])]
            there = {name for name, _ in headers}
            policy = _datasette_policy().encode()
            for name, value in {**_HEADERS, b"content-security-policy": policy}.items():
                if name not in there:
                    headers.append((name, value))
            if b"sandbox" not in dict(headers)[b"content-security-policy"]:
                headers.append((b"x-frame-options", b"DENY"))
            if b"cache-control" not in there:
                headers.append((b"cache-control", b"no-cache"))
            message = {**message, "headers": headers}
        await send(message)

    return guarded


async def _answer(
    send: Send, status: int, text: str, more: list[tuple[bytes, bytes]] | None = None
) -> None:
    body = text.encode()
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        *(more or []),
    ]
    guarded = _guarded(send)
    await guarded({"type": "http.response.start", "status": status, "headers": headers})
    await guarded({"type": "http.response.body", "body": body})
