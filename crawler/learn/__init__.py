"""What a newspaper's own pages teach of it: readings in, a profile of the site out; pure, no I/O.

`survey` keeps what one page tells, `learn` makes a profile of many, `applied` reads a page with it.
"""

from crawler.learn.applied import applied
from crawler.learn.breaks import (
    LEAST_NEW,
    Build,
    build,
    first_other,
    fits,
    is_break,
    moved,
    since_when,
)
from crawler.learn.filled import Change, Markup
from crawler.learn.profile import SiteProfile, overridden, read_profile, rules, site_of, written
from crawler.learn.survey import Sighting, survey
from crawler.learn.teach import MOST_KEPT, learn, sample
from crawler.learn.told import in_words

__all__ = [
    "LEAST_NEW",
    "MOST_KEPT",
    "Build",
    "Change",
    "Markup",
    "Sighting",
    "SiteProfile",
    "applied",
    "build",
    "first_other",
    "fits",
    "in_words",
    "is_break",
    "learn",
    "moved",
    "overridden",
    "read_profile",
    "rules",
    "sample",
    "since_when",
    "site_of",
    "survey",
    "written",
]
