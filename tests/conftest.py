"""What every test gets: a data folder of its own, and no network beyond this machine."""

import contextlib
import ipaddress
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
from filelock import FileLock
from PIL import Image

from drawings import draw_food, draw_vehicles

# By the time they take, with what is slow: a process that begins one of these last would let the other wait for it.
LONGEST = ["test_sample_teaches.py", "test_exercises.py", "test_browser.py", "test_grading.py", "test_site.py"]


def pytest_collection_modifyitems(items):
    """Put the files that take longest first; bootstrap.py hands out whole files in this order."""
    ranks = {name: rank for rank, name in enumerate(LONGEST)}
    items.sort(key=lambda item: ranks.get(item.path.name, len(LONGEST)))


@pytest.fixture(autouse=True)
def own_data_folder(tmp_path_factory, monkeypatch):
    folder = tmp_path_factory.mktemp("data")
    monkeypatch.setenv("COURSE_DATA_DIR", str(folder))
    monkeypatch.setenv("COURSE_LEDGER", str(folder / "ledger.csv"))
    for name in ("COURSE_DATA", "COURSE_VEHICLES_DIR", "COURSE_FOOD_DIR", "COURSE_PRECISION"):
        monkeypatch.delenv(name, raising=False)
    return folder


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    connect = socket.socket.connect

    def guarded(self, address):
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] != "localhost":
            try:
                local = ipaddress.ip_address(address[0]).is_loopback
            except ValueError:
                local = False
            if not local:
                raise OSError(f"tests use no network: {address}")
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(scope="session")
def once(tmp_path_factory, worker_id):
    """Return a function that lets a folder be made once, also where several processes test."""
    base = tmp_path_factory.getbasetemp()
    base = base if worker_id == "master" else base.parent

    def made(name, make):
        with FileLock(base / f"{name}.lock"):
            if not (base / name).exists():
                make(base / name)
        return base / name

    return made


@pytest.fixture(scope="session")
def small_samples(once):
    """A data folder with samples a tenth as large: for notebooks that must run to their end, whatever they learn."""

    def draw(folder):
        draw_vehicles(folder / "vehicles-sample", count=400, progress=False)
        draw_food(folder / "food-sample", count=198, progress=False)

    return once("small-samples", draw)


@pytest.fixture
def picture_set():
    """Return a function that writes a small labelled set in the usual layout and returns its folder."""

    def write(folder, count=40, *, size=16, seed=0, rows=None):
        random = np.random.default_rng(seed)
        (folder / "images").mkdir(parents=True)
        labels = [i % 2 for i in range(count)]
        for i in range(count):
            noise = random.integers(0, 256, (size, size, 3), dtype=np.uint8)
            Image.fromarray(noise).save(folder / "images" / f"{i}.jpg", quality=90)
        rows = rows or [(f"{i}.jpg", label) for i, label in enumerate(labels)]
        lines = ["image_names,emergency_or_not", *(f"{name},{label}" for name, label in rows)]
        (folder / "emergency_train.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
        return folder

    return write


@pytest.fixture
def full_set(own_data_folder, picture_set):
    """A small set that stands where the real photos go."""
    return picture_set(own_data_folder / "vehicles")


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.requests.append((self.path, dict(self.headers)))
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self.server.behaviour[self.path](self)

    def log_message(self, *args):
        pass

    def answer(self, content, status=200, sent=None, **headers):
        self.send_response(status)
        for name, value in ({"Content-Length": len(content)} | headers).items():
            self.send_header(name.replace("_", "-"), str(value))
        self.end_headers()
        self.wfile.write(content[:sent])

    def resume(self, content, etag='"one"', sent=None):
        """Serve as RFC 9110 says: the rest if If-Range matches, else everything."""
        wanted, condition = self.headers.get("Range"), self.headers.get("If-Range")
        if wanted and condition == etag:
            start = int(wanted.removeprefix("bytes=").removesuffix("-"))
            if start >= len(content):
                return self.answer(b"", 416, Content_Range=f"bytes */{len(content)}")
            where = f"bytes {start}-{len(content) - 1}/{len(content)}"
            return self.answer(content[start:], 206, sent, Content_Range=where, ETag=etag)
        return self.answer(content, 200, sent, ETag=etag)


@pytest.fixture
def server():
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        server.behaviour, server.requests = {}, []
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def source(server):
    """Make the source of a behaviour: a function of the request handler."""
    # Imported here, as PyTorch comes along, which the process that only hands tests out is spared.
    from course.intake.sources import Source

    def make(behaviour, path="/file"):
        server.behaviour[path] = behaviour
        return Source(f"http://127.0.0.1:{server.server_port}{path}", f"source {path}")

    return make
