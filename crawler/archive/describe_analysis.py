"""What the views mean from which analysts count."""

from __future__ import annotations

ANALYSIS: dict[str, dict[str, str]] = {
    "stories_by_month": {
        "": "How much each newspaper published, by month of publication.",
        "site": "Host of the newspaper.",
        "month": "YYYY-MM; NULL for stories without a date.",
        "stories": "Number of articles.",
        "words": "Words in all of them.",
    },
    "story_days": {
        "": "When each story was published, ready to count by: one row per article. A column is"
        " NULL where the page's date is not so exact.",
        "article_id": "The article.",
        "site": "Host of the newspaper, without www.",
        "section": "The newspaper's section, as shown.",
        "language": "The language alone, without country or script: en, de …",
        "day": "The day in the newspaper's own time zone, YYYY-MM-DD: stories.published_day.",
        "moment": "The date and time in UTC, always YYYY-MM-DDTHH:MM:SS+00:00. Taken as UTC where"
        " utc_offset is NULL.",
        "year": "The year.",
        "month": "YYYY-MM.",
        "week": "The week of ISO 8601, as in 2026-W42; it begins on Monday.",
        "weekday": "1 for Monday to 7 for Sunday, in the newspaper's own time zone.",
        "hour": "The hour from 0 to 23, as the page states it: in the newspaper's own time zone,"
        " unless the page states UTC.",
        "utc_offset": "The offset that the page states, as in +02:00; NULL where it states none."
        " +00:00 may be the time of a server rather than of the newspaper.",
        "word_count": "Words in the story; characters in scripts without spaces.",
    },
    "author_stories": {
        "": "Who wrote what: one row per article and name in its byline.",
        "author_id": "The author: authors.id.",
        "author": "The name as printed.",
        "site": "Host of the newspaper.",
        "article_id": "The article.",
        "url": "Its address.",
        "title": "Its headline.",
        "section": "Its section.",
        "published_day": "The day of its publication in the newspaper's own time zone.",
        "word_count": "Its length in words, whoever wrote how many of them.",
        "position": "Place of the name in the byline, from 1.",
        "authors": "How many names the byline has.",
    },
    "tag_pairs": {
        "": "Tags that stories have in common: one row per article and pair of its tags, each pair"
        " in both orders. WHERE tag < other_tag has each once.",
        "tag": "One tag.",
        "other_tag": "Another one.",
        "article_id": "The article that has both.",
        "site": "Host of its newspaper.",
        "published_day": "The day of its publication in the newspaper's own time zone.",
    },
    "story_copies": {
        "": "Stories of different newspapers whose text begins much alike, as those that both took"
        " from an agency: one row per pair, in both orders. Texts of fewer than 40 words are left"
        " out. Ask for one story by article_id, not by other_article_id.",
        "article_id": "One article.",
        "url": "Its address.",
        "site": "Host of its newspaper.",
        "title": "Its headline.",
        "published_utc": "When it was published, UTC.",
        "other_article_id": "The other one.",
        "other_url": "Its address.",
        "other_site": "Host of its newspaper.",
        "other_title": "Its headline.",
        "other_published_utc": "When it was published, UTC.",
        "likeness": "An estimate of the share of phrases that the beginnings (1,200 characters)"
        " have in common, from 0.77 to 1. Of pairs that share nine tenths, one in ten is not"
        " found; of those that share half, one in thirty is.",
    },
}
