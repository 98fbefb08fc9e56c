# The two commands of the README are `make demo` and `make test`; both set up what they need.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
CORE := $(VENV)/.core
DEMO := out/demo
SERVE ?= 1
PORT ?= 8000
WORKERS ?= 2

.PHONY: help setup demo test lint types imports unit browser notebooks format openapi lock wheel clean

help:
	@echo "make demo     index the bundled demo shop, tag its photos, serve the page (SERVE=0: do not serve)"
	@echo "make test     all checks and tests"
	@echo "make setup    make $(VENV) and install the project into it"
	@echo "make notebooks  run the notebooks anew"
	@echo "make format   put the code into shape"
	@echo "make wheel    build the wheel into dist/"
	@echo "make lock     write constraints.txt anew from what is installed"

setup: $(INSTALLED)

# The demo needs the plain installation alone: no PyTorch.
$(CORE): EXTRAS :=
$(INSTALLED): EXTRAS := [dev,render,research]
$(CORE) $(INSTALLED): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Spark Vision needs Python 3.11 or newer. Name it with PYTHON=..."; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable ".$(EXTRAS)"
	@touch $@

demo: $(CORE)
	$(BIN)/spark-vision demo --dir $(DEMO) --port $(PORT) $(if $(filter 0,$(SERVE)),--no-serve)

test: lint types imports unit browser notebooks

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup
	$(BIN)/mypy

imports: setup
	$(BIN)/lint-imports

unit: setup
	$(BIN)/pytest -n $(WORKERS) --dist loadgroup --ignore tests/browser

# Apart from the rest: Playwright keeps an event loop running, in which no other can start.
browser: setup
	$(BIN)/pytest tests/browser

# Each is run anew in a kernel of its own; embeddings are shared through out/notebooks.
notebooks: setup
	$(BIN)/pytest -q --nbmake --nbmake-timeout=600 notebooks

format: setup
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

openapi: setup
	$(BIN)/python scripts/export_openapi.py

lock: setup
	$(BIN)/python -m pip freeze --exclude-editable | sort > constraints.txt

wheel: setup
	$(BIN)/python -m pip wheel --quiet --no-deps --wheel-dir dist .

clean:
	rm -rf $(VENV) dist out .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
