# `make check` and `make test` are all a newcomer needs: each sets up what it needs, from nothing but Python >= 3.11 and
# a package index. `make help` lists the rest.

SHELL := /bin/bash
VENV ?= .venv
# The first Python that is new enough and can make environments; `make PYTHON=/path/to/python check` takes another.
PYTHON ?= $(shell for candidate in python3.11 python3 python3.12 python3.13 python3.14; do \
	$$candidate -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 \
		&& { echo $$candidate; break; }; done)
BIN := $(VENV)/bin
CHECK_OPTIONS ?=
TEST_OPTIONS ?=
BENCH_OPTIONS ?=

INSTALL = $(BIN)/python -m pip install --disable-pip-version-check --no-input --quiet
# Runs one step, saying what it is before and how long it took after.
define timed
@started=$$SECONDS; echo "==> $(1)"; $(2); outcome=$$?; echo "==> $(1): $$((SECONDS - started)) s"; exit $$outcome
endef

.PHONY: help setup check test test-slow test-long coverage vectors client-typescript kill-matrix lint bench requirements clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 19

setup: $(VENV)/.development ## create the environment with everything for development

check: $(VENV)/.runtime ## replay the crashes and scenarios, check every invariant (CHECK_OPTIONS=...)
	$(call timed,clearstone check,$(BIN)/clearstone check $(CHECK_OPTIONS))

test: $(VENV)/.development ## run the tests (TEST_OPTIONS=...)
	$(call timed,tests,$(BIN)/python -m pytest $(TEST_OPTIONS))

test-slow: $(VENV)/.development ## run the slow tests: a thousand schedules, every mutant (TEST_OPTIONS=...)
	$(call timed,slow tests,$(BIN)/python -m pytest -m slow --timeout=900 $(TEST_OPTIONS))

test-long: $(VENV)/.development ## run the tests that take an hour: every proof by other means, every mutant by every proof (TEST_OPTIONS=...)
	$(call timed,long tests,$(BIN)/python -m pytest -m long --timeout=3600 $(TEST_OPTIONS))

coverage: $(VENV)/.development ## run the tests; fail unless they reach every branch of the spec
	$(call timed,tests with coverage,$(BIN)/python -m pytest --cov --cov-report= $(TEST_OPTIONS))
	@$(BIN)/coverage report
	@$(BIN)/coverage report --include='spec/*' --fail-under=100 >/dev/null || { \
		echo 'coverage: the tests do not reach every branch of clearstone.spec' >&2; exit 1; }

vectors: $(VENV)/.runtime ## write the conformance vectors again, after a change of the spec
	$(call timed,vectors,$(BIN)/clearstone vectors vectors)

client-typescript: $(VENV)/.runtime ## build, test and check the client in TypeScript (needs Node 20 and npm)
	$(call timed,building the client,cd clients/typescript && npm ci --no-audit --no-fund && npm test)
	$(call timed,conformance of the client,$(BIN)/clearstone conform -- node clients/typescript/dist/main.js)

kill-matrix: $(VENV)/.runtime ## put every broken rule to every method: an hour or two; goes on where it was
	$(call timed,kill matrix,$(BIN)/clearstone kill-matrix --processes 2 --keep kill-matrix.jsonl --html kill-matrix.html)

lint: $(VENV)/.development ## ruff and mypy --strict
	$(call timed,ruff check,$(BIN)/ruff check .)
	$(call timed,ruff format,$(BIN)/ruff format --check .)
	$(call timed,mypy,$(BIN)/mypy --strict)

bench: $(VENV)/.development ## measure throughput (BENCH_OPTIONS=...)
	$(call timed,benchmarks,$(BIN)/python -m pytest benchmarks -o python_files='bench_*.py' -o python_functions='bench_*' -p no:randomly \
		--numprocesses=0 --timeout=0 --benchmark-enable --benchmark-only $(BENCH_OPTIONS))

requirements: ## resolve the dependencies again and pin them by hash (needs uv)
	requirements/regenerate

clean: ## remove the environment and everything generated
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis .benchmarks .coverage .coverage.* htmlcov build dist clients/typescript/dist clients/typescript/node_modules
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# Stamps: older than what they were made from, they are made again.
$(VENV)/.created:
	@if [ -z "$(PYTHON)" ]; then \
		echo "clearstone needs Python 3.11 or newer, with venv: none was found. Say where: make PYTHON=/path/to/python" >&2; \
		exit 1; fi
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "clearstone needs Python 3.11 or newer; $(PYTHON) is not" >&2; exit 1; }
	$(call timed,creating $(VENV) with $(PYTHON),"$(PYTHON)" -m venv --clear $(VENV))
	@touch $@

$(VENV)/.runtime: $(VENV)/.created requirements/runtime.txt pyproject.toml
	$(call timed,installing what clearstone runs on,$(INSTALL) --require-hashes --requirement requirements/runtime.txt \
		&& $(INSTALL) --no-deps --no-build-isolation --editable .)
	@touch $@

$(VENV)/.development: $(VENV)/.runtime requirements/development.txt
	$(call timed,installing what development needs,$(INSTALL) --require-hashes --requirement requirements/development.txt)
	@touch $@
