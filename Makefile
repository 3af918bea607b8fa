# The commands of QuestPath; `make help` lists them. Only Python 3.11 or newer is needed.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# One marker per lock, so that `make test` after `make run` adds to the same environment.
RUN := $(VENV)/.run
DEV := $(VENV)/.dev
RUN_MB := 225
DEV_MB := 426
AI_MB := 105

.DEFAULT_GOAL := help
.PHONY: help setup run ai test test-fast test-reference test-random check format schema changelog access-matrix bench bench-quick bench-smoke bench-mixed bench-overload bench-k6 bench-live bench-logins bench-attacks bench-jobs bench-search bench-answers bench-engines bench-growth browser conformance deployment coverage audit-code audit-packages sbom release-files lock clean

help: ## list the commands
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

define install
	@$(PYTHON) -c 'import sys; sys.exit("QuestPath needs Python 3.11 or newer; set PYTHON=... to one." if sys.version_info < (3, 11) else 0)'
	@test -x $(BIN)/python || { echo "Creating $(VENV) with $$($(PYTHON) --version) ..."; $(PYTHON) -m venv $(VENV); }
	@echo "Installing $$(grep -c '^[a-z0-9].*==' $(1)) packages of $(1) into $(VENV) (about $(2) MB) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(1)
	@echo "Installing QuestPath itself, as a link to this folder ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e .
	@echo "Ready."
endef

setup: $(RUN) ## create .venv with what `make run` needs; tests and checks add theirs when they first run

$(RUN): requirements-run.lock pyproject.toml
	$(call install,requirements-run.lock,$(RUN_MB))
	@touch $@

$(DEV): requirements-dev.lock pyproject.toml
	$(call install,requirements-dev.lock,$(DEV_MB))
	@touch $@ $(RUN)

run: $(RUN) ## serve on http://localhost:8000/graphql with demo content; Ctrl-C stops it
	@exec $(BIN)/questpath serve

ai: $(RUN) ## add what providers of language models need; docs/operators/ai.md says how to set one
	$(call install,requirements-ai.lock,$(AI_MB))

test: $(DEV) ## run every test, on a Postgres and a Redis-protocol server of their own
	@$(BIN)/pytest -n 2 --dist loadscope --no-loadscope-reorder

test-fast: $(DEV) ## run the tests of rules and of the code's layout, which need no database
	@PYTHONDONTWRITEBYTECODE= $(BIN)/pytest -n 2 --dist loadscope -p no:schemathesis -p no:valkey -m "not slow" tests/architecture tests/domain

test-reference: $(DEV) ## run the tests that execute documents again, on graphql-core instead of the compiled engine
	@QUESTPATH_ENGINE=reference $(BIN)/pytest -q -n 2 --dist loadscope tests/graph tests/resolvers tests/gateway/operations tests/gateway/streams tests/gateway/telemetry --ignore tests/graph/engine

test-random: $(DEV) ## run the property tests on new random examples; `make test` repeats the same ones
	@$(BIN)/pytest -n 2 --dist loadscope --hypothesis-profile=random tests/domain tests/persistence tests/resolvers tests/graph tests/gateway

check: $(DEV) ## lint, types, import rules, SDL and migrations in step and without long locks
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/questpath schema | cmp - schema.graphql || (echo "schema.graphql is behind: run 'make schema'"; exit 1)
	@$(BIN)/pytest -q tests/persistence/test_migrations.py tests/persistence/test_migration_lint.py

format: $(DEV) ## format the code
	@$(BIN)/ruff check --fix-only --quiet .
	@$(BIN)/ruff format --quiet .

schema: $(DEV) ## write schema.graphql from the code
	@$(BIN)/questpath schema > schema.graphql

changelog: $(DEV) ## write what changed in the schema since the last release into CHANGELOG.md
	@$(BIN)/questpath schema changes docs/releases/schema.graphql --decisions docs/decisions --changelog CHANGELOG.md | tail -1

access-matrix: $(DEV) ## write docs/access-matrix.md from the access rules
	@$(BIN)/python -m graph.access_matrix > docs/access-matrix.md

browser: $(DEV) ## drive the playground in Chromium (needs Node 20 and CHROMIUM=path)
	@tests/browser/run $(BIN)/questpath

conformance: $(DEV) ## test the gateway with common GraphQL clients (needs Node 20; 3 minutes)
	@tests/conformance/run $(BIN)/questpath

deployment: $(DEV) ## try the files in deploy/ with Debian's servers (needs root for tests/deployment/install)
	@tests/deployment/install
	@$(BIN)/pytest -q tests/deployment

coverage: $(DEV) ## run every test and refuse less than 90 % of lines and branches (20 minutes)
	@$(BIN)/coverage erase
	@$(BIN)/coverage run -m pytest -q -n 2 --dist loadscope --no-loadscope-reorder
	@$(BIN)/coverage combine --quiet
	@$(BIN)/coverage report --skip-covered --format=total

audit-code: ## look for insecure code and workflows (bandit, zizmor)
	@PYTHON=$(PYTHON) tests/audits/run code

audit-packages: ## look for known holes in the pinned dependencies (pip-audit, npm audit; needs Node 20 and their servers)
	@PYTHON=$(PYTHON) tests/audits/run packages

sbom: ## write the bill of materials to sbom.json, in the format of CycloneDX
	@PYTHON=$(PYTHON) tests/audits/run sbom

release-files: $(DEV) ## write wheel, SDL and notes of the version TAG=v1.2.3 to dist/
	@deploy/release-files $(BIN)/python $(TAG) dist

bench: $(DEV) ## measure seven shapes of request beside other servers (12 minutes)
	@$(BIN)/python -m bench

bench-quick: $(DEV) ## the same on a tenth of the data (3 minutes)
	@$(BIN)/python -m bench --quick

bench-mixed: $(DEV) ## latencies under a thousand requests a second of all shapes, and the machine's own speed (half a minute)
	@$(BIN)/python -m bench.mixed_load

bench-overload: $(DEV) ## what is answered, and how late, at twice the capacity (half a minute)
	@$(BIN)/python -m bench.overload

bench-k6: $(DEV) ## learners in k6 until the gateway breaks: SCENARIO=normal, peak, stress or soak (2 to 30 minutes)
	@$(BIN)/python -m bench.k6_load $(or $(SCENARIO),normal)

bench-live: $(DEV) ## measure subscriptions to the live board beside Strawberry's own handler (1 minute)
	@$(BIN)/python -m bench.subscriptions

bench-logins: $(DEV) ## latencies of other requests during a hundred logins (half a minute)
	@$(BIN)/python -m bench.logins

bench-attacks: $(DEV) ## latencies of other requests while one address sends what is dear to refuse (4 minutes)
	@$(BIN)/python -m bench.attacks

bench-jobs: $(DEV) ## measure jobs a second beside procrastinate on the same Postgres (2 minutes)
	@$(BIN)/python -m bench.jobs

bench-search: $(DEV) ## latencies of searches in 50 000 questions and 200 000 nodes (3 minutes)
	@$(BIN)/python -m bench.search

bench-answers: $(DEV) ## test whether the time of an answer tells a right one from a wrong one (half a minute)
	@$(BIN)/python -m bench.answer_timing

bench-engines: $(DEV) ## measure the compiled engine beside graphql-core, without a database (half a minute)
	@$(BIN)/python -m bench.engines

bench-growth: $(DEV) ## bytes per learner by table and index, and the statements of a session (half a minute)
	@$(BIN)/python -m bench.growth

bench-smoke: $(DEV) ## run each benchmark for a moment and check that its figures come out (3 minutes)
	@$(BIN)/python -m bench --smoke
	@$(BIN)/python -m bench.mixed_load --smoke
	@$(BIN)/python -m bench.overload --smoke
	@for scenario in normal peak stress soak; do $(BIN)/python -m bench.k6_load $$scenario --smoke || exit 1; done
	@$(BIN)/python -m bench.subscriptions --smoke
	@$(BIN)/python -m bench.logins --smoke
	@$(BIN)/python -m bench.attacks --smoke
	@$(BIN)/python -m bench.jobs --smoke
	@$(BIN)/python -m bench.search --smoke
	@$(BIN)/python -m bench.answer_timing --smoke
	@$(BIN)/python -m bench.engines --smoke
	@$(BIN)/python -m bench.growth --smoke

lock: ## resolve the dependencies anew (needs uv)
	uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url pyproject.toml -o requirements.lock
	uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url --extra run pyproject.toml -o requirements-run.lock
	uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url --extra ai pyproject.toml -o requirements-ai.lock
	uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url --extra dev pyproject.toml -o requirements-dev.lock
	uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url --no-annotate --python-version 3.11 deploy/build.in -o deploy/build.lock
	uv pip compile --quiet --universal --generate-hashes --no-header --no-emit-index-url --python-version 3.11 tests/conformance/requirements.in -o tests/conformance/requirements.txt

clean: ## remove the environment and the data of the embedded database
	@rm -rf $(VENV) .data
