"""`python -m course doctor`: look at the machine and the installation, and say what to do."""

import argparse
import json
import os
import platform
import re
import shutil
import sys
import tempfile
import tomllib
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

from helpers.files import ROOT, data_dir

NAME = "classifier-course"
REINSTALL = "run `python bootstrap.py setup`, or `python -m pip install -r requirements.txt`"


class Finding(NamedTuple):
    """One line of the doctor's report."""

    level: str  # "OK", "WARN" or "FAIL"
    what: str
    found: str
    remedy: str = ""

    def __str__(self) -> str:
        return f"{self.level:<5} {self.what:<10} {self.found}" + (f": {self.remedy}" if self.remedy else "")


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Add `doctor` and its option to the command line."""
    parser = subparsers.add_parser(
        "doctor",
        description="Check the machine and the installation; every line that is not OK says what to do.",
        epilog="example: python -m course doctor --json",
    )
    parser.add_argument("--json", action="store_true", help="print the findings as a JSON list")


def main(args: argparse.Namespace) -> int:
    """Print what `examine` finds.

    Args:
        args: What `add_parser` defines.

    Returns:
        1 when a line says FAIL, else 0.
    """
    findings = examine()
    if args.json:
        print(json.dumps([finding._asdict() for finding in findings], indent=2))
    else:
        print(*findings, sep="\n")
    return int(any(finding.level == "FAIL" for finding in findings))


def examine() -> list[Finding]:
    """Make all checks.

    Returns:
        A finding a check, in the order in which a person would ask. A check that breaks is a finding too.

    Example:
        >>> [finding.what for finding in examine()]
        ['Python', 'packages', 'device', 'precision', 'cores', 'memory', 'disk', 'Jupyter', 'data', 'food']
    """
    checks: dict[str, Callable[[], Finding]] = {
        "Python": check_python,
        "packages": check_packages,
        "device": check_device,
        "precision": check_precision,
        "cores": check_cores,
        "memory": check_memory,
        "disk": check_disk,
        "Jupyter": check_jupyter,
        "data": check_data,
        "food": lambda: check_data("food"),
    }
    findings = []
    for what, check in checks.items():
        try:
            findings.append(check())
        except ModuleNotFoundError as error:
            findings.append(Finding("FAIL", what, f"cannot be looked at: {error.name} is not installed", REINSTALL))
        except Exception as error:  # the doctor must be able to report on any broken installation
            findings.append(Finding("FAIL", what, f"the check broke ({type(error).__name__}: {error})", REINSTALL))
    return findings


def check_python() -> Finding:
    """Compare this Python with the range that pyproject.toml asks for.

    Example:
        >>> check_python().level
        'OK'
    """
    required = project()["requires-python"]
    oldest, beyond = (int(re.search(rf"{sign}3\.(\d+)", required)[1]) for sign in (">=", "<"))
    found = f"{platform.python_version()} ({sys.executable})"
    if (3, oldest) <= sys.version_info[:2] < (3, beyond):
        return Finding("OK", "Python", found)
    remedy = f"the course is made for 3.{oldest} to 3.{beyond - 1}; delete .venv and set up with one of these"
    return Finding("FAIL", "Python", found, remedy)


def check_packages() -> Finding:
    """Compare the installed packages with what pyproject.toml asks for, and with the pins of requirements.txt."""
    needed, tested = project()["needed"], pins(ROOT / "requirements.txt")
    installed, missing = {}, []
    for name in {**needed, **tested}:
        try:
            # "2.14.1+cpu" is 2.14.1 built for computers without a GPU
            installed[name] = metadata.version(name).split("+")[0]
        except metadata.PackageNotFoundError:
            missing.append(name)
    if set(missing) & set(needed):
        return Finding("FAIL", "packages", f"not installed: {', '.join(missing)}", REINSTALL)
    old = [f"{name} {installed[name]}, {least} is the oldest that was tried" for name, least in needed.items()
           if numbers(installed[name]) < numbers(least)]  # fmt: skip
    if old:
        return Finding("WARN", "packages", f"older than tried: {'; '.join(old)}", REINSTALL)
    other = [f"{name} {version}" for name, version in installed.items() if version != tested.get(name, version)]
    found = [f"all {len(installed)} as pinned" if tested and not other else f"all {len(installed)} that are needed"]
    found += [f"other versions than the pinned ones, which may do as well: {', '.join(other)}"] if other else []
    found += [f"without {', '.join(missing)}, which only tests use"] if missing else []
    return Finding("OK", "packages", "; ".join(found))


def project() -> dict:
    """Return what the course asks for: ``requires-python``, and under ``needed`` the oldest version by package.

    Read from pyproject.toml, or from the metadata of the installed packages where there is no copy of the course.

    Example:
        >>> "torch" in project()["needed"]
        True
    """
    if (ROOT / "pyproject.toml").is_file():
        told = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
        python, lines = told["requires-python"], [*told["dependencies"], *told["optional-dependencies"]["notebooks"]]
    else:
        told = metadata.metadata(NAME)
        lines = [line for line in told.get_all("Requires-Dist", []) if "extra ==" not in line or '"notebooks"' in line]
        python = told["Requires-Python"]
    found = [re.match(r"([\w.-]+)\s*>=\s*([\w.]+)", line) for line in lines]
    return {"requires-python": python, "needed": {match[1]: match[2] for match in found if match}}


def numbers(version: str) -> list[int]:
    """Return the numbers in a version, to compare it with another.

    Example:
        >>> numbers("2.14.1") > numbers("2.9")
        True
    """
    return [int(number) for number in re.findall(r"\d+", version)]


def pins(path: Path) -> dict[str, str]:
    """Read the pinned versions out of a requirements file.

    Args:
        path: File with lines such as ``torch==2.14.1``; it may be missing.

    Returns:
        Version by package name; other lines are passed over.
    """
    text = path.read_text(encoding="utf-8") if path.is_file() else ""
    return dict(re.findall(r"^([\w.-]+)==([\w.]+)\s*$", text, flags=re.MULTILINE))


def check_device() -> Finding:
    """Name the device that training will use."""
    import torch

    from helpers import runtime

    device = runtime.device()
    if device.type == "cpu":
        return Finding("OK", "device", f"CPU {platform.machine()}; no GPU that PyTorch can use, and none is needed")
    name = torch.cuda.get_device_name(device) if device.type == "cuda" else "Apple GPU"
    return Finding("OK", "device", f"{device.type} ({name})")


def check_precision() -> Finding:
    """Name the number format that training will use, and why."""
    from helpers import runtime

    chosen = runtime.choose_precision()
    return Finding("OK", "precision", f"{str(chosen.dtype).removeprefix('torch.')} ({chosen.reason})")


def check_cores() -> Finding:
    """Count processor cores and the threads that will use them."""
    import torch

    cores, threads = os.cpu_count() or 1, torch.get_num_threads()
    found = f"{cores} cores, PyTorch computes on {threads}"
    if threads == 1 < cores:
        remedy = "unset OMP_NUM_THREADS to use them all" if "OMP_NUM_THREADS" in os.environ else ""
        return Finding("WARN" if remedy else "OK", "cores", found, remedy)
    return Finding("OK", "cores", found)


def check_memory(enough: float = 2.0) -> Finding:
    """Compare free memory with what a notebook takes.

    Args:
        enough: Gigabytes that a notebook takes on the sample data.
    """
    import psutil

    memory = psutil.virtual_memory()
    found = f"{memory.available / 1e9:.1f} of {memory.total / 1e9:.1f} GB free"
    if memory.available / 1e9 < enough:
        return Finding("WARN", "memory", found, f"a notebook takes up to {enough} GB; close other programs first")
    return Finding("OK", "memory", found)


def check_disk(enough: float = 1.0, least: float = 0.1) -> Finding:
    """Compare the free disk space with what data, caches and runs take.

    Args:
        enough: Gigabytes below which the real photos may not fit.
        least: Gigabytes below which nothing works.
    """
    folder = next(place for place in (data_dir(), *data_dir().absolute().parents) if place.exists())
    try:
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        remedy = "make it a folder that you can write to, or let COURSE_DATA_DIR name another one"
        return Finding("FAIL", "disk", f"nothing can be written to {folder} ({error.strerror})", remedy)
    free = shutil.disk_usage(folder).free / 1e9
    found = f"{free:.1f} GB free where the data goes ({folder})"
    if free < enough:
        level = "FAIL" if free < least else "WARN"
        return Finding(level, "disk", found, f"make room for {enough} GB, or let COURSE_DATA_DIR name another folder")
    return Finding("OK", "disk", found)


def check_jupyter() -> Finding:
    """See whether notebooks will start this Python, and not another one of the same name."""
    from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

    try:
        command = KernelSpecManager().get_kernel_spec("python3").argv[0]
    except NoSuchKernel:
        return Finding("FAIL", "Jupyter", "there is no kernel python3", REINSTALL)
    # A bare "python" stands for the Python that starts the kernel.
    if command in ("python", "python3") or Path(command).absolute() == Path(sys.executable).absolute():
        return Finding("OK", "Jupyter", f"JupyterLab {metadata.version('jupyterlab')}, kernel python3 is this Python")
    remedy = "run `python -m ipykernel install --sys-prefix`"
    return Finding("FAIL", "Jupyter", f"kernel python3 starts another Python ({command})", remedy)


def check_data(name: str = "vehicles") -> Finding:
    """See which pictures of a set are there and which ones the notebooks will use.

    Args:
        name: "vehicles" or "food".
    """
    from helpers.datasets import choose_profile, data_folder
    from helpers.datasets.layout import read_set
    from helpers.datasets.profiles import find_set, present
    from helpers.datasets.splits import lacking

    wanted, what = find_set(name), "data" if name == "vehicles" else name
    drawn = "sample drawn" if present("sample", name) else "sample is drawn on first use"
    try:
        if choose_profile(name=name) == "full":
            folder = data_folder(name, "full")
            found = f"{drawn}; real photos in {folder}, used"
            table = read_set(folder, name)
            learnt = [i for i in range(len(table.names)) if not table.parts or table.parts[i] == "train"]
            if table.problems or lacking({"train": learnt}, table.labels, table.classes):
                return Finding("WARN", what, found, f"see what is wrong: python -m course data check {wanted.real}")
            return Finding("OK", what, found)
    except (ValueError, FileNotFoundError) as error:
        return Finding("FAIL", what, str(error))
    remedy = f"real photos, if you want them: python -m course data get {wanted.real}"
    return Finding("OK", what, f"{drawn}, used; {remedy}")
