"""Ports for programs of tests and benchmarks, which are told their port before they bind it."""

import errno
import random
import socket
import sys
from pathlib import Path

_LOWEST = 10_000
# A test or a benchmark asks for some ports: many more tries find one also where much runs.
_TRIES = 1_000
# Between these the kernel picks ports by itself: for whoever binds port 0, and for each connection that goes out.
_PICKED_BY_ITSELF = Path("/proc/sys/net/ipv4/ip_local_port_range")
_taken: set[int] = set()


def free_port() -> int:
    """A port of loopback that nobody has, and that nobody else will get before it is bound, or while what is bound to
    it is started again: it is none of those that the kernel gives away by itself, and on Linux no two processes that
    ask here get the same one as long as they live.
    """
    highest = _first_of_the_kernels()
    source = random.SystemRandom()
    for _ in range(_TRIES):
        # Where the kernel leaves hardly any, its own: then only a connection can be in the way.
        port = source.randrange(_LOWEST, highest) if highest > 2 * _LOWEST else _any()
        if port not in _taken and _can_be_bound(port) and _is_reserved(port):
            _taken.add(port)
            return port
    raise OSError(errno.EADDRINUSE, "no port of loopback is free")


def _any() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _first_of_the_kernels() -> int:
    try:
        return int(_PICKED_BY_ITSELF.read_text(encoding="ascii").split()[0])
    except (OSError, ValueError, IndexError):
        return 0


def _can_be_bound(port: int) -> bool:
    try:
        with socket.socket() as probe:
            probe.bind(("", port))  # all addresses: whatever has one of them is in the way
    except OSError:
        return False
    return True


def _is_reserved(port: int) -> bool:
    """Have a name that only one process can have; it is free again when this process ends, however it does."""
    if sys.platform != "linux":
        return True
    name = socket.socket(socket.AF_UNIX)
    try:
        name.bind(f"\0recado-port-{port}")
    except OSError:
        name.close()
        return False
    name.detach()  # kept for as long as the process lives
    return True
