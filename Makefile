# Two commands matter:
#   make        installs everything into .venv and runs the bake-off on `digits`
#   make test   installs everything into .venv and runs the tests

CORES ?= 2
PYTHON ?= python3
BIN := .venv/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)

.PHONY: digits install test lint everything slow test-slurm mutants faults bench report clean

digits: install
	snakemake --cores $(CORES) digits
	@echo
	@echo "The bake-off on digits is done. Look at"
	@echo "  results/digits/report.html           everything on one page, in any browser"
	@echo "  results/digits/claims.md             the verdict: which of the article's conclusions hold"
	@echo "  results/digits/tables/summary.md     every autoencoder, every task, one page"
	@echo "  results/digits/figures/              a picture for each evaluation"
	@echo "  results/digits/metrics.csv           every number of every run"

install: .venv/.installed

# The lock file pins every package; the project itself is installed as a link to src/. uv does it in a fraction of pip's
# time; pip does it where uv can't, as with an index that only pip's configuration names.
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

# All tests there are: before a change is called done.
everything: test slow test-slurm mutants faults

# Whole bake-offs: on a full disk, with a model that diverges, on one core, with the larger experiments.
slow: install
	pytest -m slow --numprocesses $(CORES) --dist worksteal

# On a real SLURM of three nodes on this machine: needs root and Debian, installs it and takes its configuration away again.
SLURM_TESTS ?= tests/slurm
test-slurm: install
	pytest -m slurm $(SLURM_TESTS)

# Breaks one equation at a time and shows that a test notices each.
mutants: install
	python tests/mutants.py

# Kills jobs and Snakemake itself at many moments of one bake-off, and shows that nothing is lost.
faults: install
	pytest -m faults

# How fast training is and what the engine costs, on a machine with nothing else to do. BENCH=speed measures a part.
bench: install
	$(BIN)/python -m pip install --quiet --no-deps pythae==0.1.2
	snakemake results/mnist/data/images.npy --cores $(CORES) --quiet all
	python -m benchmarks $(BENCH) --cores $(CORES)

# Every figure and table with its caption, as Snakemake reports them; the bake-off's own page is results/digits/report.html.
report: install
	snakemake digits --report results/digits/snakemake.html

clean:
	rm -rf .venv
