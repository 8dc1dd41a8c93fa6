"""`make bench`: python -m tests.benchmarks."""

from tests.benchmarks.speed import main

main()
