"""What a service manager is told of this process, by a real socket."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from recado import worker
from recado.kit.sd_notify import ALIVE, READY, sd_notify, stopping_within
from recado.mailbox.driver import DatabaseDown
from recado.runtime import Runtime
from tests.operations.service_manager import ServiceManager


@pytest.fixture
def manager(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ServiceManager]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NOTIFY_SOCKET", "manager")
    with ServiceManager("manager") as listening:
        yield listening


def test_states_go_to_the_socket(manager: ServiceManager) -> None:
    sd_notify(READY)
    assert manager.told(READY) == ["READY=1"]
    sd_notify(*stopping_within(10.5))
    assert manager.told("STOPPING=1") == ["STOPPING=1", "EXTEND_TIMEOUT_USEC=10500000"]


def test_states_go_to_an_abstract_socket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    address = "@" + str(tmp_path)[-90:]
    with ServiceManager(address) as manager:
        monkeypatch.setenv("NOTIFY_SOCKET", address)
        sd_notify(READY)
        manager.told(READY)


def test_nothing_fails_without_anybody_to_tell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    sd_notify(READY)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("NOTIFY_SOCKET", "nobody")
    sd_notify(READY)


def test_a_manager_that_does_not_read_holds_nobody_up(manager: ServiceManager) -> None:
    for _ in range(2_000):  # more than a socket keeps (net.unix.max_dgram_qlen)
        sd_notify(ALIVE)
    manager.told(ALIVE)


class Beats:
    """A mailbox of which the database takes the first beat, refuses the second, and then does neither."""

    def __init__(self) -> None:
        self.count = 0
        self.hung = asyncio.Event()

    async def beat(self, kind: str, version: str) -> None:
        del kind, version
        self.count += 1
        if self.count == 2:
            raise DatabaseDown("It is away")
        if self.count > 2:
            self.hung.set()
            await asyncio.Event().wait()


async def test_a_database_that_says_no_is_told_as_life_and_one_that_hangs_is_not(
    manager: ServiceManager, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "BEAT_S", 0.0)
    beats = Beats()
    runtime = cast("Runtime", SimpleNamespace(mailbox=beats))
    beating = asyncio.create_task(worker.keep_beating(runtime, "up"))
    async with asyncio.timeout(60):
        await beats.hung.wait()
    assert [manager.told(ALIVE), manager.told(ALIVE)] == [[ALIVE], [ALIVE]]
    assert manager.is_silent(0.05)
    beating.cancel()
    await asyncio.gather(beating, return_exceptions=True)
