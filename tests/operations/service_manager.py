"""A service manager as far as processes tell it how they are: the datagram socket of $NOTIFY_SOCKET."""

import contextlib
import socket
import time
from types import TracebackType

LIMIT_S = 60.0


class ServiceManager:
    """Listens at `address`, a path or "@name"; a short one: such paths have 107 bytes."""

    def __init__(self, address: str) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind("\0" + address[1:] if address.startswith("@") else address)

    def __enter__(self) -> "ServiceManager":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._socket.close()

    def told(self, state: str) -> list[str]:
        """What comes with this state, once it has come."""
        ends_s = time.monotonic() + LIMIT_S
        while True:
            self._socket.settimeout(max(0.001, ends_s - time.monotonic()))
            if state in (states := self._socket.recv(4096).decode().split("\n")):
                return states

    def is_silent(self, for_s: float) -> bool:
        """Whether nothing comes for so long, beside what has come before."""
        self._socket.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            while True:
                self._socket.recv(4096)
        self._socket.settimeout(for_s)
        try:
            self._socket.recv(4096)
        except TimeoutError:
            return True
        return False
