# make run    the coach: in Slack when .env has its tokens, else in this terminal
# make test   the tests
# make check  lint, types, tests and content: what must pass before a commit
#
# TORCH_INDEX_URL  where pip looks for PyTorch. On Linux the usual build brings several GB for graphics cards; set this to
#                  the address of the CPU builds, from "Get started" on pytorch.org, to do without.

PYTHON ?= python3
TORCH ?= torch==2.13.0
TORCH_INDEX_URL ?=

BIN := .venv/bin
CONTENT := $(wildcard knowledge/*.md knowledge/*.yaml knowledge/*/*.md knowledge/*/*.yaml)
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet

.PHONY: run test check lint eval fit bench picture lock clean
.DEFAULT_GOAL := run

run: .venv/runtime var/index/made
	@$(BIN)/python -m bot

test: .venv/dev
	$(BIN)/python -m pytest -q

lint: .venv/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

check: lint test
	$(BIN)/python -m bot library check

eval: .venv/dev var/index/made
	$(BIN)/python -m tests.eval.evaluate
	$(BIN)/python -m tests.eval.ablation

fit: .venv/dev var/index/made
	$(BIN)/python -m tests.eval.fit

bench: .venv/dev var/index/made
	$(BIN)/python -m tests.bench

picture: .venv/dev var/index/made
	$(BIN)/python -m docs.make_picture

.venv/runtime: requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; name it with make run PYTHON=...")'
	@echo "Installing, once. This takes a few minutes."
	@$(PYTHON) -m venv .venv
	@$(PIP) $(if $(TORCH_INDEX_URL),--index-url $(TORCH_INDEX_URL)) $(TORCH)
	@$(PIP) --no-deps -r requirements.lock
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

.venv/dev: .venv/runtime requirements-dev.lock
	@$(PIP) --no-deps -r requirements-dev.lock
	@touch $@

var/index/made: .venv/runtime $(CONTENT)
	@$(BIN)/python -m ingest
	@mkdir -p $(@D) && touch $@

# Renew the locks: solved by uv, which knows every platform at once, without PyTorch, whose build is chosen above.
SOLVE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --no-annotate --no-header
lock: .venv/dev
	$(SOLVE) --upgrade pyproject.toml | grep -vE '^(torch|triton|nvidia-|cuda-)' > requirements.lock.new
	$(SOLVE) --extra dev --constraint requirements.lock.new pyproject.toml | grep -vE '^(torch|triton|nvidia-|cuda-)' > requirements-dev.lock.new
	mv requirements.lock.new requirements.lock
	mv requirements-dev.lock.new requirements-dev.lock

clean:
	rm -rf .venv var build *.egg-info
