"""What to tell the user of pages that show nothing without their scripts."""

from __future__ import annotations

from pathlib import Path

from crawler.bundled import PROGRAM
from crawler.commands._shared import typed
from crawler.counted import counted
from crawler.reasons import NEEDS_SCRIPT


def hint(count: int, folder: Path, lacks: str | None, *, is_off: bool = False) -> str:
    """What to do about pages that no browser has shown. count: of them. lacks: what is to be done
    before one can (`crawler.render.what_lacks`). is_off: whether the run was told not to."""
    pages = counted(count, "page shows nothing without its scripts",
                    "pages show nothing without their scripts")  # fmt: skip
    again = f'{PROGRAM} retry {typed(folder)} --reason "{NEEDS_SCRIPT.code} {NEEDS_SCRIPT.subject}"'
    if lacks is not None:
        how = f"to have them shown in a browser, {lacks}; then: {again}, and crawl again"
    elif is_off:
        how = f"to have them shown in a browser: {again}, and crawl again without render=never"
    else:
        how = f"a browser that shows them now: {again}, and crawl again"
    return f"{pages}; {how}"
