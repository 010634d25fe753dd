"""`hemeroteca completion`: a script by which a shell completes verbs, options and files."""

from __future__ import annotations

import argparse

from crawler.bundled import PROGRAM
from crawler.commands._shared import told
from crawler.commands._verbs import verbs
from crawler.errors import UsageError
from crawler.verb import Verb

SHELLS = ("bash", "zsh", "tcsh")
_WORDS = {
    "crawl": ("article", "commoncrawl", "missing", "news", "wayback"),
    "export": ("cdxj", "wacz"),
    "completion": SHELLS,
}
"""What may follow a verb where it is no file or folder."""


class Command(Verb):
    """Print a completion script."""

    requires_crawler_process = False

    def syntax(self) -> str:
        """For `scrapy completion -h`."""
        return "|".join(SHELLS)

    def short_desc(self) -> str:
        """For `scrapy -h`."""
        return f"Print a script that completes commands in {', '.join(SHELLS[:-1])} or {SHELLS[-1]}"

    def long_desc(self) -> str:
        """For `scrapy completion -h`."""
        return (
            "bash: save it as ~/.local/share/bash-completion/completions/hemeroteca; zsh: as"
            " _hemeroteca in a folder of $fpath; tcsh: source it."
        )

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Print it."""
        with told("completion"):
            if len(args) != 1 or args[0] not in SHELLS:
                raise UsageError(f"name one shell: {', '.join(SHELLS)}")
            # all of it now, or a pipe that nobody reads would be found broken at exit only
            print(self._script(args[0]), flush=True)

    def _script(self, shell: str) -> str:
        import shtab

        return shtab.complete(self._parser(), shell=shell)

    def _parser(self) -> argparse.ArgumentParser:
        """All verbs with their options as one parser: Scrapy makes one for each, as it runs."""
        import shtab

        whole = argparse.ArgumentParser(prog=PROGRAM)
        whole.add_argument("--version", action="version", version="")
        under = whole.add_subparsers()
        for name, command in sorted(verbs().items()):
            command.settings = self.settings
            parser = under.add_parser(name, help=command.short_desc(), conflict_handler="resolve")
            command.add_options(parser)
            if name in _WORDS:
                parser.add_argument("word", nargs="?", choices=_WORDS[name])
            else:
                file = parser.add_argument("file", nargs="*")
                file.complete = shtab.FILE  # type: ignore[attr-defined]
        return whole
