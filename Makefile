# `make build` and `make test` are all that a newcomer needs; `make help` lists the rest.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
LOCK := uv pip compile --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	--no-strip-extras

export DBT_PROFILES_DIR := $(CURDIR)

.PHONY: help
help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed -E 's/:.*## /\t/' | expand -t 16

$(VENV)/.runtime: requirements.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.txt
	@touch $@

$(VENV)/.development: requirements-dev.txt $(VENV)/.runtime
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-dev.txt
	@touch $@

.PHONY: build
build: $(VENV)/.runtime ## Read the exports, build and check everything, print the report
	@$(BIN)/python scripts/build.py

.PHONY: nightly
nightly: $(VENV)/.runtime ## The same for cron: only from exports of your own that are not too old
	@$(BIN)/python scripts/build.py --nightly

.PHONY: test
test: lint ## Run every check: lint, then pytest, which also runs dbt build with all its tests
	@$(BIN)/python scripts/browser.py
	$(BIN)/pytest -n auto --dist loadfile --no-loadscope-reorder

.PHONY: lint
lint: $(VENV)/.development ## Check the style of Python, SQL and YAML
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/sqlfluff lint --processes 2 models tests analyses
	$(BIN)/yamllint --strict .

.PHONY: format
format: $(VENV)/.development ## Mend what the linters can mend
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/sqlfluff fix --force models tests analyses

.PHONY: spot-check
spot-check: $(VENV)/.runtime ## Print one customer's transfers, interactions and connections: CUSTOMER=<id>
	@$(BIN)/python scripts/spot_check.py "$$CUSTOMER"

.PHONY: learn-match-parameters
learn-match-parameters: $(VENV)/.runtime ## Re-estimate the matching parameters from the last build; show old beside new
	$(BIN)/python benchmarks/match/learn_parameters.py

.PHONY: dashboard
dashboard: $(VENV)/.runtime ## Write dashboard/staff.html (names: private) and public.html (totals)
	@$(BIN)/python scripts/dashboard/write.py

.PHONY: screenshots
screenshots: $(VENV)/.development dashboard ## Photograph each view of the dashboard into target/screenshots
	@$(BIN)/python scripts/browser.py
	@$(BIN)/python scripts/screenshots.py

.PHONY: convert-exports
convert-exports: $(VENV)/.runtime ## Copy CSV exports to Parquet, faster to read: TO=<folder>, source GYM_RAW_EXPORTS
	@$(BIN)/python scripts/convert_exports.py "$$TO"

$(VENV)-benchmark/.installed: requirements-benchmark.txt
	$(PYTHON) -m venv $(VENV)-benchmark
	$(VENV)-benchmark/bin/python -m pip install --quiet --require-hashes -r requirements-benchmark.txt
	@touch $@

.PHONY: benchmark
benchmark: $(VENV)/.runtime $(VENV)-benchmark/.installed ## Measure speed; SIZES="37k 1m 10m", ARGS=--nights for more
	$(BIN)/python benchmarks/speed/run.py $(SIZES) $(ARGS)

.PHONY: docs
docs: $(VENV)/.development ## Write the docs and the column lineage of the last build into target/site
	@$(BIN)/python scripts/docs_site.py

.PHONY: docs-analysts
docs-analysts: $(VENV)/.runtime ## Write the queries and answers into docs/analysts.md, after a build of the sample
	$(BIN)/python scripts/analysts_doc.py

.PHONY: golden
golden: $(VENV)/.runtime ## Accept the results of the last build of the sample into tests/golden.csv
	@$(BIN)/python scripts/golden.py

.PHONY: mutants
mutants: $(VENV)/.development ## Break models one at a time and list what notices: N=<how many> SEED=<number>
	@$(BIN)/python benchmarks/mutants/run.py --number $(or $(N),40) --seed $(or $(SEED),1) $(ARGS)

.PHONY: lock
lock: ## Renew the hash locks from the .in files (needs uv)
	$(LOCK) requirements.in -o requirements.txt
	$(LOCK) -c requirements.txt requirements-dev.in -o requirements-dev.txt
	$(LOCK) -c requirements.txt requirements-benchmark.in -o requirements-benchmark.txt

.PHONY: clean
clean: ## Remove what builds wrote, but not the environment
	rm -rf target logs data warehouse/*.duckdb* published/*.duckdb* exports/*.csv exports/*.parquet exports/manifest.json dashboard/*.html
	rm -rf warehouse/.gym* published/.gym* exports/.parts dashboard/.*.part
