"""What a worker runs: turns, sending, files, its sign of life, and the books kept fresh."""

import asyncio
import contextlib
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from functools import partial

import structlog

from recado import __version__
from recado.brain.rules.warming import warm
from recado.channels.contract import Channel, FetchesMedia, HandsOut, Line
from recado.channels.templates.syncing import TemplateKeeper
from recado.compat.callbacks import Callbacks, Guard
from recado.compat.callbacks import waiting as callbacks_waiting
from recado.conversations.turn import Turns
from recado.errors import RecadoError
from recado.jobs import claims, ticks
from recado.jobs.callbacks import JobCallbacks
from recado.jobs.callbacks import waiting as job_callbacks_waiting
from recado.jobs.kinds import Kinds
from recado.jobs.relay import Relay
from recado.kit.destinations import Destinations
from recado.kit.sd_notify import ALIVE, sd_notify
from recado.knowledge.service import recall
from recado.lookout import SELDOM_S, Lookout, Watch, now_of
from recado.mailbox.noting import keep_numbering
from recado.mailbox.sender import Sender
from recado.mailbox.senders import PROCESS_DEAD_AFTER_MS
from recado.media.fetching import Fetcher
from recado.media.limits import MB
from recado.media.source import IncomingFile, Source
from recado.media.work import MediaWork
from recado.media.work import waiting as media_waiting
from recado.messages import OUT_CONTENT
from recado.privacy.erasing import Eraser
from recado.privacy.repeats import any_erased
from recado.privacy.work import Keeper
from recado.privacy.work import waiting as privacy_waiting
from recado.runtime import Runtime
from recado.setback import set_right
from recado.voice.engine import open_engine
from recado.voice.listening import Listener
from recado.voice.service import VoiceNotes
from recado.webhooks import delivering
from recado.webhooks.delivering import Deliverer

# A sign of life three times within the time after which a process counts as dead.
BEAT_S = PROCESS_DEAD_AFTER_MS / 3000
# Its jobs are gone on with later than its lines are taken: a job that was taken too early is only fenced off.
JOBS_DEAD_AFTER_MS = PROCESS_DEAD_AFTER_MS + 1_000
# A stop waits so long for the database to take note of it.
FAREWELL_S = 1.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Worker:
    """The working half of a process; `run` ends when it is cancelled, after what is in work was settled.

    `living` is set once its first sign of life is in the database, where others see that somebody works.
    """

    runtime: Runtime
    kind: str
    turns: Turns
    sender: Sender
    templates: TemplateKeeper
    relay: Relay
    webhooks: Deliverer
    callbacks: Callbacks
    job_callbacks: JobCallbacks
    privacy: Keeper
    fetcher: Fetcher
    listener: Listener | None
    lookout: Lookout
    living: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        mailbox, directory = self.runtime.mailbox, self.runtime.directory
        await mailbox.beat(self.kind, __version__)
        self.living.set()
        turns = asyncio.create_task(self.turns.run(), name="turns")
        sender = asyncio.create_task(self.sender.run(), name="sender")
        beside = [
            asyncio.create_task(self.relay.run(), name="jobs"),
            asyncio.create_task(self.webhooks.run(), name="webhooks"),
            asyncio.create_task(self.callbacks.run(), name="callbacks"),
            asyncio.create_task(self.job_callbacks.run(), name="job-callbacks"),
            asyncio.create_task(self.fetcher.run(), name="media"),
            asyncio.create_task(self.privacy.run(), name="privacy"),
            *([asyncio.create_task(self.listener.run(), name="voice")] if self.listener is not None else []),
        ]
        background = [
            asyncio.create_task(keep_beating(self.runtime, self.kind), name="heartbeat"),
            asyncio.create_task(directory.keep_fresh(), name="books"),
            asyncio.create_task(self.templates.run(), name="templates"),
            asyncio.create_task(keep_numbering(mailbox), name="numbering"),
            asyncio.create_task(self.runtime.feed.run(), name="feed"),
            asyncio.create_task(self.runtime.erased.keep_fresh(SELDOM_S), name="erased"),
            asyncio.create_task(self.lookout.run(), name="lookout"),
            asyncio.create_task(warm(), name="brain"),
        ]
        try:
            # Not `gather`: it would pass a cancellation on to all of them at once, and a second one, from below, would
            # cut off what they give back.
            done, _ = await asyncio.wait([turns, sender, *beside, *background], return_when=asyncio.FIRST_EXCEPTION)
            for task in done:
                task.result()
        finally:
            for task in beside:
                task.cancel()  # they need as long as turns do
            # If the database does not answer, the others find out by the missing signs of life.
            with contextlib.suppress(RecadoError, TimeoutError):
                async with asyncio.timeout(FAREWELL_S):
                    await mailbox.stop_working()
            # Turns first: what they still commit is sent before the lines are given back. Signs of life come last.
            await _ended(turns)
            await _ended(sender)
            await asyncio.gather(*beside, return_exceptions=True)
            await _ended(*background)


async def _ended(*tasks: "asyncio.Task[None]") -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def make_worker(runtime: Runtime, kind: str, kinds: Kinds | None = None) -> Worker:
    """The worker of a process of this kind (`up` or `worker`), and the kinds of jobs that it can do."""
    database, settings = runtime.database, runtime.settings
    kinds = kinds or Kinds()
    living = partial(runtime.mailbox.living, JOBS_DEAD_AFTER_MS)
    engine = open_engine(settings.voice_model)
    listens = engine is not None
    work = runtime.tracing.media_work() if runtime.tracing else MediaWork(database, runtime.owner)
    relay = Relay(database, settings.resolved_direct_url, runtime.owner, kinds, living, look_s=SELDOM_S)
    posts = runtime.tracing.posts() if runtime.tracing else None
    webhooks = Deliverer(database, runtime.box, runtime.owner, settings.webhook_networks, living, SELDOM_S, posts)
    runtime.mailbox.on_events(webhooks.told)
    callbacks = _callbacks(runtime)
    job_callbacks = JobCallbacks(database, runtime.box, Destinations(settings.webhook_networks), look_s=SELDOM_S)
    eraser = Eraser(database, runtime.store, runtime.box, settings.data_dir)
    privacy = Keeper(
        database, eraser, look_s=SELDOM_S, audit_days=settings.audit_days, unrouted_days=settings.unrouted_days
    )
    largest = settings.media_max_mb * MB
    fetcher = Fetcher(work, runtime.store, LineSources(runtime), largest, listens=listens, look_s=SELDOM_S)
    listener = Listener(work, runtime.store, engine, SELDOM_S) if engine is not None else None
    now = now_of(database)
    watches = [
        Watch(claims.waiting(now, tuple(kinds.all)), relay.bell),
        Watch(delivering.waiting(now), webhooks.bell),
        Watch(callbacks_waiting(now), callbacks.bell),
        Watch(job_callbacks_waiting(now), job_callbacks.bell),
        Watch(privacy_waiting(now), privacy.bell),
        Watch(media_waiting(now, "keep"), fetcher.bell),
        Watch(any_erased(), runtime.erased.bell),
        *([Watch(media_waiting(now, "hear"), listener.bell)] if listener is not None else []),
    ]
    return Worker(
        runtime,
        kind,
        Turns(
            runtime.mailbox,
            runtime.directory,
            runtime.brains,
            runtime.channels,
            runtime.skills,
            recall=partial(recall, database),
            voice=VoiceNotes(database, listens=listens),
        ),
        Sender(runtime.mailbox, runtime.directory, _senders(runtime), settings.reconcile_after_s),
        TemplateKeeper(database, runtime.channels, runtime.directory.lines_of),
        relay,
        webhooks,
        callbacks,
        job_callbacks,
        privacy,
        fetcher,
        listener,
        Lookout(database, watches, partial(_set_right, runtime)),
    )


async def _set_right(runtime: Runtime) -> None:
    """What a wrong clock put off is done now."""
    if moved := await runtime.mailbox.set_right():
        log.warning("waits_set_right", table="outbox", column="due_ms", rows=moved)
    await set_right(runtime.database)
    await ticks.set_right(runtime.database)


def _senders(runtime: Runtime) -> dict[str, Channel]:
    """The channels that send by themselves."""
    return {name: channel for name, channel in runtime.channels.items() if not isinstance(channel, HandsOut)}


def _callbacks(runtime: Runtime) -> Callbacks:
    web = next(channel for channel in runtime.channels.values() if isinstance(channel, HandsOut))
    settings = runtime.settings
    return Callbacks(
        runtime.database,
        runtime.mailbox,
        runtime.box,
        Guard(settings.webhook_networks),
        lambda out: web.hand_out([OUT_CONTENT.validate_json(one.body) for one in out]),
        settings.gateway_secret,
        look_s=SELDOM_S,
    )


@dataclass(frozen=True, slots=True)
class LineSources:
    """Where files of lines come from: their channels, if those can fetch."""

    runtime: Runtime

    def source(self, line_id: str) -> Source | None:
        line = self.runtime.directory.line(line_id)
        channel = self.runtime.channels.get(line.channel) if line is not None else None
        return _LineSource(channel, line) if line is not None and isinstance(channel, FetchesMedia) else None


@dataclass(frozen=True, slots=True)
class _LineSource:
    channel: FetchesMedia
    line: Line

    def fetch(self, media_id: str) -> AbstractAsyncContextManager[IncomingFile]:
        return self.channel.fetch_media(self.line, media_id)


async def keep_beating(runtime: Runtime, kind: str) -> None:
    """Say every moment that this process lives: to the others in the database, and to the service manager.

    To the latter also when the database says no: another start would not mend that. One that neither takes the beat
    nor refuses it within its limits (`COMMAND_TIMEOUT_S`, `SQLITE_BUSY_TIMEOUT_S`) is this process's own doing, as a
    loop that stands still is: the manager hears no more and starts it anew.
    """
    while True:
        try:
            await runtime.mailbox.beat(kind, __version__)
        except RecadoError as error:
            log.warning("heartbeat_missed", code=error.code)
        sd_notify(ALIVE)
        await asyncio.sleep(BEAT_S)
