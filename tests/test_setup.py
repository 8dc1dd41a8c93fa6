"""Setting up: the pins agree with each other and with the code, and every failure is told in a sentence."""

import ast
import functools
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import types
from importlib import metadata
from pathlib import Path

import pytest
import yaml

from helpers.datasets.profiles import SETS

ROOT = Path(__file__).parents[1]
SPEC = importlib.util.spec_from_file_location("bootstrap", ROOT / "bootstrap.py")
PACKAGES = ("helpers", "drawings", "course", "tests")
TOOLS = {  # pinned because they are called, not imported: where, and by which word
    "jupyterlab": ("bootstrap.py", '"jupyterlab"'),
    "ipykernel": ("course/commands/run.py", "ipykernel"),
    "pytest-cov": ("bootstrap.py", "--cov=course"),
    "pytest-xdist": ("bootstrap.py", '"-n", "2"'),
    "ruff": ("bootstrap.py", '"ruff"'),
}


@pytest.fixture
def bootstrap(monkeypatch, tmp_path):
    """Load bootstrap.py for a course that lies in an empty folder."""
    module = importlib.util.module_from_spec(SPEC)
    SPEC.loader.exec_module(module)
    for name in ("requirements.txt", "requirements-dev.txt", "pyproject.toml"):
        (tmp_path / name).write_text((ROOT / name).read_text())
    python = tmp_path / ".venv" / "bin" / "python"
    places = {"ROOT": tmp_path, "VENV": tmp_path / ".venv", "PYTHON": python, "LOG": tmp_path / ".venv" / "install.log"}
    for name, place in places.items():
        monkeypatch.setattr(module, name, str(place))
    monkeypatch.chdir(tmp_path)
    return module


def lines(name):
    return [line for line in (ROOT / name).read_text().splitlines() if line and not line.startswith("#")]


def pinned(name):
    return {plain(line.split("==")[0]) for line in lines(name) if "==" in line}


def plain(name):
    return re.sub(r"[-_.]+", "-", name).lower()


# Pins


def test_every_requirement_is_pinned_and_the_course_comes_last():
    *pins, last = lines("requirements.txt")
    assert last == "-e ."
    pins += lines("requirements-dev.txt") + lines("requirements-site.txt")
    assert [line for line in pins if not re.fullmatch(r"[\w-]+==[\w.]+", line)] == []


def bounds(names):
    """Return the lowest version by package of lines such as torch>=2.8.0."""
    found = [re.match(r"([\w-]+)>=([\d.]+)$", line) for line in names]
    return {plain(match[1]): tuple(map(int, match[2].split("."))) for match in found if match}


PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
EXTRAS = PROJECT["optional-dependencies"]


def test_every_pin_lies_within_its_bound():
    files = ("requirements.txt", "requirements-dev.txt", "requirements-instructors.txt", "requirements-site.txt")
    pins = {plain(name): version for file in files for name, version in re.findall(
        r"^([\w-]+)==([\d.]+)", (ROOT / file).read_text(), flags=re.MULTILINE)}  # fmt: skip
    least = bounds([*PROJECT["dependencies"], *(line for extra in EXTRAS.values() for line in extra)])
    assert set(pins) == {*least, "soupsieve"}
    assert [name for name in least if least[name] > tuple(map(int, pins[name].split(".")))] == []
    assert f"soupsieve<={pins['soupsieve']}" in EXTRAS["instructors"]


def test_what_the_packages_import_is_what_they_ask_for():
    files = [path for folder in PACKAGES if folder != "tests" for path in (ROOT / folder).rglob("*.py")]
    notebooks = imported([*files, *(ROOT / "notebooks").glob("*.ipynb")])
    needed, extra = set(bounds(PROJECT["dependencies"])), set(bounds(EXTRAS["notebooks"]))
    assert needed - imported(files) == set()
    assert imported(files) - needed - extra == {"nbgrader"}
    assert notebooks - needed - extra == {"nbgrader"}


def test_helpers_know_nothing_of_the_course_and_drawings_nothing_of_either():
    for package, others in (("helpers", ["course"]), ("drawings", ["helpers", "course"])):
        for path in (ROOT / package).rglob("*.py"):
            found = re.findall(rf"^\s*(?:from|import) ({'|'.join(others)})\b", path.read_text(), flags=re.MULTILINE)
            assert found == [], path


FLOORS = [
    {"files", "runtime", "models"},
    {"datasets", "augment"},
    {"evaluation"},
    {"training"},
    {"ledger", "plots"},
    {"widgets"},
]


def test_a_room_of_helpers_imports_only_from_rooms_below_it():
    floor = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}
    for path in (ROOT / "helpers").rglob("*.py"):
        room = path.relative_to(ROOT / "helpers").parts[0].removesuffix(".py")
        if room == "__init__":
            continue
        text = path.read_text()
        rooms = set(re.findall(r"^\s*(?:from|import) helpers\.(\w+)", text, flags=re.MULTILINE))
        rooms |= set(
            re.findall(r"\w+", " ".join(re.findall(r"^\s*from helpers import (.*)$", text, flags=re.MULTILINE)))
        )
        above = {name for name in rooms & set(floor) - {room} if floor[name] >= floor[room]}
        assert above == set(), path


def test_environment_pins_what_requirements_pin():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())
    *conda, pip = environment["dependencies"]
    assert pip["pip"] == lines("requirements.txt")
    assert environment["channels"] == ["conda-forge", "nodefaults"]
    assert conda == ["python>=3.11,<3.15", "pip"]


def test_the_same_pythons_will_do_everywhere(bootstrap):
    (oldest, newest) = (bootstrap.OLDEST, bootstrap.NEWEST)
    wanted = f'>={oldest[0]}.{oldest[1]},<{newest[0]}.{newest[1] + 1}"'
    assert "requires-python = " + '"' + wanted in (ROOT / "pyproject.toml").read_text()
    assert f"Python {oldest[0]}.{oldest[1]} to {newest[0]}.{newest[1]}" in (ROOT / "README.md").read_text()


@functools.cache
def installed():
    return metadata.packages_distributions()


@functools.cache
def imports(path):
    """Return the modules that a Python file or a notebook imports, by their first names."""
    sources, names = [path.read_text()], set()
    if path.suffix == ".ipynb":
        cells = json.loads(sources[0])["cells"]
        sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    for source in sources:
        tree = ast.parse(re.sub(r"^\s*[%!].*$", "", source, flags=re.MULTILINE))
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                names |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                names.add(node.module.split(".")[0])
    return names


def imported(files):
    """Return the packages that Python files and notebooks import, by the name under which pip knows them."""
    owners = installed()
    names = set().union(*map(imports, files))
    own = {*PACKAGES, "bootstrap"} | {path.stem for path in files} | {path.parent.name for path in files}
    outside = names - own - set(sys.stdlib_module_names)
    return {plain(owners.get(name, [name])[0]) for name in outside}


def test_every_import_has_a_pin():
    benchmarks = list((ROOT / "tests" / "benchmarks").rglob("*.py"))
    files = [path for folder in PACKAGES for path in (ROOT / folder).rglob("*.py") if path not in benchmarks]
    files += (ROOT / "notebooks").glob("*.ipynb")
    assert imported(files) - pinned("requirements.txt") - pinned("requirements-instructors.txt") == set()
    assert imported(benchmarks) - pinned("requirements.txt") - pinned("requirements-dev.txt") == set()


def test_no_pin_is_without_use():
    files = [path for folder in PACKAGES for path in (ROOT / folder).rglob("*.py")]
    files += (ROOT / "notebooks").glob("*.ipynb")
    for name, (file, word) in TOOLS.items():
        assert word in (ROOT / file).read_text(), f"{name} is pinned, and {file} does not call it"
    used = imported(files) | set(TOOLS)
    assert (pinned("requirements.txt") | pinned("requirements-dev.txt")) - used == set()


def test_the_readme_is_finished_and_links_to_what_is_there():
    readme = (ROOT / "README.md").read_text()
    assert "TODO" not in readme
    targets = [target for target in re.findall(r"\]\(([^)#]+)", readme) if "://" not in target]
    assert [target for target in targets if not (ROOT / target).exists()] == []


# Failures told in a sentence


def other_python(monkeypatch, bootstrap, version):
    stand_in = types.SimpleNamespace(version_info=version, executable="python")
    monkeypatch.setattr(bootstrap, "sys", stand_in)


@pytest.mark.parametrize("version", [(2, 7, 18), (3, 10, 13), (3, 15, 0)])
def test_a_python_that_will_not_do_is_told_which_one_would(bootstrap, monkeypatch, version):
    other_python(monkeypatch, bootstrap, version)
    monkeypatch.setattr(bootstrap, "can_run", lambda name: False)
    with pytest.raises(SystemExit, match=r"needs Python 3\.11 to 3\.14, and this is \d.* \(python\); install one from"):
        bootstrap.check_python()


def test_a_fitting_python_on_the_same_computer_is_named(bootstrap, monkeypatch):
    other_python(monkeypatch, bootstrap, (3, 10, 13))
    monkeypatch.setattr(bootstrap, "can_run", lambda name: name == "python3.12")
    with pytest.raises(SystemExit, match=r"python3\.12 is here too, so run: python3\.12 bootstrap\.py lab"):
        bootstrap.check_python()


@pytest.mark.parametrize("version", [(3, 11, 0), (3, 14, 9)])
def test_a_python_within_the_range_will_do(bootstrap, monkeypatch, version):
    other_python(monkeypatch, bootstrap, version)
    bootstrap.check_python()


def test_a_command_that_does_not_start_is_no_python(bootstrap):
    assert bootstrap.can_run(sys.executable)
    assert not bootstrap.can_run("python-that-is-not-there")


def test_even_an_old_python_can_read_bootstrap():
    too_new = (ast.JoinedStr, ast.NamedExpr, ast.AnnAssign, ast.Nonlocal, ast.AsyncFunctionDef, ast.Match)
    for node in ast.walk(ast.parse((ROOT / "bootstrap.py").read_text())):
        assert not isinstance(node, too_new), f"line {node.lineno}"
        if isinstance(node, ast.FunctionDef):
            modern = [node.returns, *node.args.kwonlyargs, *(argument.annotation for argument in node.args.args)]
            assert not any(modern), node.name
        if isinstance(node, ast.Raise):
            assert not node.cause, f"line {node.lineno}"


@pytest.mark.parametrize("module", ["venv", "ensurepip"])
def test_a_missing_venv_module_is_told_with_the_package_to_install(bootstrap, monkeypatch, module):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(
        SystemExit, match=rf"no module {module}\): on Debian or Ubuntu run `sudo apt install python3\.\d+-venv`"
    ):
        bootstrap.check_venv_module()


def test_a_full_disk_is_told_before_anything_is_downloaded(bootstrap, monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda folder: types.SimpleNamespace(free=2e9))
    with pytest.raises(SystemExit, match=r"Not enough disk space: .* and 2\.0 GB are free; make room"):
        bootstrap.check_disk()


def test_enough_disk_is_no_reason_to_stop(bootstrap, monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda folder: types.SimpleNamespace(free=1e12))
    bootstrap.check_disk()


@pytest.mark.parametrize(
    ("log", "sentence"),
    [
        ("ERROR: Could not install packages due to an OSError: [Errno 28] No space left on device", "The disk is full"),
        (
            "WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError(...)': /simple/torch/\n"
            "ERROR: No matching distribution found for torch==2.14.1",
            "The package server cannot be reached",
        ),
        ("SSLError(SSLCertVerificationError(1, '[SSL: CERTIFICATE_VERIFY_FAILED] ...", "certificate was refused"),
        ("ERROR: No matching distribution found for torch==2.14.1", "A package has no version for this computer"),
        (
            "ERROR: Could not install packages due to an OSError: [Errno 13] Permission denied: 'x'",
            "could not be written",
        ),
        ("something new", "pip said so"),
    ],
)
def test_a_failed_installation_is_told_with_the_remedy(bootstrap, log, sentence):
    assert sentence in bootstrap.explain(log, "pip said so")
    assert "{" not in bootstrap.explain(log, "pip said so")


# Set-up happens once


@pytest.fixture
def calls(bootstrap, monkeypatch):
    """Let set-up believe that it installs, and list what it does."""
    made = []

    def create():
        made.append("venv")
        Path(bootstrap.PYTHON).parent.mkdir(parents=True, exist_ok=True)
        Path(bootstrap.PYTHON).touch()

    monkeypatch.setattr(bootstrap, "check_disk", lambda: made.append("disk"))
    monkeypatch.setattr(bootstrap, "create_venv", create)
    monkeypatch.setattr(bootstrap, "install", lambda name, first: made.append(name))
    monkeypatch.setattr(bootstrap, "run", lambda command, **settings: made.append(command[-1]) or 0)
    return made


def test_the_second_set_up_does_nothing(bootstrap, calls):
    bootstrap.setup()
    assert calls == ["disk", "venv", "requirements.txt", "doctor"]
    calls.clear()
    bootstrap.setup()
    assert calls == []


@pytest.mark.parametrize("name", ["requirements.txt", "pyproject.toml"])
def test_changed_requirements_are_installed(bootstrap, calls, name):
    bootstrap.setup()
    calls.clear()
    with open(name, "a") as file:
        file.write("# changed\n")
    bootstrap.setup()
    assert "requirements.txt" in calls


def test_a_folder_that_moved_is_set_up_anew(bootstrap, calls, monkeypatch):
    bootstrap.setup()
    calls.clear()
    monkeypatch.setattr(bootstrap, "ROOT", "elsewhere")
    bootstrap.setup()
    assert "requirements.txt" in calls


def test_the_benchmarks_add_only_their_own_packages(bootstrap, calls):
    bootstrap.setup()
    calls.clear()
    bootstrap.setup(extra=["requirements-dev.txt"])
    assert calls[-2:] == ["requirements-dev.txt", "doctor"]
    assert "requirements.txt" not in calls


def test_set_up_is_not_done_when_the_doctor_says_fail(bootstrap, calls, monkeypatch):
    monkeypatch.setattr(bootstrap, "run", lambda command, **settings: 1)
    for _ in range(2):
        with pytest.raises(SystemExit, match="do what the lines marked FAIL say"):
            bootstrap.setup()
    assert calls.count("requirements.txt") == 2


def test_a_working_venv_is_kept(bootstrap, monkeypatch):
    monkeypatch.setattr(bootstrap, "PYTHON", sys.executable)
    bootstrap.create_venv()
    assert not os.path.exists(bootstrap.VENV)


def test_what_pip_does_is_shown_in_words(bootstrap):
    assert bootstrap.activity("") == "starting"
    assert (
        bootstrap.activity("Collecting torch==2.14.1 (from x)\n  Downloading torch.whl\n") == "fetching torch==2.14.1"
    )
    assert bootstrap.activity("Installing collected packages: a, b, c\n") == "unpacking 3 packages"


def test_times_are_written_for_people(bootstrap):
    assert [bootstrap.clock(seconds) for seconds in (0.4, 59.9, 61, 3600)] == [
        "0 s",
        "59 s",
        "1 min 01 s",
        "60 min 00 s",
    ]


# Verbs


def test_help_lists_every_verb(bootstrap, capsys):
    assert bootstrap.main([]) == 0
    shown = capsys.readouterr().out
    assert all(f"\n  {verb.__name__} " in shown for verb in bootstrap.VERBS)


def test_an_unknown_verb_is_told_the_known_ones(bootstrap):
    with pytest.raises(SystemExit, match="There is no verb tests; take one of lab, test, verify"):
        bootstrap.main(["tests"])


def test_make_knows_every_verb(bootstrap):
    rule = re.search(r"^(setup .*):$", (ROOT / "Makefile").read_text(), flags=re.MULTILINE)[1]
    assert set(rule.split()) == {verb.__name__ for verb in bootstrap.VERBS}


def test_all_stages_run_and_one_failure_is_a_failure(bootstrap, monkeypatch, capsys):
    monkeypatch.setattr(bootstrap, "run", lambda command, **settings: int(command[0] == "bad"))
    assert bootstrap.stages(("one", ["good"]), ("two", ["bad"]), ("three", ["good"])) == 1
    assert re.search(r"one +ok .*\ntwo +FAILED .*\nthree +ok ", capsys.readouterr().out)
    assert bootstrap.stages(("one", ["good"])) == 0


def test_every_sample_is_drawn_before_the_tests(bootstrap, monkeypatch):
    stages = {}
    monkeypatch.setattr(bootstrap, "setup", lambda: None)
    monkeypatch.setattr(bootstrap, "stages", lambda *named, settings: stages.update(named))
    bootstrap.test([])
    names = list(stages)
    assert names.index("sample data") < names.index("unit tests") < names.index("notebooks")
    drawn = []
    monkeypatch.setattr("helpers.datasets.data_folder", lambda *what: drawn.append(what))
    monkeypatch.setenv("TQDM_DISABLE", "1")  # the command may set it, and would leave it set for other tests
    exec(stages["sample data"][-1], {})
    assert drawn == [(entry.name, "sample") for entry in SETS]


def test_the_longest_notebooks_are_begun_first(bootstrap, monkeypatch):
    stages = {}
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(bootstrap, "setup", lambda: None)
    monkeypatch.setattr(bootstrap, "stages", lambda *named, settings: stages.update(named))
    bootstrap.test([])
    begun = [word for word in stages["notebooks"] if word.endswith(".ipynb")]
    assert set(begun) == {f"notebooks/{path.name}" for path in (ROOT / "notebooks").glob("*.ipynb")}
    took = [bootstrap.minutes(name) for name in begun]
    assert took == sorted(took, reverse=True)
    assert min(took) > 0
    assert "--no-loadscope-reorder" in stages["notebooks"]  # else xdist sorts files by how many tests they hold


def test_commands_run_in_the_course_folder_with_venv_first(bootstrap, tmp_path):
    code = "import os, pathlib; pathlib.Path('seen').write_text(os.environ['PATH'] + os.environ['COURSE_DATA'])"
    assert bootstrap.run([sys.executable, "-c", code], settings={"COURSE_DATA": "sample"}) == 0
    seen = (tmp_path / "seen").read_text()
    assert seen.startswith(str(tmp_path / ".venv" / "bin"))
    assert seen.endswith("sample")


def test_clean_keeps_photos_ledger_and_packages(bootstrap, tmp_path, capsys):
    kept = [".venv/x/__pycache__/a", "data/ledger.csv", "data/vehicles/a.jpg", "data/results/r.csv", "helpers/a.py"]
    gone = ["runs/01.ipynb", ".coverage", "data/vehicles-sample/a.jpg", "data/food-sample/a.jpg", "data/cache/a.npy"]
    gone += ["helpers/__pycache__/a.pyc"]
    for name in kept + gone:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert bootstrap.main(["clean"]) == 0
    assert [name for name in kept + gone if (tmp_path / name).exists()] == kept
    assert "Kept: .venv" in capsys.readouterr().out


def test_the_ci_script_is_sound_bash_and_runs_all_proofs():
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert re.findall(r"^make \w+", script.read_text(), flags=re.MULTILINE) == [
        "make exercises",
        "make site",
        "make test",
        "make verify",
    ]
    subprocess.run(["bash", "-n", script], check=True)


@pytest.mark.parametrize(
    ("there", "called", "said"),
    [
        (["chromium"], False, False),
        (["google-chrome"], False, False),
        (["apt-get"], True, False),
        ([], False, True),
    ],
)
def test_ci_brings_a_browser_where_there_is_none_and_says_so_where_it_cannot(tmp_path, there, called, said):
    for name in ["make", *there]:
        (tmp_path / name).write_text(f'#!/bin/sh\necho {name} "$@" >> {tmp_path}/calls\n')
        (tmp_path / name).chmod(0o755)
    (tmp_path / "dirname").symlink_to(shutil.which("dirname"))
    command = [shutil.which("bash"), str(ROOT / ".ci" / "run")]
    done = subprocess.run(command, env={"PATH": str(tmp_path)}, capture_output=True, text=True)
    calls = (tmp_path / "calls").read_text()
    assert ("apt-get install -y --no-install-recommends chromium fonts-dejavu-core" in calls) == called
    assert ("the browser tests are skipped" in done.stderr) == said
    assert (done.returncode, calls.splitlines()[-1]) == (0, "make verify")


def test_threads_wait_without_spinning_unless_the_user_says_otherwise(bootstrap, monkeypatch):
    monkeypatch.delenv("OMP_WAIT_POLICY", raising=False)
    assert bootstrap.environment()["OMP_WAIT_POLICY"] == "PASSIVE"
    monkeypatch.setenv("OMP_WAIT_POLICY", "ACTIVE")
    assert bootstrap.environment()["OMP_WAIT_POLICY"] == "ACTIVE"
