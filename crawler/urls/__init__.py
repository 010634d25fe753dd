"""Addresses: their spelling, what they have in common, who owns them, what their words say."""

from crawler.urls.keys import INDEX, same_story, site_host, story_key
from crawler.urls.networks import is_loopback, is_public
from crawler.urls.owners import is_at, is_below, owner, registered_domain, same_owner
from crawler.urls.segments import edition, is_wall, names_people
from crawler.urls.spelling import absolute, has_tracking, normalise

__all__ = [
    "INDEX",
    "absolute",
    "edition",
    "has_tracking",
    "is_at",
    "is_below",
    "is_loopback",
    "is_public",
    "is_wall",
    "names_people",
    "normalise",
    "owner",
    "registered_domain",
    "same_owner",
    "same_story",
    "site_host",
    "story_key",
]
