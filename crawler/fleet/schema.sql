-- What a fleet is: one row. Another version of these tables, or of the archives, stops a worker.
CREATE TABLE fleet (
    is_one          boolean PRIMARY KEY DEFAULT true CHECK (is_one),
    version         integer NOT NULL,
    archive_version integer NOT NULL,           -- the newest that a worker has written
    state           text NOT NULL,              -- the folder, or address, where archives are kept
    lease_seconds   double precision NOT NULL CHECK (lease_seconds >= 2),
    papers_digest   text NOT NULL DEFAULT '',   -- of what hemeroteca.toml says of papers
    paused_at       timestamptz
);

-- A paper, when it is due, and who has it. The fence grows with each taking.
CREATE TABLE site_leases (
    paper           text PRIMARY KEY,
    hosts           text[] NOT NULL CHECK (cardinality(hosts) > 0),
    every_seconds   double precision NOT NULL CHECK (every_seconds > 0),
    due_at          timestamptz NOT NULL,
    paused_at       timestamptz,
    retired_at      timestamptz,                -- not in hemeroteca.toml any more
    fence           bigint NOT NULL DEFAULT 0,
    holder          text,
    taken_at        timestamptz,
    heartbeat_at    timestamptz,
    expires_at      timestamptz,
    attempts        integer NOT NULL DEFAULT 0, -- failed in a row
    last_outcome    text,
    last_exit_code  integer,
    last_ended_at   timestamptz,
    last_success_at timestamptz,
    copies          text,                       -- the folder of copies of who had it last
    manifest        text,                       -- the object that lists the archive's
    archive_version integer NOT NULL DEFAULT 0,
    CHECK ((holder IS NULL) = (expires_at IS NULL))
) WITH (fillfactor = 70);

CREATE INDEX site_leases_due ON site_leases (due_at)
    WHERE holder IS NULL AND paused_at IS NULL AND retired_at IS NULL;
-- Not on expires_at: a heartbeat would write it anew each time.
CREATE INDEX site_leases_held ON site_leases (paper) WHERE holder IS NOT NULL;

-- One visitor a host: the row is there while a lease covers it.
CREATE TABLE held_hosts (
    host            text PRIMARY KEY,
    paper           text NOT NULL REFERENCES site_leases
);

-- What became of each lease; the last hundred of each paper.
CREATE TABLE lease_history (
    paper           text NOT NULL REFERENCES site_leases,
    fence           bigint NOT NULL,
    holder          text NOT NULL,
    due_at          timestamptz NOT NULL,
    taken_at        timestamptz NOT NULL,
    ended_at        timestamptz,
    outcome         text,
    exit_code       integer,
    missed          integer NOT NULL DEFAULT 0, -- times that it was due before it was taken
    PRIMARY KEY (paper, fence)
);

CREATE TABLE fleet_workers (
    holder          text PRIMARY KEY,
    host            text NOT NULL,
    pid             integer NOT NULL,
    release         text NOT NULL,
    slots           integer NOT NULL,
    started_at      timestamptz NOT NULL,
    seen_at         timestamptz NOT NULL,
    says            text                        -- why it takes no work
);
