# `make` alone lists the targets. Everything happens inside .venv; nothing else is installed, but see `packages`.
PYTHON ?= python3
BIN := .venv/bin
CODE := $(wildcard src tests checks proofs bench)
RUNNING := .venv/.running
DEVELOPING := .venv/.developing
COMPILE := $(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --quiet \
	--no-header --no-annotate --no-emit-index-url --no-emit-find-links
WORKERS ?= 2
# Compiled modules are kept, whatever the environment says: every command and every child process starts twice as fast.
export PYTHONDONTWRITEBYTECODE =

.DEFAULT_GOAL := help
.PHONY: help demo setup check test chaos packages proof-archive proof-memory bench lock clean

help: ## List the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 24

demo: $(RUNNING) ## Set everything up, import a sample mailbox with live progress, show what was found
	@$(BIN)/mailmill demo

setup: $(DEVELOPING) ## Make .venv with everything to run, check and test Mailmill

check: $(DEVELOPING) ## Style, types, import contracts, and the rules of the house
	$(BIN)/ruff check $(CODE)
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/mypy $(CODE)
	$(BIN)/lint-imports --no-logo
	$(BIN)/python -m checks

# Two passes: what measures or kills must run alone, and runs first, so that the last line tells of the many.
# Exit code 5 of pytest says that no test has the marker.
test: $(DEVELOPING) packages ## Install what the tests need and run all of them
	@serial=0; together=0; \
	$(BIN)/pytest -m serial || serial=$$?; \
	$(BIN)/pytest -m "not serial" -n $(WORKERS) || together=$$?; \
	[ $$serial -eq 0 -o $$serial -eq 5 ] && [ $$together -eq 0 ]

N ?= 200
chaos: $(DEVELOPING) packages ## Kill, freeze, fill up and lock imports; nothing may be lost (N=200 kills, SEED drawn)
	$(BIN)/python -m proofs.chaos --kills $(N) $(if $(SEED),--seed $(SEED))

packages:
	@tests/system-packages strace

proof-archive: $(DEVELOPING) ## Archive the mails of FOLDER in every form, byte for byte, none twice (ARGS="--ham 'easy*'")
	@test -n "$(FOLDER)" || { echo "Name a folder of mails: make proof-archive FOLDER=…"; exit 2; }
	$(BIN)/python -m proofs.archive "$(FOLDER)" $(ARGS)

proof-memory: $(DEVELOPING) ## Import 2 GB in under 300 MB of memory (needs 6 GB of disk; GB=0.3 for less)
	$(BIN)/python -m proofs.memory --gb $(or $(GB),2)

bench: $(DEVELOPING) ## Measure against notmuch and mu on 20,000 mails (15 min; BENCH="--mails 2000" measures fewer)
	@tests/system-packages notmuch mu:maildir-utils
	$(BIN)/python -m bench $(BENCH)

lock: $(DEVELOPING) ## Pin the newest versions that pyproject.toml allows
	$(COMPILE) --upgrade --group build -o requirements.txt
	$(COMPILE) --upgrade --group dev --constraints requirements.txt -o requirements-dev.txt

clean: ## Remove .venv and everything that tools left behind; the data folder stays
	rm -rf .venv build dist src/*.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find $(CODE) -name __pycache__ -type d -prune -exec rm -rf {} +

# What runs Mailmill (a target that only runs it needs no more), and on top of it what develops it.
# Made again only when a file on the right has changed.
$(RUNNING): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Mailmill needs Python 3.11 or newer; name one: make PYTHON=python3.12"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install -qq --no-compile --require-hashes --requirement requirements.txt
	$(BIN)/python -m pip install -qq --no-compile --no-deps --no-build-isolation --editable .
	@touch $@

$(DEVELOPING): requirements-dev.txt $(RUNNING)
	$(BIN)/python -m pip install -qq --no-compile --require-hashes --requirement requirements-dev.txt
	@touch $@
