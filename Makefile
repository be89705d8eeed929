# Everything here needs Python 3.10 or newer, make and git. `make help` lists the commands.

PYTHON ?= python3
BIN := .venv/bin
# What is pinned and nothing else: pip resolves nothing, so that a new release changes nothing.
PIP := $(BIN)/python -m pip --disable-pip-version-check
INSTALL := $(PIP) install --quiet --no-deps
# In parallel: as many processes as there are cores.
PYTEST := $(BIN)/python -m pytest --numprocesses=auto --dist=worksteal
SPHINX = $(BIN)/python -m sphinx --quiet -W --keep-going --fresh-env docs docs/_build/html
COMPILE := uv pip compile --quiet --universal --upgrade \
	--generate-hashes --no-emit-index-url --no-emit-find-links \
	--custom-compile-command 'make requirements'
LOCK := $(COMPILE) pyproject.toml --python-version 3.10
# In this order: what one library's environment shares with ours has the versions of ours.
MEASURED := ours flask_cors_6 starlette django quart falcon tools

.DELETE_ON_ERROR:
.PHONY: help demo quick test newest compat fuzz mutate bench check dist docs format requirements clean

help:  ## this list
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' Makefile | expand -t 22

demo: .venv/run.stamp  ## serve an API and a page that calls it from another origin
	$(BIN)/python examples/two_origins

quick: .venv/test.stamp  ## run the tests that are not live
	$(PYTEST) --ignore=tests/live

test: .venv/live.stamp .venv/docs.stamp  ## run all tests; the live ones need Chromium and Firefox
	$(PYTEST) --ignore=tests/live --cov
	$(PYTEST) tests/live

fuzz: .venv/prove.stamp .venv/live.stamp  ## new examples for the properties and for Chromium, then fuzz the parsers: hours
	$(BIN)/python -m pytest tests/properties --hypothesis-profile=fuzz
	LIVE_SEED=$$(date +%s) LIVE_CASES=1000 $(BIN)/python -m pytest tests/live/simulator
	mkdir -p .fuzz
	$(BIN)/python -m tests.fuzz -max_total_time=3600 -max_len=5000 -timeout=5 -use_value_profile=1 \
		-artifact_prefix=.fuzz/ -dict=tests/fuzz/parsers.dict .fuzz tests/data/parsers

mutate: .venv/prove.stamp  ## change the code in every small way, and see that a test notices: an hour
	$(BIN)/python scripts/mutate.py

bench: .venv/python.stamp  ## measure this and other libraries, and what is to be reached: 20 minutes
	$(BIN)/python -m benchmarks

check: .venv/check.stamp  ## lint, types, contracts, spelling, workflows, every Python, oldest dependencies, the wheel
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/pyright
	$(BIN)/ty check --quiet
	$(BIN)/pyrefly check --summary=none
	$(BIN)/lint-imports
	$(BIN)/codespell
	$(BIN)/zizmor --offline --quiet .github
	$(SPHINX)
	$(BIN)/python scripts/check_requirements.py
	$(BIN)/python scripts/check_wheel.py
	$(BIN)/python scripts/check_pythons.py

newest: .venv/check.stamp  ## run what is not live on the newest releases, and on pre-releases; gates nothing
	$(BIN)/python scripts/check_newest.py

dist: .venv/check.stamp  ## build and check what a release uploads, in dist
	rm -rf dist
	$(BIN)/python scripts/check_wheel.py dist

compat: .venv/check.stamp  ## run the tests of flask-cors 6 and of packages that use it on both: half an hour
	$(BIN)/python scripts/compat.py

docs: .venv/docs.stamp  ## build the documentation: docs/_build/html/index.html
	$(SPHINX)

format: .venv/check.stamp  ## format the code and fix what the linter can
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

requirements: .venv/check.stamp  ## pin the newest versions that pyproject.toml admits
	$(BIN)/$(LOCK) --group build --output-file requirements/run.txt
	$(BIN)/$(LOCK) --group build --group test --output-file requirements/test.txt
	$(BIN)/$(LOCK) --group build --group test --group live --output-file requirements/live.txt
	$(BIN)/$(LOCK) --group build --group test --resolution lowest-direct --output-file requirements/oldest.txt
	$(BIN)/$(LOCK) --group build --group docs --output-file requirements/docs.txt
	$(BIN)/$(LOCK) --group build --group docs --group test --group live --group check --output-file requirements/check.txt
	$(BIN)/$(LOCK) --group build --group test --group prove --output-file requirements/prove.txt
	set -e; for name in $(MEASURED:%=benchmarks/requirements/%); do \
		$(BIN)/$(COMPILE) $$name.in --python-version 3.11 --output-file $$name.txt; done

clean:  ## remove .venv and what the tools left
	rm -rf .venv build .coverage .fuzz .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache dist docs/_build
	find . -name __pycache__ -prune -exec rm -rf {} +

# A stamp is newer than the requirements it installed, so the second run installs nothing.
# Each holds what the one before it holds: run < test < live < check, run < docs < check, and
# test < prove.

.venv/python.stamp:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10) and \
		"Flask-CORS needs Python 3.10 or newer. Name one: make PYTHON=python3.12 ...")'
	$(PYTHON) -m venv .venv
	@touch $@

.venv/run.stamp: .venv/python.stamp requirements/run.txt pyproject.toml
	$(INSTALL) --require-hashes --requirement requirements/run.txt
	$(INSTALL) --no-build-isolation --editable .
	$(PIP) check
	@touch $@

.venv/test.stamp: .venv/run.stamp requirements/test.txt
	$(INSTALL) --require-hashes --requirement requirements/test.txt
	$(PIP) check
	@touch $@

.venv/live.stamp: .venv/test.stamp requirements/live.txt
	$(INSTALL) --require-hashes --requirement requirements/live.txt
	$(PIP) check
	@touch $@

.venv/docs.stamp: .venv/run.stamp requirements/docs.txt
	$(INSTALL) --require-hashes --requirement requirements/docs.txt
	$(PIP) check
	@touch $@

.venv/check.stamp: .venv/live.stamp .venv/docs.stamp requirements/check.txt
	$(INSTALL) --require-hashes --requirement requirements/check.txt
	$(PIP) check
	@touch $@

.venv/prove.stamp: .venv/test.stamp requirements/prove.txt
	$(INSTALL) --require-hashes --requirement requirements/prove.txt
	$(PIP) check
	@touch $@
