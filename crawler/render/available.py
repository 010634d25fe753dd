"""Whether pages can be shown here, and what is lacking."""

from __future__ import annotations

from importlib.util import find_spec

from crawler.extras import install_line
from crawler.render.browser import browser_path

EXTRA = "render"
"""The name in pyproject.toml of what a browser is driven with."""


def what_lacks(browser: str = "") -> str | None:
    """What to do to have pages of script shown in a browser; None where nothing lacks. browser: the
    one that is named, else any."""
    if find_spec("playwright") is None:
        return f"install what drives a browser ({install_line(EXTRA)}), and a Chromium"
    if browser_path(browser) is not None:
        return None
    if browser:
        return f"there is no browser {browser}; name another one with -s RENDER_BROWSER=PATH"
    return "install a Chromium (Debian: apt install chromium), or name one: -s RENDER_BROWSER=PATH"
