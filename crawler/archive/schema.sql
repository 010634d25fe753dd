-- The tables and views of archive.db: what a new archive is made of, and what an older one is
-- brought to. `crawler/archive/schema.py` adds the triggers that refuse times that are not UTC.
--
-- Views and tables with plain names are a contract (tests/archive/test_contract.py). What begins
-- with _ is the program's own: numbers and counts that it keeps so that the views are fast.
--
-- Drawn for reading: texts stand apart from what is scanned, what a link leads to is a column with
-- an index, and counts are kept in the transactions that change them.

-- newspapers, runs, addresses, captures -----------------------------------------------------------

CREATE TABLE sites (
    id INTEGER PRIMARY KEY,
    host TEXT NOT NULL UNIQUE,
    home_url TEXT NOT NULL,
    first_seen_at TEXT NOT NULL,
    lists_led_to INTEGER NOT NULL DEFAULT 0,
    stories INTEGER NOT NULL DEFAULT 0,
    listed_stories INTEGER NOT NULL DEFAULT 0,
    revisits INTEGER NOT NULL DEFAULT 0,
    edits INTEGER NOT NULL DEFAULT 0,
    lists_told INTEGER NOT NULL DEFAULT 0,
    lists_empty INTEGER NOT NULL DEFAULT 0,
    told_visits INTEGER NOT NULL DEFAULT 0,
    told_stories INTEGER NOT NULL DEFAULT 0,
    round_from INTEGER NOT NULL DEFAULT 0,
    paused_until TEXT
) STRICT;

CREATE TABLE runs (
    id INTEGER PRIMARY KEY,
    spider TEXT NOT NULL,
    arguments TEXT NOT NULL CHECK (json_valid(arguments)),
    software TEXT NOT NULL,
    started_at TEXT NOT NULL,
    finished_at TEXT,
    outcome TEXT,
    captures INTEGER NOT NULL DEFAULT 0,
    new_articles INTEGER NOT NULL DEFAULT 0,
    new_revisions INTEGER NOT NULL DEFAULT 0,
    unchanged_articles INTEGER NOT NULL DEFAULT 0,
    failures INTEGER NOT NULL DEFAULT 0,
    uuid TEXT,
    bytes INTEGER NOT NULL DEFAULT 0,
    seconds REAL,
    exit_code INTEGER,
    visits TEXT CHECK (visits IS NULL OR json_valid(visits)),
    settings_digest TEXT,
    versions TEXT CHECK (versions IS NULL OR json_valid(versions))
) STRICT;

CREATE TABLE run_papers (
    run_id INTEGER NOT NULL REFERENCES runs(id),
    site_id INTEGER NOT NULL REFERENCES sites(id),
    paper TEXT NOT NULL,
    since TEXT,
    until TEXT,
    captures INTEGER NOT NULL DEFAULT 0,
    new_articles INTEGER NOT NULL DEFAULT 0,
    new_revisions INTEGER NOT NULL DEFAULT 0,
    unchanged_articles INTEGER NOT NULL DEFAULT 0,
    failures INTEGER NOT NULL DEFAULT 0,
    bytes INTEGER NOT NULL DEFAULT 0,
    outcome TEXT,
    reason TEXT,
    reason_code TEXT,
    reason_subject TEXT,
    PRIMARY KEY (run_id, site_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX run_papers_site ON run_papers(site_id, run_id);

CREATE TABLE urls (
    id INTEGER PRIMARY KEY,
    url TEXT NOT NULL UNIQUE,
    key INTEGER NOT NULL,
    site_id INTEGER NOT NULL REFERENCES sites(id),
    role TEXT NOT NULL
        CHECK (role IN ('home', 'robots', 'sitemap', 'feed', 'wordpress', 'page', 'requisite')),
    state TEXT NOT NULL CHECK (state IN ('queued', 'claimed', 'done', 'retry', 'redirected',
        'failed', 'gone', 'excluded')),
    reason TEXT,
    source TEXT NOT NULL,
    via_id INTEGER REFERENCES urls(id),
    found_at TEXT NOT NULL,
    claimed_at TEXT,
    claimed_changed_at TEXT,
    claimed_title TEXT,
    listed INTEGER NOT NULL DEFAULT 0 CHECK (listed IN (0, 1)),
    priority INTEGER NOT NULL DEFAULT 0,
    due_at TEXT,
    interval_seconds INTEGER,
    attempts INTEGER NOT NULL DEFAULT 0,
    failures INTEGER NOT NULL DEFAULT 0,
    visited_at TEXT,
    etag TEXT,
    last_modified TEXT,
    article_id INTEGER REFERENCES articles(id),
    kind TEXT CHECK (kind IN ('html', 'sitemap', 'feed', 'other', 'reply')),
    told_by INTEGER NOT NULL DEFAULT 0,
    dry INTEGER NOT NULL DEFAULT 0,
    family_id INTEGER REFERENCES _url_families(id),
    held INTEGER NOT NULL DEFAULT 0 CHECK (held IN (0, 1, 2)),
    reason_code TEXT,
    reason_subject TEXT
) STRICT;
-- Each index is partial: a claim, a look for what is due and the recovery after a crash each read a
-- few rows, however many millions are known.
CREATE INDEX urls_key ON urls(key);
CREATE INDEX urls_queued ON urls(site_id, priority DESC, id) WHERE state = 'queued' AND held <> 1;
CREATE INDEX urls_held ON urls(site_id, family_id, priority DESC, key) WHERE held = 1;
CREATE INDEX urls_claimed ON urls(site_id) WHERE state = 'claimed';
CREATE INDEX urls_due ON urls(site_id, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX urls_failed ON urls(site_id) WHERE state = 'failed';
CREATE INDEX urls_sources ON urls(site_id) WHERE role <> 'page' AND role <> 'requisite';
CREATE INDEX urls_outside ON urls(site_id)
    WHERE reason_code = 'outside_dates';
CREATE INDEX urls_withheld ON urls(site_id)
    WHERE reason_code = 'withheld';
CREATE INDEX urls_requisites ON urls(site_id, state) WHERE role = 'requisite';
CREATE INDEX urls_article ON urls(article_id, state, source) WHERE article_id IS NOT NULL;
-- What the view not_archived shows; its condition is this one, word for word.
CREATE INDEX urls_not_archived ON urls(state, reason_code, reason_subject)
    WHERE (state IN ('failed', 'retry', 'gone', 'excluded')
            AND NOT (state = 'excluded' AND article_id IS NOT NULL))
        OR (state = 'done' AND role = 'page' AND article_id IS NULL);

CREATE TABLE captures (
    id INTEGER PRIMARY KEY,
    url TEXT NOT NULL,
    url_id INTEGER NOT NULL REFERENCES urls(id),
    run_id INTEGER NOT NULL REFERENCES runs(id),
    fetched_at TEXT NOT NULL,
    status INTEGER NOT NULL,
    content_type TEXT,
    payload_digest TEXT NOT NULL,
    payload_bytes INTEGER NOT NULL,
    record_id TEXT NOT NULL UNIQUE,
    warc_file TEXT NOT NULL,
    warc_offset INTEGER NOT NULL,
    warc_length INTEGER NOT NULL,
    location TEXT,
    record_type TEXT NOT NULL DEFAULT 'response' CHECK (record_type IN ('response', 'revisit')),
    refers_to_id INTEGER REFERENCES captures(id),
    truncated TEXT CHECK (truncated IN ('length', 'time', 'disconnect', 'unspecified')),
    fetch_ms INTEGER,
    reservations TEXT CHECK (reservations IS NULL OR json_valid(reservations)),
    source_uri TEXT,
    UNIQUE (warc_file, warc_offset)
) STRICT;
CREATE INDEX captures_url ON captures(url_id, fetched_at);
CREATE INDEX captures_run ON captures(run_id);
CREATE INDEX captures_payload ON captures(payload_digest)
    WHERE record_type = 'response' AND truncated IS NULL AND payload_bytes > 0;
CREATE INDEX captures_refers ON captures(refers_to_id) WHERE refers_to_id IS NOT NULL;

CREATE TABLE warc_files (
    name TEXT PRIMARY KEY,
    run_id INTEGER NOT NULL REFERENCES runs(id),
    bytes INTEGER NOT NULL,
    records INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    closed_at TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE damaged_files (
    name TEXT PRIMARY KEY,
    noted_at TEXT NOT NULL,
    bytes INTEGER,
    sha256 TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE lost_captures (
    capture_id INTEGER PRIMARY KEY REFERENCES captures(id),
    noted_at TEXT NOT NULL
) STRICT;

CREATE TABLE renderings (
    capture_id INTEGER PRIMARY KEY REFERENCES captures(id),
    record_id TEXT NOT NULL UNIQUE,
    rendered_at TEXT NOT NULL,
    made_by TEXT NOT NULL,
    digest TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    warc_file TEXT NOT NULL,
    warc_offset INTEGER NOT NULL,
    warc_length INTEGER NOT NULL,
    UNIQUE (warc_file, warc_offset)
) STRICT;

-- stories -----------------------------------------------------------------------------------------

-- published_utc, published_day and word_count are those of the revision that stands: kept here,
-- where they are scanned and sorted by.
CREATE TABLE articles (
    id INTEGER PRIMARY KEY,
    site_id INTEGER NOT NULL REFERENCES sites(id),
    url TEXT NOT NULL UNIQUE,
    revision_id INTEGER REFERENCES revisions(id),
    revisions INTEGER NOT NULL DEFAULT 0,
    published_utc TEXT,
    published_day TEXT,
    word_count INTEGER,
    first_captured_at TEXT NOT NULL,
    last_captured_at TEXT NOT NULL,
    gone_at TEXT,
    access TEXT CHECK (access IN ('full', 'teaser')),
    successor_id INTEGER REFERENCES articles(id)
) STRICT;
CREATE INDEX articles_site ON articles(site_id, published_utc);
CREATE INDEX articles_captured ON articles(site_id, last_captured_at);
CREATE INDEX articles_published ON articles(published_utc);
CREATE INDEX articles_day ON articles(published_day);
CREATE UNIQUE INDEX articles_revision ON articles(revision_id);
CREATE INDEX articles_changed ON articles(site_id) WHERE revisions > 1;
CREATE INDEX articles_gone ON articles(gone_at) WHERE gone_at IS NOT NULL;
CREATE INDEX articles_gone_of_site ON articles(site_id) WHERE gone_at IS NOT NULL;
CREATE INDEX articles_successor ON articles(successor_id) WHERE successor_id IS NOT NULL;

CREATE TABLE revisions (
    id INTEGER PRIMARY KEY,
    article_id INTEGER NOT NULL REFERENCES articles(id),
    number INTEGER NOT NULL,
    capture_id INTEGER NOT NULL REFERENCES captures(id),
    captured_at TEXT NOT NULL,
    extractor TEXT NOT NULL,
    content_digest TEXT NOT NULL,
    title TEXT NOT NULL,
    seo_title TEXT,
    canonical_url TEXT,
    authors TEXT NOT NULL CHECK (json_valid(authors)),
    published_at TEXT,
    published_precision TEXT
        CHECK (published_precision IN ('second', 'minute', 'day', 'month', 'year')),
    published_raw TEXT,
    modified_at TEXT,
    modified_precision TEXT
        CHECK (modified_precision IN ('second', 'minute', 'day', 'month', 'year')),
    modified_raw TEXT,
    read_time_minutes INTEGER,
    read_time_shown INTEGER CHECK (read_time_shown IN (0, 1)),
    read_time_raw TEXT,
    standfirst TEXT,
    section TEXT,
    tags TEXT NOT NULL CHECK (json_valid(tags)),
    language TEXT,
    word_count INTEGER NOT NULL,
    access TEXT CHECK (access IN ('full', 'teaser')),
    cause TEXT NOT NULL DEFAULT 'page' CHECK (cause IN ('page', 'extractor', 'either')),
    change TEXT NOT NULL DEFAULT 'edit' CHECK (change IN ('edit', 'typography', 'completed')),
    body_confidence REAL,
    authors_confidence REAL,
    published_confidence REAL,
    UNIQUE (article_id, number),
    CHECK ((published_at IS NULL) = (published_precision IS NULL)),
    CHECK ((modified_at IS NULL) = (modified_precision IS NULL))
) STRICT;
CREATE INDEX revisions_capture ON revisions(capture_id);
CREATE INDEX revisions_captured ON revisions(captured_at);

-- markdown_parts: NULL where the Markdown is the text itself; else a list of its paragraphs, of
-- which a number stands for that paragraph of the text, from 0.
CREATE TABLE revision_texts (
    revision_id INTEGER PRIMARY KEY REFERENCES revisions(id),
    body_text TEXT NOT NULL,
    markdown_parts TEXT CHECK (markdown_parts IS NULL OR json_valid(markdown_parts)),
    sources TEXT NOT NULL CHECK (json_valid(sources))
) STRICT;

CREATE TABLE authors (
    id INTEGER PRIMARY KEY,
    site_id INTEGER NOT NULL REFERENCES sites(id),
    name TEXT NOT NULL,
    UNIQUE (site_id, name)
) STRICT;

CREATE TABLE article_authors (
    article_id INTEGER NOT NULL REFERENCES articles(id),
    author_id INTEGER NOT NULL REFERENCES authors(id),
    position INTEGER NOT NULL,
    PRIMARY KEY (article_id, author_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX article_authors_author ON article_authors(author_id);

CREATE TABLE tags (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE article_tags (
    article_id INTEGER NOT NULL REFERENCES articles(id),
    tag_id INTEGER NOT NULL REFERENCES tags(id),
    position INTEGER NOT NULL,
    PRIMARY KEY (article_id, tag_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX article_tags_tag ON article_tags(tag_id);

CREATE TABLE images (
    id INTEGER PRIMARY KEY,
    article_id INTEGER NOT NULL REFERENCES articles(id),
    revision_id INTEGER NOT NULL REFERENCES revisions(id),
    role TEXT NOT NULL CHECK (role IN ('lead', 'body')),
    position INTEGER NOT NULL,
    url TEXT NOT NULL,
    alt TEXT,
    caption TEXT,
    width INTEGER,
    height INTEGER,
    UNIQUE (revision_id, role, position)
) STRICT;
CREATE INDEX images_article ON images(article_id);
CREATE INDEX images_url ON images(url);

-- What the address of a picture answered last, itself or after a redirect.
CREATE TABLE pictures (
    url_id INTEGER PRIMARY KEY REFERENCES urls(id),
    capture_id INTEGER NOT NULL REFERENCES captures(id),
    media_type TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    width INTEGER,
    height INTEGER
) STRICT;
CREATE INDEX pictures_capture ON pictures(capture_id);

-- history -----------------------------------------------------------------------------------------

CREATE TABLE story_events (
    id INTEGER PRIMARY KEY,
    article_id INTEGER NOT NULL REFERENCES articles(id),
    event TEXT NOT NULL CHECK (event IN
        ('gone', 'taken_down', 'replaced', 'back', 'teaser', 'full', 'mistaken')),
    at TEXT NOT NULL,
    capture_id INTEGER REFERENCES captures(id),
    reason TEXT,
    text TEXT,
    successor_id INTEGER REFERENCES articles(id),
    reason_code TEXT,
    reason_subject TEXT
) STRICT;
CREATE INDEX story_events_article ON story_events(article_id, at);
CREATE INDEX story_events_capture ON story_events(capture_id) WHERE capture_id IS NOT NULL;
CREATE INDEX story_events_successor ON story_events(successor_id)
    WHERE successor_id IS NOT NULL;

CREATE TABLE verdicts (
    capture_id INTEGER PRIMARY KEY REFERENCES captures(id),
    article_id INTEGER NOT NULL REFERENCES articles(id),
    verdict TEXT NOT NULL
) STRICT;
CREATE INDEX verdicts_article ON verdicts(article_id);

CREATE TABLE revision_changes (
    revision_id INTEGER NOT NULL REFERENCES revisions(id),
    field TEXT NOT NULL,
    PRIMARY KEY (revision_id, field)
) STRICT, WITHOUT ROWID;

CREATE TABLE edits (
    revision_id INTEGER PRIMARY KEY REFERENCES revisions(id),
    words_out INTEGER NOT NULL,
    words_in INTEGER NOT NULL,
    numbers_changed INTEGER NOT NULL,
    quotes_changed INTEGER NOT NULL,
    names_changed INTEGER,
    share REAL NOT NULL
) STRICT;

CREATE TABLE taken_back (
    revision_id INTEGER PRIMARY KEY REFERENCES revisions(id),
    at TEXT NOT NULL,
    reason TEXT NOT NULL,
    reason_code TEXT,
    reason_subject TEXT
) STRICT;

CREATE TABLE rereadings (
    article_id INTEGER NOT NULL REFERENCES articles(id),
    revision_id INTEGER NOT NULL REFERENCES revisions(id),
    extractor TEXT NOT NULL,
    outcome TEXT NOT NULL,
    reason_code TEXT,
    reason_subject TEXT,
    PRIMARY KEY (article_id, revision_id, extractor)
) STRICT, WITHOUT ROWID;
CREATE INDEX rereadings_revision ON rereadings(revision_id);

CREATE TABLE copies (
    url_id INTEGER PRIMARY KEY REFERENCES urls(id),
    article_id INTEGER NOT NULL REFERENCES articles(id),
    likeness REAL NOT NULL,
    is_split INTEGER NOT NULL DEFAULT 0 CHECK (is_split IN (0, 1))
) STRICT;

-- What the pages of a newspaper taught together, each time that they were asked; the last one of a
-- site counts. extractor: by which its pages were read for it. learned_from: WARC-Record-IDs.
-- rules: what tells one profile from another; '' where nothing was to be learned.
CREATE TABLE site_profiles (
    id INTEGER PRIMARY KEY,
    site_id INTEGER NOT NULL REFERENCES sites(id),
    run_id INTEGER NOT NULL REFERENCES runs(id),
    learned_at TEXT NOT NULL,
    extractor TEXT NOT NULL,
    stories INTEGER NOT NULL,
    learned_from TEXT NOT NULL CHECK (json_valid(learned_from)),
    rules TEXT NOT NULL,
    profile TEXT NOT NULL
) STRICT;
CREATE INDEX site_profiles_site ON site_profiles(site_id, id);
CREATE INDEX site_profiles_run ON site_profiles(run_id);

-- Since when a newspaper's pages are built otherwise, or give a value from another place.
CREATE TABLE layout_changes (
    id INTEGER PRIMARY KEY,
    site_id INTEGER NOT NULL REFERENCES sites(id),
    field TEXT NOT NULL,
    since TEXT NOT NULL,
    before TEXT NOT NULL,
    after TEXT NOT NULL,
    urls TEXT NOT NULL CHECK (json_valid(urls)),
    noted_at TEXT NOT NULL,
    UNIQUE (site_id, field, since)
) STRICT;

-- What is not as a newspaper's own past has it. since: a day. A finding that is over stays.
-- _paper_days: what the monitors look at, counted once.
CREATE TABLE findings (
    id INTEGER PRIMARY KEY,
    site_id INTEGER REFERENCES sites(id),
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    level TEXT NOT NULL CHECK (level IN ('error', 'warning', 'note')),
    since TEXT NOT NULL,
    noted_at TEXT NOT NULL,
    numbers TEXT NOT NULL CHECK (json_valid(numbers)),
    urls TEXT NOT NULL CHECK (json_valid(urls)),
    state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'seen', 'muted', 'recovered')),
    muted_until TEXT,
    recovered_at TEXT,
    is_habit INTEGER NOT NULL DEFAULT 0 CHECK (is_habit IN (0, 1)),
    CHECK ((state = 'muted') = (muted_until IS NOT NULL)),
    CHECK ((state = 'recovered') = (recovered_at IS NOT NULL))
) STRICT;
CREATE INDEX findings_site ON findings(site_id, kind, subject);
CREATE INDEX findings_open ON findings(state) WHERE state <> 'recovered';
CREATE TABLE _paper_days (
    site_id INTEGER NOT NULL REFERENCES sites(id),
    day TEXT NOT NULL,
    facts TEXT NOT NULL CHECK (json_valid(facts)),
    PRIMARY KEY (site_id, day)
) STRICT, WITHOUT ROWID;

-- what was taken out, and where copies are --------------------------------------------------------

CREATE TABLE takedowns (
    id INTEGER PRIMARY KEY,
    uuid TEXT NOT NULL UNIQUE,
    url TEXT NOT NULL,
    at TEXT NOT NULL,
    reason TEXT NOT NULL,
    requested_by TEXT NOT NULL,
    records TEXT NOT NULL CHECK (json_valid(records)),
    captures INTEGER NOT NULL,
    finished_at TEXT
) STRICT;

CREATE TABLE takedown_urls (
    key INTEGER NOT NULL,
    url TEXT NOT NULL,
    takedown_id INTEGER NOT NULL REFERENCES takedowns(id),
    PRIMARY KEY (key, url)
) STRICT, WITHOUT ROWID;
CREATE INDEX takedown_urls_takedown ON takedown_urls(takedown_id);

CREATE TABLE takedown_digests (
    payload_digest TEXT PRIMARY KEY,
    takedown_id INTEGER NOT NULL REFERENCES takedowns(id)
) STRICT, WITHOUT ROWID;
CREATE INDEX takedown_digests_takedown ON takedown_digests(takedown_id);

CREATE TABLE prunings (
    id INTEGER PRIMARY KEY,
    uuid TEXT NOT NULL UNIQUE,
    at TEXT NOT NULL,
    policy TEXT NOT NULL CHECK (json_valid(policy)),
    captures INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    finished_at TEXT
) STRICT;

CREATE TABLE pruned_captures (
    record_id TEXT PRIMARY KEY,
    pruning_id INTEGER NOT NULL REFERENCES prunings(id),
    url_id INTEGER NOT NULL REFERENCES urls(id),
    fetched_at TEXT NOT NULL,
    status INTEGER NOT NULL,
    payload_digest TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX pruned_captures_pruning ON pruned_captures(pruning_id);
CREATE INDEX pruned_captures_url ON pruned_captures(url_id);

CREATE TABLE backups (
    destination TEXT PRIMARY KEY,
    at TEXT NOT NULL,
    captures INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What a takedown or a pruning has still to take out of the WARC files: WARC-Record-IDs of captures,
-- and files whose successors stand.
CREATE TABLE _removals (
    record_id TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;
CREATE TABLE _replaced_files (
    name TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;

-- what other archives of the web have ---------------------------------------------------------------

CREATE TABLE web_archives (
    id INTEGER PRIMARY KEY,
    endpoint TEXT NOT NULL UNIQUE,
    first_asked_at TEXT NOT NULL,
    last_asked_at TEXT NOT NULL
) STRICT;

-- What their indexes list that may be a page. wanted_by: the newspaper that it was listed for, or
-- the crawl of missing stories. The index goes along the claims: what waits, address by address.
CREATE TABLE mementos (
    id INTEGER PRIMARY KEY,
    web_archive_id INTEGER NOT NULL REFERENCES web_archives(id),
    wanted_by TEXT NOT NULL,
    url TEXT NOT NULL,
    captured_at TEXT NOT NULL,
    status INTEGER,
    content_type TEXT,
    digest TEXT,
    source TEXT CHECK (source IS NULL OR json_valid(source)),
    state TEXT NOT NULL CHECK (state IN ('queued', 'archived', 'retry', 'failed', 'gone')),
    reason TEXT,
    reason_code TEXT,
    reason_subject TEXT,
    attempts INTEGER NOT NULL DEFAULT 0,
    UNIQUE (web_archive_id, url, captured_at)
) STRICT;
CREATE INDEX mementos_waiting ON mementos(web_archive_id, wanted_by, url, captured_at)
    WHERE state IN ('queued', 'retry');
CREATE INDEX mementos_payload ON mementos(web_archive_id, digest)
    WHERE state = 'archived' AND status = 200;

-- How far a list of captures has come that a killed run had begun; which single addresses were
-- asked for, and which are to be.
CREATE TABLE _listings (
    web_archive_id INTEGER NOT NULL REFERENCES web_archives(id),
    what TEXT NOT NULL,
    to_come TEXT NOT NULL CHECK (json_valid(to_come)),
    noted_at TEXT NOT NULL,
    PRIMARY KEY (web_archive_id, what)
) STRICT, WITHOUT ROWID;
CREATE TABLE _lookups (
    id INTEGER PRIMARY KEY,
    web_archive_id INTEGER NOT NULL REFERENCES web_archives(id),
    wanted_by TEXT NOT NULL,
    url TEXT NOT NULL,
    host TEXT NOT NULL,
    is_own INTEGER NOT NULL CHECK (is_own IN (0, 1)),
    asked_at TEXT,
    found INTEGER,
    UNIQUE (web_archive_id, url)
) STRICT;
CREATE INDEX _lookups_to_ask ON _lookups(web_archive_id, wanted_by, host) WHERE asked_at IS NULL;

-- An address that was taken down is not fetched again, whoever tells of it.
CREATE TRIGGER urls_taken_down_added AFTER INSERT ON urls
WHEN EXISTS (SELECT 1 FROM takedown_urls t WHERE t.key = new.key)
BEGIN
    UPDATE urls SET state = 'excluded', reason = 'taken down', reason_code = 'taken_down',
        reason_subject = NULL, due_at = NULL, claimed_title = NULL, article_id = NULL, held = 0
    WHERE id = new.id;
END;
CREATE TRIGGER urls_taken_down_changed
AFTER UPDATE OF state, reason_code, due_at, claimed_title, article_id ON urls
WHEN (new.state <> 'excluded' OR new.reason_code IS NOT 'taken_down' OR new.due_at IS NOT NULL
        OR new.claimed_title IS NOT NULL OR new.article_id IS NOT NULL)
    AND EXISTS (SELECT 1 FROM takedown_urls t WHERE t.key = new.key)
BEGIN
    UPDATE urls SET state = 'excluded', reason = 'taken down', reason_code = 'taken_down',
        reason_subject = NULL, due_at = NULL, claimed_title = NULL, article_id = NULL, held = 0
    WHERE id = new.id;
END;

-- what links lead to: the program's own; read them in linked_stories, story_links, story_graph … --

-- One row for each story that is archived or linked to. key, url, title and site: of the article,
-- or of the first link where none is archived.
CREATE TABLE _linked (
    id INTEGER PRIMARY KEY,
    article_id INTEGER UNIQUE REFERENCES articles(id),
    key TEXT NOT NULL,
    url TEXT NOT NULL,
    site TEXT NOT NULL,
    title TEXT,
    linked_by INTEGER NOT NULL DEFAULT 0,
    relations TEXT,
    first_seen_at TEXT,
    last_seen_at TEXT
) STRICT;
-- What has no other order comes in that of this index: the most linked first. An ORDER BY in the
-- views would have count(*) look up all that they show.
CREATE INDEX _linked_most ON _linked(linked_by DESC, article_id) WHERE linked_by > 0;

-- Every address that a story is known or linked by, its spellings as one. hash: of the key.
CREATE TABLE _addresses (
    id INTEGER PRIMARY KEY,
    hash INTEGER NOT NULL,
    key TEXT NOT NULL,
    linked_id INTEGER NOT NULL REFERENCES _linked(id),
    leads_to_id INTEGER REFERENCES _addresses(id)
) STRICT;
CREATE INDEX _addresses_hash ON _addresses(hash);
CREATE INDEX _addresses_linked ON _addresses(linked_id);
CREATE INDEX _addresses_leads_to ON _addresses(leads_to_id) WHERE leads_to_id IS NOT NULL;

-- What a link shows: on many pages the same. hash: of all that follows.
CREATE TABLE _link_cards (
    id INTEGER PRIMARY KEY,
    hash INTEGER NOT NULL,
    address_id INTEGER NOT NULL REFERENCES _addresses(id),
    url TEXT NOT NULL,
    title TEXT,
    excerpt TEXT,
    image_url TEXT,
    published_raw TEXT
) STRICT;
CREATE INDEX _link_cards_hash ON _link_cards(hash);

CREATE TABLE _link_blocks (
    id INTEGER PRIMARY KEY,
    relation TEXT NOT NULL CHECK (relation IN ('previous', 'next', 'also_read', 'inline',
        'related', 'latest', 'popular', 'featured', 'sponsored')),
    label TEXT
) STRICT;
CREATE UNIQUE INDEX _link_blocks_once ON _link_blocks(relation, ifnull(label, ''));

-- Numbers only. to_article_id: what linked_id is, if that is archived. is_edge: 1 for one link of
-- those of an article's revisions that have the same block and story. is_shown: 1 if its revision
-- stands.
CREATE TABLE _links (
    id INTEGER PRIMARY KEY,
    article_id INTEGER NOT NULL REFERENCES articles(id),
    revision_id INTEGER NOT NULL REFERENCES revisions(id),
    block_id INTEGER NOT NULL REFERENCES _link_blocks(id),
    position INTEGER NOT NULL,
    card_id INTEGER NOT NULL REFERENCES _link_cards(id),
    linked_id INTEGER NOT NULL REFERENCES _linked(id),
    to_article_id INTEGER REFERENCES articles(id),
    first_capture_id INTEGER NOT NULL REFERENCES captures(id),
    last_capture_id INTEGER NOT NULL REFERENCES captures(id),
    is_edge INTEGER NOT NULL CHECK (is_edge IN (0, 1)),
    is_shown INTEGER NOT NULL CHECK (is_shown IN (0, 1))
) STRICT;
CREATE INDEX _links_article ON _links(article_id, linked_id, block_id);
CREATE UNIQUE INDEX _links_once ON _links(revision_id, card_id, block_id);
CREATE INDEX _links_block ON _links(block_id, is_edge, is_shown, to_article_id);
CREATE INDEX _links_to_article ON _links(to_article_id, is_edge)
    WHERE to_article_id IS NOT NULL;
CREATE INDEX _links_missing ON _links(linked_id) WHERE to_article_id IS NULL;

-- How many rows there are of what is too much to be counted whenever somebody asks.
CREATE TABLE _totals (
    name TEXT PRIMARY KEY,
    number INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO _totals VALUES ('links', 0);

-- what visits have taught: the program's own ------------------------------------------------------

CREATE TABLE _url_families (
    id INTEGER PRIMARY KEY,
    site_id INTEGER NOT NULL REFERENCES sites(id),
    name TEXT NOT NULL,
    is_open INTEGER NOT NULL CHECK (is_open IN (0, 1)),
    admitted INTEGER NOT NULL DEFAULT 0,
    visits INTEGER NOT NULL DEFAULT 0,
    stories INTEGER NOT NULL DEFAULT 0,
    led_to INTEGER NOT NULL DEFAULT 0,
    slashed INTEGER NOT NULL DEFAULT 0,
    deepest INTEGER NOT NULL DEFAULT 0,
    UNIQUE (site_id, name)
) STRICT;

CREATE TABLE _url_tellers (
    url_id INTEGER NOT NULL REFERENCES urls(id),
    list_id INTEGER NOT NULL REFERENCES urls(id),
    PRIMARY KEY (url_id, list_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE _article_bands (
    band INTEGER NOT NULL,
    value INTEGER NOT NULL,
    article_id INTEGER NOT NULL REFERENCES articles(id),
    PRIMARY KEY (band, value, article_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX _article_bands_article ON _article_bands(article_id);

CREATE TABLE _robots_files (
    origin TEXT PRIMARY KEY,
    url TEXT NOT NULL,
    fetched_at TEXT NOT NULL,
    status INTEGER NOT NULL,
    body BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE descriptions (
    table_name TEXT NOT NULL,
    column_name TEXT NOT NULL,
    description TEXT NOT NULL,
    PRIMARY KEY (table_name, column_name)
) STRICT, WITHOUT ROWID;

-- views -------------------------------------------------------------------------------------------
-- Columns that are seldom filtered by are subqueries: count(*) and a selection of other columns do
-- not look them up. CROSS JOIN: what comes first is looked for first, so that ORDER BY goes along its
-- indexes.

CREATE VIEW stories AS
SELECT
    a.id,
    a.url,
    s.host AS site,
    r.title,
    (SELECT group_concat(name, ', ') FROM (
        SELECT au.name FROM article_authors aa JOIN authors au ON au.id = aa.author_id
        WHERE aa.article_id = a.id ORDER BY aa.position)) AS authors,
    r.published_at,
    a.published_utc,
    a.published_day,
    r.published_precision,
    r.modified_at,
    r.read_time_minutes,
    r.read_time_shown,
    r.section,
    (SELECT group_concat(name, ', ') FROM (
        SELECT t.name FROM article_tags atg JOIN tags t ON t.id = atg.tag_id
        WHERE atg.article_id = a.id ORDER BY atg.position)) AS tags,
    r.language,
    a.word_count,
    r.standfirst,
    (SELECT t.body_text FROM revision_texts t WHERE t.revision_id = a.revision_id) AS body_text,
    (SELECT i.url FROM images i
        WHERE i.revision_id = a.revision_id AND i.role = 'lead') AS image_url,
    a.first_captured_at,
    a.last_captured_at,
    a.revisions,
    a.gone_at,
    a.access,
    r.captured_at AS text_captured_at,
    CAST(round(r.body_confidence * r.authors_confidence * r.published_confidence, 2) AS REAL)
        AS confidence,
    a.id AS rowid
FROM articles a
CROSS JOIN sites s ON s.id = a.site_id
CROSS JOIN revisions r ON r.id = a.revision_id;

CREATE VIEW story_revisions AS
SELECT
    r.article_id,
    (SELECT a.url FROM articles a WHERE a.id = r.article_id) AS url,
    r.number,
    r.captured_at,
    r.title,
    r.published_at,
    r.modified_at,
    r.word_count,
    (SELECT c.warc_file FROM captures c WHERE c.id = r.capture_id) AS warc_file,
    (SELECT c.warc_offset FROM captures c WHERE c.id = r.capture_id) AS warc_offset,
    r.extractor,
    (SELECT t.body_text FROM revision_texts t WHERE t.revision_id = r.id) AS body_text,
    (SELECT CASE WHEN t.markdown_parts IS NULL THEN t.body_text ELSE (
        SELECT group_concat(part, char(10, 10)) FROM (
            SELECT ifnull(q.value, p.value) AS part
            FROM json_each(t.markdown_parts) p
            LEFT JOIN json_each('[' || replace(json_quote(t.body_text), '\n\n', '","') || ']') q
                ON p.type = 'integer' AND q.key = p.value
            ORDER BY p.key)) END
        FROM revision_texts t WHERE t.revision_id = r.id) AS body_markdown,
    (SELECT t.sources FROM revision_texts t WHERE t.revision_id = r.id) AS sources
FROM revisions r;

CREATE VIEW edited_stories AS
SELECT
    r.article_id,
    a.url,
    s.host AS site,
    r.number,
    r.captured_at,
    r.title,
    before.title AS title_before,
    r.word_count - before.word_count AS words_added,
    (SELECT group_concat(field, ', ') FROM (
        SELECT field FROM revision_changes c WHERE c.revision_id = r.id ORDER BY field)) AS changed,
    e.words_out,
    e.words_in,
    e.numbers_changed,
    e.quotes_changed,
    e.names_changed,
    e.share,
    r.cause
FROM articles a
CROSS JOIN sites s ON s.id = a.site_id
CROSS JOIN revisions r ON r.article_id = a.id
CROSS JOIN revisions before ON before.id = (
    SELECT b.id FROM revisions b
    WHERE b.article_id = r.article_id AND b.id <> r.id
        AND b.id NOT IN (SELECT revision_id FROM taken_back)
        AND (b.captured_at, b.number) < (r.captured_at, r.number)
    ORDER BY b.captured_at DESC, b.number DESC LIMIT 1)
LEFT JOIN edits e ON e.revision_id = r.id
WHERE a.revisions > 1 AND r.cause <> 'extractor' AND r.change = 'edit'
    AND r.id NOT IN (SELECT revision_id FROM taken_back);

CREATE VIEW gone_stories AS
SELECT
    a.id AS article_id,
    a.url,
    s.host AS site,
    r.title,
    r.published_at,
    a.gone_at,
    e.event,
    e.reason,
    e.text,
    (SELECT b.url FROM articles b WHERE b.id = a.successor_id) AS successor_url,
    a.last_captured_at,
    r.number AS last_revision,
    e.reason_code,
    e.reason_subject
FROM articles a
CROSS JOIN sites s ON s.id = a.site_id
CROSS JOIN revisions r ON r.id = a.revision_id
LEFT JOIN story_events e ON e.id = (
    SELECT f.id FROM story_events f WHERE f.article_id = a.id
        AND f.event IN ('gone', 'taken_down', 'replaced')
    ORDER BY f.at DESC, f.id DESC LIMIT 1)
WHERE a.gone_at IS NOT NULL;

CREATE VIEW stories_by_month AS
SELECT
    s.host AS site,
    m.month,
    m.stories,
    m.words
FROM (
    SELECT site_id, substr(ifnull(published_day, published_utc), 1, 7) AS month,
        count(*) AS stories, sum(word_count) AS words
    FROM articles WHERE revision_id IS NOT NULL GROUP BY 1, 2) m
JOIN sites s ON s.id = m.site_id;

CREATE VIEW site_summary AS
SELECT
    s.host AS site,
    s.home_url,
    (SELECT count(*) FROM articles a WHERE a.site_id = s.id) AS articles,
    (SELECT r.published_at FROM articles a JOIN revisions r ON r.id = a.revision_id
        WHERE a.site_id = s.id AND a.published_utc IS NOT NULL
        ORDER BY a.published_utc LIMIT 1) AS first_published_at,
    (SELECT r.published_at FROM articles a JOIN revisions r ON r.id = a.revision_id
        WHERE a.site_id = s.id AND a.published_utc IS NOT NULL
        ORDER BY a.published_utc DESC LIMIT 1) AS last_published_at,
    (SELECT max(a.last_captured_at) FROM articles a WHERE a.site_id = s.id) AS last_captured_at,
    (SELECT count(*) FROM articles a WHERE a.site_id = s.id AND a.revisions > 1 AND EXISTS (
        SELECT 1 FROM revisions r
        WHERE r.article_id = a.id AND r.number > 1 AND r.cause <> 'extractor')) AS revised,
    (SELECT count(*) FROM articles a WHERE a.site_id = s.id AND a.gone_at IS NOT NULL) AS gone,
    (SELECT count(*) FROM urls u WHERE u.site_id = s.id AND u.state = 'queued' AND u.held <> 1
            AND u.priority > -2000000000)
        + (SELECT count(*) FROM urls u WHERE u.site_id = s.id AND u.held = 1
            AND u.state = 'queued')
        + (SELECT count(*) FROM urls u WHERE u.site_id = s.id AND u.state = 'claimed'
            AND u.role <> 'requisite') AS queued,
    (SELECT count(*) FROM urls u WHERE u.site_id = s.id AND u.state = 'failed'
        AND u.role <> 'requisite' AND (u.role = 'page' OR u.source <> 'usual')) AS failed
FROM sites s
-- hosts of pictures alone are no newspapers
WHERE ifnull((SELECT u.role FROM urls u WHERE u.url = s.home_url), 'home') <> 'requisite';

CREATE VIEW not_archived AS
SELECT
    u.url,
    (SELECT s.host FROM sites s WHERE s.id = u.site_id) AS site,
    u.role,
    u.state,
    u.reason,
    u.attempts,
    u.visited_at,
    (SELECT v.url FROM urls v WHERE v.id = u.via_id) AS linked_from,
    u.reason_code,
    u.reason_subject
FROM urls u
WHERE (state IN ('failed', 'retry', 'gone', 'excluded')
        AND NOT (state = 'excluded' AND article_id IS NOT NULL))
    OR (state = 'done' AND role = 'page' AND article_id IS NULL);

CREATE VIEW story_pictures AS
SELECT
    i.id,
    i.article_id,
    i.revision_id,
    i.role,
    i.position,
    i.url,
    i.alt,
    i.caption,
    p.capture_id,
    (SELECT c.fetched_at FROM captures c WHERE c.id = p.capture_id) AS fetched_at,
    p.media_type,
    p.bytes,
    p.width,
    p.height,
    u.state,
    u.reason
FROM images i
LEFT JOIN urls u ON u.url = i.url
LEFT JOIN pictures p ON p.url_id = u.id;

CREATE VIEW reservations AS
SELECT c.id AS capture_id, c.url AS url, c.fetched_at AS fetched_at,
    json_extract(e.value, '$.what') AS what, json_extract(e.value, '$.value') AS value,
    json_extract(e.value, '$.reserved') AS reserved, json_extract(e.value, '$.source') AS source,
    json_extract(e.value, '$.name') AS name, json_extract(e.value, '$.agent') AS agent,
    ifnull(json_extract(e.value, '$.at'), c.url) AS stated_at
FROM captures c, json_each(c.reservations) e
WHERE c.reservations IS NOT NULL;

CREATE VIEW linked_stories AS
SELECT
    l.id,
    l.article_id,
    l.revision_id,
    (SELECT b.relation FROM _link_blocks b WHERE b.id = l.block_id) AS relation,
    (SELECT b.label FROM _link_blocks b WHERE b.id = l.block_id) AS label,
    l.position,
    (SELECT c.title FROM _link_cards c WHERE c.id = l.card_id) AS title,
    (SELECT c.excerpt FROM _link_cards c WHERE c.id = l.card_id) AS excerpt,
    (SELECT c.url FROM _link_cards c WHERE c.id = l.card_id) AS url,
    (SELECT c.image_url FROM _link_cards c WHERE c.id = l.card_id) AS image_url,
    (SELECT c.published_raw FROM _link_cards c WHERE c.id = l.card_id) AS published_raw,
    (SELECT k.fetched_at FROM captures k WHERE k.id = l.first_capture_id) AS first_seen_at,
    (SELECT k.fetched_at FROM captures k WHERE k.id = l.last_capture_id) AS last_seen_at,
    (SELECT d.key FROM _link_cards c JOIN _addresses d ON d.id = c.address_id
        WHERE c.id = l.card_id) AS key
FROM _links l;

CREATE VIEW story_addresses AS
SELECT
    d.key,
    k.article_id,
    (SELECT t.key FROM _addresses t WHERE t.id = d.leads_to_id) AS leads_to
FROM _addresses d
JOIN _linked k ON k.id = d.linked_id
WHERE k.article_id IS NOT NULL OR d.leads_to_id IS NOT NULL;

CREATE VIEW story_links AS
SELECT
    l.article_id,
    (SELECT a.url FROM articles a WHERE a.id = l.article_id) AS from_url,
    (SELECT r.title FROM revisions r WHERE r.id = l.revision_id) AS from_title,
    b.relation,
    b.label,
    l.position,
    (SELECT c.title FROM _link_cards c WHERE c.id = l.card_id) AS title,
    (SELECT c.excerpt FROM _link_cards c WHERE c.id = l.card_id) AS excerpt,
    (SELECT c.url FROM _link_cards c WHERE c.id = l.card_id) AS to_url,
    l.to_article_id,
    (SELECT k.fetched_at FROM captures k WHERE k.id = l.first_capture_id) AS first_seen_at,
    (SELECT k.fetched_at FROM captures k WHERE k.id = l.last_capture_id) AS last_seen_at
FROM _links l
JOIN _link_blocks b ON b.id = l.block_id
WHERE l.is_shown = 1;

CREATE VIEW story_graph AS
SELECT
    l.article_id AS from_article_id,
    (SELECT a.url FROM articles a WHERE a.id = l.article_id) AS from_url,
    (SELECT r.title FROM articles a JOIN revisions r ON r.id = a.revision_id
        WHERE a.id = l.article_id) AS from_title,
    (SELECT r.published_at FROM articles a JOIN revisions r ON r.id = a.revision_id
        WHERE a.id = l.article_id) AS from_published_at,
    (SELECT s.host FROM articles a JOIN sites s ON s.id = a.site_id
        WHERE a.id = l.article_id) AS from_site,
    b.relation,
    b.label,
    (SELECT min(m.position) FROM _links m WHERE m.article_id = l.article_id
        AND m.linked_id = l.linked_id AND m.block_id = l.block_id) AS position,
    l.to_article_id,
    (SELECT k.url FROM _linked k WHERE k.id = l.linked_id) AS to_url,
    (SELECT k.title FROM _linked k WHERE k.id = l.linked_id) AS to_title,
    (SELECT r.published_at FROM articles a JOIN revisions r ON r.id = a.revision_id
        WHERE a.id = l.to_article_id) AS to_published_at,
    (SELECT k.site FROM _linked k WHERE k.id = l.linked_id) AS to_site,
    (SELECT k.key FROM _linked k WHERE k.id = l.linked_id) AS to_key,
    l.to_article_id IS NOT NULL AS to_archived,
    (SELECT min(c.fetched_at) FROM _links m JOIN captures c ON c.id = m.first_capture_id
        WHERE m.article_id = l.article_id AND m.linked_id = l.linked_id
        AND m.block_id = l.block_id) AS first_seen_at,
    (SELECT max(c.fetched_at) FROM _links m JOIN captures c ON c.id = m.last_capture_id
        WHERE m.article_id = l.article_id AND m.linked_id = l.linked_id
        AND m.block_id = l.block_id) AS last_seen_at,
    (SELECT a.published_day FROM articles a WHERE a.id = l.article_id) AS from_published_day,
    (SELECT a.published_day FROM articles a WHERE a.id = l.to_article_id) AS to_published_day
FROM _links l
JOIN _link_blocks b ON b.id = l.block_id
WHERE l.is_edge = 1;

CREATE VIEW missing_stories AS
SELECT
    k.url,
    k.site,
    k.title,
    k.linked_by,
    k.relations,
    k.first_seen_at,
    k.last_seen_at,
    (SELECT u.state FROM urls u WHERE u.url = k.url) AS state,
    (SELECT u.reason FROM urls u WHERE u.url = k.url) AS reason,
    (SELECT u.reason_code FROM urls u WHERE u.url = k.url) AS reason_code
FROM _linked k
WHERE +k.article_id IS NULL AND k.linked_by > 0;

CREATE VIEW most_linked AS
SELECT
    k.article_id,
    k.url,
    k.site,
    k.title,
    (SELECT r.published_at FROM articles a JOIN revisions r ON r.id = a.revision_id
        WHERE a.id = k.article_id) AS published_at,
    k.linked_by,
    k.relations,
    k.first_seen_at,
    k.last_seen_at
FROM _linked k
WHERE k.linked_by > 0;

-- what analysts count ------------------------------------------------------------------------------
-- From narrow tables: a count over all stories does not read their texts, nor their revisions.

CREATE VIEW story_days AS
SELECT
    a.id AS article_id,
    (SELECT s.host FROM sites s WHERE s.id = a.site_id) AS site,
    (SELECT f.value FROM _story_facets t JOIN _facets f ON f.id = t.section
        WHERE t.article_id = a.id) AS section,
    (SELECT f.value FROM _story_facets t JOIN _facets f ON f.id = t.language
        WHERE t.article_id = a.id) AS language,
    a.published_day AS day,
    CASE WHEN a.published_utc LIKE '%T%' THEN a.published_utc END AS moment,
    CAST(substr(ifnull(a.published_day, a.published_utc), 1, 4) AS INTEGER) AS year,
    CASE WHEN length(ifnull(a.published_day, a.published_utc)) >= 7
        THEN substr(ifnull(a.published_day, a.published_utc), 1, 7) END AS month,
    -- the week of its Thursday: SQLite knows no weeks of ISO 8601 before version 3.46
    strftime('%Y-W', a.published_day, '-3 days', 'weekday 4') || substr('0' ||
        ((strftime('%j', a.published_day, '-3 days', 'weekday 4') + 6) / 7), -2) AS week,
    (strftime('%w', a.published_day) + 6) % 7 + 1 AS weekday,
    (SELECT CAST(substr(r.published_at, 12, 2) AS INTEGER) FROM revisions r
        WHERE r.id = a.revision_id AND r.published_at LIKE '%T%') AS hour,
    (SELECT substr(r.published_at, -6) FROM revisions r
        WHERE r.id = a.revision_id AND r.published_at LIKE '%T%'
        AND substr(r.published_at, -6, 1) IN ('+', '-')) AS utc_offset,
    a.word_count
FROM articles a
WHERE a.revision_id IS NOT NULL;

CREATE VIEW author_stories AS
SELECT
    w.author_id,
    o.name AS author,
    (SELECT s.host FROM sites s WHERE s.id = o.site_id) AS site,
    w.article_id,
    (SELECT a.url FROM articles a WHERE a.id = w.article_id) AS url,
    (SELECT r.title FROM articles a JOIN revisions r ON r.id = a.revision_id
        WHERE a.id = w.article_id) AS title,
    (SELECT f.value FROM _story_facets t JOIN _facets f ON f.id = t.section
        WHERE t.article_id = w.article_id) AS section,
    (SELECT a.published_day FROM articles a WHERE a.id = w.article_id) AS published_day,
    (SELECT a.word_count FROM articles a WHERE a.id = w.article_id) AS word_count,
    w.position,
    (SELECT count(*) FROM article_authors n WHERE n.article_id = w.article_id) AS authors
FROM article_authors w
JOIN authors o ON o.id = w.author_id;

CREATE VIEW tag_pairs AS
SELECT
    t.name AS tag,
    o.name AS other_tag,
    x.article_id,
    (SELECT s.host FROM articles a JOIN sites s ON s.id = a.site_id WHERE a.id = x.article_id)
        AS site,
    (SELECT a.published_day FROM articles a WHERE a.id = x.article_id) AS published_day
FROM article_tags x
JOIN article_tags y ON y.article_id = x.article_id AND y.tag_id <> x.tag_id
JOIN tags t ON t.id = x.tag_id
JOIN tags o ON o.id = y.tag_id;

-- A pair is there by the first band that both have: it is no group, so that WHERE reaches the indexes.
-- The list of all bands has SQLite walk the table rather than the index, where like stands by like.
-- likeness: n of eight bands of eight rows agree where (n / 8) ^ (1 / 8) of the phrases do.
CREATE VIEW story_copies AS
SELECT
    m.article_id,
    a.url,
    (SELECT s.host FROM sites s WHERE s.id = a.site_id) AS site,
    (SELECT r.title FROM revisions r WHERE r.id = a.revision_id) AS title,
    a.published_utc,
    n.article_id AS other_article_id,
    b.url AS other_url,
    (SELECT s.host FROM sites s WHERE s.id = b.site_id) AS other_site,
    (SELECT r.title FROM revisions r WHERE r.id = b.revision_id) AS other_title,
    b.published_utc AS other_published_utc,
    (SELECT CASE count(*) WHEN 1 THEN 0.77 WHEN 2 THEN 0.84 WHEN 3 THEN 0.88 WHEN 4 THEN 0.92
            WHEN 5 THEN 0.94 WHEN 6 THEN 0.96 WHEN 7 THEN 0.98 ELSE 1.0 END
        FROM _article_bands x CROSS JOIN _article_bands y
            ON y.band = x.band AND y.value = x.value AND y.article_id = n.article_id
        WHERE x.article_id = m.article_id) AS likeness
FROM _article_bands m
CROSS JOIN _article_bands n
    ON n.band = m.band AND n.value = m.value AND n.article_id <> m.article_id
CROSS JOIN articles a ON a.id = m.article_id
CROSS JOIN articles b ON b.id = n.article_id AND b.site_id <> a.site_id
WHERE m.band IN (0, 1, 2, 3, 4, 5, 6, 7)
    AND NOT EXISTS (
        SELECT 1 FROM _article_bands x CROSS JOIN _article_bands y
            ON y.band = x.band AND y.value = x.value AND y.article_id = n.article_id
        WHERE x.article_id = m.article_id AND x.band < m.band);

-- full-text search --------------------------------------------------------------------------------

-- The index covers the current revision of each article: its rows are those of the view `stories`.
-- An external-content FTS5 table needs the old values to forget a row, so the trigger gives them.
-- Datasette and sqlite-utils look for content="stories", spelled so, and for a column rowid.
CREATE VIRTUAL TABLE stories_fts USING fts5(
    title, standfirst, body_text, url UNINDEXED,
    content="stories", content_rowid="id",
    tokenize="unicode61 remove_diacritics 2"
);
-- New stories of a batch are entered at its end, together: whatever else is written between two of
-- them has FTS5 write what it has by then to the file. One that changes before is here meanwhile.
CREATE TABLE _unindexed (
    article_id INTEGER PRIMARY KEY REFERENCES articles(id)
) STRICT;
CREATE TRIGGER articles_search AFTER UPDATE OF revision_id ON articles
WHEN old.revision_id IS NOT new.revision_id
    AND NOT EXISTS (SELECT 1 FROM _unindexed u WHERE u.article_id = old.id)
BEGIN
    INSERT INTO stories_fts(stories_fts, rowid, title, standfirst, body_text)
    SELECT 'delete', old.id, r.title, r.standfirst, t.body_text
    FROM revisions r JOIN revision_texts t ON t.revision_id = r.id WHERE r.id = old.revision_id;
    INSERT INTO stories_fts(rowid, title, standfirst, body_text)
    SELECT new.id, r.title, r.standfirst, t.body_text
    FROM revisions r JOIN revision_texts t ON t.revision_id = r.id WHERE r.id = new.revision_id;
END;
CREATE TRIGGER articles_links AFTER UPDATE OF revision_id ON articles
WHEN old.revision_id IS NOT new.revision_id
BEGIN
    UPDATE _links SET is_shown = 0 WHERE revision_id = old.revision_id;
    UPDATE _links SET is_shown = 1 WHERE revision_id = new.revision_id;
END;

-- The words of stories by what their forms have in common (crawler/search/stems.py), so that a
-- search for one finds the others. Written where a story comes to stand; no word is taken out.
CREATE TABLE _word_forms (
    key TEXT NOT NULL,
    language TEXT NOT NULL,
    word TEXT NOT NULL,
    PRIMARY KEY (key, language, word)
) STRICT, WITHOUT ROWID;
-- Letters two by two of what is written without spaces between words; written with it. It has no
-- text of its own.
CREATE VIRTUAL TABLE _pairs_fts USING fts5(
    pairs, content="", tokenize="unicode61 remove_diacritics 0 categories 'L* M* N* Co'"
);

-- How many stories there are of each newspaper, month, section, author, tag, language, read time.
CREATE TABLE _facets (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN
        ('site', 'month', 'section', 'author', 'tag', 'language', 'minutes')),
    value TEXT NOT NULL,
    stories INTEGER NOT NULL DEFAULT 0,
    UNIQUE (kind, value)
) STRICT;
CREATE INDEX _facets_most ON _facets(kind, stories DESC) WHERE stories > 0;

-- The same of each story that stands, but authors and tags: narrow, for a search counts thousands.
CREATE TABLE _story_facets (
    article_id INTEGER PRIMARY KEY REFERENCES articles(id),
    published TEXT,
    day TEXT,
    site INTEGER NOT NULL REFERENCES _facets(id),
    month INTEGER REFERENCES _facets(id),
    section INTEGER REFERENCES _facets(id),
    language INTEGER REFERENCES _facets(id),
    minutes INTEGER REFERENCES _facets(id)
) STRICT;
CREATE INDEX _story_facets_site ON _story_facets(site);
CREATE INDEX _story_facets_day ON _story_facets(day);
CREATE INDEX _story_facets_section ON _story_facets(section);
CREATE INDEX _story_facets_language ON _story_facets(language);

-- What both are made of.
CREATE VIEW _facets_told AS
SELECT
    a.id AS article_id,
    a.published_utc AS published,
    ifnull(a.published_day, substr(a.published_utc, 1, 10)) AS day,
    s.host AS site,
    substr(ifnull(a.published_day, a.published_utc), 1, 7) AS month,
    nullif(r.section, '') AS section,
    lower(substr(r.language, 1, ifnull(nullif(instr(r.language, '-'), 0) - 1,
        length(r.language)))) AS language,
    CAST(r.read_time_minutes AS TEXT) AS minutes
FROM articles a
CROSS JOIN sites s ON s.id = a.site_id
CROSS JOIN revisions r ON r.id = a.revision_id;

CREATE TRIGGER articles_facets AFTER UPDATE OF revision_id, published_utc, published_day ON articles
WHEN old.revision_id IS NOT new.revision_id OR old.published_utc IS NOT new.published_utc
    OR old.published_day IS NOT new.published_day
BEGIN
    UPDATE _facets SET stories = stories - 1 WHERE id IN (
        SELECT site FROM _story_facets WHERE article_id = old.id
        UNION ALL SELECT month FROM _story_facets WHERE article_id = old.id
        UNION ALL SELECT section FROM _story_facets WHERE article_id = old.id
        UNION ALL SELECT language FROM _story_facets WHERE article_id = old.id
        UNION ALL SELECT minutes FROM _story_facets WHERE article_id = old.id);
    DELETE FROM _story_facets WHERE article_id = old.id;
    INSERT OR IGNORE INTO _facets (kind, value)
        SELECT 'site', site FROM _facets_told WHERE article_id = new.id
        UNION ALL SELECT 'month', month FROM _facets_told
            WHERE article_id = new.id AND month IS NOT NULL
        UNION ALL SELECT 'section', section FROM _facets_told
            WHERE article_id = new.id AND section IS NOT NULL
        UNION ALL SELECT 'language', language FROM _facets_told
            WHERE article_id = new.id AND language IS NOT NULL
        UNION ALL SELECT 'minutes', minutes FROM _facets_told
            WHERE article_id = new.id AND minutes IS NOT NULL;
    INSERT INTO _story_facets (article_id, published, day, site, month, section, language, minutes)
        SELECT article_id, published, day,
            (SELECT id FROM _facets f WHERE f.kind = 'site' AND f.value = t.site),
            (SELECT id FROM _facets f WHERE f.kind = 'month' AND f.value = t.month),
            (SELECT id FROM _facets f WHERE f.kind = 'section' AND f.value = t.section),
            (SELECT id FROM _facets f WHERE f.kind = 'language' AND f.value = t.language),
            (SELECT id FROM _facets f WHERE f.kind = 'minutes' AND f.value = t.minutes)
        FROM _facets_told t WHERE article_id = new.id;
    UPDATE _facets SET stories = stories + 1 WHERE id IN (
        SELECT site FROM _story_facets WHERE article_id = new.id
        UNION ALL SELECT month FROM _story_facets WHERE article_id = new.id
        UNION ALL SELECT section FROM _story_facets WHERE article_id = new.id
        UNION ALL SELECT language FROM _story_facets WHERE article_id = new.id
        UNION ALL SELECT minutes FROM _story_facets WHERE article_id = new.id);
END;
-- Of a story that is not counted yet, they are counted with it.
CREATE TRIGGER article_authors_added AFTER INSERT ON article_authors
WHEN EXISTS (SELECT 1 FROM _story_facets t WHERE t.article_id = new.article_id)
BEGIN
    INSERT OR IGNORE INTO _facets (kind, value)
        SELECT 'author', name FROM authors WHERE id = new.author_id;
    UPDATE _facets SET stories = stories + 1 WHERE kind = 'author'
        AND value = (SELECT name FROM authors WHERE id = new.author_id);
END;
CREATE TRIGGER article_authors_taken AFTER DELETE ON article_authors
BEGIN
    UPDATE _facets SET stories = stories - 1 WHERE kind = 'author'
        AND value = (SELECT name FROM authors WHERE id = old.author_id);
END;
CREATE TRIGGER article_tags_added AFTER INSERT ON article_tags
WHEN EXISTS (SELECT 1 FROM _story_facets t WHERE t.article_id = new.article_id)
BEGIN
    INSERT OR IGNORE INTO _facets (kind, value)
        SELECT 'tag', name FROM tags WHERE id = new.tag_id;
    UPDATE _facets SET stories = stories + 1 WHERE kind = 'tag'
        AND value = (SELECT name FROM tags WHERE id = new.tag_id);
END;
CREATE TRIGGER article_tags_taken AFTER DELETE ON article_tags
BEGIN
    UPDATE _facets SET stories = stories - 1 WHERE kind = 'tag'
        AND value = (SELECT name FROM tags WHERE id = old.tag_id);
END;

-- history is append-only --------------------------------------------------------------------------

-- A revision's page may be read anew: what was captured, and when, stays. Who does so says it first:
-- the extractor is '' until the new reading is entered whole.
CREATE TRIGGER revisions_are_never_changed BEFORE UPDATE ON revisions
WHEN (new.id, new.article_id, new.number, new.capture_id, new.captured_at)
        IS NOT (old.id, old.article_id, old.number, old.capture_id, old.captured_at)
    OR (old.extractor <> '' AND
        (new.content_digest, new.title, new.seo_title, new.authors, new.published_at,
            new.modified_at, new.read_time_minutes, new.standfirst, new.section, new.tags,
            new.language, new.word_count)
        IS NOT (old.content_digest, old.title, old.seo_title, old.authors, old.published_at,
            old.modified_at, old.read_time_minutes, old.standfirst, old.section, old.tags,
            old.language, old.word_count))
BEGIN SELECT RAISE(ABORT, 'revisions are append-only'); END;
CREATE TRIGGER revisions_are_never_deleted BEFORE DELETE ON revisions
BEGIN SELECT RAISE(ABORT, 'revisions are append-only'); END;
CREATE TRIGGER revision_texts_are_never_changed BEFORE UPDATE ON revision_texts
WHEN new.revision_id IS NOT old.revision_id
    OR (SELECT extractor FROM revisions WHERE id = old.revision_id) IS NOT ''
BEGIN SELECT RAISE(ABORT, 'revisions are append-only'); END;
CREATE TRIGGER revision_texts_are_never_deleted BEFORE DELETE ON revision_texts
BEGIN SELECT RAISE(ABORT, 'revisions are append-only'); END;
CREATE TRIGGER site_profiles_are_never_changed BEFORE UPDATE ON site_profiles
BEGIN SELECT RAISE(ABORT, 'site profiles are append-only'); END;
CREATE TRIGGER site_profiles_are_never_deleted BEFORE DELETE ON site_profiles
BEGIN SELECT RAISE(ABORT, 'site profiles are append-only'); END;
CREATE TRIGGER captures_are_never_changed BEFORE UPDATE ON captures
BEGIN SELECT RAISE(ABORT, 'captures are append-only'); END;
CREATE TRIGGER captures_are_never_deleted BEFORE DELETE ON captures
BEGIN SELECT RAISE(ABORT, 'captures are append-only'); END;
CREATE TRIGGER story_events_are_never_changed BEFORE UPDATE ON story_events
BEGIN SELECT RAISE(ABORT, 'story events are append-only'); END;
CREATE TRIGGER story_events_are_never_deleted BEFORE DELETE ON story_events
BEGIN SELECT RAISE(ABORT, 'story events are append-only'); END;
