"""What a newspaper's own pages teach of it: readings in, a profile of the site out; pure, no I/O.

`survey` keeps what one page tells, `learn` makes a profile of many, `applied` reads a page with it.
"""

from crawler.learn.applied import applied
from crawler.learn.filled import Change
from crawler.learn.profile import SiteProfile, overridden, read_profile, rules, site_of, written
from crawler.learn.survey import Sighting, survey
from crawler.learn.teach import MOST_KEPT, learn, sample

__all__ = [
    "MOST_KEPT",
    "Change",
    "Sighting",
    "SiteProfile",
    "applied",
    "learn",
    "overridden",
    "read_profile",
    "rules",
    "sample",
    "site_of",
    "survey",
    "written",
]
