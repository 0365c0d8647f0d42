"""Brings webhooks to their callback URLs: signed, in order per person, tried until answered with 200.

Meta tries with growing pauses for up to 7 days; here it is never given up.
https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/overview
"""

import asyncio
import json
from collections import deque
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from recado.channels.cloud_api.simulator.config import Faults, Number, SimulatorConfig
from recado.channels.cloud_api.simulator.dice import Dice
from recado.channels.cloud_api.simulator.payloads import Json, Webhook, change, envelope, signature
from recado.channels.cloud_api.simulator.stats import Stats
from recado.channels.cloud_api.simulator.world import World

# A copy that arrives after the 200 of the first comes at most so much later.
_LATE_COPY_S = 0.2


@dataclass(slots=True)
class Lane:
    """What waits for one number and one person. While `busy`, its first webhooks are on their way."""

    waiting: deque[Webhook] = field(default_factory=deque[Webhook])
    busy: bool = False


@dataclass(slots=True)
class Delivery:
    """Webhooks that travel in one body, and what will go wrong with it."""

    webhooks: list[Webhook]
    lanes: list[str]
    body: bytes
    phone_number_id: str
    tries: int = 0
    delay_s: float = 0.0
    drop: bool = False
    lose_ack: bool = False
    bad_signature: bool = False
    copies_at_once: int = 0
    copies_later: int = 0


class Courier:
    """Owns the lanes and the attempts. `faults` is asked at every draw, so that it may change at any time."""

    def __init__(self, config: SimulatorConfig, world: World, stats: Stats, faults: Callable[[], Faults]) -> None:
        self._config = config
        self._world = world
        self._stats = stats
        self._faults = faults
        self.dice = Dice(config.seed, "webhooks", stats)
        # Pauses are drawn apart: how often something is tried depends on the other side.
        self._jitter = Dice(config.seed, "pauses", stats)
        self._lanes: dict[str, Lane] = {}
        self._ready: deque[str] = deque()
        self._due: deque[Delivery] = deque()
        self._in_flight = 0
        self._turns: dict[str, int] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._sleeping: dict[asyncio.TimerHandle, Delivery] = {}
        self._session: aiohttp.ClientSession | None = None
        self._paused = False

    async def start(self) -> None:
        timeout = aiohttp.ClientTimeout(total=self._config.webhook_timeout_s)
        connector = aiohttp.TCPConnector(limit=0, force_close=False, keepalive_timeout=15)
        self._session = aiohttp.ClientSession(connector=connector, timeout=timeout, auto_decompress=False)
        for webhook in list(self._world.owed.values()):
            self.put(webhook)

    async def stop(self) -> None:
        self.clear()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    def clear(self) -> None:
        """Forget everything that waits or travels."""
        for timer in self._sleeping:
            timer.cancel()
        for task in self._tasks:
            task.cancel()
        self._sleeping.clear()
        self._lanes.clear()
        self._ready.clear()
        self._due.clear()

    def pause(self, paused: bool) -> None:
        """Hold back everything that is not on its way yet, or let it go."""
        self._paused = paused
        self._pump()

    @property
    def paused(self) -> bool:
        return self._paused

    @property
    def in_flight(self) -> int:
        return self._in_flight

    @property
    def busy(self) -> int:
        """Everything that runs, copies that come late included."""
        return len(self._tasks)

    def put(self, webhook: Webhook) -> None:
        """Take a webhook that the world owes."""
        key = f"{webhook.phone_number_id}/{webhook.lane}"
        lane = self._lanes.get(key)
        if lane is None:
            lane = self._lanes[key] = Lane()
        lane.waiting.append(webhook)
        if not lane.busy and len(lane.waiting) == 1:
            self._ready.append(key)
        self._pump()

    def kick(self) -> None:
        """Try everything that sleeps between two attempts at once."""
        for timer, delivery in self._sleeping.items():
            timer.cancel()
            self._due.append(delivery)
        self._sleeping.clear()
        self._pump()

    # --- Choosing what goes next ---------------------------------------------------------------------

    def _pump(self) -> None:
        while not self._paused and self._in_flight < self._config.max_in_flight:
            if self._due:
                delivery = self._due.popleft()
            elif self._ready:
                delivery = self._next(self._ready.popleft())
            else:
                return
            if delivery is not None:
                self._in_flight += 1
                self._spawn(self._attempt(delivery))

    def _next(self, key: str) -> Delivery | None:
        """The first webhook of a lane, with others if the fault `batch` says so."""
        lane, faults = self._lanes[key], self._faults()
        webhook = lane.waiting.popleft()
        number = self._world.numbers.get(webhook.phone_number_id)
        if number is None:
            self._release(key, lane)
            return None
        overtaken = max(faults.reorder, faults.reorder_statuses if webhook.kind == "statuses" else 0.0)
        if self.dice.fault("reorder", overtaken):
            # Its lane goes on without it, and it comes later.
            self._release(key, lane)
            self._later(self.dice.uniform(0.0, faults.delay_max_s), self._deliver([webhook], []))
            return None
        lane.busy = True
        webhooks, lanes = [webhook], [key]
        if self.dice.fault("batch", faults.batch):
            self._gather(webhooks, lanes, self.dice.randint(2, max(2, faults.batch_max)), self._target(number))
        return self._deliver(webhooks, lanes)

    def _gather(self, webhooks: list[Webhook], lanes: list[str], size: int, target: object) -> None:
        own = self._lanes[lanes[0]].waiting
        while own and len(webhooks) < max(2, size // 2):
            webhooks.append(own.popleft())
        for _ in range(len(self._ready)):
            if len(webhooks) >= size:
                return
            key = self._ready.popleft()
            lane = self._lanes[key]
            number = self._world.numbers.get(lane.waiting[0].phone_number_id)
            if number is None or self._target(number) != target:
                self._ready.append(key)
                continue
            lane.busy = True
            lanes.append(key)
            webhooks.append(lane.waiting.popleft())

    def _deliver(self, webhooks: list[Webhook], lanes: list[str]) -> Delivery:
        faults, random = self._faults(), self.dice
        delivery = Delivery(webhooks, lanes, self._body(webhooks), webhooks[0].phone_number_id)
        if self.dice.fault("delay", faults.delay):
            delivery.delay_s = random.uniform(0.0, faults.delay_max_s)
        delivery.drop = self.dice.fault("drop", faults.drop)
        delivery.lose_ack = self.dice.fault("lose_ack", faults.lose_ack)
        delivery.bad_signature = self.dice.fault("bad_signature", faults.bad_signature)
        if self.dice.fault("duplicate", faults.duplicate):
            copies, at_once = random.randint(1, 2), random.random() < 0.5
            delivery.copies_at_once, delivery.copies_later = (copies, 0) if at_once else (0, copies)
        return delivery

    # --- Bodies -------------------------------------------------------------------------------------

    def _body(self, webhooks: list[Webhook]) -> bytes:
        """One body: neighbours of one number and kind share a change, or (half of the time) each has its own."""
        merge = len(webhooks) > 1 and self.dice.random() < 0.5
        runs: list[list[Webhook]] = []
        for webhook in webhooks:
            last = runs[-1][-1] if runs else None
            same = last is not None and (last.phone_number_id, last.kind) == (webhook.phone_number_id, webhook.kind)
            if merge and same and webhook.kind in ("messages", "statuses"):
                runs[-1].append(webhook)
            else:
                runs.append([webhook])
        entries: list[tuple[str, list[Json], int | None]] = []
        split = len(runs) > 1 and self.dice.random() < 0.5
        for run in runs:
            number = self._world.numbers[run[0].phone_number_id]
            if split or not entries or (entries[-1][0], entries[-1][2]) != (number.waba_id, run[0].at_s):
                entries.append((number.waba_id, [], run[0].at_s))
            entries[-1][1].append(change(number, run))
        # Meta escapes everything that is not ASCII.
        return json.dumps(envelope(entries), separators=(",", ":")).encode()

    def _target(self, number: Number) -> tuple[tuple[str, ...], str | None]:
        """Where a number's webhooks go and what signs them; only webhooks of one target share a body."""
        app = self._world.app
        return number.callback_urls or app.callback_urls, number.app_secret or app.app_secret

    def _urls(self, number: Number) -> tuple[str, ...]:
        """Where to deliver: all addresses, each time another one first."""
        urls, _ = self._target(number)
        turn = self._turns.get(number.phone_number_id, 0)
        self._turns[number.phone_number_id] = turn + 1
        first = turn % len(urls) if urls else 0
        return urls[first:] + urls[:first]

    # --- Attempts -----------------------------------------------------------------------------------

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _attempt(self, delivery: Delivery) -> None:
        try:
            taken = await self._try(delivery)
        finally:
            self._in_flight -= 1
        if taken:
            self._finish(delivery)
        else:
            self._retry(delivery)
        self._pump()

    async def _try(self, delivery: Delivery) -> bool:
        delivery.tries += 1
        if delivery.delay_s:
            await asyncio.sleep(delivery.delay_s)
            delivery.delay_s = 0.0
        if delivery.drop:
            delivery.drop = False
            return False
        if delivery.bad_signature:
            delivery.bad_signature = False
            await self._post_badly_signed(delivery)
        if delivery.copies_at_once:
            copies = delivery.copies_at_once
            delivery.copies_at_once = 0
            taken = any(await asyncio.gather(*(self._post(delivery) for _ in range(copies + 1))))
        else:
            taken = await self._post(delivery)
        if taken and delivery.lose_ack:
            delivery.lose_ack = False
            return False
        return taken

    async def _post(self, delivery: Delivery) -> bool:
        _, secret = self._target(self._world.numbers[delivery.phone_number_id])
        status = await self._call(delivery, signature(secret, delivery.body) if secret else None)
        if status == 200:
            self._stats.count("webhooks_delivered")
        return status == 200

    async def _post_badly_signed(self, delivery: Delivery) -> None:
        status = await self._call(delivery, signature("not the secret", delivery.body))
        self._stats.count("bad_signatures_refused" if status == 401 else "bad_signatures_not_refused")

    async def _call(self, delivery: Delivery, sign: str | None) -> int | None:
        """One POST. None if there was no answer.

        Several addresses stand for a balancer before them: where nobody listens, it asks the next one at once
        (https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_next_upstream: "error").
        """
        number = self._world.numbers[delivery.phone_number_id]
        headers = {"Content-Type": "application/json", "User-Agent": "facebookexternalua"}
        if sign is not None:
            headers["X-Hub-Signature-256"] = sign
        urls = self._urls(number)
        if not urls:
            self._failed(None, None, "no callback URL is set for this number")
        for url in urls:
            try:
                return await self._ask(url, delivery.body, headers)
            except aiohttp.ClientConnectorError:
                continue
        return None

    async def _ask(self, url: str, body: bytes, headers: dict[str, str]) -> int | None:
        """Post to one address. Raises `ClientConnectorError` where nobody listens; nothing was sent then."""
        if self._session is None:
            return None
        self._stats.count("webhook_posts")
        try:
            async with self._session.post(url, data=body, headers=headers, allow_redirects=False) as answer:
                await answer.read()
                status = answer.status
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            self._stats.webhook_answers["none"] += 1
            self._failed(url, None, f"{type(error).__name__}: {error}")
            if isinstance(error, aiohttp.ClientConnectorError):
                raise
            return None
        self._stats.webhook_answers[str(status)] += 1
        if status != 200:
            self._failed(url, status, "the callback URL must answer 200")
        return status

    def _failed(self, url: str | None, status: int | None, reason: str) -> None:
        at_ms = self._world.now_ms()
        self._stats.last_failure = {"url": url, "status": status, "reason": reason, "at_ms": at_ms}

    def _finish(self, delivery: Delivery) -> None:
        seqs = [webhook.seq for webhook in delivery.webhooks if webhook.seq in self._world.owed]
        if seqs:
            self._world.record("done", seqs=seqs)
            self._stats.count("items_delivered", len(seqs))
        for _ in range(delivery.copies_later):
            self._spawn(self._late_copy(delivery, self.dice.uniform(0.0, _LATE_COPY_S)))
        for key in delivery.lanes:
            lane = self._lanes.get(key)
            if lane is not None:
                lane.busy = False
                self._release(key, lane)

    async def _late_copy(self, delivery: Delivery, delay_s: float) -> None:
        await asyncio.sleep(delay_s)
        await self._post(delivery)

    def _release(self, key: str, lane: Lane) -> None:
        if lane.waiting:
            self._ready.append(key)
        else:
            self._lanes.pop(key, None)

    def _retry(self, delivery: Delivery) -> None:
        self._stats.count("webhook_retries")
        most = min(self._config.retry_max_s, self._config.retry_initial_s * 2 ** min(delivery.tries - 1, 30))
        self._later(most * self._jitter.uniform(0.5, 1.0), delivery)

    def _later(self, delay_s: float, delivery: Delivery) -> None:
        def due() -> None:
            self._sleeping.pop(timer, None)
            self._due.append(delivery)
            self._pump()

        timer = asyncio.get_running_loop().call_later(delay_s, due)
        self._sleeping[timer] = delivery
