"""Who is told of a run, and what.

message: what to tell, worst first. notifiers: by which ways, and what they need. send: telling it.
"""

from crawler.notify.message import Message, News, is_bad, message, news_of
from crawler.notify.notifiers import Notifiers, notifiers_of
from crawler.notify.send import Moment, Undelivered, ping, send

__all__ = [
    "Message",
    "Moment",
    "News",
    "Notifiers",
    "Undelivered",
    "is_bad",
    "message",
    "news_of",
    "notifiers_of",
    "ping",
    "send",
]
