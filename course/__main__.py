"""`python -m course`: the course on the command line."""

import argparse
import os
import sys
from importlib import import_module

COMMANDS = {
    "doctor": "check Python, packages, device, memory, disk, Jupyter and data",
    "data": "get, import, check and draw pictures",
    "run": "execute notebooks and store the executed copies",
    "train": "train a network as a recipe says, and keep it",
    "predict": "say what is on pictures, with a network that train has kept",
    "score": "rank submitted predictions, with intervals",
    "exercises": "make the students' notebooks out of the solutions (for instructors)",
    "grade": "grade what students handed in (for instructors)",
}


def main(arguments: list[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: What stands behind ``python -m course``; those of this process by default.

    Returns:
        The exit code: 0 for success, 1 when something is wrong, 130 after Ctrl-C.
    """
    arguments = sys.argv[1:] if arguments is None else arguments
    parser = argparse.ArgumentParser(
        prog="python -m course",
        description="Check the machine, manage the data, run the notebooks of the course, train and use its networks, "
        "rank predictions.",
        epilog="example: python -m course doctor",
    )
    subparsers = parser.add_subparsers(dest="command_name", metavar="COMMAND", required=True)
    try:
        for name, summary in COMMANDS.items():
            if name in arguments[:1]:  # only the command that is asked for is loaded
                command = import_module(f"course.commands.{name}")
                command.add_parser(subparsers)
            else:
                subparsers.add_parser(name, help=summary)
        args = parser.parse_args(arguments)
        code = command.main(args)
        sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130
    except BrokenPipeError:  # who reads has enough, as `head` does; Python must find nothing left to flush
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except ModuleNotFoundError as error:
        print(f"error: {error.name} is not installed for {sys.executable}; run `python -m course doctor`, which says "
              "what is missing and what to do.", file=sys.stderr)  # fmt: skip
        return 1
    except (ValueError, OSError, FloatingPointError) as error:
        # What our own code raises for a wrong value or file is a sentence for the person at the keyboard.
        print(f"error: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
