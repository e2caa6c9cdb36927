# The lane: 1 is TensorFlow 1.15.5 (Python 3.7 or 3.6), 2.15 is 2.15.1 (Python 3.11), 2 the newest (Python 3.12).
TF ?= 1
# PYTHON names the interpreter to build the environment with; empty: the first of the lane's that is found.
PYTHON ?=
VENV ?= .venv$(if $(filter-out 1,$(TF)),-tf$(TF))
ARGS ?=

BIN := $(VENV)/bin
READY := $(VENV)/.ready-tf$(TF)
# An environment asked for by name gets a mark of its own, so that another PYTHON rebuilds it.
MARK := $(READY)$(if $(PYTHON),-$(subst /,_,$(PYTHON)))
# nose doesn't run on Python 3.10 and later.
TESTS := $(BIN)/$(if $(filter 1,$(TF)),nosetests tests,python -W ignore -m unittest discover -t . -s tests)

.PHONY: help venv test test-quick test-all demo clean

help:
	@echo 'make test       set up $(VENV) and run the tests'
	@echo 'make test-quick those that take about three minutes in all'
	@echo 'make test-all   the same with the long tests'
	@echo 'make demo       set up $(VENV), train the small pronunciation model and show what it says'
	@echo 'make venv       set up $(VENV) only'
	@echo 'make clean      remove the environments and what was built; trained models stay'
	@echo 'TF=2            the newest TensorFlow, on Python 3.12, in .venv-tf2; TF=2.15: 2.15.1, on Python 3.11'
	@echo 'PYTHON=...      the Python to use; ARGS=... is passed on to nosetests, unittest or the demo'

venv: $(MARK)

$(MARK): setup.py tools/find_python.sh tools/install.sh $(wildcard requirements/*.txt)
	@python=$$(PYTHON='$(PYTHON)' sh tools/find_python.sh '$(TF)') && \
	echo "Setting up $(VENV) with $$python; this takes some minutes the first time." && \
	rm -rf '$(VENV)' && \
	"$$python" -m venv '$(VENV)' && \
	sh tools/install.sh --editable '$(BIN)/python' && \
	touch '$(READY)' '$@'

test: $(MARK)
	$(TESTS) $(ARGS)

test-quick: $(MARK)
	RNN_ENHANCEMENT_QUICK_TESTS=1 $(TESTS) $(ARGS)

test-all: $(MARK)
	RNN_ENHANCEMENT_LONG_TESTS=1 $(TESTS) $(ARGS)

demo: $(MARK)
	$(BIN)/python -m Project_RNN_Enhancement.experiments g2p --preset demo $(ARGS)

clean:
	rm -rf .venv .venv-tf* '$(VENV)' build dist *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
