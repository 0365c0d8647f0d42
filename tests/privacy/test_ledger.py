"""The list of erasures: nobody is left out of it, whoever dies and however many write it."""

import threading
from pathlib import Path

import pytest

from recado.archive.backup import back_up
from recado.archive.restore import restore
from recado.contacts.service import find_by_address
from recado.db import Database
from recado.messages import Address
from recado.privacy.erasing import Eraser
from recado.privacy.ledger import LEDGER, Entry, read_ledger, write_ledger
from recado.privacy.service import ask_erasure
from recado.settings import Settings
from tests.databases import Databases
from tests.privacy.support import ANA, BETO, Life


def entry(name: str) -> Entry:
    return Entry(name, "p", ("c",), ("m",), "test", 1)


def quiet(_stage: str, _done: int, _total: int) -> None: ...


async def test_nothing_is_done_before_it_stands_in_the_list(life: Life) -> None:
    erasure = await life.ask()
    elsewhere = Eraser(life.database, life.store, life.box, life.folder / "not" / "there")
    with pytest.raises(FileNotFoundError):
        await elsewhere.work_on(life.project, erasure)
    assert (await life.erasure(erasure)).state == "running"
    await life.world.execute("UPDATE erasures SET lease_until_ms = 0")
    assert await life.eraser().work_on(life.project, erasure)
    assert [one.id for one in read_ledger(life.folder / LEDGER)] == [erasure]


def test_who_write_it_at_once_lose_nobody(tmp_path: Path) -> None:
    begin = threading.Barrier(8)

    def write(writer: int) -> None:
        begin.wait()
        for number in range(10):
            write_ledger(tmp_path / LEDGER, [entry(f"{writer}.{number}")])

    writers = [threading.Thread(target=write, args=(n,)) for n in range(8)]
    for one in writers:
        one.start()
    for one in writers:
        one.join()
    write_ledger(tmp_path / LEDGER, [entry("0.0")])
    assert len(read_ledger(tmp_path / LEDGER)) == 80


async def test_a_restore_keeps_the_list_and_says_when_it_has_none(
    life: Life, databases: Databases, tmp_path: Path
) -> None:
    settings = Settings(database_url=life.database.url, data_dir=life.folder, secret_key="a key for tests only")
    made = await back_up(settings, tmp_path / "backups", quiet)
    given = tmp_path / "saved.jsonl"
    write_ledger(given, [entry("somebody of an older backup")])
    for name, erasures, erased in (("without", None, None), ("with", given, 0)):
        url = databases.create_empty("sqlite")
        new = Settings(database_url=url, data_dir=tmp_path / name, secret_key="a key for tests only")
        done = await restore(new, made.folder, quiet, resume=False, erasures=erasures)
        assert done.erased == erased
        databases.drop(url)
    assert read_ledger(tmp_path / "with" / LEDGER) == read_ledger(given)


async def test_whoever_another_machine_erased_is_in_the_list_of_every_machine(
    life: Life, databases: Databases, tmp_path: Path
) -> None:
    machines = [tmp_path / name for name in ("one", "two", "three")]
    at = [Settings(database_url=life.database.url, data_dir=folder, secret_key="a key for tests only")
          for folder in machines]  # fmt: skip
    made = await back_up(at[0], tmp_path / "old", quiet)
    for folder, somebody in zip(machines, (life.ana, await life.contact(BETO)), strict=False):
        async with life.database.project(life.project) as session:
            erasure = (await ask_erasure(session, life.box, somebody, "test")).id
        folder.mkdir(exist_ok=True)
        assert await Eraser(life.database, life.store, life.box, folder).work_on(life.project, erasure)
    assert [len(read_ledger(folder / LEDGER)) for folder in machines] == [1, 2, 0]
    await back_up(at[2], tmp_path / "new", quiet)
    assert read_ledger(machines[2] / LEDGER) == read_ledger(machines[1] / LEDGER)

    url = databases.create_empty("sqlite")
    new = Settings(database_url=url, data_dir=tmp_path / "restored", secret_key="a key for tests only")
    done = await restore(new, made.folder, quiet, resume=False, erasures=machines[2] / LEDGER)
    assert done.erased == 2
    restored = Database(url)
    try:
        async with restored.project(life.project, read_only=True) as session:
            for phone in (ANA, BETO):
                assert await find_by_address(session, Address(kind="phone", value=phone)) is None
    finally:
        await restored.close()
        databases.drop(url)
