"""Asking the stub what it has seen."""

import http.client
import json
from typing import cast

from benchmarks.stub import Counts, Record
from benchmarks.wire import HOST

ASK_TIMEOUT_S = 30.0


def _ask(port: int, method: str, path: str) -> object:
    connection = http.client.HTTPConnection(HOST, port, timeout=ASK_TIMEOUT_S)
    try:
        connection.request(method, path)
        return json.loads(connection.getresponse().read())
    finally:
        connection.close()


def counts(port: int) -> Counts:
    return cast(Counts, _ask(port, "GET", "/control/counts"))


def record(port: int) -> Record:
    return cast(Record, _ask(port, "GET", "/control/record"))


def clear(port: int) -> None:
    _ask(port, "DELETE", "/control")
