# Every command of the project. `make help` lists them.
SHELL := /bin/sh
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# aiohttp, uvicorn and friends come as wheels; nothing here compiles.
export PIP_DISABLE_PIP_VERSION_CHECK := 1
# Images often forbid it; but then each process compiles all it imports, and the tests start hundreds of processes.
unexport PYTHONDONTWRITEBYTECODE
# Trust whom the machine trusts, as pip does: a company's proxy may sign with its own certificate.
export UV_SYSTEM_CERTS := 1

.DEFAULT_GOAL := help
.PHONY: help setup setup-dev setup-bench setup-transformers run chat model test test-fast test-guides test-transformers \
	schema-answers test-api test-chaos lint bench bench-media bench-memory bench-scale bench-backup bench-bulk bench-events \
	bench-model chaos train eval docs locks clean
# What follows the command: make run ARGS="--port 8080", make test ARGS="-k chat".
ARGS ?=
# How many tests run at a time. More than two cores have: many wait for processes and for clocks.
TESTS_AT_ONCE ?= 4
# The type checker's wrapper must neither look for a newer version nor fetch a Node: its own and the wheel's will do.
export PYRIGHT_PYTHON_IGNORE_WARNINGS := 1
export PYRIGHT_PYTHON_GLOBAL_NODE := 0

help: ## This list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

setup: $(VENV)/.runtime ## Make .venv with what Recado needs to run; EXTRAS="redis s3 voice": these too, for ever

setup-dev: $(VENV)/.dev ## Make .venv with the tools of the tests as well

setup-bench: $(VENV)/.bench ## Add what the benchmarks compare with

setup-transformers: $(VENV)/.transformers ## Add torch (CPU) and transformers, for models that are not converted

$(VENV)/.uv: requirements/uv.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Recado needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) -V 2>&1). Try: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || { \
		echo "This Python cannot make virtual environments. On Debian and Ubuntu: apt install python3-venv"; exit 1; }
	@$(BIN)/python -m pip install --quiet --require-hashes -r requirements/uv.txt
	@touch $@

# What of `recado[...]` is installed as well: make setup EXTRAS="redis s3". What was chosen once stays, for an upgrade
# would remove it else, and Recado refuses to start with a setting that needs it.
EXTRAS ?=
KNOWN_EXTRAS := model redis s3 voice
ifneq ($(filter-out $(KNOWN_EXTRAS),$(EXTRAS)),)
$(error EXTRAS can be: $(KNOWN_EXTRAS))
endif
CHOSEN := $(sort $(EXTRAS) $(filter model,$(MAKECMDGOALS)) $(shell cat $(VENV)/.extras 2>/dev/null))
CHOSEN_LOCKS := $(CHOSEN:%=requirements/%.txt)

$(VENV)/.extras: $(VENV)/.uv FORCE
	@echo "$(CHOSEN)" | cmp -s - $@ || echo "$(CHOSEN)" > $@
FORCE:

SYNC := $(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes
THIS_FOLDER := $(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .

# The tools of the tests hold all that runs and every extra, so a smaller set never removes what a larger one added.
$(VENV)/.runtime: requirements/runtime.txt $(CHOSEN_LOCKS) pyproject.toml $(VENV)/.uv $(VENV)/.extras
	@echo "Setting up Recado in $(VENV) (once)"
	@if [ -f $(VENV)/.dev ]; then $(MAKE) --no-print-directory $(VENV)/.dev; else \
		$(SYNC) requirements/runtime.txt $(CHOSEN_LOCKS) && $(THIS_FOLDER); fi
	@touch $@

$(VENV)/.dev: requirements/dev.txt pyproject.toml $(VENV)/.uv
	@echo "Setting up the tests' tools in $(VENV) (once)"
	@$(SYNC) requirements/dev.txt
	@$(THIS_FOLDER)
	@touch $@ $(VENV)/.runtime

$(VENV)/.bench: requirements/bench.txt $(VENV)/.uv
	@$(PYTHON) -m venv $(VENV)/bench
	@$(BIN)/uv pip sync --quiet --python $(VENV)/bench/bin/python --require-hashes requirements/bench.txt
	@touch $@

# Torch is installed by pip, and with a lock of its own: requirements/torch-cpu.txt says why.
$(VENV)/.transformers: requirements/transformers.txt requirements/torch-cpu.txt $(VENV)/.dev
	@echo "Setting up torch and transformers in $(VENV) (once)"
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements/transformers.txt
	@$(BIN)/python -m pip install --quiet --no-deps --require-hashes -r requirements/torch-cpu.txt || { \
		echo "No CPU build of torch for this Python was found: requirements/torch-cpu.txt says where pip may find one."; \
		echo "With a GPU, install the one with CUDA (gigabytes): $(BIN)/pip install 'recado[transformers]'"; exit 1; }
	@touch $@

run: setup ## Start Recado with a demo on http://127.0.0.1:8000
	@exec $(BIN)/recado up $(ARGS)

chat: setup ## A phone in this terminal, to write to the demo
	@exec $(BIN)/recado chat $(ARGS)

model: setup ## Serve a local model: make model LOCAL_MODEL_PATH=/models/assistant.gguf
	@exec $(BIN)/recado model $(ARGS)

# The tests that prove the two rooms where a mistake would lose a message: branch coverage is demanded of these. Only
# while they run it is measured (tests/measuring.py), for that makes Python take two thirds longer; and not while one of
# them takes thousands of steps at random, which are all taken by the others too.
PROOFS := $(filter-out %/test_state_machine.py,$(wildcard tests/mailbox/test_*.py)) \
	$(addprefix tests/,conversations semantics bulk \
	$(addprefix api/test_,at_provider.py audit.py conversations.py filters.py removal.py) \
	$(addprefix compat/test_,jobs.py memory.py) privacy/test_exporting.py test_doctor.py voice/test_voice.py)

test: setup-dev ## Every test, on SQLite and PostgreSQL, and the coverage of the mailbox and the turns
	@rm -f .coverage .coverage.*
	$(BIN)/pytest -n $(TESTS_AT_ONCE) --dist worksteal -m "not guides and not chaos" -p tests.measuring --proofs "$(PROOFS)" $(ARGS)
	$(BIN)/coverage combine --quiet
	$(BIN)/coverage report --fail-under=95

test-fast: setup-dev ## The tests that take no more than a few seconds
	$(BIN)/pytest -n $(TESTS_AT_ONCE) -m "not slow and not guides and not chaos" $(ARGS)

test-guides: setup-dev ## Follow the README and every page of the guides, as a reader would
	$(BIN)/pytest -n 2 -m guides tests/guides $(ARGS)

test-chaos: setup-dev ## The short chaos runs that `make test` leaves out
	$(BIN)/pytest -m chaos tests/chaos $(ARGS)

test-transformers: setup-transformers ## The tests that need torch: the transformers engine, the converter, perplexity
	$(BIN)/pytest -m transformers $(ARGS)

schema-answers: setup-transformers ## 2,000 hostile prompts, 2,000 answers that follow the schema (transformers engine)
	$(BIN)/python -m tests.model.hugging_face.hostile $(ARGS)

lint: setup-dev ## Format, lint, types and imports
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/pyright --warnings --project pyproject.toml
	$(BIN)/lint-imports --no-cache

bench: setup-dev setup-bench ## Replies per second, beside a pywa bot and the bare limit
	$(BIN)/python -m benchmarks.run $(ARGS)

bench-memory: setup-dev ## Memory while 100,000 messages pass
	$(BIN)/python -m benchmarks.memory $(ARGS)

bench-media: setup-dev ## Memory that a file of 16 MB costs, on its way in and out
	$(BIN)/python -m benchmarks.media $(ARGS)

bench-scale: setup-dev ## Time and memory per message with a million stored ones
	$(BIN)/python -m benchmarks.scale $(ARGS)

bench-bulk: setup-dev ## A bulk send to 10,000 people, killed twice: each gets it once
	$(BIN)/python -m benchmarks.bulk $(ARGS)

bench-events: setup-dev ## 1,000 listeners of live events: how late, how much memory
	$(BIN)/python -m benchmarks.events $(ARGS)

bench-backup: setup-dev ## A backup of a million messages while people write
	$(BIN)/python -m benchmarks.backup $(ARGS)

bench-model: setup-dev ## The Model API: valid answers, reuse of prefixes, what the server adds
	$(BIN)/python -m benchmarks.model $(ARGS)

chaos: setup-dev ## Kill processes at random under load, and look for lost and doubled messages
	$(BIN)/python -m tests.chaos $(ARGS)

test-api: setup-dev ## A minute of Schemathesis on a running Recado: every operation, three callers, both databases
	$(BIN)/python -m tests.fuzz $(ARGS)

train: setup-dev ## Learn the intents of the rules brain again (twelve minutes; the same data gives the same weights)
	$(BIN)/python -m training.train $(ARGS)

eval: setup-dev ## How often the rules brain is right, on messages that it did not learn from
	$(BIN)/python -m training.evaluate $(ARGS)

docs: setup-dev ## Make the reference pages of docs/ again
	$(BIN)/python -m recado.cli.reference docs/reference
	$(BIN)/python -c 'from pathlib import Path; from recado.api import write_reference; write_reference(Path())'

LOCK := $(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-header --no-annotate
locks: $(VENV)/.uv ## Make the locked requirements again from pyproject.toml
	$(LOCK) requirements/uv.in -o requirements/uv.txt
	$(LOCK) pyproject.toml --group dev --group runtime-build -o requirements/dev.txt
	@# The same versions everywhere: extras are installed beside each other, and as they were tested.
	$(LOCK) pyproject.toml --group runtime-build -c requirements/dev.txt -o requirements/runtime.txt
	for extra in $(KNOWN_EXTRAS); do \
		$(LOCK) pyproject.toml --extra $$extra --group runtime-build -c requirements/dev.txt \
			-o requirements/$$extra.txt || exit 1; done
	$(LOCK) pyproject.toml --extra model --extra transformers --group dev --group runtime-build \
		--overrides requirements/no-cuda.txt --no-emit-package torch -o requirements/transformers.txt
	$(LOCK) --group bench -o requirements/bench.txt

clean: ## Remove what was made here, except data/
	rm -rf $(VENV) .pytest_cache .ruff_cache .hypothesis .import_linter_cache .coverage .coverage.* htmlcov build dist
	find recado tests benchmarks -name __pycache__ -type d -exec rm -rf {} +
