"""`python -m course run`: execute notebooks without a browser, in order, and keep the results."""

import argparse
import asyncio
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from queue import Empty

from helpers import datasets
from helpers.datasets.profiles import SETS
from helpers.files import ROOT, write_whole

KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
SAMPLE_TIMEOUT = 600  # seconds a cell; on the real photos training may take as long as it wants
WIDGET = "application/vnd.jupyter.widget-view+json"


class NotebookFailed(Exception):
    """A notebook did not run to its end; the message says where and why, as one text to print."""


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Add `run` and its options to the command line."""
    parser = subparsers.add_parser(
        "run",
        description="Execute notebooks in order, each in a fresh kernel; stop at the first error.",
        epilog="example: python -m course run 01 02 --profile sample --output runs",
    )
    parser.add_argument("notebooks", nargs="*", metavar="NOTEBOOK", help="01, 01_baseline or a path; all without one")
    profile = "drawn or real photos; without it as COURSE_DATA, else the real photos of each set that has them here"
    parser.add_argument("--profile", choices=["sample", "full"], help=profile)
    parser.add_argument("--output", type=Path, default=ROOT / "runs", metavar="DIR", help="for the copies (runs/)")
    parser.add_argument("--in-place", action="store_true", help="store the outputs in the notebooks themselves")


def main(args: argparse.Namespace) -> int:
    """Run the notebooks that `args` names.

    Args:
        args: What `add_parser` defines.

    Returns:
        0 when all ran to their end, 1 at the first error.

    Raises:
        ValueError: There is no such notebook, or COURSE_DATA names no profile.
        FileNotFoundError: The real photos were asked for and are not there.
    """
    notebooks = find(args.notebooks, ROOT / "notebooks")
    needs = {path: data_of(path) for path in notebooks}
    # Two sets may differ: real photos of the one, drawn ones of the other.
    profiles = {name: datasets.choose_profile(args.profile, name) for need in needs.values() for name in need}
    for name, profile in profiles.items():
        datasets.data_folder(name, profile)  # drawn now, its progress bar would end up in a notebook's output
    args.output.mkdir(parents=True, exist_ok=True)
    ledger = args.output.resolve() / "ledger.csv"
    ledger.unlink(missing_ok=True)
    for path in notebooks:
        target = path if args.in_place else args.output / path.name
        chosen = {profiles[name] for name in needs[path]}
        settings = {"COURSE_LEDGER": str(ledger)}
        if args.profile or len(chosen) == 1:  # decided here, once: what appears on the disk meanwhile changes nothing
            settings["COURSE_DATA"] = args.profile or next(iter(chosen))
        try:
            run(path, target, settings, timeout=None if "full" in chosen else SAMPLE_TIMEOUT)
        except NotebookFailed as failure:
            print(failure if sys.stderr.isatty() else without_colours(str(failure)), file=sys.stderr)
            return 1
    return 0


def find(names: list[str], folder: Path) -> list[Path]:
    """Return the notebooks that are meant, in the order given, or all of a folder in reading order.

    Args:
        names: Numbers ("01"), names ("01_baseline", with or without ".ipynb") or paths; empty for all.
        folder: Where numbers and names are looked up.

    Raises:
        ValueError: A name fits no notebook, or there is none at all.

    Example:
        >>> find(["99"], Path("nowhere"))
        Traceback (most recent call last):
        ...
        ValueError: there is no notebook '99'; there is none at all in nowhere.
    """
    there = {path.stem: path for path in sorted(folder.glob("[0-9]*.ipynb"))}
    listed = f"there are {', '.join(there)}" if there else f"there is none at all in {folder}"
    if not names:
        if not there:
            raise ValueError(f"no notebook to run: {listed}.")
        return list(there.values())
    found = []
    for name in names:
        fitting = [path for stem, path in there.items() if name.removesuffix(".ipynb") in (stem, stem.split("_")[0])]
        if not fitting and name.endswith(".ipynb") and Path(name).is_file():
            fitting = [Path(name)]
        if not fitting:
            raise ValueError(f"there is no notebook {name!r}; {listed}.")
        found += fitting
    return found


def data_of(path: Path) -> list[str]:
    """Return which sets of pictures a notebook loads: those whose `load_` function stands in its code.

    Args:
        path: The notebook.

    Returns:
        "vehicles", "food", both or neither.

    Raises:
        ValueError: The file is no notebook.

    Example:
        >>> data_of(ROOT / "notebooks" / "01_baseline.ipynb")
        ['vehicles']
    """
    code = "\n".join(cell.source for cell in read(path).cells if cell.cell_type == "code")
    return [entry.name for entry in SETS if f"load_{entry.name}" in code]


def read(path: Path):
    """Return a notebook of nbformat 4.

    Args:
        path: The notebook.

    Raises:
        ValueError: The file is no notebook.

    Example:
        >>> read(Path("README.md"))
        Traceback (most recent call last):
        ...
        ValueError: README.md is no notebook that can be read: ...
    """
    import nbformat

    try:
        return nbformat.read(path, as_version=4)
    except Exception as error:  # nbformat lets out whatever its JSON reader and validator raise
        raise ValueError(f"{path} is no notebook that can be read: {error}; restore it with git.") from error


def run(path: Path, target: Path, settings: dict[str, str], *, timeout: int | None = None) -> None:
    """Execute one notebook, showing how far it is, and write the executed copy.

    A copy of a notebook that failed is written too, up to the error, unless it would replace its source.

    Args:
        path: The notebook.
        target: Where the executed copy goes; may be `path`.
        settings: Environment variables for the kernel.
        timeout: Seconds that a cell may take, None for no limit.

    Raises:
        NotebookFailed: A cell failed, took too long, or the kernel died.
        ValueError: The file is no notebook.
    """
    notebook = read(path)
    progress = Progress(path.name, sum(map(_runs, notebook.cells)))
    try:
        asyncio.run(execute(notebook, path.resolve().parent, settings, timeout, progress))
    except NotebookFailed as failure:
        progress.close("failed")
        if target.resolve() != path.resolve():
            write(notebook, target)
            raise NotebookFailed(f"{path.name}, {failure}\nExecuted up to there: {target}") from None
        raise NotebookFailed(f"{path.name}, {failure}") from None
    except BaseException:
        progress.close("stopped")
        raise
    write(notebook, target)
    progress.close(f"-> {target}")


async def execute(notebook, folder: Path, settings: dict[str, str], timeout: int | None, progress: "Progress") -> None:
    """Execute the cells of a notebook in an ipykernel of their own, storing the outputs in them.

    Args:
        notebook: Notebook of nbformat 4; changed.
        folder: The kernel's working folder.
        settings: Environment variables for the kernel.
        timeout: Seconds that a cell may take, None for no limit.
        progress: Told about every finished code cell.

    Raises:
        NotebookFailed: A cell failed, took too long, or the kernel died.
        KeyboardInterrupt: Ctrl-C was pressed; the kernel is gone by then.
    """
    from nbclient.exceptions import CellControlSignal

    client = _make_client(notebook, timeout)
    ticking = asyncio.create_task(progress.tick())
    number = 0
    try:
        # What a cell prints comes as messages; the kernel's own stderr holds only the kernel's log.
        kernel = {"cwd": str(folder), "env": {**os.environ, **settings}, "stderr": subprocess.DEVNULL}
        async with client.async_setup_kernel(**kernel):
            for number, cell in enumerate(notebook.cells, start=1):  # noqa: B007 - the handlers below name the cell
                if _runs(cell):
                    await client.async_execute_cell(cell, number - 1)
                    progress.done += 1
    except (CellControlSignal, RuntimeError, asyncio.CancelledError) as error:
        if client.interrupted:
            raise KeyboardInterrupt from None
        if isinstance(error, asyncio.CancelledError):
            raise
        if number == 0:
            raise NotebookFailed(f"the kernel did not start ({error}); run `python -m course doctor`") from None
        place = f"cell {number} of {len(notebook.cells)} (In [{progress.done + 1}])"
        raise NotebookFailed(f"{place} {_reason(error, cell, timeout)}") from None
    finally:
        ticking.cancel()


def _runs(cell) -> bool:
    return cell.cell_type == "code" and bool(cell.source.strip())


def _reason(error: Exception, cell, timeout: int | None) -> str:
    from nbclient.exceptions import CellTimeoutError, DeadKernelError

    if isinstance(error, CellTimeoutError):
        return f"took longer than {timeout} seconds:\n\n{cell.source}"
    if isinstance(error, DeadKernelError):
        return f"ended the kernel, most often because memory ran out:\n\n{cell.source}"
    tracebacks = ["\n".join(output.traceback) for output in cell.outputs if output.output_type == "error"]
    return "failed:\n\n" + (tracebacks or [str(error)])[-1]


def _make_client(notebook, timeout: int | None):
    from nbclient import NotebookClient

    class Client(NotebookClient):
        """Runs cells; stops at Ctrl-C at any moment, and never waits for a message that has come already."""

        interrupted = False

        async def async_start_new_kernel(self, **settings):
            # The base class answers Ctrl-C by ending the kernel, which then looks like one that died.
            task = asyncio.current_task()

            def stop() -> None:
                self.interrupted = True
                self.shutdown_kernel = "immediate"
                task.cancel()

            if os.name == "posix":
                asyncio.get_running_loop().add_signal_handler(signal.SIGINT, stop)
            await super().async_start_new_kernel(**settings)

        async def async_start_new_kernel_client(self):
            client = await super().async_start_new_kernel_client()
            for channel in (client.shell_channel, client.iopub_channel):
                channel.get_msg = _in_slices(channel.get_msg)
            return client

    return Client(notebook, timeout=timeout, kernel_name=KERNEL["name"], record_timing=False)


def _in_slices(get_message: Callable, slice_seconds: float = 0.5) -> Callable:
    # A message can arrive without waking the one who waits for it (github.com/jupyter/nbclient/issues/312): with
    # ipywidgets a notebook then hangs forever. Whoever looks again twice a second finds it.
    async def get(timeout: float | None = None):
        end = None if timeout is None else time.monotonic() + timeout
        while True:
            left = slice_seconds if end is None else max(0.0, min(slice_seconds, end - time.monotonic()))
            try:
                return await get_message(timeout=left)
            except Empty:
                if end is not None and time.monotonic() >= end:
                    raise

    return get


def write(notebook, target: Path) -> None:
    """Write an executed notebook so that two runs give the same file: no widget state, no versions, no times.

    Live widgets are left out: without the kernel behind them a reader sees an error message in their place.

    Args:
        notebook: Notebook of nbformat 4; changed.
        target: The file, replaced in one step.
    """
    import nbformat

    notebook.metadata = nbformat.from_dict({"kernelspec": KERNEL, "language_info": {"name": "python"}})
    for cell in notebook.cells:
        for name in ("execution", "collapsed", "scrolled", "ExecuteTime"):
            cell.metadata.pop(name, None)
        if cell.cell_type == "code":
            cell.outputs = [output for output in cell.outputs if WIDGET not in output.get("data", {})]
    with write_whole(target) as part:
        nbformat.write(notebook, part)


class Progress:
    """One line about one notebook: rewritten in a terminal, printed once at the end elsewhere."""

    def __init__(self, name: str, total: int) -> None:
        self.name, self.total, self.done, self.started = name, total, 0, time.monotonic()

    def __str__(self) -> str:
        return f"{self.name:<24} {self.done:>3} of {self.total} cells {time.monotonic() - self.started:>5.0f} s"

    async def tick(self) -> None:
        """Keep the line fresh until cancelled."""
        while sys.stdout.isatty():
            print(f"\r{self}", end="", flush=True)
            await asyncio.sleep(0.5)

    def close(self, ending: str) -> None:
        """Print the line for good."""
        print(f"{chr(13) if sys.stdout.isatty() else ''}{self}  {ending}", flush=True)


def without_colours(text: str) -> str:
    r"""Remove the terminal's colour codes.

    Example:
        >>> without_colours("\x1b[31mred\x1b[0m")
        'red'
    """
    return re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", text)
