"""Everything that depends on the machine: seeds, device, precision, memory."""

import contextlib
import ctypes
import itertools
import os
import platform
import random
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch


class Precision(NamedTuple):
    """The number format of the matrix work, and why it was chosen."""

    dtype: torch.dtype
    reason: str


def seed_everything(seed: int) -> None:
    """Seed Python's, NumPy's and PyTorch's random numbers (CUDA and MPS included) with 0 to 2**32 - 1.

    >>> seed_everything(0)
    >>> first = torch.rand(1).item()
    >>> seed_everything(0)
    >>> torch.rand(1).item() == first
    True
    """
    if not 0 <= seed < 2**32:
        raise ValueError(f"seed is {seed}; take an integer from 0 to {2**32 - 1}.")
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002 - libraries that draw from the global state must be seeded too
    torch.manual_seed(seed)


def device() -> torch.device:
    """Return the fastest device there is: a CUDA GPU, else an Apple GPU (MPS), else the CPU."""
    if torch.cuda.is_available():
        return torch.device("cuda")
    if torch.backends.mps.is_available():
        return torch.device("mps")
    return torch.device("cpu")


def choose_precision(requested: str = "auto", on: torch.device | None = None) -> Precision:
    """Decide between float32, bfloat16 and float16, and say why.

    bfloat16 halves the memory traffic, and recent NVIDIA GPUs and CPUs with bf16 instructions (Intel AMX, AVX-512 BF16
    of AMD Zen 4 and later) multiply it several times faster; others emulate it and get slower. ``"auto"`` takes it
    where the hardware has it, float16 on older NVIDIA GPUs (T4, V100), and float32 elsewhere, unless the environment
    variable ``COURSE_PRECISION`` names one of the three. Another value is a ValueError.

    >>> choose_precision("float32")
    Precision(dtype=torch.float32, reason='as requested')
    """
    named = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}
    for origin, wanted in (("precision", requested), ("COURSE_PRECISION", os.environ.get("COURSE_PRECISION", "auto"))):
        if wanted in named:
            return Precision(named[wanted], "as requested" if origin == "precision" else "as COURSE_PRECISION says")
        if wanted != "auto":
            raise ValueError(f"{origin} is {wanted!r}; choose 'auto', 'float32', 'bfloat16' or 'float16'.")
    on = on or device()
    if on.type == "cuda":
        if torch.cuda.is_bf16_supported(including_emulation=False):
            return Precision(torch.bfloat16, "this GPU multiplies bfloat16")
        return Precision(torch.float16, "this GPU has no bfloat16")
    flags = _cpu_flags() if on.type == "cpu" and torch.backends.mkldnn.is_available() else ""
    if any(name in flags for name in ("amx_bf16", "avx512_bf16")):
        return Precision(torch.bfloat16, "this CPU multiplies bfloat16")
    return Precision(torch.float32, "no fast bfloat16 here")


def _cpu_flags() -> str:
    try:
        return Path("/proc/cpuinfo").read_text()  # where Linux lists the instruction sets of the CPU
    except OSError:
        return ""  # elsewhere nothing is listed, and float32 is taken


def autocast(precision: Precision, on: torch.device) -> contextlib.AbstractContextManager:
    """Return the context in which the forward pass runs in `precision`; weights and losses stay float32."""
    if precision.dtype == torch.float32:
        if on.type == "cuda":
            torch.set_float32_matmul_precision("high")  # for the process: TF32, which convolutions take anyway
        return contextlib.nullcontext()
    return torch.autocast(on.type, dtype=precision.dtype)


def grad_scaler(precision: Precision, on: torch.device) -> torch.amp.GradScaler:
    """Return what scales losses, so that small gradients do not become 0 in float16 (Micikevicius et al., 2018)."""
    return torch.amp.GradScaler(on.type, enabled=precision.dtype == torch.float16)


def memory_format(on: torch.device) -> torch.memory_format:
    """Return the order in which pictures lie in memory: channels last on CPU and CUDA, where convolutions prefer it."""
    return torch.contiguous_format if on.type == "mps" else torch.channels_last


def keep_big_blocks() -> bool:
    """Let glibc keep freed blocks of memory instead of handing them back to the system after every step.

    By default Linux gets them back and must zero their pages anew: more than half the time of a step in small networks.
    Raises two thresholds of `mallopt(3)` for this process; False where there is no glibc (macOS, Windows, Alpine).
    """
    if platform.libc_ver()[0] != "glibc":
        return False
    m_trim_threshold, m_mmap_threshold, never = -1, -3, -1
    mallopt = ctypes.CDLL(None).mallopt
    # From now on only blocks above 1 GiB are mapped on their own and unmapped when freed, and free memory at the end of
    # the heap is never returned, as a step in float32 may free more than the 2 GiB that fit into this argument.
    return bool(mallopt(m_mmap_threshold, 2**30) and mallopt(m_trim_threshold, never))


def workers() -> int:
    """Return how many threads may decode pictures: the cores this process may use, at most 8."""
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(usable, 8)


def free_memory(on: torch.device) -> int:
    """Return how many bytes of memory a CUDA GPU has free; 0 for other devices, where nobody tells."""
    return torch.cuda.mem_get_info(on)[0] if on.type == "cuda" else 0


def travelling(batches: Iterable[torch.Tensor], on: torch.device) -> Iterator[torch.Tensor]:
    """Yield CPU tensors on a CUDA GPU: while it works with one, the next is on its way from pinned memory."""
    way, here = torch.cuda.Stream(on), torch.cuda.current_stream(on)

    def sent(batch: torch.Tensor) -> tuple[torch.Tensor, torch.cuda.Event]:
        with torch.cuda.stream(way):
            return batch.pin_memory().to(on, non_blocking=True), way.record_event()

    for (batch, arrived), _ in itertools.pairwise(itertools.chain(map(sent, batches), [None])):
        here.wait_event(arrived)
        batch.record_stream(here)  # or its memory could be given away while it is in use
        yield batch


def prepare(images: torch.Tensor, on: torch.device) -> torch.Tensor:
    """Bring a batch N x 3 x H x W to the device as float32: uint8 in 0..255 is scaled, after it has travelled."""
    scale = images.dtype == torch.uint8
    images = images.to(on, non_blocking=True).to(torch.float32, memory_format=memory_format(on))
    return images.div_(255) if scale else images


def summary() -> str:
    """Say in one line on which device and in which precision the course computes here."""
    on, chosen = device(), choose_precision()
    where = torch.cuda.get_device_name(on) if on.type == "cuda" else f"{on.type}, {torch.get_num_threads()} thread(s)"
    return f"computing on {where} in {str(chosen.dtype).removeprefix('torch.')} ({chosen.reason})"
