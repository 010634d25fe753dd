"""A host that does not answer any more is not asked on and on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from scrapy.http import Request

from crawler.events import event
from crawler.failures import explain
from crawler.urls import site_host

# Tries in a row that bring nothing: those of two addresses. One page may be too much for a server.
_IN_A_ROW = 6
# Seconds of the first pause after that; each further try in vain doubles it.
_FIRST = 30.0
# Seconds: a host for which a longer one would be next is left to the next run. Nobody asked for
# these pauses; they are there for a server that is started anew, and for a line that is down.
_LONGEST = 300.0
# Codes of reasons that say that nobody is there. An answer that makes no sense is one.
_NOBODY = frozenset(
    {"host_not_found", "connection_refused", "connection_failed", "no_answer_in_time"}
)


class Silence:
    """Leaves a host alone that answers nothing for several tries in a row, for longer each time,
    and in the end for the rest of the run.

    Otherwise each address that waits of it would take three tries of a minute: a newspaper that
    drops out, or drops us, in the middle of a night, would hold its archive for days.
    """

    def __init__(
        self,
        pause: Callable[[str, float], None],
        leave: Callable[[str], None],
        is_pausing: Callable[[str], bool],
    ) -> None:
        """pause: told an address, and for how many seconds nothing is to be asked of its host.
        leave: told a host that is not to be asked in this run any more. is_pausing: whether a host
        has a pause that is not over."""
        self._pause = pause
        self._leave = leave
        self._is_pausing = is_pausing
        self._in_vain: Counter[str] = Counter()
        """Host → tries in vain since its last answer."""

    def answered(self, site: str) -> None:
        """A host has answered, whatever it said."""
        self._in_vain.pop(site, None)

    def failed(self, request: Request, error: Exception, *, has_answered: bool) -> None:
        """Note a try that brought no answer. has_answered: whether its host has given one in this
        run; one that has not is not waited for."""
        if "due" not in request.meta or explain(error)[1].code not in _NOBODY:
            return
        site = site_host(request.url)
        if self._is_pausing(site):
            return  # it was sent before the pause began
        self._in_vain[site] += 1
        beyond = self._in_vain[site] - _IN_A_ROW
        if beyond < 0:
            return
        seconds = _FIRST * 2**beyond
        if has_answered and seconds <= _LONGEST:
            event("host_paused", host=site, seconds=seconds)
            self._pause(request.url, seconds)
        else:
            self._leave(site)
