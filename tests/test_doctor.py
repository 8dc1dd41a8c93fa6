"""The doctor names what is wrong, says what to do, and fails only where the course cannot run."""

import json
import os
import re
import subprocess
import sys
import types
from email.message import Message
from importlib import metadata
from pathlib import Path

import pytest

from course.__main__ import COMMANDS, main
from course.commands import doctor
from helpers import runtime

ROOT = Path(__file__).parents[1]


def test_a_healthy_installation_has_no_fail_and_exits_with_0(capsys):
    assert main(["doctor"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[1] for line in lines] == [finding.what for finding in doctor.examine()]
    assert {line.split()[0] for line in lines} <= {"OK", "WARN"}


def test_json_holds_the_same_findings(capsys):
    assert main(["doctor", "--json"]) == 0
    findings = json.loads(capsys.readouterr().out)
    assert [finding["what"] for finding in findings] == [finding.what for finding in doctor.examine()]
    assert all(set(finding) == {"level", "what", "found", "remedy"} for finding in findings)


def test_a_fail_is_exit_code_1_and_comes_with_its_remedy(monkeypatch, capsys):
    monkeypatch.setattr(doctor, "check_disk", lambda: doctor.Finding("FAIL", "disk", "full", "make room"))
    assert main(["doctor"]) == 1
    assert "FAIL  disk       full: make room" in capsys.readouterr().out


def test_a_check_that_breaks_is_a_finding(monkeypatch):
    def broken():
        raise RuntimeError("no such thing")

    monkeypatch.setattr(doctor, "check_memory", broken)
    finding = next(finding for finding in doctor.examine() if finding.what == "memory")
    assert finding.level == "FAIL"
    assert "RuntimeError: no such thing" in finding.found


def test_another_python_than_the_course_is_made_for_is_a_fail(monkeypatch):
    stand_in = types.SimpleNamespace(version_info=(3, 10, 2), executable="python")
    monkeypatch.setattr(doctor, "sys", stand_in)
    finding = doctor.check_python()
    assert finding.level == "FAIL"
    assert "3.11 to 3.14" in finding.remedy


@pytest.mark.parametrize(
    ("tool", "tester", "level", "found"),
    [
        ("2.0", "7.0", "OK", "all 2 as pinned"),
        ("2.0+cpu", "7.0", "OK", "all 2 as pinned"),
        ("1.10", "7.0", "OK", "other versions than the pinned ones, which may do as well: tool 1.10"),
        ("1.8", "7.0", "WARN", "older than tried: tool 1.8, 1.9 is the oldest that was tried"),
        ("2.0", None, "OK", "without tester, which only tests use"),
        (None, "7.0", "FAIL", "not installed: tool"),
    ],
)
def test_packages_are_compared_with_bounds_and_pins(monkeypatch, tool, tester, level, found):
    installed = {"tool": tool, "tester": tester}

    def version(name):
        if installed[name] is None:
            raise metadata.PackageNotFoundError(name)
        return installed[name]

    monkeypatch.setattr(doctor, "project", lambda: {"needed": {"tool": "1.9"}})
    monkeypatch.setattr(doctor, "pins", lambda path: {"tool": "2.0", "tester": "7.0"})
    monkeypatch.setattr(doctor.metadata, "version", version)
    finding = doctor.check_packages()
    assert finding.level == level
    assert found in finding.found


def test_where_only_the_packages_are_installed_their_metadata_say_what_is_needed(monkeypatch, tmp_path):
    told = Message()
    told["Requires-Python"] = "<3.15,>=3.11"
    for line in ("torch>=2.8.0", 'ipykernel>=6.29.5; extra == "notebooks"', 'ruff>=0.17.6; extra == "dev"'):
        told["Requires-Dist"] = line
    monkeypatch.setattr(doctor, "ROOT", tmp_path)
    monkeypatch.setattr(doctor.metadata, "metadata", lambda name: told)
    assert doctor.project()["needed"] == {"torch": "2.8.0", "ipykernel": "6.29.5"}
    assert doctor.check_python().level == "OK"


def test_pins_are_read_and_other_lines_passed_over(tmp_path):
    (tmp_path / "r.txt").write_text("# torch==1\ntorch==2.14.1\nscikit-learn==1.9.1  \n-e .\nnumpy\n")
    assert doctor.pins(tmp_path / "r.txt") == {"torch": "2.14.1", "scikit-learn": "1.9.1"}


@pytest.mark.parametrize("kind", ["cuda", "mps"])
def test_a_gpu_is_named(monkeypatch, kind):
    monkeypatch.setattr(runtime, "device", lambda: types.SimpleNamespace(type=kind))
    monkeypatch.setattr("torch.cuda.get_device_name", lambda device: "Big GPU")
    assert doctor.check_device().found == {"cuda": "cuda (Big GPU)", "mps": "mps (Apple GPU)"}[kind]


def test_the_precision_comes_with_its_reason():
    chosen = runtime.choose_precision()
    assert chosen.reason in doctor.check_precision().found


def test_idle_cores_are_a_warning_when_a_setting_keeps_them_idle(monkeypatch):
    monkeypatch.setattr("torch.get_num_threads", lambda: 1)
    monkeypatch.setattr("os.cpu_count", lambda: 8)
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    assert doctor.check_cores().level == "WARN"
    monkeypatch.delenv("OMP_NUM_THREADS")
    assert doctor.check_cores().level == "OK"
    monkeypatch.setattr("torch.get_num_threads", lambda: 8)
    assert doctor.check_cores().found == "8 cores, PyTorch computes on 8"


def test_little_memory_is_a_warning():
    assert doctor.check_memory(enough=0).level == "OK"
    assert doctor.check_memory(enough=1e9).level == "WARN"


def test_little_disk_is_a_warning_and_next_to_none_a_fail():
    assert doctor.check_disk(enough=0).level == "OK"
    assert doctor.check_disk(enough=1e9).level == "WARN"
    assert doctor.check_disk(enough=1e9, least=1e9).level == "FAIL"


def test_disk_is_looked_at_before_the_data_folder_exists(monkeypatch, tmp_path):
    monkeypatch.setenv("COURSE_DATA_DIR", str(tmp_path / "not" / "yet"))
    assert f"({tmp_path})" in doctor.check_disk().found


@pytest.mark.parametrize(
    ("command", "level"), [("python", "OK"), (sys.executable, "OK"), ("/elsewhere/python", "FAIL")]
)
def test_the_kernel_must_start_this_python(monkeypatch, command, level):
    spec = types.SimpleNamespace(argv=[command, "-m", "ipykernel_launcher"])
    monkeypatch.setattr("jupyter_client.kernelspec.KernelSpecManager.get_kernel_spec", lambda self, name: spec)
    assert doctor.check_jupyter().level == level


def test_a_missing_kernel_is_a_fail(monkeypatch):
    from jupyter_client.kernelspec import NoSuchKernel

    def missing(self, name):
        raise NoSuchKernel(name)

    monkeypatch.setattr("jupyter_client.kernelspec.KernelSpecManager.get_kernel_spec", missing)
    assert doctor.check_jupyter().level == "FAIL"


BARE = """
import sys
from pathlib import Path

class Nothing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] not in {*sys.stdlib_module_names, "helpers", "course"}:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Nothing())
from importlib import metadata

def version(name):
    raise metadata.PackageNotFoundError(name)

metadata.version = version
"""


def bare(code, cwd):
    """Run code in this Python as if nothing at all were installed."""
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", BARE + code]
    return subprocess.run(command, env=environment, capture_output=True, text=True, cwd=cwd)


def test_the_doctor_needs_the_standard_library_only_and_names_what_is_missing(tmp_path):
    run = bare("from course.__main__ import main; sys.exit(main(['doctor']))", tmp_path)
    assert (run.returncode, run.stderr) == (1, "")
    lines = {line.split()[1]: line for line in run.stdout.splitlines()}
    assert lines["Python"].startswith("OK")
    assert re.match(
        r"FAIL +packages +not installed: torch, torchvision, numpy, .*: run `python bootstrap", lines["packages"]
    )
    assert "cannot be looked at: torch is not installed" in lines["device"]
    assert lines["disk"].startswith(("OK", "WARN"))


@pytest.mark.parametrize("command", ["data", "run", "train", "predict", "score"])
def test_the_other_commands_point_to_the_doctor_where_something_is_missing(tmp_path, command):
    run = bare(f"from course.__main__ import main; sys.exit(main([{command!r}, '--help']))", tmp_path)
    assert run.returncode == 1
    assert re.fullmatch(r"error: \w+ is not installed for .*; run `python -m course doctor`, which .*\n", run.stderr)


def test_the_wrong_python_is_told_the_missing_package_and_the_remedy(tmp_path):
    run = bare("from helpers import fit", tmp_path)
    assert re.search(r"(torch|numpy) is not installed for .*; activate .* `make setup`", run.stderr.splitlines()[-1])


def test_help_loads_no_command(tmp_path):
    code = "import sys; from course.__main__ import main\ntry: main(['--help'])\n"
    code += "except SystemExit: print('torch' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path,
                         env=os.environ | {"PYTHONPATH": str(ROOT)})  # fmt: skip
    assert run.stdout.splitlines()[-1] == "False"


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_a_data_folder_that_cannot_be_written_is_a_fail(monkeypatch, tmp_path):
    tmp_path.chmod(0o500)
    monkeypatch.setenv("COURSE_DATA_DIR", str(tmp_path))
    assert doctor.check_disk().level == "FAIL"


def test_a_file_where_the_data_folder_should_be_is_a_fail(monkeypatch, tmp_path):
    (tmp_path / "data").write_text("")
    monkeypatch.setenv("COURSE_DATA_DIR", str(tmp_path / "data"))
    finding = doctor.check_disk()
    assert (finding.level, "COURSE_DATA_DIR" in finding.remedy) == ("FAIL", True)


def test_the_data_that_notebooks_will_use_is_named(monkeypatch, own_data_folder, full_set):
    assert f"real photos in {full_set}, used" in doctor.check_data().found
    monkeypatch.setenv("COURSE_DATA", "sample")
    assert doctor.check_data().found.startswith("sample is drawn on first use, used")
    (own_data_folder / "vehicles-sample").mkdir()
    assert doctor.check_data().found.startswith("sample drawn, used")


def test_a_set_that_cannot_be_loaded_is_a_warning(full_set):
    (full_set / "emergency_train.csv").write_text("image_names,emergency_or_not\n1.jpg,1\n3.jpg,1\n")
    assert doctor.check_data().level == "WARN"


def test_a_wrong_data_setting_is_a_fail(monkeypatch):
    monkeypatch.setenv("COURSE_DATA", "big")
    finding = doctor.check_data()
    assert finding.level == "FAIL"
    assert "'big'" in finding.found


# The command line as a whole


@pytest.mark.parametrize("command", [[], *([name] for name in COMMANDS if name != "exercises")])
def test_every_help_shows_an_example(command, capsys):
    with pytest.raises(SystemExit) as done:
        main([*command, "--help"])
    assert done.value.code == 0
    shown = capsys.readouterr().out
    assert "example" in shown
    assert f"python -m course {' '.join(command)}".strip() in shown.split("example")[-1]


def test_no_command_is_told_the_commands(capsys):
    with pytest.raises(SystemExit) as done:
        main([])
    assert done.value.code == 2
    assert "COMMAND" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("raised", "code", "told"),
    [
        (KeyboardInterrupt(), 130, "\nStopped.\n"),
        (ValueError("seed is -1; take another."), 1, "error: seed is -1; take another.\n"),
        (FileNotFoundError("no photos here."), 1, "error: no photos here.\n"),
    ],
)
def test_what_goes_wrong_is_told_without_a_traceback(monkeypatch, capsys, raised, code, told):
    def command(args):
        raise raised

    monkeypatch.setattr(doctor, "main", command)
    assert main(["doctor"]) == code
    assert capsys.readouterr().err == told


def test_a_reader_that_stops_early_is_no_error():
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    command = subprocess.Popen([sys.executable, "-m", "course", "doctor"], **pipes)
    command.stdout.close()  # before it has said a word
    assert command.stderr.read() == b""
    assert command.wait() == 1


def test_a_file_of_the_course_that_is_missing_is_not_called_uninstalled(monkeypatch):
    import helpers

    def gone(name):
        raise ModuleNotFoundError(f"No module named {name!r}", name=name)

    monkeypatch.setattr(helpers, "import_module", gone)
    monkeypatch.delitem(vars(helpers), "fit", raising=False)
    with pytest.raises(ModuleNotFoundError, match="No module named 'helpers.runtime'"):
        _ = helpers.fit
