# PYTHON names the interpreter to build the environment with; empty: the first 3.7 or 3.6 that is found.
PYTHON ?=
VENV ?= .venv
ARGS ?=

BIN := $(VENV)/bin
READY := $(VENV)/.ready
# An environment asked for by name gets a mark of its own, so that another PYTHON rebuilds it.
MARK := $(READY)$(if $(PYTHON),-$(subst /,_,$(PYTHON)))

.PHONY: help venv test test-all demo clean

help:
	@echo 'make test       set up $(VENV) and run the tests'
	@echo 'make test-all   the same with the long tests'
	@echo 'make demo       set up $(VENV), train the small pronunciation model and show what it says'
	@echo 'make venv       set up $(VENV) only'
	@echo 'make clean      remove $(VENV) and what was built; trained models stay'
	@echo 'PYTHON=...      the Python 3.7 or 3.6 to use; ARGS=... is passed on to nosetests or the demo'

venv: $(MARK)

$(MARK): setup.py tools/find_python.sh tools/install.sh $(wildcard requirements/*.txt)
	@python=$$(PYTHON='$(PYTHON)' sh tools/find_python.sh) && \
	echo "Setting up $(VENV) with $$python; this takes some minutes the first time." && \
	rm -rf '$(VENV)' && \
	"$$python" -m venv '$(VENV)' && \
	sh tools/install.sh --editable '$(BIN)/python' && \
	touch '$(READY)' '$@'

test: $(MARK)
	$(BIN)/nosetests tests $(ARGS)

test-all: $(MARK)
	RNN_ENHANCEMENT_LONG_TESTS=1 $(BIN)/nosetests tests $(ARGS)

demo: $(MARK)
	$(BIN)/python -m Project_RNN_Enhancement.experiments g2p --preset demo $(ARGS)

clean:
	rm -rf '$(VENV)' build dist *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
