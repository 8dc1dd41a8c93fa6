"""Drive the course in JupyterLab with a headless Chromium: open a notebook, run it, and look at what is shown."""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

from playwright.sync_api import BrowserContext, Locator, Page, sync_playwright

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage", "--disable-sync", "--no-first-run",
    "--disable-background-networking", "--disable-component-update",
]  # fmt: skip
WIDTH, HEIGHT = 1280, 1000
SETTINGS = {
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    # Every cell has its size at once, also far below what is seen.
    "notebook-extension/tracker": {"windowingMode": "none", "scrollPastEnd": False},
}
NUMBERS = """() => [...document.querySelectorAll('.jp-CodeCell')].map(
    cell => cell.querySelector('.jp-InputPrompt').innerText.trim())"""
TOO_WIDE = """() => {
    const wide = e => e.scrollWidth > e.clientWidth + 1 && /auto|scroll/.test(getComputedStyle(e).overflowX);
    const found = [...document.querySelectorAll('.jp-Cell')].flatMap((cell, number) =>
        [...cell.querySelectorAll('.jp-OutputArea-output, .jp-OutputArea-output *')].filter(wide).map(
            e => `cell ${number}: ${e.scrollWidth} in ${e.clientWidth} pixels`));
    const outer = [document.scrollingElement, ...document.querySelectorAll('.jp-WindowedPanel-outer')];
    return found.concat(outer.filter(e => e.scrollWidth > e.clientWidth + 1).map(e => `page: ${e.className}`));
}"""


@contextlib.contextmanager
def jupyterlab(root: Path, home: Path, *, theme: str = "JupyterLab Light", **variables: str) -> Iterator[str]:
    """Start this Python's JupyterLab on the notebooks in `root`; yield its address. What it writes goes to `home`."""
    for name, chosen in (SETTINGS | {"apputils-extension/themes": {"theme": theme}}).items():
        file = home / "settings" / "@jupyterlab" / f"{name}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(chosen))
    folders = {
        "JUPYTER_CONFIG_DIR": "config", "JUPYTER_DATA_DIR": "data", "JUPYTER_RUNTIME_DIR": "runtime",
        "JUPYTERLAB_SETTINGS_DIR": "settings", "JUPYTERLAB_WORKSPACES_DIR": "workspaces", "IPYTHONDIR": "ipython",
    }  # fmt: skip
    environment = os.environ | {variable: str(home / name) for variable, name in folders.items()} | variables
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = [
        "--no-browser", "--allow-root", "--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}",
        "--ServerApp.port_retries=0", f"--ServerApp.root_dir={root}", "--IdentityProvider.token=",
        "--ServerApp.password=", "--ServerApp.disable_check_xsrf=True",  # so that kernels can be ended
    ]  # fmt: skip
    log = home / "jupyterlab.log"
    with log.open("w") as file:
        server = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", *options], env=environment, stdout=file, stderr=file
        )
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(lambda: server.poll() is not None or _answers(address), "JupyterLab to start", 60)
        assert server.poll() is None, f"JupyterLab ended at once:\n{log.read_text()}"
        yield address
    finally:
        server.terminate()  # and it ends its kernels
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()


@contextlib.contextmanager
def chromium(home: Path, *, width: int = WIDTH, height: int = HEIGHT) -> Iterator[BrowserContext]:
    """Start a headless Chromium with a fresh profile in `home`."""
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            home, executable_path=CHROMIUM, args=FLAGS, viewport={"width": width, "height": height}
        )
        yield context
        context.close()


def open_notebook(page: Page, address: str, name: str) -> None:
    """Open a notebook and wait for its kernel."""
    page.goto(f"{address}/lab/tree/{name}?reset")
    page.locator(".jp-NotebookPanel .jp-Notebook").wait_for(timeout=60_000)
    wait_for_kernel(address, name)


def wait_for_kernel(address: str, name: str, still: float = 2.0) -> None:
    """Wait until a notebook has one connected, idle kernel: JupyterLab may start a second one right after the first."""
    seen = [None, time.monotonic()]

    def settled() -> bool:
        kernels = [session["kernel"] for session in _get(f"{address}/api/sessions") if session["path"] == name]
        now = [(kernel["id"], kernel["execution_state"], kernel["connections"]) for kernel in kernels]
        if now != seen[0]:
            seen[:] = now, time.monotonic()
        ready = len(now) == 1 and now[0][1] == "idle" and now[0][2]
        return ready and time.monotonic() - seen[1] >= still

    wait_for(settled, f"the kernel of {name}", 90)


def run_all(page: Page, seconds: float) -> None:
    """Run all cells from the menu, and wait until each has a number or one has failed."""
    page.locator("#jp-MainMenu").get_by_text("Run", exact=True).click()
    page.locator(".lm-Menu-item[data-command='runmenu:run-all']").click()

    def done() -> bool:
        return bool(complaints(page)) or all(prompt.strip("[]: ").isdigit() for prompt in page.evaluate(NUMBERS))

    wait_for(done, "all cells", seconds)


def complaints(page: Page) -> list[str]:
    """Return the tracebacks and warnings that the page shows."""
    kinds = ("application/vnd.jupyter.error", "application/vnd.jupyter.stderr")
    outputs = ", ".join(f".jp-OutputArea-output[data-mime-type='{kind}']" for kind in kinds)
    return page.locator(outputs).all_inner_texts()


def too_wide(page: Page) -> list[str]:
    """Return what has to be scrolled sideways: the page, and the outputs of cells."""
    return page.evaluate(TOO_WIDE)


def replace_cell(page: Page, text: str, source: str) -> None:
    """Write `source` into the first code cell that holds `text`, as a student would; the cursor stays there."""
    page.locator(".jp-CodeCell", has_text=text).first.locator(".cm-content").click()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text(source)


def drag(handle: Locator, pixels: int) -> None:
    """Drag the handle of a slider to the right with the mouse."""
    handle.scroll_into_view_if_needed()
    box = handle.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    handle.page.mouse.move(x, y)
    handle.page.mouse.down()
    handle.page.mouse.move(x + pixels, y, steps=5)
    handle.page.mouse.up()


def changed(picture: Locator, before: bytes) -> bytes:
    """Wait until a picture looks other than before, and twice the same; return how it looks."""
    seen = [before]

    def settled() -> bool:
        seen.append(picture.screenshot())
        return before != seen[-1] == seen[-2]

    wait_for(settled, "another picture", 30)
    return seen[-1]


def take_picture(page: Page, path: Path) -> None:
    """Keep a picture of a notebook from top to bottom, as far as Chromium can draw it."""
    outer = page.locator(".jp-WindowedPanel-outer")
    tall = HEIGHT
    if outer.count():
        tall = 200 + outer.first.evaluate("outer => { outer.scrollTop = 0; return outer.scrollHeight }")
    page.set_viewport_size({"width": page.viewport_size["width"], "height": min(tall, 16_000)})
    page.screenshot(path=path)


def end_kernel(address: str, name: str) -> None:
    """End the kernel of a notebook."""
    for session in _get(f"{address}/api/sessions"):
        if session["path"] == name:
            urllib.request.urlopen(urllib.request.Request(f"{address}/api/sessions/{session['id']}", method="DELETE"))


def wait_for(condition: Callable[[], bool], what: str, seconds: float) -> None:
    """Ask ten times a second until a condition holds."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"waited {seconds:.0f} seconds for {what}"
        time.sleep(0.1)


def _answers(address: str) -> bool:
    with contextlib.suppress(OSError):
        _get(f"{address}/api/status")
        return True
    return False


def _get(url: str):
    with urllib.request.urlopen(url, timeout=10) as answer:
        return json.load(answer)
