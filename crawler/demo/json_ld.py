"""A story as schema.org tells it (JSON-LD 1.1)."""

from __future__ import annotations

import json

from crawler.demo.paper import Paper
from crawler.demo.story import Story
from crawler.demo.words import slug


def news_article(story: Story, paper: Paper, origin: str) -> str:
    """The story in a graph with the site and the way to it, safe inside a script element."""
    url = origin + paper.path(story)
    section = paper.sections[story.section]
    name = paper.word(story, "paper")
    article: dict[str, object] = {
        "@type": "NewsArticle",
        "@id": f"{url}#article",
        "mainEntityOfPage": {"@type": "WebPage", "@id": url},
        "headline": story.title,
        "description": story.standfirst,
        "datePublished": story.published.isoformat(),
        "author": [{"@type": "Person", "name": author} for author in story.authors],
        "publisher": {"@id": f"{origin}/#publisher"},
        "articleSection": section.title,
        "keywords": list(story.tags),
        "inLanguage": story.language,
        "isAccessibleForFree": True,
    }
    if story.modified:
        article["dateModified"] = story.modified.isoformat()
    if story.image:
        article["image"] = [f"{origin}/media/{slug(story.image)}.png"]
    trail = [(name, f"{origin}/"), (section.title, f"{origin}/{section.slug}/")]
    crumbs = [
        {"@type": "ListItem", "position": place, "name": label, "item": target}
        for place, (label, target) in enumerate(trail, 1)
    ]
    graph = [
        {"@type": "WebSite", "@id": f"{origin}/#site", "url": f"{origin}/", "name": name},
        {"@type": "NewsMediaOrganization", "@id": f"{origin}/#publisher", "name": name},
        {"@type": "BreadcrumbList", "itemListElement": crumbs},
        article,
    ]
    text = json.dumps({"@context": "https://schema.org", "@graph": graph}, ensure_ascii=False)
    return text.replace("<", "\\u003c")
