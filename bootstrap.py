"""Set the course up and run it: python3 bootstrap.py lab. The Makefile calls this file too.

Standard library only, and readable to Python 2.7 and any Python 3, so that an old Python is told what to do
in a sentence instead of stopping at a syntax error. Everything modern is imported after that check.
"""

from __future__ import print_function

import os
import sys

OLDEST, NEWEST = (3, 11), (3, 14)  # what torch, numpy, scipy and pandas have wheels for at the pinned versions
ROOT = os.path.dirname(os.path.abspath(__file__))
VENV = os.path.join(ROOT, ".venv")
WINDOWS = os.name == "nt"
PYTHON = os.path.join(VENV, "Scripts", "python.exe") if WINDOWS else os.path.join(VENV, "bin", "python")
LOG = os.path.join(VENV, "install.log")
FIRST_NOTEBOOK = "notebooks/01_baseline.ipynb"

# Gigabytes. Linux is measured: PyTorch brings its CUDA libraries along there. Elsewhere it is less.
INSTALLED, DOWNLOADED = (6.5, 3.0) if sys.platform.startswith("linux") else (3.0, 1.0)

# Words in the log of pip or venv, and the sentence for the student. The first match counts: without a network
# pip ends with "No matching distribution" as well.
FAILURES = (
    (
        ("No space left on device", "Errno 28", "not enough space", "Disk quota exceeded"),
        "The disk is full: free about {need:.0f} GB, then run the same command again.",
    ),
    (
        ("CERTIFICATE_VERIFY_FAILED", "SSLError"),
        "The package server's certificate was refused: check the computer's clock, and behind a company proxy set "
        "PIP_CERT to its certificate file, then run the same command again.",
    ),
    (
        (
            "NewConnectionError",
            "Failed to establish a new connection",
            "Name or service not known",
            "name resolution",
            "getaddrinfo failed",
            "ConnectTimeoutError",
            "Read timed out",
            "Network is unreachable",
            "ConnectionResetError",
            "Connection aborted",
            "IncompleteRead",
            "ProxyError",
        ),
        "The package server cannot be reached: check the network (and proxy), then run the same command again; "
        "what is already downloaded is kept.",
    ),
    (
        ("No matching distribution found", "ResolutionImpossible", "is not a supported wheel"),
        "A package has no version for this computer ({machine}, Python {python}): PyTorch needs a 64-bit Python "
        "{range} on Linux, on Windows (Intel or AMD), or on a Mac with an Apple chip and macOS 14 or newer.",
    ),
    (
        ("Permission denied", "Errno 13", "Access is denied", "WinError 5"),
        "A file could not be written: close other programs that use the folder .venv, make sure that the course's "
        "folder is yours, then run the same command again.",
    ),
)


# The verbs


def lab(options):
    """set up on the first call, then open JupyterLab on the course"""
    setup()
    places = ["--ServerApp.root_dir=" + ROOT, "--LabApp.default_url=/lab/tree/" + FIRST_NOTEBOOK]
    command = [PYTHON, "-m", "jupyterlab"] + places + options
    sys.stdout.flush()
    if not WINDOWS:
        os.execve(PYTHON, command, environment())
    return run(command)


def test(options):
    """prove that the course works: lint, unit tests, and every notebook on the sample data"""
    import glob
    import shutil
    import tempfile

    setup()
    scratch = tempfile.mkdtemp(prefix="course-")
    settings = {"OMP_NUM_THREADS": "1", "COURSE_DATA": "sample", "COURSE_LEDGER": os.path.join(scratch, "ledger.csv")}
    coverage = ["--cov=helpers", "--cov=drawings", "--cov=course"]
    coverage += ["--cov-report=term-missing:skip-covered", "--cov-fail-under=95"]
    nbval = ["-p", "tests.nbval_plugin", "--nbval-lax", "--nbval-current-env", "--nbval-cell-timeout=300"]
    # Drawn before the notebooks, so that none of them pays for it.
    draw = "from helpers.datasets import data_folder; [data_folder(name, 'sample') for name in ('vehicles', 'food')]"
    if not sys.stderr.isatty():
        draw = "import os; os.environ['TQDM_DISABLE'] = '1'; " + draw  # a bar fills a log with thousands of characters
    notebooks = sorted(glob.glob("notebooks/*.ipynb"), key=minutes, reverse=True)
    try:
        return stages(
            ("lint", [PYTHON, "-m", "ruff", "check", "--quiet"]),
            ("format", [PYTHON, "-m", "ruff", "format", "--check", "--quiet"]),
            ("sample data", [PYTHON, "-c", draw]),
            ("unit tests", pytest_on_two() + coverage + options),
            ("notebooks", pytest_on_two() + nbval + notebooks + options),
            settings=settings,
        )
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def verify(options):
    """run the tests that take minutes: what the sample must teach, a class graded, every lecture in a browser"""
    setup()
    return run(pytest_on_two() + ["-m", "slow", "tests"] + options, settings={"OMP_NUM_THREADS": "1"})  # two would wait


def pytest_on_two():
    """Let two processes test, each a whole file at a time: its tests share what one of them has trained or opened.

    Files are begun in the order in which they are named, or as tests/conftest.py sorts them: the longest first.
    """
    return [PYTHON, "-m", "pytest", "-n", "2", "--dist", "loadfile", "--no-loadscope-reorder"]


def minutes(notebook):
    """Return how long a notebook takes on the sample, as its first lines say."""
    import re

    said = re.search(r"About ([\d.]+) minutes? on a CPU", read(notebook))
    return float(said.group(1)) if said else 0.0


def notebooks(options):
    """run all notebooks in order on the sample data and store their outputs in place"""
    setup()
    return run([PYTHON, "-m", "course", "run", "--profile", "sample", "--in-place"] + options)


def exercises(options):
    """make the students' notebooks out of the solutions (for instructors)"""
    setup(extra=["requirements-instructors.txt"])
    return run([PYTHON, "-m", "course", "exercises"] + options)


def grade(options):
    """grade what students handed in, say ARGS=01_baseline (for instructors; runs their code as you)"""
    setup(extra=["requirements-instructors.txt"])
    return run([PYTHON, "-m", "course", "grade"] + options)


def site(options):
    """write the course as web pages into site/: open site/index.html, no server and no network needed"""
    setup(extra=["requirements-site.txt"])
    return write_site("site", options)


def write_site(target, options=()):
    """Let Sphinx write the pages to a folder, whose former content goes when all went well."""
    import shutil
    import tempfile

    with tempfile.TemporaryDirectory(prefix="course-") as scratch:
        source, pages = os.path.join(scratch, "source"), os.path.join(scratch, "pages")
        # Only what becomes a page or stands behind a link: no answers to the exercises, no photos.
        shutil.copytree("website", source)
        for name in ("README.md", "LICENSE", "LICENSE-TEXT"):
            shutil.copy(name, source)
        ignore = shutil.ignore_patterns("solutions", ".*")
        shutil.copytree("notebooks", os.path.join(source, "notebooks"), ignore=ignore)
        os.mkdir(os.path.join(source, "notebooks", "solutions"))
        shutil.copy("notebooks/solutions/README.md", os.path.join(source, "notebooks", "solutions"))
        shutil.copytree("data/results", os.path.join(source, "data", "results"))
        shutil.copy("data/README.md", os.path.join(source, "data"))
        command = [PYTHON, "-m", "sphinx", "--quiet", "--fail-on-warning", "-d", os.path.join(scratch, "cache")]
        code = run(command + list(options) + [source, pages])
        if code == 0:
            shutil.rmtree(target, ignore_errors=True)  # as far as nobody holds a file open
            shutil.copytree(pages, target, dirs_exist_ok=True)
    return code


def bench(options):
    """compare our training with the usual ways, and what augmentation adds to it; time the grading"""
    setup(extra=["requirements-dev.txt", "requirements-instructors.txt"])
    return run([PYTHON, "-m", "tests.benchmarks"] + options)


def doctor(options):
    """look at Python, packages, device, disk and data, and say what to do"""
    setup()
    return run([PYTHON, "-m", "course", "doctor"] + options)


def clean(_options):
    """remove what can be made again: runs/, site/, caches, the drawn samples"""
    import glob
    import shutil

    names = ("runs", "site", ".pytest_cache", ".ruff_cache", ".coverage*", "data/*-sample*", "data/cache")
    found = [path for name in names for path in sorted(glob.glob(name))]
    for folder, children, _files in os.walk("."):
        children[:] = [child for child in children if child not in (".venv", ".git")]
        found += [os.path.join(folder, child) for child in children if child in ("__pycache__", ".ipynb_checkpoints")]
    for path in found:
        if os.path.isdir(path):
            shutil.rmtree(path, ignore_errors=True)
        elif os.path.exists(path):
            os.remove(path)
    print("Removed: " + (", ".join(os.path.normpath(path) for path in found) or "nothing, all was clean") + ".")
    print("Kept: .venv (delete the folder to install afresh), real photos and your ledger under data/.")
    return 0


def stages(*named, **how):
    """Run commands one after the other, also after a failure, and close with a line for each."""
    import time

    lines, failed = [], 0
    for name, command in named:
        print("\n== " + name, flush=True)
        started = time.time()
        code = run(command, **how)
        failed += code != 0
        lines.append("{:<12} {:<6} {}".format(name, "FAILED" if code else "ok", clock(time.time() - started)))
    print("\n" + "\n".join(lines), flush=True)
    return 1 if failed else 0


# Set-up


def setup(_options=(), extra=()):
    """only set up: make .venv hold what the requirement files say, or do nothing when it already does"""
    stamps = {name: os.path.join(VENV, "installed." + name) for name in ("requirements.txt",) + tuple(extra)}
    stale = [name for name in stamps if not os.path.exists(PYTHON) or read(stamps[name]) != fingerprint(name)]
    if not stale:
        return 0
    first = not has_torch()
    if first:
        check_venv_module()
        check_disk()
    create_venv()
    for name in stale:
        install(name, first)
    if run([PYTHON, "-m", "course", "doctor"]):
        raise SystemExit("Set-up is not complete: do what the lines marked FAIL say, then run the same command again.")
    for name in stale:
        with open(stamps[name], "w") as file:
            file.write(fingerprint(name))
    return 0


def check_python():
    """Stop with one sentence unless this Python is one that the pinned packages have wheels for."""
    if OLDEST <= sys.version_info[:2] <= NEWEST:
        return
    names = ["python3.{}".format(minor) for minor in range(NEWEST[1], OLDEST[1] - 1, -1)]
    found = [name for name in names if can_run(name)]
    if found:
        remedy = "{0} is here too, so run: {0} bootstrap.py lab (or: make lab PYTHON={0})".format(found[0])
    else:
        remedy = "install one from https://www.python.org/downloads/ and run bootstrap.py with it"
    version = ".".join(str(number) for number in sys.version_info[:3])
    raise SystemExit(
        "The course needs Python {}, and this is {} ({}); {}.".format(python_range(), version, sys.executable, remedy)
    )


def can_run(name):
    """Tell whether a command of this name starts; one on the path may be a stand-in for a Python that is not there."""
    import subprocess

    try:
        with open(os.devnull, "w") as nowhere:
            return subprocess.call([name, "-c", ""], stdout=nowhere, stderr=nowhere) == 0
    except OSError:
        return False


def python_range():
    """Say which Pythons will do: "3.11 to 3.14"."""
    return "{}.{} to {}.{}".format(*(OLDEST + NEWEST))


def check_venv_module():
    """Stop with one sentence where venv is a package of its own and not installed, as on Debian and Ubuntu."""
    missing = None
    try:
        import ensurepip  # noqa: F401
        import venv  # noqa: F401
    except ImportError as error:
        missing = error.name
    if missing:
        raise SystemExit(
            "This Python cannot make virtual environments (it has no module {}): on Debian or Ubuntu run "
            "`sudo apt install python3.{}-venv`, elsewhere install Python from https://www.python.org/downloads/, "
            "then run the same command again.".format(missing, sys.version_info[1])
        )


def check_disk():
    """Stop with one sentence unless there is room for the packages, and for pip's downloads and their cache."""
    import shutil
    import tempfile

    needs = {}
    for folder, size in ((ROOT, INSTALLED), (tempfile.gettempdir(), DOWNLOADED), (os.path.expanduser("~"), DOWNLOADED)):
        if os.path.isdir(folder):
            needs.setdefault(os.stat(folder).st_dev, [folder, 0.0])[1] += size
    for folder, size in needs.values():
        free = shutil.disk_usage(folder).free / 1e9
        if free < size:
            raise SystemExit(
                "Not enough disk space: the installation needs {:.1f} GB on the disk of {}, and {:.1f} GB are free; "
                "make room, then run the same command again.".format(size, folder, free)
            )


def has_torch():
    """Tell whether .venv is filled already, so that only changed pins are to be caught up with."""
    import glob

    folders = [os.path.join(glob.escape(VENV), "lib", "python3*"), os.path.join(glob.escape(VENV), "Lib")]
    return any(glob.glob(os.path.join(folder, "site-packages", "torch")) for folder in folders)


def create_venv():
    """Create .venv, or create it anew where its Python or its pip is gone or too old."""
    import subprocess

    probe = "import pip, sys; sys.exit(not {} <= sys.version_info[:2] <= {})".format(OLDEST, NEWEST)
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    if os.path.exists(PYTHON) and subprocess.call([PYTHON, "-c", probe], **quiet) == 0:
        return
    command = [sys.executable, "-m", "venv", "--clear", VENV]
    made = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True)
    if made.returncode:
        raise SystemExit(explain(made.stdout, "Python could not create .venv: " + last_line(made.stdout)))


def install(requirements, first):
    """Let pip install a requirements file, showing one line meanwhile and one sentence when it fails."""
    import subprocess
    import time

    if first:
        size = "{:.0f} GB to download, {:.1f} GB on disk".format(DOWNLOADED, INSTALLED)
        print("Installing the course into .venv: " + size + ".", flush=True)
        print("It takes 4 minutes on a fast network, half an hour on a slow one, and happens once.", flush=True)
    command = [PYTHON, "-m", "pip", "install", "--no-input", "--progress-bar=off", "-r", requirements]
    started = time.time()
    with open(LOG, "w") as log:
        settings = dict(environment(), PYTHONUNBUFFERED="1", PIP_DISABLE_PIP_VERSION_CHECK="1")
        pip = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=ROOT, env=settings)
        try:
            while pip.poll() is None:
                time.sleep(0.2)
                show("{}  {}".format(clock(time.time() - started), activity(read(LOG))))
        finally:
            show("")
            if pip.poll() is None:
                pip.terminate()
                pip.wait()
    if pip.returncode:
        text = read(LOG)
        raise SystemExit(explain(text, "pip failed: " + last_line(text)) + " The whole story is in .venv/install.log.")
    print("Installed what {} names in {}.".format(requirements, clock(time.time() - started)), flush=True)


def activity(log):
    """Say what pip is doing now, from its log."""
    for line in reversed(log.splitlines()):
        words = line.split()
        if words[:1] == ["Collecting"]:
            return "fetching " + words[1]
        if words[:2] == ["Installing", "collected"]:
            return "unpacking {} packages".format(line.count(",") + 1)
    return "starting"


def explain(log, otherwise):
    """Turn a log of pip or venv into one sentence that says what to do."""
    import platform

    for words, sentence in FAILURES:
        if any(word in log for word in words):
            return sentence.format(
                need=INSTALLED + 2 * DOWNLOADED,
                machine=platform.system() + " " + platform.machine(),
                python=platform.python_version(),
                range=python_range(),
            )
    return otherwise


def fingerprint(requirements):
    """Hash all that makes an installation stale: the pins, our package's metadata, its place, and .venv's Python."""
    import hashlib

    files = [os.path.join(ROOT, requirements), os.path.join(ROOT, "pyproject.toml"), os.path.join(VENV, "pyvenv.cfg")]
    return hashlib.sha256("\n".join([read(path) for path in files] + [ROOT]).encode()).hexdigest()


# Small things


def environment(**settings):
    """Return the environment in which .venv comes first, as after activating it, and threads wait without spinning.

    OpenMP's threads spin while they wait for each other. Beside a browser or a call the one that is waited for may not
    be running at all, and a training on two threads takes many times as long as on one. It must be said before torch
    is loaded, hence here, where processes start.
    """
    path = os.pathsep.join([os.path.dirname(PYTHON), os.environ.get("PATH", "")])
    own = dict({"OMP_WAIT_POLICY": "PASSIVE"}, **os.environ)
    return dict(own, PATH=path, VIRTUAL_ENV=VENV, **settings)


def run(command, settings=None):
    """Run a command to its end, also when Ctrl-C reaches both of us, and return its exit code."""
    import subprocess

    child = subprocess.Popen(command, cwd=ROOT, env=environment(**(settings or {})))
    try:
        return child.wait()
    except KeyboardInterrupt:
        try:
            child.wait(timeout=20)
        except subprocess.TimeoutExpired:
            child.kill()
        raise


def show(text):
    """Put one line over the last one in a terminal; say nothing into a file or pipe."""
    if sys.stdout.isatty():
        print("\r  {:<70.70}\r".format(text), end="", flush=True)


def read(path):
    """Return a file's text, or nothing where there is no such file."""
    if not os.path.exists(path):
        return ""
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read()


def last_line(text):
    """Return the last line that says something."""
    return ([line.strip() for line in text.splitlines() if line.strip()] or ["no message"])[-1]


def clock(seconds):
    """Write seconds for people: "42 s", "3 min 05 s"."""
    return "{} min {:02} s".format(*divmod(int(seconds), 60)) if seconds >= 60 else "{} s".format(int(seconds))


VERBS = (lab, test, verify, notebooks, exercises, grade, site, bench, doctor, clean, setup)


def main(arguments):
    """Run one verb and return the exit code."""
    verb = arguments[0] if arguments else "help"
    verbs = {function.__name__: function for function in VERBS}
    if verb in ("help", "-h", "--help"):
        print("usage: make VERB, or python3 bootstrap.py VERB (on Windows: py bootstrap.py VERB)\n")
        for name in verbs:
            print("  {:<10} {}".format(name, verbs[name].__doc__))
        print('\nOptions for JupyterLab: make lab ARGS="--no-browser --port 9000"')
        return 0
    if verb not in verbs:
        raise SystemExit("There is no verb {}; take one of {}.".format(verb, ", ".join(verbs)))
    os.chdir(ROOT)
    if verb != "clean":
        check_python()
    return verbs[verb](arguments[1:])


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        sys.exit(130)
