"""What is wrong with an installation, and how to mend it. Looks only: nothing is made and nothing is changed."""

import asyncio
import json
import os
import shutil
import sqlite3
import stat
import tempfile
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import asyncpg
from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from recado.channels.cloud_api.channel import CloudApiChannel
from recado.channels.cloud_api.convert import convert
from recado.channels.contract import Line
from recado.channels.language import machine_language
from recado.channels.models import LineRow
from recado.channels.service import load_lines
from recado.db import Base, Database, database_now_ms
from recado.demo.phone import DEMO_NUMBER_ID
from recado.errors import RecadoError, SettingsError
from recado.health import MIN_FREE_BYTES, HealthOut
from recado.jobs.models import Job
from recado.kit import now_ms
from recado.kit.clock import from_ms
from recado.kit.crypto import SecretBox, secret_box
from recado.kit.sqlite import MINIMUM_SQLITE, sqlite_version
from recado.mailbox.models import InboxMessage, OutboxMessage, Process, Unrouted
from recado.mailbox.queries import Converters, given_up, in_state, is_to_be_sent, list_strays
from recado.mailbox.senders import PROCESS_DEAD_AFTER_MS
from recado.media.stuck import stuck_files
from recado.migrate import check
from recado.projects.models import Project
from recado.settings import Settings, load_settings
from recado.webhooks.troubles import find_troubles

# Ten times what `/ready` asks for: time enough to do something about it.
DISK_WARN_BYTES = 10 * MIN_FREE_BYTES
# Leases are measured on the database's clock alone, but reminders and the 24-hour window compare the two.
CLOCK_WARN_MS = 2_000
CLOCK_FAIL_MS = 60_000
# A message that waits longer than any back-off or pacing explains.
STUCK_MS = 3_600_000
# A worker takes a job within a second, and a dead one's within ten.
JOB_LATE_MS = 60_000
# So many deliveries without a line's address are read again to tell what they are; a body may have 3 MB.
MAX_STRAYS_READ = 200
CONVERTERS: Converters = {"cloud-api": convert}
# What must be mended by a person before the line can send again: no use in waiting for an hour to say so.
FOR_A_PERSON = (
    *("access_token_invalid", "permission_denied", "line_unknown", "number_not_registered"),
    *("payment_problem", "display_name_not_approved", "account_restricted"),
)
# What to do about the commonest error of a line; its messages wait meanwhile.
CURES = {
    "access_token_invalid": "Give it a new token: recado line update --phone-number-id {address} --access-token TOKEN",
    "permission_denied": "On Meta's pages, give its token the permission whatsapp_business_messaging for this number",
    "line_unknown": "Is the id right, and may its token see the number? recado line list",
    "number_not_registered": "Register the number: recado line check {address} says how",
    "payment_problem": "Mend the account's way to pay on Meta's pages",
    "display_name_not_approved": "Have the number's display name approved on Meta's pages",
    "account_restricted": "Meta has restricted the account: see its quality and the support page",
    "spam_limited": "Meta has limited the number for a while: people block or report it; write to fewer of them",
    "provider_unreachable": "Can this machine reach RECADO_CLOUD_API_BASE_URL?",
}
# A file is fetched in seconds; by then several tries have failed, or nobody fetches.
FILE_LATE_MS = 600_000
FILE_CURES = {
    "access_token_invalid": "Its line needs a new token: recado line check LINE says how",
    "line_unknown": "Their line is gone or its secrets cannot be read: recado line list",
    "media_store_unavailable": "Can this machine write RECADO_MEDIA_URL, or media in RECADO_DATA_DIR?",
    "media_unreachable": "Can this machine reach the internet? Meta's links lead to lookaside.fbsbx.com",
    "provider_unreachable": "Can this machine reach RECADO_CLOUD_API_BASE_URL?",
}
MAX_WEBHOOKS_TOLD = 20
# Without these no model of faster-whisper can be loaded.
WHISPER_FILES = ("config.json", "model.bin")
# What is the case and what to do about it.
WEBHOOK_TROUBLES: dict[str, tuple[str, str]] = {
    "secret_unreadable": (
        "{project}, {host}: its secret cannot be read, so nothing is posted ({waiting} wait)",
        "Add the old key to RECADO_SECRET_KEY (after a comma), or give it a new secret: PATCH /api/v1/webhooks/{id}",
    ),
    "address_not_allowed": (
        "{project}, {host}: it is no public address, so nothing is posted ({waiting} wait)",
        "Allow its network, if it is yours: RECADO_WEBHOOK_NETWORKS=10.0.0.0/8; else give it a public address",
    ),
    "paused": (
        "{project}, {host}: it failed for a whole day and gets nothing since {since}",
        (
            'Mend the receiver, then PATCH /api/v1/webhooks/{id} {{"active": true}} and '
            "recado webhook replay --project {project} {id}"
        ),
    ),
    "failing": (
        "{project}, {host}: it has taken nothing since {since} ({waiting} wait)",
        "recado webhook deliveries --project {project} {id} shows what it answers; after a day it is paused",
    ),
    "off_with_deliveries": (
        "{project}, {host}: it is switched off, and {waiting} wait",
        'If it should get them: PATCH /api/v1/webhooks/{id} {{"active": true}}',
    ),
}
CLOUD_API = "cloud-api"
# Lines are asked about beside each other, but not all at once; each takes three calls.
LINES_AT_ONCE = 8
MAX_LINES_ASKED = 200
LINE_CHECK_S = 20.0
_CONNECT_S = 1.0
# What a database that cannot be used raises: SQLAlchemy's errors, and the drivers' own while they connect.
_UNUSABLE = (SQLAlchemyError, OSError, sqlite3.Error, asyncpg.PostgresError, asyncpg.InterfaceError)
_HEALTH_S = 2.0
_HEALTH_BYTES = 1000


class Level(StrEnum):
    """FAIL must be mended, WARN should be looked at."""

    OK = "OK"
    WARN = "WARN"
    FAIL = "FAIL"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check says, and how to mend it (empty if nothing is wrong)."""

    check: str
    level: Level
    says: str
    mend: str = ""

    def as_json(self) -> dict[str, str]:
        return {"check": self.check, "level": self.level.value, "says": self.says, "mend": self.mend}


def _ok(check_name: str, says: str) -> Finding:
    return Finding(check_name, Level.OK, says)


def _warn(check_name: str, says: str, mend: str) -> Finding:
    return Finding(check_name, Level.WARN, says, mend)


def _fail(check_name: str, says: str, mend: str) -> Finding:
    return Finding(check_name, Level.FAIL, says, mend)


async def examine(port: int, *, ask_providers: bool = True) -> list[Finding]:
    """All findings, in the order in which they should be mended. `port` is that of `recado up`.

    `ask_providers`: also ask each line's provider about it, which needs the network.
    """
    try:
        settings = load_settings()
    except SettingsError as error:
        return [_fail("settings", line, "Set the variable as shown, then look again") for line in _lines(error)]
    found = [_ok("settings", "every variable can be read")]
    found += _examine_folder(settings.data_dir)
    found += _examine_voice(settings.voice_model)
    found += [finding async for finding in _examine_database(settings, ask_providers)]
    found.append(await _examine_port(port))
    return found


def _lines(error: SettingsError) -> list[str]:
    return error.message.splitlines()


# --- The machine ------------------------------------------------------------------------------------------


def _examine_folder(folder: Path) -> list[Finding]:
    name = "data folder"
    there = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
    if not there.is_dir():
        return [_fail(name, f"{there} is a file", "Set RECADO_DATA_DIR to a folder")]
    if not _writable(there):
        return [_fail(name, f"{there} cannot be written", f"Give this user the folder: chown -R $USER {there}")]
    says = f"{folder.absolute()} can be written" if there == folder.absolute() else f"{folder} will be made"
    return [_ok(name, says), _disk(shutil.disk_usage(there).free)]


def _writable(folder: Path) -> bool:
    try:
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def _disk(free_bytes: int) -> Finding:
    says = f"{free_bytes / 1024**3:.1f} GiB are free"
    mend = "Free some space, or move RECADO_DATA_DIR to a larger disk"
    if free_bytes < MIN_FREE_BYTES:
        return _fail("disk", says, mend)
    return _warn("disk", says, mend) if free_bytes < DISK_WARN_BYTES else _ok("disk", says)


def _examine_voice(model: str) -> list[Finding]:
    """Whether voice notes can be heard, as far as can be seen without loading the model."""
    name, variable = "voice", "RECADO_VOICE_MODEL"
    if not model:
        return []
    if find_spec("faster_whisper") is None:
        mend = f"make setup EXTRAS=voice (or pip install 'recado[voice]'), or do without {variable}"
        return [_fail(name, f"{variable} needs a library that is not installed, so Recado does not start", mend)]
    folder = Path(model)
    if folder.is_dir():
        missing = [file for file in WHISPER_FILES if not (folder / file).is_file()]
        if missing:
            mend = f"Set {variable} to the folder of a model that was converted for faster-whisper"
            return [_fail(name, f"{folder} holds no such model: {', '.join(missing)} is missing", mend)]
        return [_ok(name, f"the model is in {folder}")]
    if folder.is_absolute() or folder.exists() or model.count("/") > 1:
        return [_fail(name, f"{folder} is not a folder", f"Set {variable} to the model's folder, or to a name: small")]
    if "/" not in model and model not in (names := import_module("faster_whisper").available_models()):
        return [
            _fail(name, f"there is no model {model}", f"Set {variable} to a folder, or to one of: {', '.join(names)}")
        ]
    return [_ok(name, f"{model} is fetched for the first voice note, unless it is here already")]


async def _examine_port(port: int) -> Finding:
    name = "port"
    if not await _answers(port):
        return _ok(name, f"{port} is free")
    if await _health(port):
        return _ok(name, f"Recado answers on {port}")
    return _warn(name, f"another program listens on {port}", f"Start Recado on another one: --port {port + 1}")


async def _answers(port: int) -> bool:
    try:
        _, writer = await asyncio.wait_for(asyncio.open_connection("127.0.0.1", port), _CONNECT_S)
    except (OSError, TimeoutError):
        return False
    writer.close()
    return True


async def _health(port: int) -> bool:
    """True if it is Recado that listens there: its /health says so."""
    import aiohttp  # only here: the other checks need no HTTP

    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=_HEALTH_S)) as session,
            session.get(f"http://127.0.0.1:{port}/health") as answer,
        ):
            # Not only 200, which a web server that has a page for every path answers, too.
            body = json.loads(await answer.content.read(_HEALTH_BYTES))
            return answer.status == 200 and body.get("status") == HealthOut().status
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError, AttributeError):  # the last two: another body
        return False


# --- The database -----------------------------------------------------------------------------------------


async def _examine_database(settings: Settings, ask_providers: bool) -> AsyncGenerator[Finding]:
    name = "database"
    url = settings.resolved_database_url
    if url.startswith("sqlite:"):
        yield _sqlite(sqlite_version())
        if sqlite_version() < MINIMUM_SQLITE:
            return
    try:
        file = Path(make_url(url).database or "") if url.startswith("sqlite:") else None
        if file is not None and not file.exists():
            yield _warn(name, f"{file} is not made yet", "It is made by: recado up (or recado db migrate)")
            return
        if file is not None and (exposed := _exposed(file)):
            yield exposed
        database = Database(url)
    except (SQLAlchemyError, ValueError, OSError) as error:
        yield _fail(name, _short(error), "RECADO_DATABASE_URL looks like postgresql://user:password@host:5432/name")
        return
    try:
        ready = False
        async for finding in _examine_tables(database, settings):
            ready = ready or finding.check == "clock"
            yield finding
        if ready and ask_providers:
            for finding in await _at_providers(database, settings):
                yield finding
    except _UNUSABLE as error:
        yield _fail(
            name, f"it cannot be used: {_short(error)}", "Does its server run, and does RECADO_DATABASE_URL say where?"
        )
    finally:
        await database.close()


def _sqlite(version: tuple[int, ...]) -> Finding:
    found, needed = (".".join(map(str, v)) for v in (version, MINIMUM_SQLITE))
    if version >= MINIMUM_SQLITE:
        return _ok("SQLite", f"version {found}")
    mend = f"Use a Python with SQLite {needed} or newer, or PostgreSQL: RECADO_DATABASE_URL=postgresql://..."
    return _fail("SQLite", f"version {found} can corrupt the database", mend)


async def _examine_tables(database: Database, settings: Settings) -> AsyncGenerator[Finding]:
    state = await check(database)
    if state.filling:
        says = "it holds only a part of an installation"
        yield _fail("database", says, "Run again, to its end: recado restore or recado db copy")
        return
    if state.newer:
        says = f"it is at revision {state.current}, newer than this program ({state.head})"
        if not state.usable:
            yield _fail("database", says, "Start the newer Recado again, or restore a backup")
            return
        yield _warn("database", f"{says}, which can work with it", "Finish the upgrade: start the newer Recado")
    elif not state.up_to_date:
        says = f"it is at revision {state.current or 'none'}, needed is {state.head}"
        yield _fail("database", says, "recado db migrate")
        return
    yield _ok("database", f"{'SQLite' if database.is_sqlite else 'PostgreSQL'}, revision {state.current}")
    async with database.system(read_only=True) as session:
        yield _clock(now_ms() - await database_now_ms(session))
        for finding in await _secrets(session, settings):
            yield finding
        for finding in await _queue(session):
            yield finding
        for look in _LOOKS:
            yield await look(session)
        for finding in await _webhooks_out(session, settings):
            yield finding
        for finding in await _unrouted(session):
            yield finding


def _clock(ahead_ms: int) -> Finding:
    if abs(ahead_ms) < CLOCK_WARN_MS:
        return _ok("clock", "agrees with the database's")
    says = f"{abs(ahead_ms) / 1000:.0f} s {'ahead of' if ahead_ms > 0 else 'behind'} the database's"
    mend = "Keep both machines' clocks right with NTP: timedatectl set-ntp true"
    return _fail("clock", says, mend) if abs(ahead_ms) >= CLOCK_FAIL_MS else _warn("clock", says, mend)


async def _secrets(session: AsyncSession, settings: Settings) -> list[Finding]:
    """Whether every line's secrets can be read. No key is made here."""
    name = "secret key"
    lines = await _count(session, LineRow)
    file = settings.data_dir / "secret.key"
    if not settings.secret_key and not file.exists():
        if lines:
            mend = f"Put back {file}, or set RECADO_SECRET_KEY to the key that the lines were added with"
            return [_fail(name, f"{file} is missing, so no line's secrets can be read", mend)]
        return [_ok(name, "will be made with the first line")]
    try:
        box: SecretBox = secret_box(settings.secret_key, settings.data_dir)
    except (RecadoError, OSError) as error:
        mend = f"Put back {file} from your copy, or set RECADO_SECRET_KEY to the key that it held"
        return [_fail(name, _short(error), mend)]
    found: list[Finding] = []
    for loaded in await load_lines(session, box):
        if loaded.problem:
            mend = "Add the old key to RECADO_SECRET_KEY (after a comma), or give the secrets again: recado line update"
            found.append(_fail(name, f"line {loaded.line.address}: {loaded.problem}", mend))
    if not settings.secret_key and (exposed := _exposed(file, name)):
        found.append(exposed)
    return found or [_ok(name, "opens the secrets of every line")]


def _exposed(file: Path, name: str = "database") -> Finding | None:
    """What is private is made so; an older version, or a copy, may have left it open."""
    if os.name != "posix" or not stat.S_IMODE(file.stat().st_mode) & 0o077:
        return None
    every = f"{file}*" if name == "database" else str(file)
    return _warn(name, f"others on this machine can read {file}", f"chmod 600 {every}")


async def _at_providers(database: Database, settings: Settings) -> list[Finding]:
    """What the providers say of the lines; the demo's has none. Lines without readable secrets were told before."""
    box = _box(settings)
    if box is None:
        return []
    async with database.system(read_only=True) as session:
        loaded = await load_lines(session, box)
    lines = [one.line for one in loaded if one.usable and one.line.channel == CLOUD_API and not _is_demo(one.line)]
    channel = CloudApiChannel(
        settings.cloud_api_base_url, public_url=settings.public_url, networks=settings.webhook_networks
    )
    at_once = asyncio.Semaphore(LINES_AT_ONCE)
    try:
        found = await asyncio.gather(*(_at_provider(channel, line, at_once) for line in lines[:MAX_LINES_ASKED]))
    finally:
        await channel.close()
    return [finding for findings in found for finding in findings]


async def _at_provider(channel: CloudApiChannel, line: Line, at_once: asyncio.Semaphore) -> list[Finding]:
    name, language = f"line {line.address}", machine_language()
    try:
        async with at_once, asyncio.timeout(LINE_CHECK_S):
            findings = await channel.examine(line)
    except TimeoutError:
        return [_warn(name, "its provider does not answer", f"Try again: recado line check {line.address}")]
    told = [
        Finding(f"{name} {one.check}", Level(one.level), one.says[language], one.mend.get(language, ""))
        for one in findings
        if one.level != Level.OK
    ]
    return told or [_ok(name, "its provider finds nothing wrong")]


def _is_demo(line: Line) -> bool:
    return line.address == DEMO_NUMBER_ID


async def _workers(session: AsyncSession) -> Finding:
    alive = Process.beat_ms > await database_now_ms(session) - PROCESS_DEAD_AFTER_MS
    working = await _count(session, Process, alive, Process.kind.in_(("up", "worker")))
    if working:
        return _ok("worker", f"{working} with signs of life")
    return _warn("worker", "none gives a sign of life, so nobody answers", "Start one: recado up (or recado worker)")


async def _lines_there(session: AsyncSession) -> Finding:
    lines = await _count(session, LineRow)
    if lines:
        return _ok("lines", f"{lines} connected")
    return _warn("lines", "none is connected", "recado line add cloud-api --help, or try the demo: recado up")


async def _dead_outbox(session: AsyncSession) -> Finding:
    dead = await _count(session, OutboxMessage, in_state("dead"))
    mend = "recado outbox list shows why; then: recado outbox retry ID, or drop ID"
    return (
        _warn("outbox", f"{dead} messages could not be sent", mend) if dead else _ok("outbox", "nothing was given up")
    )


async def _unknown_outbox(session: AsyncSession) -> Finding:
    name = "outcomes"
    unknown = await _count(session, OutboxMessage, in_state("unknown"))
    if not unknown:
        return _ok(name, "every message that was sent has a known outcome")
    mend = "They settle by themselves while a worker runs; if they stay, the provider's webhooks do not arrive"
    return _warn(name, f"{unknown} messages may or may not have arrived", mend)


async def _queue(session: AsyncSession) -> list[Finding]:
    """One finding for each line whose messages wait for what does not end by itself."""
    name = "queue"
    before = await database_now_ms(session) - STUCK_MS
    # A try that failed moves `due_ms` on, and a dead message that is retried keeps its `created_ms`.
    tried = OutboxMessage.error_code.is_not(None)
    late = and_(OutboxMessage.created_ms < before, or_(OutboxMessage.due_ms < before, tried))
    waits = or_(late, OutboxMessage.error_code.in_(FOR_A_PERSON))
    counts = await session.execute(
        select(OutboxMessage.line_id, LineRow.address, OutboxMessage.error_code, func.count())
        .join(LineRow, LineRow.id == OutboxMessage.line_id, isouter=True)
        .where(is_to_be_sent(), waits)
        .group_by(OutboxMessage.line_id, LineRow.address, OutboxMessage.error_code)
        .order_by(OutboxMessage.line_id)
    )
    lines: dict[str, Counter[str]] = {}
    for line_id, address, code, count in counts:
        lines.setdefault(address or line_id, Counter())[code or ""] += count
    found = [_waiting(address, codes) for address, codes in lines.items()]
    return found or [_ok(name, "nothing waits longer than it should")]


def _waiting(address: str, codes: Counter[str]) -> Finding:
    says = f"line {address}: {codes.total()} messages wait longer than they should"
    commonest = next((code for code, _ in codes.most_common() if code), None)
    if commonest is None:
        return _warn("queue", says, "Is a worker running? recado worker")
    cure = CURES.get(commonest, "recado outbox list --state queued shows what the provider says")
    return _warn("queue", f"{says}; most often: {commonest}", cure.format(address=address))


async def _dead_inbox(session: AsyncSession) -> Finding:
    dead = await _count(session, InboxMessage, given_up())
    if not dead:
        return _ok("inbox", "every message was answered or is being")
    return _warn(
        "inbox",
        f"{dead} messages were given up unanswered",
        "recado inbox list shows them; then: recado inbox retry ID, or drop ID",
    )


async def _unrouted(session: AsyncSession) -> list[Finding]:
    """Deliveries that got lost, apart from the provider's notices: those are for no line, and kept for reading."""
    lost = await _count(session, Unrouted, Unrouted.line_address.is_not(None))
    addresses = await session.scalars(
        select(Unrouted.line_address).where(Unrouted.line_address.is_not(None)).distinct().limit(5)
    )
    nameless = await list_strays(session, CONVERTERS, Unrouted.line_address.is_(None), limit=MAX_STRAYS_READ)
    people = sum(stray.kind == "person" for stray in nameless)
    notices = sorted({stray.about or "other" for stray in nameless if stray.kind == "notice"})
    found: list[Finding] = []
    if lost:
        named = ", ".join(str(address) for address in addresses)
        mend = (
            "Connect the line that they name: recado line add cloud-api --phone-number-id ID ... (one that is "
            "connected has another app's secret: recado line update); then clear them: recado line unrouted drop"
        )
        found.append(_warn("routing", f"{lost} deliveries were well signed but fit no line (for {named})", mend))
    if people:
        mend = "recado line unrouted list --json shows them; then: recado line unrouted drop ID"
        found.append(_warn("routing", f"{people} deliveries hold something that no person can be found for", mend))
    if notices:
        count = sum(stray.kind == "notice" for stray in nameless)
        says = f"{count} of the provider are kept ({', '.join(notices)}); to read them: recado line unrouted list"
        found.append(_ok("notices", says))
    return found if lost or people else [_ok("routing", "every delivery found its line"), *found]


async def _jobs(session: AsyncSession) -> Finding:
    """Jobs that nobody begins, or whose process is gone and that nobody goes on with."""
    now_ms = await database_now_ms(session)
    late = and_(Job.state == "pending", Job.due_ms < now_ms - JOB_LATE_MS)
    living = select(Process.id).where(Process.beat_ms > now_ms - JOB_LATE_MS)
    orphaned = and_(Job.state == "running", or_(Job.owner.is_(None), Job.owner.not_in(living)))
    stuck = await session.execute(
        select(Job.kind, func.count()).where(or_(late, orphaned)).group_by(Job.kind).order_by(Job.kind)
    )
    kinds = {row[0]: row[1] for row in stuck}
    if not kinds:
        return _ok("jobs", "none waits longer than it should")
    says = ", ".join(f"{count} {kind}" for kind, count in kinds.items())
    return _warn("jobs", f"stuck: {says}", "Start a worker of this version: recado up (or recado worker)")


async def _files(session: AsyncSession) -> Finding:
    """Files that people sent and that are not kept yet, or were given up while they can still be had."""
    name, stuck = "files", await stuck_files(session)
    commonest = max(stuck.errors, key=stuck.errors.__getitem__, default=None)
    why = f"; most often: {commonest}" if commonest else ""
    if stuck.failed:
        says = f"{stuck.failed} files that people sent in the last 7 days were given up{why}"
        mend = "recado media list shows them; once mended: recado media retry --all (Meta keeps them for 7 days)"
        return _warn(name, says, mend)
    late_ms = await database_now_ms(session) - (stuck.oldest_ms or 0)
    if stuck.oldest_ms is not None and late_ms > FILE_LATE_MS:
        says = (
            f"{stuck.pending} files that people sent are not fetched yet, the oldest for {late_ms // 60_000} min{why}"
        )
        return _warn(
            name, says, FILE_CURES.get(commonest or "", "Is a worker running? recado worker; else its log says")
        )
    return _ok(name, "every file that people sent is kept")


async def _webhooks_out(session: AsyncSession, settings: Settings) -> list[Finding]:
    """Endpoints of other systems that do not get what they should."""
    troubles = await find_troubles(session, _box(settings), settings.webhook_networks)
    slugs: dict[str, str] = {project.id: project.slug for project in await session.scalars(select(Project))}
    found: list[Finding] = []
    for one in troubles[:MAX_WEBHOOKS_TOLD]:
        says, cure = WEBHOOK_TROUBLES[one.what]
        project, since = slugs.get(one.project_id, "?"), _moment(one.since_ms)
        known = {"id": one.endpoint_id, "host": one.host, "project": project, "since": since, "waiting": one.waiting}
        found.append(_warn("webhooks out", says.format(**known), cure.format(**known)))
    if len(troubles) > MAX_WEBHOOKS_TOLD:
        more = len(troubles) - MAX_WEBHOOKS_TOLD
        found.append(_warn("webhooks out", f"{more} more", "recado webhook list --project SLUG shows them"))
    return found or [_ok("webhooks out", "every webhook can be posted")]


def _moment(at_ms: int | None) -> str:
    return "?" if at_ms is None else f"{from_ms(at_ms):%Y-%m-%d %H:%M} UTC"


def _box(settings: Settings) -> SecretBox | None:
    """The keys, or None where they were told to be missing before. No key is made here."""
    if not settings.secret_key and not (settings.data_dir / "secret.key").exists():
        return None
    try:
        return secret_box(settings.secret_key, settings.data_dir)
    except (RecadoError, OSError):
        return None


_LOOKS: tuple[Callable[[AsyncSession], Awaitable[Finding]], ...] = (
    _lines_there,
    _workers,
    _dead_outbox,
    _unknown_outbox,
    _dead_inbox,
    _files,
    _jobs,
)


async def _count(session: AsyncSession, table: type[Base], *where: ColumnElement[bool]) -> int:
    return (await session.scalar(select(func.count()).select_from(table).where(*where))) or 0


def _short(error: Exception) -> str:
    cause = getattr(error, "orig", None) or error
    return (str(cause).strip() or type(cause).__name__).splitlines()[0]
