# Everything a newcomer or CI runs. Each target makes what it needs on a fresh machine; only Python 3.11+ and make are asked for.

.DEFAULT_GOAL := help
.SUFFIXES:

ifndef PYTHON
PYTHON := $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$python" && break; done)
endif
BIN := .venv/bin
PACKAGES := gateway connectors delegation ui audit
CHECKS := types collection format lint imports dependencies docstrings migrations translations test
# Half as many again as there are processors: a test often waits for a page, a process or a database.
WORKERS ?= $(shell "$(PYTHON)" -c 'import os; print(3 * os.cpu_count() // 2)')
BROWSER = PILNVARA_CHROMIUM="$${PILNVARA_CHROMIUM:-$$(cat .build/browser)}"

# Whoever asks Python for no compiled files would wait for every one of the many processes to compile the same again.
export PYTHONDONTWRITEBYTECODE :=

ifeq ($(PYTHON),)
$(error Pilnvara needs Python 3.11 or newer: install it, or name it, as in `make PYTHON=/path/to/python3`)
endif

.PHONY: help demo setup setup-demo check bench gallery pictures requirements clean $(CHECKS)

help: ## print this
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: setup-demo ## start gateway, worker and sandbox with made-up people; ONCE=1 drives one visit and ends; FRESH=1 starts anew
	@$(BROWSER) $(BIN)/pilnvara demo $(if $(filter 1,$(ONCE)),--once) $(if $(filter 1,$(FRESH)),--fresh)

setup-demo:
	@$(PYTHON) .ci/provision.py demo

setup: ## make everything that tests and checks need: environment, browser, PostgreSQL, assets
ifndef READY
	@$(PYTHON) .ci/provision.py develop
endif

test: setup ## run the tests, on SQLite and PostgreSQL, in a real browser; ARGS='tests/audit -k proof' for some
	@$(BROWSER) $(BIN)/pytest -n $(WORKERS) $(ARGS)

check: setup ## everything that CI runs: all the checks below, two at a time, then the tests
	@rm -f .build/failed
	@$(MAKE) --no-print-directory READY=1 --keep-going --jobs=2 --output-sync=recurse \
		$(addprefix one-,$(filter-out test,$(CHECKS))) 2>/dev/null || true
	@$(MAKE) --no-print-directory READY=1 one-test 2>/dev/null || true
	@if [ -e .build/failed ]; then printf '\nFailed:%s\n' "$$(cat .build/failed)"; exit 1; fi
	@printf '\nAll checks passed.\n'

one-%:
	@printf '\n--- %s\n' $*
	@$(MAKE) --no-print-directory $* 2>&1 || { printf ' %s' $* >>.build/failed; exit 1; }

collection: setup ## can every test be found? It leaves them compiled, which each of the tests' processes would do for itself
	@$(BIN)/pytest -n0 --collect-only -qq >.build/collected || { tail -40 .build/collected; exit 1; }

format: setup ## is the code formatted?
	@$(BIN)/ruff format --check .

lint: setup ## ruff
	@$(BIN)/ruff check .

types: setup ## mypy --strict
	@$(BIN)/mypy $(addprefix -p ,$(PACKAGES) tests)
	@$(BIN)/mypy .ci/provision.py setup.py

imports: setup ## do imports go one way?
	@$(BIN)/lint-imports --no-logo

dependencies: setup ## is everything imported declared, and everything declared used?
	@$(BIN)/deptry .

docstrings: setup ## has every public name its docstring?
	@$(BIN)/interrogate -q $(PACKAGES) || { $(BIN)/interrogate -vv $(PACKAGES) | grep MISSED; exit 1; }

migrations: setup ## do the migrations lead to the tables that the code declares?
	@$(BIN)/pilnvara migrate --check

translations: setup ## is every text there in every language?
	@$(BIN)/python -m ui.messages check

bench: setup ## print the figures that the design aims at, as ratios where there is something to hold against
	@$(BROWSER) $(BIN)/python -m tests.benchmarks

gallery: setup ## pictures of every page in every state, and every component: .build/gallery/index.html
	@$(BIN)/python -m ui.gallery .build/gallery/components
	@$(BROWSER) $(BIN)/python -m tests.states .build/gallery

pictures: setup ## take the pictures of the documentation again
	@$(BROWSER) $(BIN)/pilnvara demo --once --language en --pictures docs/pictures
	@$(BROWSER) $(BIN)/pilnvara demo --once --language en --route display --pictures docs/pictures

requirements: ## work the pinned versions out again (needs uv)
	@.ci/lock

clean: ## remove what was built; the next make builds it again
	rm -rf .build .demo .venv .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis test-results \
		ui/node_modules ui/static/dist
