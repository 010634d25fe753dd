"""Every Scrapy setting of Hemeroteca, each with its unit and its reason.

Any of them can be set for one run: `scrapy crawl … -s NAME=VALUE`.
"""

from __future__ import annotations

import os

from crawler.bundled import CHECKOUT, commands_module, user_agent
from crawler.interrupts import answer_interrupts

# Scrapy reads this first of all that is ours, and goes on loading for a second.
answer_interrupts()

# In the checkout spiders and pipelines are packages of their own; installed, they are in `crawler`.
_INSTALLED = "crawler." if CHECKOUT is None else ""

# -- the project -----------------------------------------------------------------------------------

BOT_NAME = "hemeroteca"
NEWSPIDER_MODULE = f"{_INSTALLED}spiders"
SPIDER_MODULES = [NEWSPIDER_MODULE]
# Our own verbs, and our own `crawl`: Scrapy's exits with 0 when every fetch failed.
COMMANDS_MODULE = commands_module()

# -- the archive -----------------------------------------------------------------------------------

# Folder; `-a archive=` says it for one run. By default data/archive in the checkout; installed,
# `archive` in the folder that one is in.
ARCHIVE = os.environ.get("HEMEROTECA_ARCHIVE") or (
    str(CHECKOUT / "data" / "archive") if CHECKOUT else "archive"
)
# Visits in one transaction, and seconds after which a smaller batch is stored all the same.
BATCH_SIZE = 100
BATCH_SECONDS = 1.0
# Seconds after publication at which a story is visited again: 1 hour, 6 hours, 1, 7, 30, 180 days.
REVISIT_AFTER = [3_600, 21_600, 86_400, 604_800, 2_592_000, 15_552_000]
# Processes that read pages. 0: one for each core. Fetching needs a part of a core of its own.
EXTRACT_WORKERS = 0
# Seconds of CPU time that one page may take to be read; an average page takes a hundredth of one.
EXTRACT_CPU_SECONDS = 2.0
# Whether a run learns at its end what its newspapers' pages have in common, and reads with it.
LEARN_PROFILES = True
# A folder of profiles that were written by hand, HOST.toml each; "": `sites` in the archive's.
SITE_PROFILES = ""

# What `hemeroteca.toml` asks of each newspaper of the run; `crawler/config/` reads it.
PAPERS: list[dict[str, object]] = []
# Files of cookies of subscriptions, each with the addresses that it is for; `-a cookies=` and
# `hemeroteca.toml` say them. Not kept with the run, as all other settings are.
COOKIE_FILES: list[dict[str, object]] = []

# File that each run's numbers are written to, for Prometheus's textfile collector; "": none.
METRICS_FILE = ""

# -- WARC ------------------------------------------------------------------------------------------

# Bytes after which a file is closed and the next one begun: 1 GiB, as ISO 28500, annex C.1, has it.
WARC_FILE_BYTES = 1 << 30
# Seconds within which a run ends on Ctrl-C, SIGTERM or a full disk: answers under way have half of
# them to come in. Well below the 90 that systemd waits before it kills.
STOP_SECONDS = 8.0
# Bytes on the archive's disk that a run leaves free: it stores what is in hand and ends before.
DISK_SPARE_BYTES = 256 * 1024 * 1024
# Keep bodies with their transfer coding (chunks). Most readers want them without, and checkers of
# digests too: docs/decisions/0021.
WARC_VERBATIM = False

# -- who we say we are -----------------------------------------------------------------------------

# A site's operator must be able to reach whoever runs the crawl: `-a contact=` or this variable.
CONTACT = os.environ.get("HEMEROTECA_CONTACT", "")
USER_AGENT = user_agent(CONTACT)
ROBOTSTXT_OBEY = True
ROBOTSTXT_USER_AGENT = "Hemeroteca"
# Whether each host is asked once a run for `/.well-known/tdmrep.json`: what it reserves of text and
# data mining is recorded with the captures of its pages.
TDMREP = True

# -- pace: one request at a time to a host, seconds apart, slower where the host is slow -----------

DOWNLOAD_DELAY = 2.0  # seconds, varied by half of it either way
CONCURRENT_REQUESTS = 32  # over all hosts together
CONCURRENT_REQUESTS_PER_DOMAIN = 1
AUTOTHROTTLE_ENABLED = True
AUTOTHROTTLE_START_DELAY = 2.0  # seconds
AUTOTHROTTLE_MAX_DELAY = 60.0  # seconds

# -- limits: nothing that a server sends is trusted ------------------------------------------------

DOWNLOAD_TIMEOUT = 60  # seconds
DOWNLOAD_MAXSIZE = 64 * 1024 * 1024  # bytes; a sitemap may have 50 MB (sitemaps.org)
# Bytes of what a page shows: a picture, a style sheet, a font. What is longer is cut there, and is
# no picture then.
REQUISITE_MAXSIZE = 16 * 1024 * 1024
# Bytes and lines of an answer's head, with those of interim answers (1xx) before it; browsers take
# 256 KiB. Trailers and the lines of chunks are bounded by Twisted (64 KiB, 1 KiB each).
DOWNLOAD_MAXHEAD = 256 * 1024
DOWNLOAD_MAXHEADLINES = 1_000
# Bytes of bodies that are unpacked and wait to be read, together: what is sent packed a thousand
# times smaller stays packed until there is room.
UNPACKED_MAXSIZE = 72 * 1024 * 1024
# Bytes of bodies that come and of those that wait to be read, together, beyond which long ones (1
# MB or more) come one after the other: what a server sends twelve times at once costs memory once.
BODIES_MAXSIZE = 12 * 1024 * 1024
DOWNLOAD_WARNSIZE = 0  # our own limit on pages says it in the archive
# A cut answer is asked for once more; if it is cut again, it is kept and read: the record says how
# long it is.
DOWNLOAD_FAIL_ON_DATALOSS = False
URLLENGTH_LIMIT = 2083  # characters
REDIRECT_MAX_TIMES = 8
# At once, for a connection that broke or a proxy that hiccups; what fails still is tried again when
# it is due (crawler/policy/revisit.py), and 429, 503 and any Retry-After mean a pause for the whole
# host.
RETRY_TIMES = 2
RETRY_HTTP_CODES = [502, 504, 408, 522, 524]
# The reason stands in the archive: it need not be in the log too.
RETRY_GIVE_UP_LOG_LEVEL = "DEBUG"
# An error page is an answer: it is archived and explains the state of its URL.
HTTPERROR_ALLOW_ALL = True
# Private and loopback addresses are refused; `-a allow_private=1` lets one run visit them.
ALLOW_PRIVATE = False
# Ours follows a page that sends us on by markup only if it shows nothing else: a story's page may
# load another one after an hour.
METAREFRESH_ENABLED = False
# An archive is of what everyone is shown; and cookie rules would ask the network for a list. Those
# of a subscription are sent by a middleware of ours.
COOKIES_ENABLED = False
# Nobody is told where we come from. (Redirects need the middleware on, to drop the header.)
REFERRER_POLICY = "no-referrer"

# -- pages of script: docs/script.md ---------------------------------------------------------------

# Which pages are shown in a browser: `auto`, those that show nothing without their scripts, if the
# extra `render` and a Chromium are there; `never`; `always`, every page. `-a render=` says it for
# one run, `render =` in hemeroteca.toml for one newspaper.
RENDER = "auto"
# Whether that holds whatever hemeroteca.toml says of a newspaper: `-a render=` sets it.
RENDER_FOR_ALL = False
# The Chromium: a path or a name; "": the first of those that are usually there.
RENDER_BROWSER = ""
# Whether its processes are confined by the system. Root and most containers cannot have that: then
# the browser is started without (root), or False says so.
RENDER_SANDBOX = True
# Pages that are shown at once: each takes some 100 MB and half a core.
RENDER_PAGES = 2
# Seconds that a page may take of the browser's own time, without that of waiting for answers.
RENDER_SECONDS = 20.0
# Requests that one page may make.
RENDER_REQUESTS = 60
# Mebibytes that the browser may take with all its processes; beyond that it is ended.
RENDER_MEMORY = 1_024
# Hosts of other owners that pages may ask for data: of a newspaper whose stories come from a
# service's host. Scripts may come from any host.
RENDER_HOSTS: list[str] = []

DOWNLOADER_MIDDLEWARES = {
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
    "crawler.middlewares.private.PrivateAddressMiddleware": 90,
    "crawler.middlewares.robots.RobotsMiddleware": 100,
    "crawler.middlewares.tdmrep.TdmrepMiddleware": 105,  # of hosts that robots.txt lets us in
    "crawler.middlewares.requisite_pace.RequisitePaceMiddleware": 108,
    "crawler.middlewares.conditional.ConditionalMiddleware": 110,
    "crawler.middlewares.subscription.SubscriptionMiddleware": 120,
    "crawler.middlewares.after_pause.AfterPauseMiddleware": 560,
    "crawler.middlewares.refresh.RefreshMiddleware": 580,
    "scrapy.downloadermiddlewares.redirect.RedirectMiddleware": None,
    "crawler.middlewares.redirect.RedirectMiddleware": 600,
    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,
    "crawler.middlewares.unpacking.UnpackingMiddleware": 590,
    "crawler.middlewares.whole.WholeAnswerMiddleware": 610,
    "crawler.middlewares.taken_down.TakenDownMiddleware": 620,  # answers before Redirect (600)
}
SPIDER_MIDDLEWARES = {
    # Depth means nothing where any page may be told of by many.
    "scrapy.spidermiddlewares.depth.DepthMiddleware": None,
}

# -- the way of a page -----------------------------------------------------------------------------

# What went over the wire is what is kept.
DOWNLOAD_HANDLERS = {
    "http": "crawler.extensions.download.DownloadHandler",
    "https": "crawler.extensions.download.DownloadHandler",
}
DOWNLOADER = "crawler.extensions.downloader.Downloader"
TWISTED_DNS_RESOLVER = "crawler.extensions.resolver.Resolver"
SCHEDULER = "crawler.frontier.scheduler.Frontier"
EXTENSIONS = {
    "crawler.extensions.ending.Ending": 0,
    "crawler.extensions.session.Session": 0,
    "crawler.extensions.limits.Limits": 5,
    "crawler.extensions.capture.CaptureResponses": 10,
    "crawler.extensions.rendering.Renderer": 15,
    "crawler.extensions.progress.Progress": 20,
    "crawler.extensions.learning.Learning": 30,
    "scrapy.extensions.logstats.LogStats": None,  # ours says more
    "scrapy.extensions.memusage.MemoryUsage": None,  # it would count the workers twice
}
# Items of one answer that are in the pipelines at once. One answer gives one or two; Scrapy makes
# as many tasks as are allowed for each answer: its default of 100 costs more than all else here.
CONCURRENT_ITEMS = 1
ITEM_PIPELINES = {
    f"{_INSTALLED}pipelines.normalise.Normalise": 100,
    f"{_INSTALLED}pipelines.validate.Validate": 200,
    f"{_INSTALLED}pipelines.store.StoreVisits": 300,
}

# -- the log ---------------------------------------------------------------------------------------

# The progress line and the summary say what happens; the log is for what should not. A log file
# (`--logfile`, LOG_FILE) is for programs: lines of JSON, with an event for each thing that happens.
LOG_LEVEL = "WARNING"
LOG_FORMATTER = "crawler.log_file.Words"
STATS_DUMP = False
# Doors by which code is run inside a crawl: nobody needs them, and each opens a port.
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False
# Python's own warning on generators reads each callback's source: not needed, it costs start time.
WARN_ON_GENERATOR_RETURN_VALUE = False
