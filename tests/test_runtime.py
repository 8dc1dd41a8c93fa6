import subprocess
import sys

import numpy as np
import pytest
import torch

from helpers import runtime


def test_seed_repeats_python_numpy_and_torch():
    import random

    def draw():
        runtime.seed_everything(3)
        return random.random(), np.random.rand(), torch.rand(1).item()  # noqa: NPY002

    assert draw() == draw()


@pytest.mark.parametrize("seed", [-1, 2**32])
def test_a_seed_out_of_range_is_named(seed):
    with pytest.raises(ValueError, match=str(seed)):
        runtime.seed_everything(seed)


def test_an_unknown_precision_is_named_with_the_choices():
    with pytest.raises(ValueError, match="'half'.*'auto', 'float32', 'bfloat16' or 'float16'"):
        runtime.choose_precision("half")


def test_one_setting_makes_a_machine_compute_as_one_without_bfloat16(monkeypatch):
    monkeypatch.setattr(runtime, "_cpu_flags", lambda: "amx_bf16")
    monkeypatch.setenv("COURSE_PRECISION", "float32")
    assert runtime.choose_precision().dtype == torch.float32
    assert runtime.choose_precision("bfloat16").dtype == torch.bfloat16
    monkeypatch.setenv("COURSE_PRECISION", "fp16")
    with pytest.raises(ValueError, match="COURSE_PRECISION is 'fp16'"):
        runtime.choose_precision()


@pytest.mark.parametrize(
    ("flags", "dtype"),
    [("avx2 amx_bf16", torch.bfloat16), ("avx512f avx512_bf16", torch.bfloat16), ("avx2", torch.float32)],
)
def test_auto_takes_bfloat16_only_on_a_cpu_that_multiplies_it(monkeypatch, flags, dtype):
    monkeypatch.setattr(runtime, "_cpu_flags", lambda: flags)
    assert runtime.choose_precision("auto", torch.device("cpu")).dtype == dtype


@pytest.mark.parametrize(("supported", "dtype"), [(True, torch.bfloat16), (False, torch.float16)])
def test_auto_takes_bfloat16_on_a_gpu_that_multiplies_it_and_float16_on_an_older_one(monkeypatch, supported, dtype):
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation: supported)
    assert runtime.choose_precision("auto", torch.device("cuda")).dtype == dtype


def test_an_apple_gpu_gets_float32_and_plain_memory_order():
    apple = torch.device("mps")
    assert runtime.choose_precision("auto", apple).dtype == torch.float32
    assert runtime.memory_format(apple) == torch.contiguous_format


@pytest.mark.parametrize(
    ("cuda", "mps", "expected"), [(True, True, "cuda"), (False, True, "mps"), (False, False, "cpu")]
)
def test_the_fastest_device_is_taken(monkeypatch, cuda, mps, expected):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)
    assert runtime.device().type == expected


def test_cpu_flags_are_empty_where_the_system_does_not_list_them(monkeypatch):
    def missing(self):
        raise FileNotFoundError

    monkeypatch.setattr(runtime.Path, "read_text", missing)
    assert runtime._cpu_flags() == ""


def test_the_allocator_is_left_alone_without_glibc(monkeypatch):
    monkeypatch.setattr(runtime.platform, "libc_ver", lambda: ("", ""))
    assert runtime.keep_big_blocks() is False


def test_uint8_pictures_are_scaled_and_floats_are_left_as_they_are():
    cpu = torch.device("cpu")
    pictures = torch.tensor([0, 51, 255], dtype=torch.uint8).reshape(1, 3, 1, 1)
    assert torch.allclose(runtime.prepare(pictures, cpu).flatten(), torch.tensor([0.0, 0.2, 1.0]))
    floats = torch.rand(2, 3, 4, 4)
    assert torch.equal(runtime.prepare(floats, cpu), floats)


def test_preparing_a_batch_never_changes_the_callers_pictures():
    pictures = torch.randint(0, 256, (2, 3, 4, 4), dtype=torch.uint8)
    before = pictures.clone()
    runtime.prepare(pictures, torch.device("cpu"))
    assert torch.equal(pictures, before)


def test_importing_helpers_adds_at_most_300_ms_to_importing_torch():
    script = "import torch, time; t = time.perf_counter(); import helpers; print(time.perf_counter() - t)"
    runs = (float(subprocess.check_output([sys.executable, "-c", script], text=True)) for _ in range(3))
    assert any(seconds < 0.3 for seconds in runs)  # a busy machine gets another try
