# `make run` starts Chloe and `make test` checks it, each from a machine with Python and nothing else.
# N: how often `make story` repeats, and how many seeds `make torture`, `make hostile` and `make search` take,
# from SEED on; with MINUTES torture and hostile take as many as fit. KILLS: how often each of them kills Chloe. TIMES: how many times
# the examples of `make test` a search tries. WORKERS: how many tests run side by side; many wait for other processes,
# so one more than there are cores takes least time.
N ?= 20
SEED ?= 1
MINUTES ?= 0
KILLS ?= 200
TIMES ?= 67
WORKERS ?= 3
BIN := .venv/bin

.PHONY: help run test quick cover escape story torture hostile search bench fmt lock clean

help:
	@echo "make run     set up and start Chloe"
	@echo "make test    set up with what development needs; check format, lint, types, spelling; run the tests; hold the coverage"
	@echo "make quick   the tests that need neither tmux nor a PTY, with few examples: under a minute"
	@echo "make cover   how much of each room the tests in memory run through, held per room"
	@echo "make escape  press Esc in every program of the matrix, in each kind of pane and at each pace"
	@echo "make story   repeat the end-to-end story, N=20 times"
	@echo "make torture kill Chloe again and again, N=20 seeds from SEED=1 on, or for MINUTES"
	@echo "make hostile spoil homes by chance and run every command over each, N=20 seeds from SEED=1 on, or for MINUTES; and in odd places"
	@echo "make search  look for bytes that break the terminal: TIMES=67 as many examples, N=20 seeds from SEED=1 on"
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
	$(BIN)/codespell
	$(BIN)/python -m tests.covered $(WORKERS) all

quick:
	@scripts/setup dev
	CHLOE_SEARCH=0.02 $(BIN)/pytest -q -n $(WORKERS) --dist worksteal -m "not tmux and not pty and not slow"

cover:
	@scripts/setup dev
	$(BIN)/python -m tests.covered $(WORKERS)

escape:
	@scripts/setup dev
	CHLOE_ESCAPE=all $(BIN)/pytest -q -n $(WORKERS) --dist worksteal --timeout 0 -rs tests/ui/test_app_escape.py

story:
	@scripts/setup dev
	@i=0; while [ $$i -lt $(N) ]; do \
		i=$$((i + 1)); echo "story $$i of $(N)"; $(BIN)/pytest -q -x tests/story || exit 1; \
	done

torture:
	@scripts/setup dev
	@seed=$(SEED); until=$$(($$(date +%s) + 60 * $(MINUTES))); \
	while if [ $(MINUTES) -gt 0 ]; then [ $$(date +%s) -lt $$until ]; else [ $$seed -lt $$(($(SEED) + $(N))) ]; fi; do \
		echo "torture, seed $$seed"; \
		CHLOE_TORTURE_SEED=$$seed CHLOE_TORTURE_KILLS=$(KILLS) \
			$(BIN)/pytest -q -x -n $(WORKERS) tests/torture || exit 1; \
		seed=$$((seed + 1)); \
	done

hostile:
	@scripts/setup dev
	@$(BIN)/python -m tests.hostile --seed $(SEED) --cases $(N) --minutes $(MINUTES)
	@$(BIN)/python -m tests.hostile.surroundings

search:
	@scripts/setup dev
	@seed=$(SEED); while [ $$seed -lt $$(($(SEED) + $(N))) ]; do \
		echo "search, seed $$seed"; \
		HYPOTHESIS_PROFILE=search CHLOE_SEARCH=$(TIMES) $(BIN)/pytest -q -n $(WORKERS) --dist worksteal \
			--timeout 0 -m hypothesis --hypothesis-seed $$seed tests/terminal || exit 1; \
		seed=$$((seed + 1)); \
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
