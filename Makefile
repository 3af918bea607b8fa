# Every command of the house; `make help` lists them. Only Python 3.11 or newer is needed.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
PACKAGES := gateway graph resolvers domain persistence

.DEFAULT_GOAL := help
.PHONY: help setup run test test-fast test-reference check format schema access-matrix bench bench-quick bench-mixed bench-live bench-logins browser conformance lock clean

help: ## list the commands
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY) ## create the environment in .venv

$(READY): requirements-dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("QuestPath needs Python 3.11 or newer; set PYTHON=... to one." if sys.version_info < (3, 11) else 0)'
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e .
	@touch $@

run: $(READY) ## serve on http://127.0.0.1:8000/graphql with demo content; Ctrl-C stops it all
	@exec $(BIN)/questpath serve

test: $(READY) ## run every test, on a Postgres and a Redis-protocol server of their own
	@$(BIN)/pytest -n 2 --dist loadscope

test-fast: $(READY) ## run what needs no server of ours and less than a second a test
	@$(BIN)/pytest -n 2 --dist loadscope -m "not slow" tests/architecture tests/domain tests/persistence tests/graph

test-reference: $(READY) ## run what asks the schema once more, on graphql-core instead of the compiled engine
	@QUESTPATH_ENGINE=reference $(BIN)/pytest -q -n 2 --dist loadscope tests/graph tests/gateway tests/contract --ignore tests/graph/engine

check: $(READY) ## lint, types, import rules, SDL and migrations in step
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/questpath schema | cmp - schema.graphql || (echo "schema.graphql is behind: run 'make schema'"; exit 1)
	@$(BIN)/pytest -q tests/persistence/test_migrations.py

format: $(READY) ## format the code
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format --quiet .

schema: $(READY) ## write schema.graphql from the code
	@$(BIN)/questpath schema > schema.graphql

access-matrix: $(READY) ## write docs/access-matrix.md from the rules of the schema
	@$(BIN)/python -m graph.matrix > docs/access-matrix.md

browser: $(READY) ## drive the playground in Chromium (needs Node 20 and CHROMIUM=path)
	@tests/browser/run $(BIN)/questpath

conformance: $(READY) ## ask the gateway with the clients that people use (needs Node 20; 2 minutes)
	@tests/conformance/run $(BIN)/questpath

bench: $(READY) ## measure six shapes of request beside other servers (11 minutes)
	@$(BIN)/python -m bench

bench-mixed: $(READY) ## latencies under a thousand requests a second of all shapes (half a minute)
	@$(BIN)/python -m bench.mixed

bench-quick: $(READY) ## the same on a tenth of the data (3 minutes)
	@$(BIN)/python -m bench --quick

bench-logins: $(READY) ## measure what a hundred sign-ins at once cost everybody else (half a minute)
	@$(BIN)/python -m bench.logins

bench-live: $(READY) ## measure live boards beside Strawberry's own handler (1 minute)
	@$(BIN)/python -m bench.live

lock: ## resolve the dependencies anew (needs uv)
	uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url pyproject.toml -o requirements.lock
	uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url --extra dev pyproject.toml -o requirements-dev.lock
	uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url --python-version 3.11 tests/conformance/requirements.in -o tests/conformance/requirements.txt

clean: ## remove the environment and the data of the embedded database
	@rm -rf $(VENV) .data
