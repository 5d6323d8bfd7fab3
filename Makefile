# Everything a person or a machine does with this repository. Python 3.10 or later, make and git are needed, and Node 20 or later for the VS Code extension.
#
#   make PYTHON=python3.12 test     uses another interpreter; remove .venv first if it was made with a different one.

.POSIX:
.SUFFIXES:

PYTHON = python3
VENV = .venv
BIN = $(VENV)/bin

help:
	@echo 'make demo         index the standard library of this Python and search it (no download, no question)'
	@echo 'make test         the whole fast test suite'
	@echo 'make test-ollama  the suite against two real Ollamas, built once a machine'
	@echo 'make test-training  the proof that nothing kept for measuring was learnt (downloads 45 packages once)'
	@echo 'make test-extension  the unit tests of the VS Code extension (Node 20 or later)'
	@echo 'make e2e          the editors: a real VS Code driven through a real browser, Neovim, Emacs'
	@echo 'make check        format, lint, types and layers'
	@echo 'make vsix         the VS Code extension with the server in it: build/smysl-VERSION.vsix'
	@echo 'make bench        the benchmarks'
	@echo 'make bench-ollama the benchmarks that need a real Ollama; make test-ollama builds it'
	@echo 'make format       put the code into its usual form'
	@echo 'make clean        remove the virtual environment and caches'

demo: $(VENV)/.run
	@sh scripts/demo.sh $(BIN)

test: $(VENV)/.dev
	@$(BIN)/python -m pytest

test-ollama: $(VENV)/.dev
	@PYTHON=$(BIN)/python sh tests/ollama/run.sh

test-training: $(VENV)/.dev
	@$(BIN)/python -m pytest -m kept_packages tests/training

check: check-extension $(VENV)/.dev
	@$(BIN)/ruff format --check
	@$(BIN)/ruff check
	@$(BIN)/mypy
	@$(BIN)/lint-imports

vsix: node_modules/.package-lock.json $(VENV)/.run
	@sh scripts/vsix.sh $(BIN)/python

e2e: node_modules/.package-lock.json $(VENV)/.run
	@sh tests/e2e/run.sh

test-extension: node_modules/.package-lock.json
	@npm run --silent test:extension

check-extension: node_modules/.package-lock.json
	@npm run --silent check:extension

bench: $(VENV)/.bench
	@$(BIN)/python -m tests.benchmarks

bench-ollama: $(VENV)/.dev
	@$(BIN)/python -m tests.benchmarks.ollama

format: node_modules/.package-lock.json $(VENV)/.dev
	@npm run --silent format:extension
	@$(BIN)/ruff format
	@$(BIN)/ruff check --fix

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis build dist node_modules

$(VENV)/.run: pyproject.toml requirements/run.txt scripts/setup.sh
	@sh scripts/setup.sh '$(PYTHON)' $(VENV) run

$(VENV)/.dev: pyproject.toml requirements/dev.txt scripts/setup.sh
	@sh scripts/setup.sh '$(PYTHON)' $(VENV) dev

$(VENV)/.bench: pyproject.toml requirements/bench.txt scripts/setup.sh
	@sh scripts/setup.sh '$(PYTHON)' $(VENV) bench

# npm writes this file last.
node_modules/.package-lock.json: package-lock.json
	@npm ci --no-audit --no-fund --loglevel=error
	@touch $@

.PHONY: help demo vsix e2e test test-extension check-extension test-ollama test-training check bench bench-ollama format clean
