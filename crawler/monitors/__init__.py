"""What is not as a newspaper's own past has it: functions of its days, without I/O and clock."""

from crawler.monitors.alarms import AS_USUAL, Alarms
from crawler.monitors.calendar import ratio, together
from crawler.monitors.days import LEVELS, NOTHING, Day, Episode, Found, Level, Over, Report
from crawler.monitors.watch import watch
from crawler.monitors.words import KINDS, OF_PAPERS, advice, sentence

__all__ = [
    "AS_USUAL",
    "KINDS",
    "LEVELS",
    "NOTHING",
    "OF_PAPERS",
    "Alarms",
    "Day",
    "Episode",
    "Found",
    "Level",
    "Over",
    "Report",
    "advice",
    "ratio",
    "sentence",
    "together",
    "watch",
]
