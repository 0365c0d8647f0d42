"""Tells the service manager that started this process how it is: one datagram to $NOTIFY_SOCKET, where there is one.

The protocol: https://www.freedesktop.org/software/systemd/man/latest/sd_notify.html. Others than systemd speak it, too.
"""

import os
import socket

import structlog

READY = "READY=1"
ALIVE = "WATCHDOG=1"

log = structlog.get_logger(__name__)


def sd_notify(*states: str) -> None:
    """Say these at once. Nothing waits for it, and nothing fails by it."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    if address.startswith("@"):  # in Linux's abstract namespace
        address = "\0" + address[1:]
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.setblocking(False)
            manager.sendto("\n".join(states).encode(), address)
    except OSError as error:
        log.warning("sd_notify_failed", error=type(error).__name__)


def stopping_within(limit_s: float) -> tuple[str, str]:
    """That this process ends, and within what time: a manager that would give it less waits so long."""
    return "STOPPING=1", f"EXTEND_TIMEOUT_USEC={round(limit_s * 1_000_000)}"
