"""A stored page without whatever could act, load or lead anywhere.

The cleaning is done in a process of its own that may use so much time and memory. HTML's rules for
what is not closed make some pages grow with the square of their length: some hundred kilobytes of
them would hold a thread of the server for minutes, and nothing can interrupt one.
"""

from __future__ import annotations

import json
import re
import secrets
import subprocess
import sys
from dataclasses import dataclass

MOST_PICTURES = 80
_DROPPED_NAMES = (
    "script style template noscript iframe object embed svg math audio video canvas form "
    "button input select textarea dialog head title"
)
_TAG_NAMES = (
    "a abbr address article aside b bdi bdo blockquote br caption center cite code col "
    "colgroup dd del details dfn div dl dt em figcaption figure footer h1 h2 h3 h4 h5 h6 "
    "header hgroup hr i img ins kbd li main mark nav ol p pre q rp rt ruby s samp section "
    "small span strong sub summary sup table tbody td tfoot th thead time tr tt u ul var wbr"
)
_ATTRIBUTES = {
    "*": {"dir", "lang", "title"}, "img": {"src", "alt", "width", "height"},
    "td": {"colspan", "rowspan"}, "th": {"colspan", "rowspan", "scope"}, "ol": {"start"},
    "time": {"datetime"},
}  # fmt: skip
_CPU_SECONDS = 3
_WALL_SECONDS = 30
_MEMORY = 1_500_000_000
_MOST = 8_000_000
"""Characters that a browser is given: twice what is read of a page."""
_TAG = re.compile(r"<[^<>]*+>")


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A page's HTML, with a placeholder for each picture's address."""

    html: str
    pictures: tuple[str, ...]
    """Addresses as the page has them."""
    secret: str
    """What the placeholders have in them, so that no page can write one itself."""

    def source(self) -> re.Pattern[str]:
        """Finds the placeholders; the group is the picture's place in `pictures`."""
        return re.compile(rf'src="https://{self.secret}\.invalid/(\d+)"', re.ASCII)


def cleaned(text: str) -> Cleaned | None:
    """A page's HTML, cleaned; None where that takes more than a page is worth."""
    secret = secrets.token_hex(12)
    try:
        done = subprocess.run(  # noqa: S603 - this file, no shell
            [sys.executable, "-I", __file__, secret],
            input=text.encode("utf-8", "replace"),
            capture_output=True,
            timeout=_WALL_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return None
    if done.returncode or not done.stdout:
        return None
    html, pictures = json.loads(done.stdout)
    return Cleaned(html, tuple(pictures), secret)


def text_alone(text: str) -> str:
    """A page without its tags, however they are nested; for showing as text."""
    return _TAG.sub(" ", text)


def _clean(text: str, secret: str) -> tuple[str, list[str]]:
    import nh3

    pictures: list[str] = []

    def kept(tag: str, name: str, value: str) -> str | None:
        if (tag, name) != ("img", "src"):
            return value
        if len(pictures) >= MOST_PICTURES:
            return None
        pictures.append(value)
        return f"https://{secret}.invalid/{len(pictures) - 1}"

    html = nh3.clean(
        text, tags=set(_TAG_NAMES.split()), attributes=_ATTRIBUTES,
        clean_content_tags=set(_DROPPED_NAMES.split()),
        attribute_filter=kept, url_schemes={"http", "https"}, link_rel=None,
    )  # fmt: skip
    return html, pictures


def _main() -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    html, pictures = _clean(sys.stdin.buffer.read().decode(), sys.argv[1])
    if len(html) <= _MOST:
        sys.stdout.buffer.write(json.dumps([html, pictures]).encode())


if __name__ == "__main__":
    _main()
