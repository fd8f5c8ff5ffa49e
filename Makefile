# MeshLoupe. A newcomer needs `make run` and `make test`; both set everything up first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test setup slow format lock screenshots readme translations clean

run: setup
	@$(BIN)/python -m tools.first_run

test: setup
	@$(BIN)/python -m tools.check

slow: setup
	@$(BIN)/python -m pytest -m slow

setup:
	@$(PYTHON) tools/setup.py --venv $(VENV)

format:
	@$(BIN)/ruff check --fix . && $(BIN)/ruff format .

lock:
	@$(BIN)/python -m pip install -q uv
	@$(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --extra all --extra test \
		--no-annotate --custom-compile-command "make lock" -o requirements.lock

screenshots: setup
	@QT_QPA_PLATFORM=offscreen $(BIN)/python -m app.screenshots --out docs/images

clean:
	@rm -rf $(VENV) build .pytest_cache .ruff_cache

readme: setup
	@$(BIN)/python -m tools.readme

translations: setup
	@$(BIN)/python -m tools.translations
