"""What the timings share: every turn in a process of its own."""

import multiprocessing
from concurrent.futures import ProcessPoolExecutor


def in_fresh_process(function, *arguments):
    """Call a function in a new process, so that it inherits no memory settings, and return what it returns."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(function, *arguments).result()
