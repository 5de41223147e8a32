PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check --no-input

.PHONY: demo test check bench simulate simulate-mutants histories crash screenshots install clean

demo: install
	@$(BIN)/reconciled demo

test: install
	$(BIN)/python -m pytest

check: install
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: install
	$(BIN)/python -m bench

simulate: install
	$(BIN)/python -m tests.simulation

simulate-mutants: install
	MUTANTS=1 $(BIN)/python -m tests.simulation

histories: install
	$(BIN)/python -m tests.scenarios.histories

crash: install
	$(BIN)/python -m tests.crash

screenshots: install
	$(BIN)/python docs/screenshots.py

install: .venv/installed

.venv/installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Python 3.11 or newer is needed: make PYTHON=python3.12")'
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { echo "Python's ensurepip is missing: on Debian, apt install python3-venv" >&2; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(PIP) install --require-hashes -r requirements.lock
	$(PIP) install --no-build-isolation --no-deps -e .
	@touch $@

clean:
	rm -rf .venv build *.egg-info
