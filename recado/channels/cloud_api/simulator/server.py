"""The simulator as one server: wiring, start and stop. It listens on 127.0.0.1 only.

The Graph side is Meta's (`graph.py`). The simulator's own API has no key; bodies and answers are JSON, a wrong call is
answered 400 `{"error": text}`, and 503 when too many webhooks wait. Times end in `_ms` (since 1970, the simulator's
clock) or `_s`. A *person* (`from`, `to`, `wa_id=`) is a number of digits or a user id (`PE.721...`, with a point).

GET /simulator/health -> {status: "ok", pid, epoch, cursor}
PUT /simulator/app {callback_url?: URL | [URL], app_secret?, verify_token?, access_token?}
    -> {callback_url: [URL], has_app_secret, has_verify_token, has_access_token}; a field left out stays, null empties
POST /simulator/numbers {phone_number_id, display_phone_number?, waba_id?, verified_name?, access_token?, app_secret?,
    verify_token?, callback_url?} -> the number (secrets as has_...); again with the same id changes it
GET /simulator/numbers -> {app, numbers: [...]}
POST /simulator/phones {wa_id? | user_id?, name?, username?, hide_number?, reachable?, auto_read?}
    -> {wa_id, user_id, name, username, hide_number, reachable, auto_read}; again for the same person changes it.
    wa_id alone gets a user_id that is always the same for it; `user_id: null` makes a person without one (as before
    2026); user_id alone a person without a number; `hide_number` keeps the number out of webhooks; `reachable: false`
    makes sends fail with 131026
GET /simulator/phones -> {phones: [...]}
POST /simulator/phones/number {from, wa_id, user_id?, phone_number_id?} -> the phone. A new number and a new user id;
    the businesses that know the person get user_changed_number, user_changed_user_id and the field user_id_update
POST /simulator/inject one message, a list of them, or {messages: [...]}:
    {phone_number_id?, from, name?, username?, id?, timestamp?, context_id?, context?, forwarded?,
     frequently_forwarded?, referral?} and exactly one content:
    text: "..." | image, audio, voice, video, document, sticker: {content?: base64, size_bytes?, id?, mime_type?,
    caption?, filename?} (the file can be fetched from the Graph side) | location: {latitude,
    longitude, ...} | contacts: [...] | button_reply: {id, title?} | list_reply: {id, title?, description?} | nfm_reply:
    {response_json?} | button: {payload, text} | reaction: {message_id, emoji} | order: {...} | system: {...} | edit:
    {original_message_id, text | message} | revoke: {original_message_id} | unsupported: {type?} | message: {type, ...}
    -> {id, cursor, wa_id, user_id, new} or {ids: [...], results: [...]}. phone_number_id may be left out if there is
    one number. A button or list reply finds title and context in what was offered last. An `id` that was there before
    is not sent again (`new: false`).
POST /simulator/webhook {phone_number_id?, field, value, from?} -> {queued: true}; any other webhook field, e.g.
    account_update; `metadata` is added to the value where Meta has it (accounts' fields have none)
POST /simulator/templates {phone_number_id?, name, language?=es, status?=APPROVED, category?=UTILITY, body? |
    components?, quality?, delete?} -> the template as Meta lists it; again with the same name and language changes it,
    and a new status is told by webhook. A send of a template that is not here gets 132001.
    GET /simulator/templates -> by account
POST /simulator/preferences {phone_number_id?, from, value: stop | resume} -> {stopped}; with its webhook. Marketing
    templates to the person fail with 131050
PUT /simulator/account {phone_number_id?, number?: {...}, token?: {...}, subscribed?, subscription?: {...},
    override_callback_uri?}; what a check of the line finds beside (or instead of) the good: fields of the number, of
    debug_token, of subscribed_apps, of the app's subscription
POST /simulator/read {phone_number_id?, from} -> {read: N}; the person opens the chat: "read" statuses go out
GET /simulator/transcript?phone_number_id&wa_id&after&limit&wait_s -> {entries: [ENTRY], cursor, more, typing?}
    messages in order, those after the cursor; waits up to wait_s (60) for the first one. ENTRY = {cursor, direction:
    "in" (from the person) | "out", id, phone_number_id, wa_id, user_id, at_ms, type, content (webhook message or Graph
    body as it was), biz_opaque_callback_data, status (latest | null), statuses: [{status, at_ms, error?}],
    read_by_business}. All filters may be left out. `typing` stands where number and person are given
GET /simulator/events (same parameters) -> {events: [EVENT], cursor, more}; EVENT = {cursor, kind, phone_number_id,
    wa_id, user_id} and, by kind: message {message: ENTRY} | status {id, status, at_ms, error?} | read {ids, at_ms} |
    typing {until_ms}
    Cursors are opaque texts: pass the last one as `after`; empty means from the beginning, `latest` from now. A cursor
    of before a reset (or a restart without --data) means from the beginning: compare `epoch` in health to notice.
GET /simulator/stats -> {injected, accepted, graph_calls, read_marks, webhook_posts, webhooks_delivered,
    webhook_retries, items_delivered, bad_signatures_refused, bad_signatures_not_refused, statuses: {sent, delivered,
    read, failed}, pending_webhooks, in_flight, scheduled_statuses, paused, graph_errors: {code: n}, webhook_answers:
    {"200": n, "none": n}, faults: {name: n}, last_failure: {url, status, reason, at_ms} | null, phones, numbers,
    entries}
GET /simulator/idle?wait_s -> {idle, owed}; waits until no webhook and no status is owed
PUT /simulator/faults {NAME: probability, delay_max_s?, hold_s?, batch_max?, seed?} -> all faults; sets all of them, so
    {} turns them off; names in `config.Faults`. GET /simulator/faults -> the same
POST /simulator/refuse {code, times?=1, phone_number_id?, to?, as?: "response" | "status", http_status?} -> {refusals};
    the next sends get this error of Meta's, in the answer or as a failed status
POST /simulator/deliveries {paused?, retry_now?} -> {paused, pending_webhooks}; holds webhooks back, ends pauses
POST /simulator/verify {phone_number_id?, callback_url?, verify_token?} -> {ok, status, body, challenge}; the handshake
POST /simulator/clock {advance_s} -> {now_ms, offset_ms}
POST /simulator/reset {} -> {epoch}; forgets people, messages, webhooks, counts, faults; the app and the numbers stay
"""

import asyncio
import contextlib
import os
import signal
import socket
import threading
from dataclasses import asdict

import click
from aiohttp import web

from recado.channels.cloud_api.simulator.config import Faults, SimulatorConfig
from recado.channels.cloud_api.simulator.control import Control
from recado.channels.cloud_api.simulator.delivery import Courier
from recado.channels.cloud_api.simulator.graph import Graph
from recado.channels.cloud_api.simulator.journal import Journal
from recado.channels.cloud_api.simulator.media import Files
from recado.channels.cloud_api.simulator.phones import Phones
from recado.channels.cloud_api.simulator.stats import Stats
from recado.channels.cloud_api.simulator.world import World

MAX_BODY_BYTES = 64 * 1024 * 1024
# What is under way at a stop gets so long to end.
_STOP_S = 0.3


class Simulator:
    """A running simulator. `start`, then `port` and `url` are set; `stop` ends it and may be called once."""

    def __init__(self, config: SimulatorConfig) -> None:
        self.config = config
        self.port = 0
        self._faults: list[Faults] = [config.faults]
        self._runner: web.AppRunner | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self) -> None:
        """Read the journal, listen, and go on with what was owed. Raises ConfigError or OSError."""
        config = self.config
        journal = Journal(config.data) if config.data is not None else None
        self._journal = journal
        try:
            await self._start(journal)
        except BaseException:
            if journal is not None:
                journal.close()
            raise

    async def _start(self, journal: Journal | None) -> None:
        config = self.config
        world = self._world = World(config.app, config.max_entries, journal)
        stats = Stats()
        world.open()
        self._apply_config(world)
        self._courier = Courier(config, world, stats, self._current_faults)
        files = Files(config, world, stats, self._current_faults)
        self._phones = Phones(config, world, self._courier, files, stats, self._current_faults)
        self._graph = Graph(config, world, self._phones, files, stats, self._current_faults)
        control = Control(config, self._faults)
        control.bind(world, stats, self._courier, self._phones, self._graph)
        app = web.Application(client_max_size=MAX_BODY_BYTES)
        app.add_routes([*control.routes(), *self._graph.routes()])
        self._runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=_STOP_S)
        await self._runner.setup()
        site = web.SockSite(self._runner, self._listen(), backlog=1024)
        await site.start()
        await self._courier.start()
        self._phones.resume()

    def _listen(self) -> socket.socket:
        # With its protocol named, or asyncio leaves Nagle's algorithm on.
        sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind(("127.0.0.1", self.config.port))
        except OSError as error:
            sock.close()
            raise OSError(error.errno, f"port {self.config.port} is taken; choose another with --port") from None
        self.port = sock.getsockname()[1]
        return sock

    def _apply_config(self, world: World) -> None:
        """What the command line says now wins over what the journal says from before."""
        app, given = asdict(world.app), asdict(self.config.app)
        merged = {**app, **{name: value for name, value in given.items() if value}}
        if merged != app or world.journal is not None:
            world.record("app", app=merged)
        for number in self.config.numbers:
            world.record("number", number=asdict(number))

    def _current_faults(self) -> Faults:
        return self._faults[0]

    async def stop(self) -> None:
        self._graph.stopping.set()
        self._world.wake()
        self._phones.clear()
        await self._courier.stop()
        if self._runner is not None:
            await self._runner.cleanup()
        if self._journal is not None:
            self._journal.close()


async def serve(config: SimulatorConfig) -> None:
    """Run until SIGTERM, SIGINT or cancellation (or, with `watch_parent`, the end of standard input).

    Prints one line when it is ready: `simulator ready on http://127.0.0.1:PORT`.
    """
    simulator = Simulator(config)
    await simulator.start()
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    try:
        for number in (signal.SIGTERM, signal.SIGINT):
            # Only the main thread may handle signals; elsewhere the caller cancels.
            with contextlib.suppress(RuntimeError, ValueError):
                loop.add_signal_handler(number, ended.set)
        if config.watch_parent:
            threading.Thread(target=_wait_for_end_of_input, args=(loop, ended), daemon=True).start()
        click.echo(f"simulator ready on {simulator.url}")
        await ended.wait()
    finally:
        await simulator.stop()


def _wait_for_end_of_input(loop: asyncio.AbstractEventLoop, ended: asyncio.Event) -> None:
    with contextlib.suppress(OSError):
        while os.read(0, 4096):
            pass
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(ended.set)
