# make crawl            archive the demo newspaper
# make crawl SITE=URL CONTACT=MAIL   archive a real one
# make test             run the tests
# `make help` lists the rest.

SHELL := /bin/sh
.DEFAULT_GOAL := help

PYTHON  ?= python3
ARCHIVE ?= data/archive
SITE    ?=
CONTACT ?=
EDITION ?= morning
PORT    ?= 28017
# Tests at once: whole crawls wait more than they work, but each of so many processes collects all
# tests, and loads all, for itself.
JOBS    ?= 4
FUZZ_SECONDS ?= 60
MINUTES ?= 15

# A variable's value as one word for the shell, whatever is in it: spaces, quotes, dollars.
quoted = '$(subst ','\'',$(value $(1)))'

# Where Python is told to keep no bytecode, as in many containers, each of some hundred commands that
# the tests start would compile all modules anew, and each process of pytest all tests.
export PYTHONDONTWRITEBYTECODE :=

VENV  := .venv
BIN   := $(VENV)/bin
STAMP := $(VENV)/.installed
PEERS := .venv-peers
PEERS_STAMP := $(PEERS)/.installed
REPLAY := .venv-replay
REPLAY_STAMP := $(REPLAY)/.installed
READERS := .venv-readers
READERS_STAMP := $(READERS)/.installed
LOCK  := uv pip compile --quiet --universal --generate-hashes --no-emit-index-url \
         --python-version 3.11 --custom-compile-command "make lock"

.PHONY: help
help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | sort | expand -t 16

.PHONY: setup
setup: $(STAMP) ## install everything into .venv (done by every other target)

# The stamp is written last: an interrupted set-up is begun anew, a finished one costs nothing and
# needs no network.
$(STAMP): requirements/bootstrap.lock requirements/dev.lock
	@command -v $(call quoted,PYTHON) >/dev/null 2>&1 || { echo "setup: no" $(call quoted,PYTHON) "found. Install Python 3.11 or newer, or name one: make PYTHON=/path/to/python3"; exit 1; }
	@$(call quoted,PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "setup:" $(call quoted,PYTHON) "is older than Python 3.11. Install a newer one, or name it: make PYTHON=/path/to/python3.11"; exit 1; }
	@$(call quoted,PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "setup:" $(call quoted,PYTHON) "has no venv module. Install it (on Debian and Ubuntu: apt install python3-venv)"; exit 1; }
	@[ ! -L $(VENV) ] || { echo "setup: $(VENV) is a link to another folder, which is left alone. Remove the link"; exit 1; }
	@echo "setup: installing into $(VENV) (once)"
	@$(call quoted,PYTHON) -m venv --clear $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bootstrap.lock \
	  || { echo "setup: could not install uv. Is the package index reachable? Then run the same command again"; exit 1; }
	@$(BIN)/uv pip sync --quiet --compile-bytecode --require-hashes --python $(BIN)/python requirements/dev.lock \
	  || { echo "setup: could not install the dependencies. Is the package index reachable? Then run the same command again"; exit 1; }
	@touch $@

.PHONY: crawl
crawl: setup ## archive the demo newspaper, or SITE=https://...
ifeq ($(strip $(value SITE)),)
	@$(BIN)/scrapy demo --crawl --edition $(call quoted,EDITION) --port $(call quoted,PORT) -a archive=$(call quoted,ARCHIVE)
else
	@$(BIN)/scrapy crawl news -a site=$(call quoted,SITE) -a archive=$(call quoted,ARCHIVE) $(if $(value CONTACT),-a contact=$(call quoted,CONTACT))
endif

.PHONY: test
test: setup $(REPLAY_STAMP) $(READERS_STAMP) ## run all tests
	@$(BIN)/python -m pytest -q --durations=25 -n $(call quoted,JOBS) --dist worksteal

.PHONY: test-thorough
test-thorough: setup ## property tests alone, each on 2,000 examples, and kills at each step: minutes
	@HYPOTHESIS_PROFILE=thorough $(BIN)/python -m pytest -q --durations=25 -n $(call quoted,JOBS) -m "hypothesis or each_step"

# Other people's tools that read what we write. They pin old things: an environment of their own.
$(REPLAY_STAMP): requirements/replay.lock | setup
	@echo "setup: installing the tools that the tests read archives back with, into $(REPLAY) (once)"
	@$(BIN)/uv venv --quiet --clear --python $(BIN)/python $(REPLAY)
	@$(BIN)/uv pip sync --quiet --compile-bytecode --require-hashes --python $(REPLAY)/bin/python requirements/replay.lock \
	  || { echo "setup: could not install them. Is the package index reachable? Then run the same command again"; exit 1; }
	@touch $@

.PHONY: replay-tools
replay-tools: $(REPLAY_STAMP) ## install pywb, wacz and others, which the tests need, into .venv-replay

# What analysts read archives and exports with, and the validators of formats that we export.
$(READERS_STAMP): requirements/readers.lock | setup
	@echo "setup: installing the tools that the tests read data with, into $(READERS) (once)"
	@$(BIN)/uv venv --quiet --clear --python $(BIN)/python $(READERS)
	@$(BIN)/uv pip sync --quiet --compile-bytecode --require-hashes --python $(READERS)/bin/python requirements/readers.lock \
	  || { echo "setup: could not install them. Is the package index reachable? Then run the same command again"; exit 1; }
	@touch $@

.PHONY: reader-tools
reader-tools: $(READERS_STAMP) ## install pandas, DuckDB, Jupyter, validators, which the tests need, into .venv-readers

.PHONY: check
check: lint $(REPLAY_STAMP) $(READERS_STAMP) ## format, lint, types, generated docs, tests with coverage: what a change must pass
	@$(BIN)/python -m pytest -q --durations=25 -n $(call quoted,JOBS) --cov --cov-report=term

.PHONY: lint
lint: setup ## format, lint and types alone, and that each test file loads
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@loaded=$$($(BIN)/python -m pytest --collect-only -q 2>&1) || { printf '%s\n' "$$loaded" | tail -20; exit 1; }

.PHONY: format
format: setup ## format the code and mend what the linter can
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

.PHONY: docs
docs: setup $(READERS_STAMP) ## write anew what the documentation shows: outputs, schema, picture
	@$(BIN)/python -m docs.build
	@DOCS_PICTURES=docs/images $(BIN)/python -m pytest -q tests/room/test_pictures.py -k docs

.PHONY: room-pictures
room-pictures: setup ## each page of the reading room at three widths, light and dark, into data/pictures
	@mkdir -p data/pictures
	@PICTURES=data/pictures $(BIN)/python -m pytest -q tests/room/test_pictures.py

.PHONY: languages
languages: setup ## write the names of months that dateparser knows into data/languages/
	@$(BIN)/python -m docs.languages

.PHONY: wheel
wheel: setup ## build dist/hemeroteca-….whl, by what the locks pin
	@$(BIN)/python -m hatchling build -t wheel

.PHONY: audit
audit: setup ## whether a pinned dependency has a known vulnerability (needs the network, says so)
	@$(BIN)/python .ci/audit.py

# Of what the container has: the crawler with its notifiers.
.PHONY: sbom
sbom: setup ## the bill of materials, dist/hemeroteca.cdx.json (CycloneDX)
	@mkdir -p dist
	@PYTHONWARNINGS=ignore $(BIN)/cyclonedx-py requirements requirements/image.lock --pyproject pyproject.toml --short-PURLs \
	  --output-reproducible -o dist/hemeroteca.cdx.json
	@echo "sbom: dist/hemeroteca.cdx.json"

.PHONY: bench
bench: setup $(PEERS_STAMP) ## what a crawl costs beside bare Scrapy, wget and others: SITE=FILE.zip too
	@$(BIN)/python -m benchmarks.crawl --growth $(if $(value SITE),--site $(call quoted,SITE) --count 5000)

.PHONY: bench-warc
bench-warc: setup ## what writing WARC adds to the CPU time of a crawl
	@$(BIN)/python -m benchmarks.warc

.PHONY: bench-writing
bench-writing: setup $(PEERS_STAMP) ## requests and answers written into WARC a second, beside FastWARC and warcio
	@$(BIN)/python -m benchmarks.writing

.PHONY: bench-reextract
bench-reextract: setup ## archived pages read again from WARC, a second
	@$(BIN)/python -m benchmarks.reextract

.PHONY: bench-extract
bench-extract: setup $(PEERS_STAMP) ## quality and cost of extraction beside its peers, on pages with gold answers
	@$(BIN)/python -m benchmarks.extract --peers

# The peers are no dependencies of ours: an environment of their own, made when it is asked for.
.PHONY: peers
peers: setup $(PEERS_STAMP) ## install the extractors that bench-extract compares with, into .venv-peers

$(PEERS_STAMP): benchmarks/peers/peers.lock | setup
	@echo "peers: installing into $(PEERS) (once)"
	@$(BIN)/uv venv --quiet --clear --python $(BIN)/python $(PEERS)
	@$(BIN)/uv pip sync --quiet --compile-bytecode --require-hashes --python $(PEERS)/bin/python benchmarks/peers/peers.lock \
	  || { echo "peers: could not install them. Is the package index reachable? Then run the same command again"; exit 1; }
	@touch $@

.PHONY: bench-links
bench-links: setup ## linked stories on pages with gold answers: found, typed, titles, cost
	@$(BIN)/python -m benchmarks.links

.PHONY: bench-wayback
bench-wayback: setup $(REPLAY_STAMP) ## a newspaper that is gone, brought back from a collection of pywb
	@$(BIN)/python -m benchmarks.wayback

.PHONY: bench-monitors
bench-monitors: setup ## alarms of simulated years: right, wrong, late, missed
	@$(BIN)/python -m benchmarks.year

.PHONY: soak
soak: setup ## memory, open files and pages a second of a long crawl: MINUTES=15
	@$(BIN)/python -m benchmarks.soak --minutes $(MINUTES)

.PHONY: fuzz
fuzz: setup ## read invented broken pages for FUZZ_SECONDS, and stop at the first that fails
	@PYTHONPATH=. $(BIN)/python tests/extract/test_fuzz.py --seconds $(call quoted,FUZZ_SECONDS)

.PHONY: bench-frontier
bench-frontier: setup ## time and memory of the frontier at 10 k, 100 k and 1 M URLs
	@$(BIN)/python -m benchmarks.frontier

.PHONY: bench-profiles
bench-profiles: setup ## what 5, 20 and 100 pages of one invented paper teach of it
	@$(BIN)/python -m benchmarks.profiles

.PHONY: bench-discovery
bench-discovery: setup ## how much of demo sites and invented newspapers is found, and at what cost
	@$(BIN)/python -m benchmarks.discovery

.PHONY: bench-order
bench-order: setup ## the same stories at any pace, in any order of answers, killed or in many runs
	@$(BIN)/python -m benchmarks.order

.PHONY: bench-pictures
bench-pictures: setup replay-tools ## what pictures cost a run, and whether pages played back look as they did
	@$(BIN)/python -m benchmarks.pictures

.PHONY: bench-history
bench-history: setup ## how far edits and goings that an archive tells of can be trusted
	@$(BIN)/python -m benchmarks.history

.PHONY: bench-years
bench-years: setup ## three years of a newspaper in some twenty minutes, beside what there was: DAYS=1096
	@$(BIN)/python -m benchmarks.years --days $(or $(DAYS),1096) --a-day 4 data/years

.PHONY: test-kill
test-kill: setup ## thirty crawls killed at random moments, each compared with an undisturbed one
	@$(BIN)/python -m benchmarks.kill

.PHONY: test-fleet
test-fleet: setup $(REPLAY_STAMP) ## four workers on 200 newspapers, killed and hindered; rates at 100,000 papers: an hour
	@$(BIN)/python -m benchmarks.fleet

.PHONY: attack
attack: setup ## hostile servers, each beside a good newspaper: time, memory, what is stored, verify
	@$(BIN)/python -m benchmarks.attack

.PHONY: test-flips
test-flips: setup ## turn over bits all over an archive, and see that verify finds each
	@$(BIN)/python -m benchmarks.flips

.PHONY: bench-verify
bench-verify: setup ## how fast an archive is verified, and in how much memory
	@$(BIN)/python -m benchmarks.verify

.PHONY: bench-reading
bench-reading: setup ## every view and every query of the docs at 100 k stories, nothing in memory
	@$(BIN)/python -m benchmarks.reading

.PHONY: bench-merge
bench-merge: setup ## 200 archives merged: time, memory, the same in any order
	@$(BIN)/python -m benchmarks.merge
.PHONY: bench-large
bench-large: setup ## verbs on a million stories, and what storing reads and writes: an hour, 40 GB
	@$(BIN)/python -m benchmarks.large

.PHONY: bench-store
bench-store: setup ## stories stored a second of CPU, beside sqlite-utils, and what the parts cost alone
	@$(BIN)/python -m benchmarks.store

.PHONY: bench-search
bench-search: setup ## what a search, its facets and its chart cost at 100 k stories
	@$(BIN)/python -m benchmarks.search

.PHONY: bench-export
bench-export: setup ## what it costs to export 100 k stories, form by form
	@$(BIN)/python -m benchmarks.export

.PHONY: bench-render
bench-render: setup ## a newspaper of script, with a browser and without: stories, time, memory
	@$(BIN)/python -m benchmarks.render --write benchmarks/results/render.md

.PHONY: lock
lock: setup ## pin the dependencies of pyproject.toml anew (needs the network)
	@$(BIN)/$(LOCK) --upgrade requirements/bootstrap.in -o requirements/bootstrap.lock
	@$(BIN)/$(LOCK) --upgrade pyproject.toml -o requirements/main.lock
	@$(BIN)/$(LOCK) --upgrade pyproject.toml --extra bulk --extra fleet --extra notify --extra parquet --extra render --extra room --extra store --group dev -c requirements/main.lock -o requirements/dev.lock
	@$(BIN)/$(LOCK) --upgrade pyproject.toml --extra fleet --extra notify --extra parquet --extra store -c requirements/main.lock -c requirements/dev.lock -o requirements/image.lock
	@$(BIN)/$(LOCK) --upgrade requirements/replay.in -o requirements/replay.lock
	@$(BIN)/$(LOCK) --upgrade requirements/readers.in --override requirements/readers.override -o requirements/readers.lock
	@$(BIN)/$(LOCK) --upgrade benchmarks/peers/requirements.in -o benchmarks/peers/peers.lock

.PHONY: clean
clean: ## remove .venv and caches; archives stay
	@rm -rf $(VENV) $(PEERS) $(REPLAY) $(READERS) .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage htmlcov
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
