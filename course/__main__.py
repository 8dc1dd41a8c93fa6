"""`python -m course`: the course on the command line."""

import argparse
import os
import sys

from course.commands import data, doctor, exercises, grade, predict, run, score, train

COMMANDS = {
    "doctor": doctor,
    "data": data,
    "run": run,
    "train": train,
    "predict": predict,
    "score": score,
    "exercises": exercises,
    "grade": grade,
}


def main(arguments: list[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: What stands behind ``python -m course``; those of this process by default.

    Returns:
        The exit code: 0 for success, 1 when something is wrong, 130 after Ctrl-C.
    """
    parser = argparse.ArgumentParser(
        prog="python -m course",
        description="Check the machine, manage the data, run the notebooks of the course, train and use its networks, "
        "rank predictions.",
        epilog="example: python -m course doctor",
    )
    subparsers = parser.add_subparsers(dest="command_name", metavar="COMMAND", required=True)
    for module in COMMANDS.values():
        module.add_parser(subparsers)
    args = parser.parse_args(arguments)
    try:
        code = COMMANDS[args.command_name].main(args)
        sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130
    except BrokenPipeError:  # who reads has enough, as `head` does; Python must find nothing left to flush
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except (ValueError, OSError) as error:
        # What our own code raises for a wrong value or file is a sentence for the person at the keyboard.
        print(f"error: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
