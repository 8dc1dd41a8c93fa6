# The verbs of the course. bootstrap.py does the work and needs no make: python3 bootstrap.py lab
PYTHON ?= python3

.PHONY: help setup lab test verify notebooks exercises grade site bench doctor clean
help:
	@$(PYTHON) bootstrap.py help

setup lab test verify notebooks exercises grade site bench doctor clean:
	@$(PYTHON) bootstrap.py $@ $(ARGS)
