# The same commands for a person and for CI. `make help` lists them.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check

# In two processes; the browser tests, which wait more than they work, run afterwards in three.
PYTEST := python -m pytest -n 2 --ignore tests/browser

# A machine without an NVIDIA GPU needs the small TensorFlow only.
TENSORFLOW := $(shell nvidia-smi -L >/dev/null 2>&1 && echo "tensorflow[and-cuda]" || { [ "$$(uname -sm)" = "Linux x86_64" ] && echo tensorflow-cpu || echo tensorflow; })

# In tests/soak; each says in its first lines what it looks for.
SOAKS := downloads kernels interrupts flips stalls crowd disks hostile_names buckets canaries cluster uploads archives awkward readers
TRAIN_SOAKS := trainings resumes stops full_disks damaged_checkpoints

.PHONY: help demo lab test test-colab test-pythons test-backends soak-ingest soak-train soak-panels check bench js browser clean

help: ## list the commands
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

demo: $(VENV)/.demo ## set up, run examples/first_model.ipynb from first to last cell, say what came out
	@$(BIN)/python examples/run.py

lab: $(VENV)/.demo ## open the same notebook in JupyterLab
	$(BIN)/jupyter lab $(if $(filter 0,$(shell id -u)),--allow-root) examples/first_model.ipynb

test: $(VENV)/.test browser ## set up what the tests need and run them all
	@if command -v npm >/dev/null; then $(MAKE) --no-print-directory js/node_modules/.package-lock.json; fi
	$(BIN)/$(PYTEST) tests
	$(BIN)/python -m pytest -n 3 tests/browser
	@if command -v npm >/dev/null; then cd js && npm test; \
	else echo "The JavaScript unit tests were left out: npm (Node 20) is not installed."; fi

test-colab: $(VENV)-colab/.done ## the tests' core in an environment with the versions of Google Colab's image
	$(VENV)-colab/bin/$(PYTEST) tests

test-pythons: ## the tests' core on Python 3.11, 3.12 and 3.13, as far as they are here
	@PYTHON=$(PYTHON) sh tests/pythons.sh 3.11 3.12 3.13

test-backends: $(VENV)/.test ## the same small training on TensorFlow, JAX and PyTorch (large downloads)
	$(PIP) install --quiet --constraint constraints.txt --group backends
	$(BIN)/python -m pytest -k every_backend tests/train

soak-ingest: $(VENV)/.test browser ## downloads in faults, kills and interrupts, damaged files (two hours); prints its counts
	@failed=0; for name in $(SOAKS); do echo "$$name:"; PYTHONPATH=tests $(BIN)/python tests/soak/$$name.py || failed=1; done; exit $$failed

soak-train: $(VENV)/.test ## trainings killed, interrupted, out of disk and damaged (an hour and a half); prints its counts
	@failed=0; for name in $(TRAIN_SOAKS); do echo "$$name:"; PYTHONPATH=tests $(BIN)/python tests/soak/$$name.py || failed=1; done; exit $$failed

soak-panels: $(VENV)/.test ## a gallery opened and closed 500 times; prints its counts
	@PYTHONPATH=tests $(BIN)/python tests/soak/panels.py

check: $(VENV)/.test js/node_modules/.package-lock.json ## format, lint, types, import directions, bundles
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	cd js && npm run --silent check

bench: $(VENV)/.test ## every figure of benchmarks/RESULTS.md, peers in the same run
	$(PIP) install --quiet --constraint constraints.txt --group bench
	for script in benchmarks/*.py; do $(BIN)/python $$script || exit 1; done

js: js/node_modules/.package-lock.json ## build the panels into colab_magics/static
	cd js && npm run --silent build

browser: ## a Chromium for the browser tests, by apt as root, else by playwright
	@sh tests/browser/install.sh $(BIN)/python

clean: ## remove what the commands above made
	rm -rf .venv .venv-* build dist js/node_modules

$(BIN)/python:
	@echo "Making the virtual environment $(VENV)."
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) install --quiet --upgrade "pip>=25.1"

$(VENV)/.demo: Makefile pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing colab_magics, Keras, $(TENSORFLOW) and JupyterLab into $(VENV); this takes a minute or more."
	@$(PIP) install --quiet --constraint constraints.txt --group lab --editable ".[keras]" $(TENSORFLOW)
	@touch $@

$(VENV)/.test: $(VENV)/.demo
	@echo "Installing what tests and checks need into $(VENV)."
	@$(PIP) install --quiet --constraint constraints.txt --group test --group check --editable ".[keras,formats,engines,big,drive]"
	@$(PIP) install --quiet "gputil>=1.4" || echo "GPUtil cannot be built here: the tests that need it are left out."
	@touch $@

$(VENV)-colab/.done: Makefile pyproject.toml tests/constraints-colab.txt
	$(PYTHON) -m venv $(VENV)-colab
	$(VENV)-colab/bin/python -m pip install --quiet --upgrade "pip>=25.1"
	$(VENV)-colab/bin/python -m pip install --quiet --constraint tests/constraints-colab.txt --group core-test --editable ".[keras,formats,engines,big,drive]" $(TENSORFLOW)
	touch $@

js/node_modules/.package-lock.json: js/package.json js/package-lock.json
	cd js && npm ci --silent
