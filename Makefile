# Everything runs in a virtual environment inside the checkout, which the first target to need it sets up.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Three to a core, since a third of the time of the tests is waiting for programs, polls and drills.
JOBS ?= 6

# Each process of the tests, and each call of the program in them, would compile everything anew.
unexport PYTHONDONTWRITEBYTECODE

# Nothing is installed whose hash is not in a lock file, the backend that builds the package included. There are
# several, since pip takes all of a file with hashes: what the program needs, that with the tools for development, and
# the programs that it is measured beside.
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check
LOCK_ALL := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	--no-emit-index-url
LOCK := $(LOCK_ALL) --group build pyproject.toml

.DEFAULT_GOAL := help
.PHONY: help demo run test suite faults pythons lint check bench screenshots snapshots schema keys library library-suite lock clean

help:
	@echo "make demo         try it: the console against the built-in sandbox"
	@echo "make run          the console with your own runbooks"
	@echo "make test         format, lint, types, import contracts, tests"
	@echo "make faults       try every experiment and promise, and look for faults at random: takes long"
	@echo "make pythons      what the program does on every other Python that is here"
	@echo "make lint         the same without the tests"
	@echo "make bench        measure start-up, catalog, output and machine"
	@echo "make screenshots  take the pictures again"
	@echo "make snapshots    write what the tests of the screens compare with again"
	@echo "make library-suite  run the library against servers and programs of others"
	@echo "make library      prove the actions of integrations, and write what proves them into docs/integrations.md"
	@echo "make lock         write the lock files again"
	@echo "make schema       write the schema beside the bundled runbooks again"
	@echo "make keys         write the table of keys in docs/console.md again"

demo: $(VENV)/.ready
	@$(BIN)/pup-tui demo

run: $(VENV)/.ready
	@$(BIN)/pup-tui

# Side by side: what is checked of the texts takes one core and is over long before the tests are.
test: $(VENV)/.ready-dev
	@$(MAKE) --no-print-directory --jobs 2 lint suite

# Whoever is done takes over what others have left: tests that take long stand together. Rows of a table share
# a test; which of them failed is told, and without the option each is a test that can be chosen by its name.
suite: $(VENV)/.ready-dev $(VENV)/.compiled
	$(BIN)/pytest -n $(JOBS) --dist worksteal --in-batches $(TESTS)

lint: $(VENV)/.ready-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

# Seconds for each search through scripts; property tests go by a number of examples.
FAULTS_SECONDS ?= 120
faults: $(VENV)/.ready-dev
	HYPOTHESIS_PROFILE=faults PUP_TUI_FUZZ_SECONDS=$(FAULTS_SECONDS) $(BIN)/pytest -n $(JOBS) --dist worksteal \
		-m "faults or proves" --proofs --timeout 3600

# Each in an environment of its own: the whole program, from its command line to the processes of its steps.
PYTHONS ?= $(wildcard $(HOME)/.pyenv/versions/3.1[2-9].*/bin/python3) \
	$(foreach minor,12 13 14 15,$(shell python3.$(minor) -c 'import sys; print(sys.executable)' 2>/dev/null))
ON_PYTHONS ?= tests/cli/test_running.py tests/headless tests/drivers tests/steps tests/output tests/journal
pythons:
	@failed=; \
	for python in $(PYTHONS); do \
		echo "$$python:"; \
		$(MAKE) --no-print-directory suite PYTHON="$$python" TESTS="$(ON_PYTHONS)" \
			VENV=".venv-$$("$$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')" \
			|| failed="$$failed $$python"; \
	done; \
	if [ -n "$$failed" ]; then echo "not with$$failed" >&2; exit 1; fi

# Programs that do the same are measured beside, from an environment of their own; without them their rows are left out.
PEERS := .venv-peers
bench: $(VENV)/.ready-dev
	@$(MAKE) --no-print-directory $(PEERS)/.ready || echo "without ansible: its row is left out" >&2
	PATH="$$PATH:$(CURDIR)/$(PEERS)/bin" $(BIN)/python -m tests.bench

screenshots: $(VENV)/.ready-dev
	$(BIN)/python -m tests.screenshots

# Look at what changed before it is committed.
snapshots: $(VENV)/.ready-dev
	$(BIN)/pytest -n $(JOBS) tests/tui/test_snapshots.py --write-snapshots

schema: $(VENV)/.ready
	$(BIN)/pup-tui schema --bundled > runbooks/runbook.schema.json

keys: $(VENV)/.ready-dev
	$(BIN)/python -m tests.support.keys_table

library-suite: $(VENV)/.ready-dev $(VENV)/.compiled
	$(BIN)/pytest -n $(JOBS) --dist worksteal -m library tests/integrations

# Descriptions of vendors are in the folder that TESTS_DESCRIPTIONS names; without it their actions are not proved.
library: $(VENV)/.ready-dev
	@rm -f .library
	TESTS_PROVED=$(CURDIR)/.library $(BIN)/pytest -n $(JOBS) -m "not long" tests/integrations
	$(BIN)/python -m tests.support.library_table .library
	@rm -f .library

lock: $(VENV)/.ready-dev
	$(LOCK) --output-file requirements.lock
	$(LOCK) --output-file .ci/requirements-dev.lock --extra dev --constraint requirements.lock
	echo "ansible-core>=2.19" | $(LOCK_ALL) --output-file .ci/requirements-peers.lock -

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "pup-tui needs Python 3.11 or later; make PYTHON=/path/to/python3.11 names another" >&2; exit 1; }
	@$(PYTHON) -m venv $(VENV) \
		|| { echo "Python cannot make a virtual environment; on Debian: apt-get install python3-venv" >&2; exit 1; }

$(VENV)/.ready: pyproject.toml requirements.lock | $(VENV)/bin/python
	@echo "Setting up $(VENV) (once, about a minute) ..." >&2
	@$(INSTALL) --require-hashes --requirement requirements.lock
	@$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.ready-dev: pyproject.toml .ci/requirements-dev.lock | $(VENV)/bin/python
	@echo "Setting up $(VENV) with the tools for development (once, a minute or two) ..." >&2
	@$(INSTALL) --require-hashes --requirement .ci/requirements-dev.lock
	@$(INSTALL) --no-deps --no-build-isolation --editable .
	@touch $@ $(VENV)/.ready

$(PEERS)/.ready: .ci/requirements-peers.lock
	@echo "Setting up $(PEERS) with the programs to compare with (once) ..." >&2
	@$(PYTHON) -m venv $(PEERS)
	@$(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --requirement $<
	@touch $@

# Once: each process of the tests would compile all of them for itself. What is wrong with one the suite tells.
$(VENV)/.compiled: | $(VENV)/.ready-dev
	@$(BIN)/pytest --collect-only --quiet > /dev/null 2>&1; touch $@

clean:
	rm -rf $(VENV) .venv-* dist build .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
