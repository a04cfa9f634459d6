# Every target makes what it needs: python3 (3.11 or newer) and make are all one has to bring.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
SPEED  ?= 20
PORT   ?= 8765

.DEFAULT_GOAL := help
.PHONY: help setup sandbox run test check fix bench nights pictures lock

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY) ## make .venv from the hash-locked requirements

$(READY): requirements/dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed; say 'make PYTHON=python3.12 ...'."; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@test -x $(BIN)/uv || $(BIN)/python -m pip install --quiet uv
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements/dev.txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	@touch $@

sandbox: $(READY) ## run the whole product on the practice world (SPEED=20 PORT=8765)
	@$(BIN)/python -m bot sandbox --speed $(SPEED) --port $(PORT)

run: $(READY) ## run the watchdog on the settings in the environment or .env
	@$(BIN)/python -m bot run

test: $(READY) ## run the tests
	@$(BIN)/python -m pytest -n 2 --no-loadscope-reorder

check: $(READY) ## the whole truth: format, ruff, mypy --strict, import floors, tests
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(MAKE) --no-print-directory test

fix: $(READY) ## format, and mend what ruff can mend
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: $(READY) ## measure speed and memory
	@$(BIN)/python -m pytest tests/bench -m bench -s -p no:xdist

nights: $(READY) ## play every night on both stores and write their table in docs/detection.md
	@$(BIN)/python -m tests.nights.table

pictures: $(READY) ## take the pictures of the documents anew (needs chromium)
	@$(BIN)/python -m tests.pictures.take

lock: $(READY) ## lock the newest versions that pyproject.toml allows
	@$(BIN)/uv pip compile --quiet --upgrade --universal --generate-hashes --python-version 3.11 \
		--no-header --no-emit-index-url --no-annotate pyproject.toml -o requirements/run.txt
	@$(BIN)/uv pip compile --quiet --upgrade --universal --generate-hashes --python-version 3.11 \
		--no-header --no-emit-index-url --no-annotate --extra dev pyproject.toml -o requirements/dev.txt
