"""What a robots.txt says of use, beside what it says of fetching.

Sources: draft-ietf-aipref-attach, "Robots Exclusion Protocol Content-Usage Rule": a rule of a
group, with a path in front; the longest path that matches counts, and of equal ones all. Content
Signals Policy (contentsignals.org): `Content-Signal`, the same way. RSL 1.0 (rslstandard.org/rsl):
`License:`, which is of no group. Groups are those of RFC 9309, 2.2.1.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from crawler.reservations.patterns import MAX_LENGTH, MAX_RULES, Pattern
from crawler.reservations.reservation import Reservation
from crawler.reservations.tdmrep import address
from crawler.reservations.usage import SIGNAL, USAGE, usage

_MAX_BYTES = 512_000
"""500 KiB, the least that RFC 9309, section 2.5, asks a crawler to read."""
_MAX_LICENSES = 20
_OF_NO_GROUP = frozenset({"sitemap", "license", "host"})
_RULES = {USAGE.lower(): USAGE, SIGNAL.lower(): SIGNAL}
Rule = tuple[Pattern, tuple[Reservation, ...]]


@dataclass(frozen=True, slots=True)
class UsageRules:
    """What a robots.txt says of use to one robot."""

    rules: tuple[tuple[Rule, ...], ...] = ()
    """Those of `Content-Usage`, those of `Content-Signal`."""
    licenses: tuple[Reservation, ...] = ()
    """They hold for all paths."""

    @classmethod
    def read(cls, body: bytes, at: str, agent: str) -> UsageRules:
        """The rules of a file for a robot. at: its address. agent: the robot's product token, in
        lower case. Raises nothing."""
        rules: dict[tuple[str, str], list[Rule]] = {}
        licenses: dict[Reservation, None] = {}
        agents, in_rules, count = set[str](), False, 0
        for key, value in _lines(body):
            if key == "user-agent":
                token = value.partition("/")[0].strip().lower()
                agents, in_rules = (set() if in_rules else agents) | {token}, False
                continue
            in_rules = in_rules or key not in _OF_NO_GROUP
            if key == "license" and len(licenses) < _MAX_LICENSES:
                url = address(value)
                if url is not None:
                    said = Reservation("license", url, True, "robots.txt", "License", at)
                    licenses.setdefault(said)
            if key in _RULES and count < MAX_RULES and (rule := _rule(_RULES[key], value, at)):
                count += 1
                for each in agents & {agent, "*"}:
                    rules.setdefault((each, key), []).append(rule)
            if key not in _OF_NO_GROUP and agent in agents:
                rules.setdefault((agent, ""), [])  # it has a group of its own: that counts alone
        whose = agent if (agent, "") in rules else "*"
        held = tuple(tuple(rules.get((whose, key), ())) for key in _RULES)
        return cls(held, tuple(licenses))

    def of(self, path: str) -> tuple[Reservation, ...]:
        """What holds for a path."""
        found: list[Reservation] = []
        for rules in self.rules:
            matching = [(each.length, held) for each, held in rules if each.matches(path)]
            longest = max((length for length, _ in matching), default=0)
            found += [each for length, held in matching if length == longest for each in held]
        return (*dict.fromkeys(found), *self.licenses)


def _rule(name: str, value: str, at: str) -> Rule | None:
    """A rule; one without a path, as earlier drafts had it, holds for all."""
    path, _, rest = value.replace("\t", " ").partition(" ")
    if not path.startswith(("/", "*")):
        path, rest = "/", value
    if len(path) > MAX_LENGTH:
        return None
    held = tuple(usage(rest.strip(), "robots.txt", name, at))
    return (Pattern.of(path), held) if held else None


def _lines(body: bytes) -> Iterator[tuple[str, str]]:
    """Key, in lower case, and value of each line."""
    text = body[:_MAX_BYTES].decode("utf-8-sig", "replace")
    for line in text.replace("\r", "\n").split("\n"):
        key, colon, value = line.partition("#")[0].partition(":")
        if colon:
            yield key.strip().lower(), value.strip()
