# `make build` and `make test` are all that a newcomer needs; `make help` lists the rest.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
# Each target below is a short name for one of its commands; --help says more than make help.
RUN := $(BIN)/python -m scripts
LOCK := uv pip compile --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
	--no-strip-extras --no-strip-markers

NO_BIOME := NO BIOME: the dashboard's JavaScript is NOT linted (its wheel is for Linux on x86_64)
LINT = $(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/yamllint --strict .

export DBT_PROFILES_DIR := $(CURDIR)

.PHONY: help
help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed -E 's/:.*## /\t/' | expand -t 27

$(VENV)/.runtime: requirements.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements.txt
	@touch $@

# The extra: users who never need it never install it. The entry is made from this folder.
$(VENV)/.mcp: requirements-mcp.txt $(VENV)/.runtime
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-mcp.txt
	$(BIN)/python -m pip install --quiet --no-index --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.databases: requirements-databases.txt $(VENV)/.runtime
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-databases.txt
	@touch $@

$(VENV)/.development: requirements-dev.txt $(VENV)/.runtime $(VENV)/.mcp $(VENV)/.databases
	$(BIN)/python -m pip install --quiet --require-hashes -r requirements-dev.txt
	@touch $@

.PHONY: build
ifeq ($(ENGINE),spark)
build: $(VENV)-spark/.installed
	@$(VENV)-spark/bin/python -m scripts spark $(ARGS)
else
build: $(VENV)/.runtime ## Read the exports, build and check everything, print the report
	@$(RUN) build
endif

.PHONY: nightly
nightly: $(VENV)/.runtime ## The same for cron: only from exports of your own that are not too old
	@$(RUN) nightly

.PHONY: test
test: lint ## Run every check: lint, then pytest, which also runs dbt build with all its tests
	@$(RUN) browser
	$(BIN)/pytest -n auto --dist loadfile --no-loadscope-reorder

.PHONY: check
check: $(VENV)/.development ## In a minute: lint, unit tests of models on a small build, quick tests
	$(LINT)
	$(BIN)/python tests/python/lint_sql.py --changed models tests analyses
	$(BIN)/pytest -n auto --dist loadfile --no-loadscope-reorder --quick

.PHONY: lint
lint: $(VENV)/.development ## Check the style of Python, SQL, YAML and JavaScript
	$(LINT)
	$(BIN)/python tests/python/lint_sql.py models tests analyses examples
	@if [ -x $(BIN)/biome ]; then $(BIN)/biome lint --error-on-warnings; else echo "$(NO_BIOME)" >&2; fi

.PHONY: format
format: $(VENV)/.development ## Mend what the linters can mend
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .
	$(BIN)/sqlfluff fix --force models tests analyses

.PHONY: customer
customer: $(VENV)/.runtime ## Print one customer's transfers, interactions and connections: ID=<customer_id>
	@$(RUN) customer -- "$$ID"

.PHONY: spot-check
spot-check: $(VENV)/.runtime
	@echo "This is make customer ID=<customer_id> now." >&2; $(RUN) customer -- "$$CUSTOMER"

.PHONY: report
report: $(VENV)/.runtime ## Print the report of the last build again
	@$(RUN) report

.PHONY: estimate-match-parameters
estimate-match-parameters: $(VENV)/.runtime ## Estimate the matching parameters anew from the last build; show old beside new
	@$(RUN) estimate-match-parameters

.PHONY: dashboard
dashboard: $(VENV)/.runtime ## Write the pages staff.html (names: private) and public.html (totals)
	@$(RUN) dashboard

.PHONY: brief
brief: $(VENV)/.runtime ## Write who to speak to this week, to print and to mail: brief.html, brief.md (names: private)
	@$(RUN) brief

.PHONY: screenshots
screenshots: $(VENV)/.development dashboard ## Photograph each view of the dashboard into target/screenshots
	@$(RUN) browser
	@$(RUN) screenshots

.PHONY: convert-exports
convert-exports: $(VENV)/.runtime ## Copy CSV exports to Parquet, faster to read: TO=<folder>, source GYM_RAW_EXPORTS
	@$(RUN) convert-exports -- "$$TO"

.PHONY: mcp
mcp: $(VENV)/.mcp ## Serve the published file to an assistant on this machine: docs/assistants.md
	@$(RUN) mcp

$(VENV)-benchmark/.installed: requirements-benchmark.txt
	$(PYTHON) -m venv $(VENV)-benchmark
	$(VENV)-benchmark/bin/python -m pip install --quiet --require-hashes -r requirements-benchmark.txt
	@touch $@

.PHONY: benchmark
benchmark: $(VENV)/.runtime $(VENV)-benchmark/.installed ## Measure speed; SIZES="37k 1m 10m", ARGS=--nights for more
	@$(RUN) benchmark $(SIZES) $(ARGS)

# An environment of its own: who never needs Spark never installs it, nor Java.
$(VENV)-spark/.installed: requirements.txt requirements-spark.txt
	$(PYTHON) -m venv $(VENV)-spark
	$(VENV)-spark/bin/python -m pip install --quiet --require-hashes -r requirements.txt -r requirements-spark.txt
	@touch $@

.PHONY: test-spark
test-spark: $(VENV)-spark/.installed $(VENV)/.development ## Build a small gym on DuckDB and on Apache Spark, and compare each row
	TEST_SPARK=1 $(BIN)/pytest tests/python/test_spark*.py

.PHONY: docs
docs: $(VENV)/.development ## Write the docs and the column lineage of the last build into target/site
	@$(RUN) docs

.PHONY: docs-answers
docs-answers: $(VENV)/.runtime ## Renew the answers in docs/analysts.md and docs/matching.md, after a build of the sample
	@$(RUN) docs-answers

.PHONY: databases
databases: $(VENV)/.databases ## Install what reads a Postgres or MySQL server: docs/dialects.md

.PHONY: check-dialect
check-dialect: $(VENV)/.runtime ## Say what a dialect makes of exports: DIALECT=<name> EXPORTS=<folder>
	@$(RUN) check-dialect "$$DIALECT" "$$EXPORTS" $(ARGS)

.PHONY: draft-dialect
draft-dialect: $(VENV)/.runtime ## Propose a dialect for exports of an unknown system: EXPORTS=<folder>
	@$(RUN) draft-dialect "$$EXPORTS"

.PHONY: dialect-sql
dialect-sql: $(VENV)/.runtime ## Print the SQL that a dialect becomes: DIALECT=<name>
	@$(RUN) dialect-sql "$$DIALECT"

.PHONY: golden
golden: $(VENV)/.runtime ## Accept the results of the last build of the sample into tests/golden.csv
	@$(RUN) golden

.PHONY: mutants
mutants: $(VENV)/.development ## Break models one at a time and list what notices: N=<how many> SEED=<number>
	@$(RUN) mutants --number $(or $(N),40) --seed $(or $(SEED),1) $(ARGS)

.PHONY: lock
lock: ## Renew the hash locks from pyproject.toml (needs uv)
	$(LOCK) pyproject.toml -o requirements.txt
	$(LOCK) -c requirements.txt --group mcp -o requirements-mcp.txt
	$(LOCK) -c requirements.txt -c requirements-mcp.txt --group dev -o requirements-dev.txt
	$(LOCK) -c requirements.txt --group databases -o requirements-databases.txt
	$(LOCK) -c requirements.txt --group spark -o requirements-spark.txt
	$(LOCK) -c requirements.txt --group benchmark -o requirements-benchmark.txt

.PHONY: clean
clean: ## Remove what builds wrote, but not the environment
	rm -rf target logs data dev warehouse/*.duckdb* published/*.duckdb* exports/*.csv exports/*.parquet exports/manifest.json dashboard/*.html dashboard/*.md
	rm -rf warehouse/.gym* published/.gym* exports/.parts dashboard/.*.part
