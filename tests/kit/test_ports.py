"""Ports that stay one's own until they are bound, and while what is bound to them is started again."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from recado.kit import ports
from recado.kit.ports import free_port

ASKED = "from recado.kit.ports import free_port; print(*(free_port() for _ in range(200)))"
RANGE = Path("/proc/sys/net/ipv4/ip_local_port_range")


def test_a_port_can_be_bound_and_is_given_once() -> None:
    given = [free_port() for _ in range(50)]
    assert len(set(given)) == len(given)
    for port in given:
        with socket.create_server(("127.0.0.1", port)):
            pass


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="elsewhere processes do not know of each other's")
def test_processes_get_none_of_each_others_and_none_that_connections_get() -> None:
    asking = [
        subprocess.Popen([sys.executable, "-c", ASKED + "; input()"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for _ in range(2)
    ]
    said: list[list[int]] = []
    for process in asking:  # they live while the other asks
        assert process.stdout is not None
        said.append([int(port) for port in process.stdout.readline().split()])
    for process in asking:
        process.communicate(b"\n")
        assert process.returncode == 0
    assert len({*said[0], *said[1]}) == 400
    first = int(RANGE.read_text(encoding="ascii").split()[0])
    assert max(*said[0], *said[1]) < first or first <= 20_000


def _yes(_: int) -> bool:
    return True


def test_none_is_given_twice_where_the_kernel_leaves_none(monkeypatch: pytest.MonkeyPatch) -> None:
    given = iter([20_001, 20_001, 20_002])
    monkeypatch.setattr(ports, "_first_of_the_kernels", lambda: 1024)
    monkeypatch.setattr(ports, "_any", lambda: next(given))
    monkeypatch.setattr(ports, "_taken", set[int]())
    for look in ("_can_be_bound", "_is_reserved"):
        monkeypatch.setattr(ports, look, _yes)
    assert [free_port(), free_port()] == [20_001, 20_002]
