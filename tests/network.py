"""Tests reach this machine only. A test that would call out fails, and says whom it wanted to call."""

import ipaddress
import socket
from typing import Any

import pytest

_LOCAL_NAMES = {"", "localhost", "0.0.0.0", "::"}  # noqa: S104 # compared with, not bound to


def block_network(patch: pytest.MonkeyPatch) -> None:
    """Let sockets connect to loopback addresses and Unix sockets, and look up no other names."""
    connect, connect_ex, sendto, lookup = (
        socket.socket.connect,
        socket.socket.connect_ex,
        socket.socket.sendto,
        socket.getaddrinfo,
    )

    def guarded_connect(self: socket.socket, address: Any) -> None:
        _allow(self, address)
        connect(self, address)

    def guarded_connect_ex(self: socket.socket, address: Any) -> int:
        _allow(self, address)
        return connect_ex(self, address)

    def guarded_sendto(self: socket.socket, *arguments: Any) -> int:
        _allow(self, arguments[-1])
        return sendto(self, *arguments)

    def guarded_lookup(host: Any, *arguments: Any, **named: Any) -> Any:
        _allow_host(host)
        return lookup(host, *arguments, **named)

    patch.setattr(socket.socket, "connect", guarded_connect)
    patch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
    patch.setattr(socket.socket, "sendto", guarded_sendto)
    patch.setattr(socket, "getaddrinfo", guarded_lookup)


def _allow(sock: socket.socket, address: Any) -> None:
    if sock.family in (socket.AF_INET, socket.AF_INET6):
        _allow_host(address[0])


def _allow_host(host: str | bytes | None) -> None:
    name = host.decode() if isinstance(host, bytes) else host or ""
    if name in _LOCAL_NAMES:
        return
    try:
        local = ipaddress.ip_address(name.split("%")[0]).is_loopback
    except ValueError:
        local = False
    if not local:
        raise AssertionError(f"A test wanted to reach {name}: only loopback is allowed")
