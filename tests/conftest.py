"""What every test gets: a data folder of its own, and no network beyond this machine."""

import ipaddress
import socket

import pytest


@pytest.fixture(autouse=True)
def own_data_folder(tmp_path_factory, monkeypatch):
    folder = tmp_path_factory.mktemp("data")
    monkeypatch.setenv("COURSE_DATA_DIR", str(folder))
    monkeypatch.setenv("COURSE_LEDGER", str(folder / "ledger.csv"))
    for name in ("COURSE_DATA", "COURSE_VEHICLES_DIR"):
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
