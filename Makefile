# Two commands matter: `make run` and `make test`. Only Python 3.11 or newer must be there.

PYTHON ?= $(firstword $(foreach v,3.11 3.12 3.13 3.14 3,$(if $(shell command -v python$(v)),python$(v))))
BIN := .venv/bin
STAMPS := .stamps
PYTEST := $(BIN)/pytest
NPM := $(shell command -v npm)
# Addresses that nothing listens on: checks read the settings, not the servers.
NO_SERVERS := DEBUG=1 DATABASE_URL=postgres://nobody@127.0.0.1:1/none REDIS_URL=redis://127.0.0.1:1/0

.PHONY: run test test-slow check bench assets setup messages clean

run: $(STAMPS)/run assets messages
	$(BIN)/python manage.py serve

setup: $(STAMPS)/dev assets messages

test: setup
	$(PYTEST) -n 2 -m "not slow"

test-slow: setup
	$(PYTEST) -n 2

check: $(STAMPS)/dev messages
	$(BIN)/pip check
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(NO_SERVERS) $(BIN)/mypy .
	$(NO_SERVERS) $(BIN)/lint-imports
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python manage.py check_deploy
	$(BIN)/python manage.py check_translations

bench: setup
	$(BIN)/python manage.py bench

assets: $(STAMPS)/assets

messages: $(STAMPS)/messages

clean:
	rm -rf .venv node_modules static/build $(STAMPS)

$(STAMPS)/venv:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed." if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv .venv
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/run: $(STAMPS)/venv requirements.txt
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

$(STAMPS)/dev: $(STAMPS)/run requirements-dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@
