# The main targets:
#   make        install into .venv and run the bake-off on `digits`
#   make test   install into .venv and run the tests

CORES ?= 2
PYTHON ?= python3
BIN := .venv/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)

.PHONY: digits install test lint everything slow test-gpu test-slurm mutants faults bench report clean

digits: install
	snakemake --cores $(CORES) digits
	@echo
	@echo "The bake-off on digits is done. Results:"
	@echo "  results/digits/report.html           everything on one page, for any browser"
	@echo "  results/digits/claims.md             the verdict: which of the article's conclusions hold"
	@echo "  results/digits/tables/summary.md     every autoencoder and every task in one table"
	@echo "  results/digits/figures/              one figure per evaluation"
	@echo "  results/digits/metrics.csv           every metric of every run"

install: .venv/.installed

# The lock file pins every package; the project is installed in editable mode. uv is much faster than pip, which is the
# fall-back if uv fails, for example with an index that only pip's configuration names.
.venv/.installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "aepipe needs Python 3.11 or newer, and $(PYTHON) is " + sys.version.split()[0] + ": make PYTHON=python3.12")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip install --quiet --python $(BIN)/python --requirement requirements.lock \
	|| $(BIN)/python -m pip install --quiet --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --editable .
	touch $@

test: install lint
	pytest --numprocesses $(CORES) --dist loadfile

lint: install
	ruff check
	ruff format --check
	snakefmt --check Snakefile workflow/rules
	mypy

# All tests. Run before a change is called done.
everything: test slow test-slurm mutants faults

# Whole bake-offs: on a full disk, with a diverging autoencoder, on one core, with the larger experiments.
slow: install
	pytest -m slow --numprocesses $(CORES) --dist worksteal

# Training on a GPU, on a machine that has one. Not part of `everything`.
test-gpu: install
	@python -c 'import sys, torch; sys.exit(not torch.cuda.is_available() and "make test-gpu needs a GPU, and PyTorch finds none.")'
	pytest -m gpu

# On a real SLURM with three nodes on this machine. Needs root and Debian; installs SLURM and removes its configuration.
SLURM_TESTS ?= tests/systems/slurm
test-slurm: install
	pytest -m slurm $(SLURM_TESTS)

# Break one equation at a time and check that a test fails.
mutants: install
	python tests/mutants.py

# Kill jobs and Snakemake at many points of one bake-off and check that nothing is lost.
faults: install
	pytest -m faults

# Measure training speed and workflow overhead on an idle machine. BENCH=speed measures one part.
bench: install
	$(BIN)/python -m pip install --quiet --no-deps pythae==0.1.2
	snakemake results/mnist/data/images.npy --cores $(CORES) --quiet all
	python -m benchmarks $(BENCH) --cores $(CORES)

# Snakemake's report: every figure and table with its caption. The bake-off's own report is results/digits/report.html.
report: install
	snakemake digits --report results/digits/snakemake.html

# docs/metrics.md, from the catalogue, and tables of README and docs/findings.md, from docs/results.
reference: install
	python -m aepipe.reporting.metrics_page > docs/metrics.md
	python -m aepipe.reporting.kept

clean:
	rm -rf .venv
