"""What a verb needs that is not installed with the rest: extras, `hemeroteca[NAME]`.

with needs_extra("notify", "notify"):
    import apprise
"""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from crawler.bundled import CHECKOUT
from crawler.errors import UsageError


@contextmanager
def needs_extra(verb: str, extra: str) -> Iterator[None]:
    """Around imports of what an extra brings: where it is not installed, UsageError names the line
    that installs it. verb: what the user typed. extra: its name in pyproject.toml."""
    try:
        yield
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing in ("", "crawler", "spiders", "pipelines"):
            raise  # a fault of ours
        raise UsageError(
            f"{verb} needs {missing}, which is not installed: {install_line(extra)}"
        ) from error


def install_line(extra: str) -> str:
    """What to type to have an extra, in the way in which this program was installed."""
    if CHECKOUT is not None:
        uv = shlex.quote(str(Path(sys.executable).with_name("uv")))
        where = shlex.quote(str(CHECKOUT / "pyproject.toml"))
        return f"{uv} pip install --python {shlex.quote(sys.executable)} -r {where} --extra {extra}"
    named = f"'hemeroteca[{extra}]'"
    if Path(sys.prefix, "uv-receipt.toml").exists():
        return f"uv tool install --force {named}"
    if Path(sys.prefix, "pipx_metadata.json").exists():
        return f"pipx install --force {named}"
    return f"{shlex.quote(sys.executable)} -m pip install {named}"
