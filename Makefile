# Every command of the project. `make help` lists them.
SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# aiohttp, uvicorn and friends come as wheels; nothing here compiles.
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev setup-bench run chat test test-fast lint bench chaos locks clean

help: ## This list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

setup: $(VENV)/.runtime ## Make .venv with what Recado needs to run

setup-dev: $(VENV)/.dev ## Make .venv with the tools of the tests as well

setup-bench: $(VENV)/.bench ## Add what the benchmarks compare with

$(VENV)/.uv: requirements/uv.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Recado needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) -V 2>&1). Try: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { \
		echo "This Python cannot make virtual environments. On Debian and Ubuntu: apt install python3-venv"; exit 1; }
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements/uv.txt
	@touch $@

# Each set contains the one before it, so a smaller one never removes what a larger one added.
$(VENV)/.runtime: requirements/runtime.txt pyproject.toml $(VENV)/.uv
	@echo "Setting up Recado in $(VENV) (once)"
	@if [ -f $(VENV)/.dev ]; then $(MAKE) --no-print-directory $(VENV)/.dev; else \
		$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes requirements/runtime.txt && \
		$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable . ; fi
	@touch $@

$(VENV)/.dev: requirements/dev.txt pyproject.toml $(VENV)/.uv
	@echo "Setting up the tests' tools in $(VENV) (once)"
	@$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes requirements/dev.txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@ $(VENV)/.runtime

$(VENV)/.bench: requirements/bench.txt $(VENV)/.uv
	@$(PYTHON) -m venv $(VENV)/bench
	@$(BIN)/uv pip sync --quiet --python $(VENV)/bench/bin/python --require-hashes requirements/bench.txt
	@touch $@

LOCK := $(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-header --no-annotate
locks: $(VENV)/.uv ## Make the locked requirements again from pyproject.toml
	$(LOCK) requirements/uv.in -o requirements/uv.txt
	$(LOCK) pyproject.toml --group runtime-build -o requirements/runtime.txt
	$(LOCK) pyproject.toml --group dev --group runtime-build -o requirements/dev.txt
	$(LOCK) --group bench -o requirements/bench.txt
