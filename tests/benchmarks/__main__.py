"""`make bench`: python -m tests.benchmarks [speed | food_speed | gpu_speed | grading] [options]; all without a name."""

import importlib
import sys

BENCHMARKS = "speed", "food_speed", "gpu_speed", "grading"


def main(arguments: list[str]) -> None:
    if arguments and arguments[0] not in BENCHMARKS:
        raise SystemExit(f"there is no benchmark {arguments[0]!r}; name {' or '.join(BENCHMARKS)}, then its options.")
    for name in arguments[:1] or BENCHMARKS:
        print(f"\n== {name}", flush=True)
        importlib.import_module(f"tests.benchmarks.{name}").main(arguments[1:])


if __name__ == "__main__":
    main(sys.argv[1:])
