"""Notices that the other end of a connection is gone without a word, as a machine that lost its power or a network that
drops packets. Else whoever waits for its answer waits for ever, or until the kernel gives up after 15 minutes.
"""

import socket
from typing import Any

# A connection that is idle, or waits for an answer, is asked after so long, and so often, whether anybody is there.
_IDLE_S, _EVERY_S, _TIMES = 15, 5, 3
# What was sent and not heard by then never will be: as long as the above takes.
_UNHEARD_MS = (_IDLE_S + _EVERY_S * _TIMES) * 1000

LIBPQ = {
    "tcp_user_timeout": _UNHEARD_MS,
    "keepalives_idle": _IDLE_S,
    "keepalives_interval": _EVERY_S,
    "keepalives_count": _TIMES,
}
"""The same for libpq (https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS)."""


def notice_silence(connection: Any) -> None:
    """Of an asyncpg connection; it offers no way to say this."""
    found = connection._transport.get_extra_info("socket")
    if found is None or found.family not in (socket.AF_INET, socket.AF_INET6):
        return
    found.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in (
        ("TCP_KEEPIDLE", _IDLE_S), ("TCP_KEEPINTVL", _EVERY_S), ("TCP_KEEPCNT", _TIMES),
        ("TCP_USER_TIMEOUT", _UNHEARD_MS),
    ):  # fmt: skip
        if hasattr(socket, name):  # Linux has all of them
            found.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
