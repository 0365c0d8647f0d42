"""Backups, restoring and moving: what comes back is what was there, and it works on from there."""

import asyncio
import contextlib
import json
import shutil
import sqlite3
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import JSON, Table, insert, select, text

from recado.archive import backup as backing
from recado.archive import restore as restoring
from recado.archive.backup import Made, back_up
from recado.archive.copying import copy_installation, snapshot
from recado.archive.holding import Held
from recado.archive.manifest import DATABASE, MANIFEST, describe, read_manifest, write_manifest
from recado.archive.restore import restore
from recado.archive.tables import kept_tables, rows_of
from recado.channels.models import LineRow
from recado.db import Base, Database
from recado.errors import RecadoError
from recado.events.models import EventPosition
from recado.kit import new_id, now
from recado.kit.stamps import stamped
from recado.mailbox.models import Conversation, InboxMessage, OutboxMessage, Process
from recado.media.folder import FolderStore
from recado.migrate import check, migrate
from recado.projects.models import Project
from recado.settings import LAST_BACKUP, Settings, database_address
from tests.databases import KINDS, Databases, Kind
from tests.models import all_tables

STATES = ("sent", "queued", "sending", "unknown", "dead", "dropped")
# What the text format of PostgreSQL's COPY writes in other ways, or could be taken for.
HARD_TEXTS = ("\\N", "", "a\tb\nc\rd", "\\", "\\t\\.", "\b\v\f ñ 🩺\u2028")


def quiet(_stage: str, _done: int, _total: int) -> None:
    pass


@pytest.fixture
async def source(kind: Kind, databases: Databases) -> AsyncIterator[Database]:
    url = databases.create(kind)
    database = Database(url)
    yield database
    await database.close()
    databases.drop(url)


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> Kind:
    return request.param


@pytest.fixture(params=KINDS)
def other(request: pytest.FixtureRequest, databases: Databases) -> Iterator[str]:
    url = databases.create_empty(request.param)
    yield url
    databases.drop(url)


async def fill(database: Database, people: int = 3) -> None:
    """A small clinic: each person has one answered and one pending message, and messages to them in every state."""
    project, line = new_id(), new_id()
    async with database.system() as session:
        session.add(Project(id=project, slug="clínica", name="Clínica Ñandú 🩺", created_ms=1))
        session.add(EventPosition(id=1, position=7))
        session.add(
            LineRow(
                id=line, project_id=project, channel="cloud-api", address="1", assistant_id=new_id(), name="L",
                secrets={}, config={"b": 1, "a": [None, True, "ñ"]}, created_ms=1, max_per_second=80.5,
            )
        )  # fmt: skip
        for number in range(people):
            session.add_all(conversation(project, line, number))


def conversation(project: str, line: str, number: int) -> Sequence[Base]:
    mine = {"project_id": project, "line_id": line}
    talk = Conversation(
        id=new_id(), **mine, contact_id=new_id(), send_to="[]", created_ms=1, last_seq=8, last_in_seq=2, settled_seq=1,
        wake_ms=1, pending_due_ms=1, first_pending_ms=1, owner=new_id(), epoch=4,
    )  # fmt: skip
    come = [
        InboxMessage(
            id=new_id(), **mine, conversation_id=talk.id, seq=seq, provider_message_id=f"{number}.{seq}",
            body=json.dumps({"text": f"¿hola\u0000 {seq}?"}), created_ms=1,
        )
        for seq in (1, 2)
    ]  # fmt: skip
    go = [
        OutboxMessage(
            id=new_id(), **mine, conversation_id=talk.id, seq=seq, body="{}", origin="turn", state=state, due_ms=1,
            created_ms=1, reply_to=hard, repeated=bool(seq % 2),
        )
        for seq, (state, hard) in enumerate(zip(STATES, HARD_TEXTS, strict=True), 3)
    ]  # fmt: skip
    return [talk, *come, *go]


async def everything(database: Database) -> dict[str, list[tuple[object, ...]]]:
    async with snapshot(database) as connection:
        return {
            table.name: [plain(table, row) async for rows in rows_of(connection, table) for row in rows]
            for table in kept_tables()
        }


def plain(table: Table, row: Sequence[object]) -> tuple[object, ...]:
    """PostgreSQL orders and spaces JSON in its own way."""
    return tuple(
        json.loads(str(value)) if isinstance(column.type, JSON) and value is not None else value
        for column, value in zip(table.columns, row, strict=True)
    )


def settings_of(database: Database, folder: Path) -> Settings:
    return Settings(database_url=database.url, data_dir=folder)


async def backup_of(database: Database, folder: Path) -> Made:
    return await back_up(settings_of(database, folder / "data"), folder / "backups", quiet)


def test_every_table_is_kept_but_the_processes() -> None:
    assert {table.name for table in kept_tables()} == all_tables().tables.keys() - {"processes"}
    assert all(len(table.primary_key.columns) == 1 for table in kept_tables())


async def test_a_backup_restores_to_either_database(source: Database, other: str, tmp_path: Path) -> None:
    await fill(source)
    media = tmp_path / "data" / "media" / "p" / "photo"
    media.parent.mkdir(parents=True)
    media.write_bytes(b"\x00photo" * 1000)
    assert stamped(tmp_path / "data" / LAST_BACKUP) is None
    async with half_written(tmp_path / "data" / "media"):
        made = await backup_of(source, tmp_path)
    assert made.manifest.rows["inbox"] == 6
    at = stamped(tmp_path / "data" / LAST_BACKUP)
    assert at is not None
    assert abs((now() - at).total_seconds()) < 600

    new = Settings(database_url=other, data_dir=tmp_path / "new")
    done = await restore(new, made.folder, quiet, resume=True)
    assert (done.messages, done.held) == (24, Held())
    target = Database(other)
    try:
        assert await everything(target) == await everything(source)
        assert (await check(target)).up_to_date
    finally:
        await target.close()
    restored = tmp_path / "new" / "media"
    assert (restored / "p" / "photo").read_bytes() == media.read_bytes()
    assert [file.name for file in restored.rglob("*")] == ["p", "photo"]
    modes = [path.stat().st_mode & 0o777 for path in (restored, restored / "p", restored / "p" / "photo")]
    assert modes == [0o700, 0o700, 0o600]
    with pytest.raises(RecadoError) as refused:
        await back_up(settings_of(source, tmp_path / "data"), tmp_path / "data" / "media" / "mine", quiet)
    assert refused.value.code == "backup_into_media"


@asynccontextmanager
async def half_written(media: Path) -> AsyncGenerator[None]:
    """Meanwhile a file is being written whose end has not come yet."""
    goes_on, half = asyncio.Event(), asyncio.Event()

    async def chunks() -> AsyncGenerator[bytes]:
        yield b"not whole "
        half.set()
        await goes_on.wait()
        yield b"yet"

    writing = asyncio.create_task(FolderStore(media).put("p/half", chunks()))
    await half.wait()
    try:
        yield
    finally:
        goes_on.set()
        await writing


async def test_what_may_have_happened_since_waits_for_a_person(source: Database, other: str, tmp_path: Path) -> None:
    await fill(source)
    made = await backup_of(source, tmp_path)
    done = await restore(Settings(database_url=other, data_dir=tmp_path / "new"), made.folder, quiet, resume=False)
    assert done.held == Held(unsent=9, unanswered=3)
    target = Database(other)
    try:
        async with target.system(read_only=True) as session:
            outbox = (
                await session.execute(select(OutboxMessage.seq, OutboxMessage.state, OutboxMessage.error_code))
            ).all()
            assert {row[0]: (row[1], row[2]) for row in outbox} == {
                3: ("sent", None), 4: ("dead", "restored"), 5: ("dead", "restored"), 6: ("dead", "restored"),
                7: ("dead", None), 8: ("dropped", None),
            }  # fmt: skip
            inbox = (await session.execute(select(InboxMessage.seq, InboxMessage.dead))).all()
            assert {tuple(row) for row in inbox} == {(1, False), (2, True)}
            talk = (await session.scalars(select(Conversation).limit(1))).one()
            assert (talk.settled_seq, talk.wake_ms, talk.owner, talk.epoch) == (2, None, None, 5)
    finally:
        await target.close()


async def test_a_place_in_use_is_refused_and_stays(source: Database, tmp_path: Path) -> None:
    await fill(source)
    made = await backup_of(source, tmp_path)
    before = await everything(source)
    with pytest.raises(RecadoError, match="holds an installation already") as refused:
        await restore(settings_of(source, tmp_path / "new"), made.folder, quiet, resume=False)
    assert refused.value.code == "not_empty"
    assert await everything(source) == before


async def test_a_file_that_is_not_recados_is_refused_and_stays(databases: Databases, tmp_path: Path) -> None:
    url = databases.create("sqlite")
    database = Database(url)
    await fill(database)
    made = await backup_of(database, tmp_path)
    await database.close()
    databases.drop(url)
    ours_by_number = "CREATE TABLE alembic_version (version_num text); INSERT INTO alembic_version VALUES ('0001')"
    others = {
        "table": "CREATE TABLE notes (said text); INSERT INTO notes VALUES ('mine')",
        "empty": "CREATE TABLE notes (said text)",
        "alembic": f"CREATE TABLE notes (said text); {ours_by_number}",
        "wal": "PRAGMA journal_mode=WAL; CREATE TABLE notes (said text)",
    }
    for name, script in others.items():
        with contextlib.closing(sqlite3.connect(tmp_path / f"{name}.db")) as connection:
            connection.executescript(script)
    (tmp_path / "text.db").write_text("Not a database at all, and it is needed.\n" * 100)
    await migrate(Settings(database_url=f"sqlite:///{tmp_path}/beside.db"))  # an empty Recado beside what is mine
    with contextlib.closing(sqlite3.connect(tmp_path / "beside.db")) as connection:
        connection.executescript(others["table"])
    for name in (*others, "text", "beside"):
        file = tmp_path / f"{name}.db"
        before = file.read_bytes()
        place = Settings(database_url=f"sqlite:///{file}", data_dir=tmp_path / "new")
        with pytest.raises(RecadoError, match="not Recado's") as refused:
            await restore(place, made.folder, quiet, resume=False)
        assert (refused.value.code, file.read_bytes()) == ("not_empty", before), name
    assert not (tmp_path / "new").exists()

    (tmp_path / "none.db").touch()
    with contextlib.closing(sqlite3.connect(tmp_path / "bare.db")) as connection:
        connection.execute("PRAGMA journal_mode=WAL")  # a database without a table
    await migrate(Settings(database_url=f"sqlite:///{tmp_path}/migrated.db"))
    for name in ("none", "bare", "migrated"):
        place = Settings(database_url=f"sqlite:///{tmp_path}/{name}.db", data_dir=tmp_path / name)
        assert (await restore(place, made.folder, quiet, resume=False)).messages == 24


async def migrated_to(revision: str, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An empty database as a Recado of that revision has made it."""
    upgrade = command.upgrade

    def no_further(config: Config, _newest: str) -> None:
        upgrade(config, revision)

    with monkeypatch.context() as patched:
        patched.setattr(command, "upgrade", no_further)
        assert (await migrate(url))[-1] == revision


async def run_sql(url: str, *statements: str) -> None:
    database = Database(url)
    async with database.engine.begin() as connection:
        for statement in statements:
            await connection.execute(text(statement))
    await database.close()


async def test_an_older_place_is_filled_if_it_is_empty(
    databases: Databases, kind: Kind, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, empty, used = databases.create("sqlite"), databases.create_empty(kind), databases.create_empty(kind)
    database = Database(url)
    await fill(database)
    made = await backup_of(database, tmp_path)
    await migrated_to("0004", empty, monkeypatch)
    await restore(Settings(database_url=empty, data_dir=tmp_path / "new"), made.folder, quiet, resume=True)
    assert await at(empty) == await everything(database)
    await migrated_to("0004", used, monkeypatch)
    project = f"('{new_id()}', 'a', 'A', 1)"
    await run_sql(used, f"INSERT INTO projects (id, slug, name, created_ms) VALUES {project}")  # noqa: S608
    with pytest.raises(RecadoError, match="holds an installation already") as refused:
        await restore(Settings(database_url=used, data_dir=tmp_path / "used"), made.folder, quiet, resume=True)
    assert refused.value.code == "not_empty"
    await database.close()
    for one in (url, empty, used):
        databases.drop(one)


async def test_a_place_that_others_need_is_refused_and_stays(databases: Databases, kind: Kind, tmp_path: Path) -> None:
    url = databases.create("sqlite")
    database = Database(url)
    made = await backup_of(database, tmp_path)
    await database.close()
    now_ms = (
        "CAST((julianday('now') - 2440587.5) * 86400000 AS integer)"
        if kind == "sqlite"
        else "CAST(extract(epoch FROM now()) * 1000 AS bigint)"
    )
    beat = f"INSERT INTO processes (id, kind, version, started_ms, beat_ms) VALUES ('{new_id()}', 'up', '1', 0, "  # noqa: S608
    for place, code, says, statements in (
        (databases.create(kind), "still_running", "Stop Recado first", (f"{beat}{now_ms} + 600000)",)),
        (
            databases.create(kind), "database_too_new", "a newer Recado",
            ("UPDATE alembic_version SET version_num = '9999'", "CREATE TABLE letters (said text)"),
        ),
        (
            databases.create_empty(kind), "not_empty", "not Recado's" if kind == "sqlite" else "another program",
            ("CREATE TABLE contacts (who text)",),
        ),
    ):  # fmt: skip
        await run_sql(place, *statements)
        with pytest.raises(RecadoError, match=says) as refused:
            await restore(Settings(database_url=place, data_dir=tmp_path / "new"), made.folder, quiet, resume=False)
        assert refused.value.code == code
        target = Database(place)
        assert not (await check(target)).filling
        await target.close()
        databases.drop(place)
    assert not (tmp_path / "new" / "media").exists()
    databases.drop(url)


async def test_what_came_while_a_restore_worked_is_refused_and_stays(
    databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = databases.create("sqlite")
    database = Database(url)
    await fill(database)
    made = await backup_of(database, tmp_path)
    await database.close()
    databases.drop(url)
    file = tmp_path / "new.db"

    async def somebody_starts(*_: object) -> None:
        with contextlib.closing(sqlite3.connect(file)) as connection:
            connection.execute("CREATE TABLE notes (said text)")

    monkeypatch.setattr(restoring, "_erase_again", somebody_starts)
    place = Settings(database_url=f"sqlite:///{file}", data_dir=tmp_path / "new")
    with pytest.raises(RecadoError, match="not Recado's"):
        await restore(place, made.folder, quiet, resume=False)
    with contextlib.closing(sqlite3.connect(file)) as connection:
        assert connection.execute("SELECT count(*) FROM notes").fetchone() == (0,)


async def test_what_an_older_file_left_is_not_worked_into_the_restored_one(
    databases: Databases, tmp_path: Path
) -> None:
    url = databases.create("sqlite")
    database = Database(url)
    await fill(database)
    made, expected = await backup_of(database, tmp_path), await everything(database)
    await database.close()
    with contextlib.closing(sqlite3.connect(tmp_path / "old.db", isolation_level=None)) as older:
        for statement in (
            "CREATE TABLE t (x blob)", "PRAGMA cache_size=5", "BEGIN",
            "INSERT INTO t SELECT randomblob(3000) FROM (VALUES (1), (2), (3), (4), (5), (6), (7), (8))", "COMMIT",
            "BEGIN", "UPDATE t SET x = randomblob(3000)",
        ):  # fmt: skip
            older.execute(statement)
        # Its process died here, and then somebody removed its database alone.
        shutil.copyfile(tmp_path / "old.db-journal", tmp_path / "new.db-journal")
    place = Settings(database_url=f"sqlite:///{tmp_path}/new.db", data_dir=tmp_path / "new")
    await restore(place, made.folder, quiet, resume=True)
    assert await at(str(place.database_url)) == expected
    databases.drop(url)


async def test_files_in_the_way_are_refused(source: Database, other: str, tmp_path: Path) -> None:
    made = await backup_of(source, tmp_path)
    (tmp_path / "new" / "media").mkdir(parents=True)
    (tmp_path / "new" / "media" / "mine").write_text("x")
    with pytest.raises(RecadoError, match="holds files already"):
        await restore(Settings(database_url=other, data_dir=tmp_path / "new"), made.folder, quiet, resume=False)


@pytest.mark.parametrize("damage", ["flip", "cut", "lose", "manifest", "newer", "outside", "climbs", "unlisted"])
async def test_a_damaged_backup_is_not_restored(databases: Databases, tmp_path: Path, damage: str) -> None:
    url = databases.create("sqlite")
    database = Database(url)
    await fill(database)
    made = await backup_of(database, tmp_path)
    await database.close()
    file, manifest = made.folder / DATABASE, made.folder / MANIFEST
    match damage:
        case "flip":
            content = bytearray(file.read_bytes())
            content[-100] ^= 1
            file.write_bytes(content)
        case "cut":
            file.write_bytes(file.read_bytes()[:-4096])
        case "lose":
            file.unlink()
        case "manifest":
            manifest.write_text("{}")
        case "climbs":  # to a place of the installation that is no file of its media
            (made.folder / "media").mkdir()
            (made.folder / "secret.key").write_text("mine")
            about = describe(made.folder, made.folder / "secret.key").model_copy(update={"path": "media/../secret.key"})
            listed = read_manifest(made.folder)
            write_manifest(made.folder, listed.model_copy(update={"files": (*listed.files, about)}))
        case "unlisted":
            write_manifest(made.folder, read_manifest(made.folder).model_copy(update={"files": ()}))
        case "newer":
            manifest.write_text(manifest.read_text().replace(read_manifest(made.folder).revision, "9999"))
        case _:
            manifest.write_text(manifest.read_text().replace(f'"{DATABASE}"', '"../data"'))
    place = Settings(database_url=f"sqlite:///{tmp_path}/new.db", data_dir=tmp_path / "new")
    with pytest.raises(RecadoError) as refused:
        await restore(place, made.folder, quiet, resume=False)
    assert refused.value.code in ("damaged_backup", "bad_backup", "database_too_new")
    assert not (tmp_path / "new.db").exists()
    assert not (tmp_path / "new").exists()
    databases.drop(url)


async def test_a_backup_that_fails_leaves_nothing(
    source: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(backing, "write_manifest", full)
    with pytest.raises(OSError, match="No space"):
        await backup_of(source, tmp_path)
    assert list((tmp_path / "backups").iterdir()) == []


async def test_a_full_disk_of_the_database_holds_no_backup_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    database = Database(f"sqlite:///{tmp_path}/recado.db")
    await migrate(f"sqlite:///{tmp_path}/recado.db")
    asked: list[str] = []

    class Full(sqlite3.Connection):
        def execute(self, sql: str, *rest: Any) -> sqlite3.Cursor:
            if "wal_checkpoint" in sql:
                asked.append(sql)
                raise sqlite3.OperationalError("database or disk is full")
            return super().execute(sql, *rest)

    monkeypatch.setattr(backing.sqlite3, "connect", partial(sqlite3.connect, factory=Full))
    made = await backup_of(database, tmp_path)
    assert asked
    assert made.manifest.rows["projects"] == 0
    await database.close()


async def test_a_backup_sees_one_moment_while_others_write(source: Database, kind: Kind, tmp_path: Path) -> None:
    """Writers go on while it copies, and nothing of what they write is in it by halves."""
    await fill(source, people=200)
    before = await everything(source)
    written = 0

    with contextlib.closing(writer_to(source)) as writer:

        def write(_stage: str, _done: int, _total: int) -> None:
            nonlocal written
            if written == 3:  # PostgreSQL's tables come by name: two of them later than this
                return
            writer.execute("UPDATE conversations SET epoch = epoch + 1, mode = 'a'")
            writer.execute("UPDATE outbox SET error_text = 'b'")
            written += 1

        made = await back_up(settings_of(source, tmp_path / "data"), tmp_path / "backups", write)
    assert written > 0
    copied = Database(f"sqlite:///{made.folder / DATABASE}")
    assert await everything(copied) == before
    await copied.close()


def writer_to(database: Database) -> Any:
    """A connection that can be used from wherever the backup tells how far it is."""
    if database.is_sqlite:
        return sqlite3.connect(database.sqlite_path, isolation_level=None, check_same_thread=False)
    return psycopg.connect(database.url, autocommit=True)


async def test_an_installation_moves_to_another_database(source: Database, other: str) -> None:
    await fill(source)
    rows = await copy_installation(source, other, quiet)
    target = Database(other)
    try:
        found = await everything(target)
        assert found == await everything(source)
        assert rows == sum(map(len, found.values()))
        async with target.engine.connect() as connection:
            assert not await connection.run_sync(lambda sync: sync.dialect.has_table(sync, "recado_copy"))
    finally:
        await target.close()


async def test_beside_a_pooler_each_goes_to_the_database_it_is_told_to(
    databases: Databases, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """RECADO_DATABASE_DIRECT_URL is the installation's: neither a backup's file nor what `--to` names."""
    url, moved, restored = databases.create("postgresql"), *(databases.create_empty("postgresql") for _ in "12")
    source = Database(url)
    await fill(source)
    expected = await everything(source)
    monkeypatch.setenv("RECADO_DATABASE_URL", url)
    monkeypatch.setenv("RECADO_DATABASE_DIRECT_URL", url)
    made = await back_up(Settings(data_dir=tmp_path / "data"), tmp_path / "backups", quiet)
    for to in (database_address(f"sqlite:///{tmp_path}/moved.db", "--to"), moved):
        await copy_installation(source, to, quiet)
        assert await at(to) == expected
    await source.close()
    monkeypatch.setenv("RECADO_DATABASE_URL", restored)
    monkeypatch.setenv("RECADO_DATABASE_DIRECT_URL", restored)
    await restore(Settings(data_dir=tmp_path / "new"), made.folder, quiet, resume=True)
    found = await at(restored)
    assert {name: rows for name, rows in found.items() if expected[name]} == {
        name: rows for name, rows in expected.items() if rows
    }
    for one in (url, moved, restored):
        databases.drop(one)


async def at(url: str) -> dict[str, list[tuple[object, ...]]]:
    database = Database(url)
    try:
        return await everything(database)
    finally:
        await database.close()


async def test_nobody_writes_to_what_is_being_moved(source: Database, databases: Databases) -> None:
    await fill(source)
    before, to = await everything(source), databases.create_empty("sqlite")
    refused: dict[str, int] = {}
    with contextlib.closing(writer_to(source)) as writer:
        writer.execute("PRAGMA busy_timeout = 0" if source.is_sqlite else "SET lock_timeout = '1ms'")

        def write(stage: str, _done: int, _total: int) -> None:
            for change in ("UPDATE outbox SET error_text = 'b'", "DELETE FROM conversations"):
                with pytest.raises((sqlite3.OperationalError, psycopg.errors.LockNotAvailable)):
                    writer.execute(change)
            refused[stage] = refused.get(stage, 0) + 1

        await copy_installation(source, to, write)
        writer.execute("UPDATE outbox SET error_text = 'b'")  # afterwards the old database is as it was
    assert refused.keys() == {"copy", "compare"}
    assert await at(to) == before
    databases.drop(to)


async def test_a_move_does_not_wait_for_ever_for_who_writes(
    databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, to = databases.create("postgresql"), databases.create_empty("sqlite")
    source = Database(url)
    await fill(source)
    monkeypatch.setattr("recado.archive.copying.WRITERS_WAIT_S", 0.05)
    with psycopg.connect(url) as writer:
        writer.execute("UPDATE outbox SET error_text = 'b'")
        with pytest.raises(RecadoError, match="is writing to this database") as running:
            await copy_installation(source, to, quiet)
        assert running.value.code == "still_running"
    await copy_installation(source, to, quiet)
    assert await at(to) == await everything(source)
    await source.close()
    for one in (url, to):
        databases.drop(one)


async def test_an_interrupted_move_goes_on(source: Database, other: str, monkeypatch: pytest.MonkeyPatch) -> None:
    await fill(source)
    monkeypatch.setattr("recado.archive.tables.BATCH", 4)
    steps = 0

    def stop(stage: str, _done: int, _total: int) -> None:
        nonlocal steps
        steps += stage == "copy"
        if steps == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await copy_installation(source, other, stop)
    seen: list[int] = []
    await copy_installation(source, other, lambda stage, done, _total: seen.append(done) if stage == "copy" else None)
    assert seen[0] > 4  # not from the start
    target = Database(other)
    try:
        assert await everything(target) == await everything(source)
    finally:
        await target.close()


async def test_a_move_finds_a_row_that_differs(source: Database, other: str) -> None:
    await fill(source)
    target = Database(other)

    with pytest.raises(InterruptedError):
        await copy_installation(source, other, _raise_at_compare)
    async with target.engine.begin() as connection:
        await connection.execute(text("UPDATE inbox SET body = 'x' WHERE seq = 2"))
    with pytest.raises(RecadoError, match="rows of inbox") as refused:
        await copy_installation(source, other, quiet)
    assert refused.value.code == "copy_differs"
    await target.close()


def _raise_at_compare(stage: str, _done: int, _total: int) -> None:
    if stage == "compare":
        raise InterruptedError


async def test_a_move_is_refused_where_it_would_harm(source: Database, other: str, databases: Databases) -> None:
    await fill(source)
    with pytest.raises(RecadoError) as same:
        await copy_installation(source, source.url, quiet)
    assert same.value.code == "same_database"
    used = databases.create("sqlite")
    with pytest.raises(RecadoError) as in_use:
        await copy_installation(source, used, quiet)
    assert in_use.value.code == "target_in_use"
    databases.drop(used)
    theirs = databases.create_empty("sqlite" if source.is_sqlite else "postgresql")
    await run_sql(theirs, "CREATE TABLE contacts (who text)")
    with pytest.raises(RecadoError, match="holds tables of another program") as in_the_way:
        await copy_installation(source, theirs, quiet)
    assert in_the_way.value.code == "target_in_use"
    databases.drop(theirs)
    async with source.engine.begin() as connection:
        later_ms = (
            text("CAST((julianday('now') - 2440587.5) * 86400000 AS integer) + 60000")
            if source.is_sqlite
            else text("CAST(extract(epoch FROM now()) * 1000 AS bigint) + 60000")
        )
        values = {"id": new_id(), "kind": "up", "version": "1", "started_ms": 0}
        await connection.execute(insert(Process).values(**values, beat_ms=later_ms))
    with pytest.raises(RecadoError, match="Recado is running") as running:
        await copy_installation(source, other, quiet)
    assert running.value.code == "still_running"


async def test_a_move_is_not_complete_where_recado_has_begun_meanwhile(databases: Databases, other: str) -> None:
    """PostgreSQL lets it; SQLite's file belongs to the copy until its end."""
    url = databases.create("postgresql")
    source = Database(url)
    await fill(source)
    with contextlib.closing(writer_to(source)) as process:

        def begin(_stage: str, _done: int, _total: int) -> None:
            process.execute(
                "INSERT INTO processes (id, kind, version, started_ms, beat_ms) "
                "SELECT gen_random_uuid(), 'up', '1', 0, CAST(extract(epoch FROM now()) * 1000 AS bigint)"
            )

        with pytest.raises(RecadoError, match="began during the copy") as running:
            await copy_installation(source, other, begin)
    assert running.value.code == "still_running"
    target = Database(other)
    assert not (await check(target)).usable
    await target.close()
    await source.close()
    databases.drop(url)
