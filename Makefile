# `make run` and `make test` are all a newcomer needs; both call `make install`.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: install run test check lock clean
install: .venv/installed

# uv does not read pip's settings, so the index that pip uses is handed on to it.
.venv/installed: requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	UV_DEFAULT_INDEX="$${UV_DEFAULT_INDEX:-$$($(BIN)/python -m pip config get global.index-url 2>/dev/null)}" \
	  sh -c '[ -n "$$UV_DEFAULT_INDEX" ] || unset UV_DEFAULT_INDEX; \
	  VIRTUAL_ENV=$(CURDIR)/.venv $(BIN)/uv pip install --quiet --require-hashes --compile-bytecode -r requirements.lock && \
	  VIRTUAL_ENV=$(CURDIR)/.venv $(BIN)/uv pip install --quiet --no-deps --no-build-isolation -e .'
	touch $@

run: install
	$(BIN)/hullmark demo

test: install
	$(BIN)/python -m pytest -n auto --dist loadfile

# What CI asks beyond the tests: format, lint, types, import contracts.
check: install
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

lock:
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --group dev pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --group build -c requirements.lock \
	  pyproject.toml -o requirements-run.lock

clean:
	rm -rf .venv .hullmark
