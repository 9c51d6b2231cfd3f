# Safeconduct: `make help` lists what there is to do.
#
# Everything is installed into .venv, from requirements/*.lock, every file checked against its hash.
# Each install step leaves a stamp file in .venv and is skipped until one of its inputs changes.

SHELL := /bin/sh
.DELETE_ON_ERROR:
.SUFFIXES:
.DEFAULT_GOAL := help

# The first Python of a supported version; `make PYTHON=/path/to/python3.12 ...` chooses another.
# Each candidate is run, because a launcher of that name may exist without the Python behind it.
is_supported := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 13))
PYTHON ?= $(shell for python in python3.11 python3.12 python3; do \
	if $$python -c '$(is_supported)' >/dev/null 2>&1; then echo $$python; break; fi; done)

# Compiles durable_rules. Its setup.py overwrites CFLAGS, and setuptools then drops the flags Python was
# built with, which leaves -O0: a quarter to a third slower. CC is the one variable that gets through.
NATIVE_CC ?= $(shell command -v gcc || command -v cc || command -v clang)
NATIVE_CC_FLAGS ?= -O2 -fwrapv

VENV := .venv
BIN := $(VENV)/bin
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes

HOST ?= 127.0.0.1
PORT ?= 8000
EXAMPLE ?= examples/thl-nih-diabetes.yaml
WORKERS ?= 2
FUZZ_SECONDS ?= 300

.PHONY: help run test check lint fuzz soak bench audit docs lines agreement install install-dev lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(firstword $(MAKEFILE_LIST))

run: install ## start the service on 127.0.0.1:8000 and print a first decision
	@exec $(BIN)/python scripts/run.py --host $(HOST) --port $(PORT) $(EXAMPLE)

# Every test of storage runs on SQLite and on PostgreSQL, found at 127.0.0.1:5432 or SAFECONDUCT_TEST_POSTGRESQL. Where
# there is none, those tests fail; SAFECONDUCT_TEST_POSTGRESQL=none leaves them out on purpose, and the run says so.
# Each worker begins with tests that stand side by side, so that what a module makes is made once, and takes over what is
# left from others in the end.
# Pages are looked at in the Chromium of the machine or in SAFECONDUCT_TEST_BROWSER; where there is none, the run says so.
test: install-dev ## run the whole test suite (ARGS="-k name" narrows it)
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(ARGS)

# The cases of the law are among the tests, where all workers share them.
check: lint ## lint, formats, types, rulesets and their cases, tests
	$(BIN)/safeconduct check
	$(MAKE) --no-print-directory test

lint: install-dev ## lint, formats and types only
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

fuzz: install-dev ## compare the two evaluators on random law for FUZZ_SECONDS (300)
	FUZZ_SECONDS=$(FUZZ_SECONDS) $(BIN)/python -m pytest -m fuzz $(ARGS)

soak: install-dev ## hundreds of thousands of decisions in one process, watching memory
	$(BIN)/python -m pytest -m soak $(ARGS)
	$(BIN)/python -m bench.soak

bench: $(VENV)/.bench ## measure speed, as ratios, beside other engines
	$(BIN)/python -m bench $(ARGS)

docs: install-dev ## write the parts of README.md and docs/ that are made from the law
	$(BIN)/python scripts/docs.py

lines: install-dev ## write docs/four-lines.md, the report on the four lines of effort; takes some minutes
	$(BIN)/safeconduct reform lines --output docs/four-lines.md $(ARGS)

agreement: install-dev ## compare our decisions with the regulators' published examples
	$(BIN)/python -m tests.published $(ARGS)

install: $(VENV)/.runtime ## install what the service needs into .venv

install-dev: $(VENV)/.dev ## install what tests and checks need into .venv

# --- installation ------------------------------------------------------------------------------------------

$(VENV)/.created:
	@if [ -z "$(PYTHON)" ]; then \
		echo "error: no Python 3.11 or 3.12 found (tried python3.11, python3.12, python3)" >&2; \
		echo "  help: install one, or name it: make PYTHON=/path/to/python3.11" >&2; exit 1; fi
	@if ! $(PYTHON) -c '$(is_supported)'; then \
		echo "error: Python 3.11 or 3.12 is needed, $(PYTHON) is something else" >&2; \
		echo "  help: durable_rules does not import on 3.13; name another: make PYTHON=/path/to/python3.11" >&2; \
		exit 1; fi
	@if ! $(PYTHON) -c 'import ensurepip, venv' 2>/dev/null; then \
		echo "error: $(PYTHON) cannot make virtual environments" >&2; \
		echo "  help: on Debian and Ubuntu install python3-venv" >&2; exit 1; fi
	$(PYTHON) -m venv --clear $(VENV)
	@touch $@

$(VENV)/.build: requirements/build.lock $(VENV)/.created
	$(PIP_INSTALL) -r requirements/build.lock
	@touch $@

# pip's cache is left aside: it could hold a copy that was compiled with other flags.
$(VENV)/.native: requirements/native.lock $(VENV)/.build
	@if [ -z "$(NATIVE_CC)" ]; then \
		echo "error: no C compiler found (tried gcc, cc, clang)" >&2; \
		echo "  help: durable_rules is compiled here; on Debian and Ubuntu install gcc and python3-dev" >&2; exit 1; fi
	@if ! $(BIN)/python -c 'import os, sysconfig as s, sys; sys.exit(not os.path.exists(s.get_path("include") + "/Python.h"))'; then \
		echo "error: the C headers of this Python (Python.h) are missing" >&2; \
		echo "  help: on Debian and Ubuntu install python3-dev" >&2; exit 1; fi
	CC="$(NATIVE_CC) $(NATIVE_CC_FLAGS)" $(PIP_INSTALL) --no-cache-dir --force-reinstall --no-deps \
		--use-pep517 --no-build-isolation -r requirements/native.lock
	@$(BIN)/python -c 'import durable_rules_engine'
	@touch $@

$(VENV)/.runtime: requirements/runtime.lock pyproject.toml $(VENV)/.native
	$(PIP_INSTALL) --only-binary :all: -r requirements/runtime.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-index --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements/dev.lock $(VENV)/.runtime
	$(PIP_INSTALL) --only-binary :all: -r requirements/dev.lock
	@touch $@

$(VENV)/.bench: requirements/bench.lock $(VENV)/.dev
	$(PIP_INSTALL) --only-binary :all: -r requirements/bench.lock
	@touch $@

# --- maintenance -------------------------------------------------------------------------------------------

# Resolved for 3.11 and every later supported version and platform at once.
LOCK := .lock-venv
UV_COMPILE = $(LOCK)/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --custom-compile-command "make lock" $(LOCK_ARGS)

lock: $(LOCK)/.created ## resolve requirements/*.lock anew (LOCK_ARGS=--upgrade takes new releases)
	$(UV_COMPILE) requirements/build.in -o requirements/build.lock
	$(UV_COMPILE) --no-deps requirements/native.in -o requirements/native.lock
	$(UV_COMPILE) pyproject.toml -c requirements/build.lock -o requirements/runtime.lock
	$(UV_COMPILE) pyproject.toml -c requirements/runtime.lock --extra tracing -o requirements/tracing.lock
	$(UV_COMPILE) pyproject.toml -c requirements/build.lock -c requirements/tracing.lock --group dev -o requirements/dev.lock
	$(UV_COMPILE) pyproject.toml -c requirements/dev.lock --group bench -o requirements/bench.lock
	$(UV_COMPILE) --group lock -o requirements/tools.lock

audit: $(LOCK)/.created ## ask whether what the locks name has known vulnerabilities (exit 3: not all could be checked)
	$(LOCK)/bin/python scripts/vulnerabilities.py $(ARGS)

$(LOCK)/.created: requirements/tools.lock
	$(PYTHON) -m venv --clear $(LOCK)
	$(LOCK)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/tools.lock
	@touch $@

clean: ## remove .venv and everything else that was generated
	rm -rf $(VENV) $(LOCK) build dist .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
