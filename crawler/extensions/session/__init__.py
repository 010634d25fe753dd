"""A crawl's hold on its archive, which all parts of it share.

session: Scrapy's extension: how the crawl begins, how it ends, what it puts into WARC.
archive: visits in batches, reads and writes that wait for another program or end the run.
known: what the archive knows of a URL, a site, a host.
queue: what waits in the archive: claimed, refused, held, let in.
"""

from crawler.extensions.session.known import Known
from crawler.extensions.session.session import Session

__all__ = ["Known", "Session"]
