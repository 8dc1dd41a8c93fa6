"""`make bench`: python -m tests.benchmarks."""

from tests.benchmarks.speed import main

if __name__ == "__main__":
    main()
