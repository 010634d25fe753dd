"""The newspaper that is brought back is captured as its truth says."""

from __future__ import annotations

import pytest

from benchmarks.wayback import BLOG, EDITIONS, HOME, collection, corrected, set_back
from crawler.demo.truth import expected


def test_the_collection_holds_what_its_truth_says_and_lacks_what_is_lost() -> None:
    kept, truth, lost = collection()
    captured = {(each.url, each.timestamp): each.body for each in kept}
    assert lost
    assert not [url for url, _ in captured if url.removeprefix(HOME).removeprefix(BLOG) in lost]
    assert sum(len(story.revisions) > 1 for story in truth.values()) > 5
    for path, story in truth.items():
        host = HOME if (HOME + path, max(story.texts)) in captured else BLOG
        bodies = [captured[host + path, stamp] for stamp in sorted(story.texts)]
        assert len(set(bodies)) == len(story.revisions)
        assert min(story.texts)[:8] >= story.published.replace("-", "")
    assert {each.timestamp for each in kept} == set(EDITIONS)


def test_what_cannot_be_corrected_is_no_silent_truth() -> None:
    story = expected("morning")[0]
    assert set_back("On 13 October 2026") == "On 13 October 2013"
    with pytest.raises(LookupError):
        corrected("<p>Something else.</p>", story, 1)
