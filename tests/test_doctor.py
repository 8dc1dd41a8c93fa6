"""The doctor names what is wrong, says what to do, and fails only where the course cannot run."""

import json
import os
import subprocess
import sys
import types
from importlib import metadata
from pathlib import Path

import pytest

from course.__main__ import COMMANDS, main
from course.commands import doctor


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
    ("installed", "level", "found"),
    [
        ("2.0", "OK", "all 1 as pinned"),
        ("2.0+cpu", "OK", "all 1 as pinned"),
        ("1.9", "WARN", "tool 1.9 instead of 2.0"),
        (None, "FAIL", "not installed: tool"),
    ],
)
def test_packages_are_compared_with_the_pins(monkeypatch, installed, level, found):
    def version(name):
        if name == "tool" and installed is None:
            raise metadata.PackageNotFoundError(name)
        return installed

    monkeypatch.setattr(doctor, "pins", lambda path: {"tool": "2.0"})
    monkeypatch.setattr(doctor.metadata, "version", version)
    finding = doctor.check_packages()
    assert finding.level == level
    assert found in finding.found


def test_pins_are_read_and_other_lines_passed_over(tmp_path):
    (tmp_path / "r.txt").write_text("# torch==1\ntorch==2.14.1\nscikit-learn==1.9.1  \n-e .\nnumpy\n")
    assert doctor.pins(tmp_path / "r.txt") == {"torch": "2.14.1", "scikit-learn": "1.9.1"}


@pytest.mark.parametrize("kind", ["cuda", "mps"])
def test_a_gpu_is_named(monkeypatch, kind):
    monkeypatch.setattr(doctor.runtime, "device", lambda: types.SimpleNamespace(type=kind))
    monkeypatch.setattr("torch.cuda.get_device_name", lambda device: "Big GPU")
    assert doctor.check_device().found == {"cuda": "cuda (Big GPU)", "mps": "mps (Apple GPU)"}[kind]


def test_the_precision_comes_with_its_reason():
    chosen = doctor.runtime.choose_precision()
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


def test_the_wrong_python_is_told_the_missing_package_and_the_remedy(tmp_path):
    (tmp_path / "PIL.py").write_text("raise ModuleNotFoundError('No module named PIL', name='PIL')")
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}
    run = subprocess.run(
        [sys.executable, "-m", "course", "doctor"],
        env=environment,
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[1],
    )
    assert run.returncode == 1
    assert "PIL is not installed for" in run.stderr.splitlines()[-1]
    assert "make setup" in run.stderr.splitlines()[-1]


def test_the_data_that_notebooks_will_use_is_named(monkeypatch, own_data_folder, full_set):
    assert f"real photos in {full_set}, used" in doctor.check_data().found
    monkeypatch.setenv("COURSE_DATA", "sample")
    assert doctor.check_data().found.startswith("sample is drawn on first use, used")
    (own_data_folder / "vehicles-sample").mkdir()
    assert doctor.check_data().found.startswith("sample drawn, used")


def test_a_wrong_data_setting_is_a_fail(monkeypatch):
    monkeypatch.setenv("COURSE_DATA", "big")
    finding = doctor.check_data()
    assert finding.level == "FAIL"
    assert "'big'" in finding.found


# The command line as a whole


@pytest.mark.parametrize("command", [[], ["doctor"], ["data"], ["run"], ["train"], ["predict"]])
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

    monkeypatch.setattr(COMMANDS["doctor"], "main", command)
    assert main(["doctor"]) == code
    assert capsys.readouterr().err == told


def test_a_reader_that_stops_early_is_no_error():
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    command = subprocess.Popen([sys.executable, "-m", "course", "doctor"], **pipes)
    command.stdout.close()  # before it has said a word
    assert command.stderr.read() == b""
    assert command.wait() == 1
