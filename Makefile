# `make run` starts Chloe and `make test` checks it, each from a machine with Python and nothing else.
# N: how often `make story` repeats. WORKERS: how many tests run side by side.
N ?= 20
WORKERS ?= 2
BIN := .venv/bin

.PHONY: help run test story bench fmt lock clean

help:
	@echo "make run     set up and start Chloe"
	@echo "make test    set up with what development needs; check format, lint, types; run the tests"
	@echo "make story   repeat the end-to-end story, N=20 times"
	@echo "make bench   measure, beside the peers, and hold the gates"
	@echo "make fmt     format the sources"
	@echo "make lock    write requirements/ anew from pyproject.toml"
	@echo "make clean   remove what the others made"

run:
	@scripts/setup run
	@$(BIN)/chloe

test:
	@scripts/setup dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pytest -n $(WORKERS) --dist worksteal

story:
	@scripts/setup dev
	@i=0; while [ $$i -lt $(N) ]; do \
		i=$$((i + 1)); echo "story $$i of $(N)"; $(BIN)/pytest -q -x tests/story || exit 1; \
	done

bench:
	@scripts/setup dev
	$(BIN)/python -m benchmarks

fmt:
	@scripts/setup dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lock:
	scripts/lock

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis dist build
