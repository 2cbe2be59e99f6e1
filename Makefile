# Each target is environment + command; bootstrap.py does the work and runs without make too.
# Pass arguments with ARGS: make run ARGS="--port 8001"
PYTHON ?= python3
ARGS ?=

.PHONY: run test check bench soak lock

run test check bench soak lock:
	@"$(PYTHON)" bootstrap.py $@ $(ARGS)
