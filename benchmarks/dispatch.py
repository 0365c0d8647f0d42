"""Sends the webhooks of a load over a fixed number of connections, as fast as they bear or at a rate."""

import asyncio
import time
from collections import deque
from dataclasses import dataclass, field

from benchmarks.wire import Link


@dataclass(slots=True)
class Webhook:
    """One message on its way: who sends it, and what happened to it. Times are CLOCK_MONOTONIC."""

    person: int
    number: int
    request: bytes
    due_at: float = 0.0
    acknowledged_at: float = 0.0
    status: int = -1  # -1: no answer yet, 0: connection lost, else the HTTP status

    @property
    def latency_s(self) -> float:
        """From when it was due, not from when a connection was free: waiting for a slow server counts."""
        return self.acknowledged_at - self.due_at


@dataclass
class Dispatcher:
    """A person's next webhook leaves only after the one before was answered, so that their order is defined."""

    links: list[Link]
    idle: deque[Link] = field(default_factory=deque[Link])
    ready: deque[Webhook] = field(default_factory=deque[Webhook])
    # People with a webhook under way, and what waits behind it.
    behind: dict[int, deque[Webhook]] = field(default_factory=dict[int, deque[Webhook]])
    left: int = 0
    finished: asyncio.Event = field(default_factory=asyncio.Event)

    async def send_all(self, webhooks: list[Webhook], rate: float | None, within_s: float) -> None:
        """Send all of them; gives up, leaving the rest unanswered, `within_s` after the last was due."""
        self.left = len(webhooks)
        self.idle.extend(self.links)
        if rate is None:
            self.ready.extend(webhooks)
            self._pump()
        else:
            await self._pace(webhooks, rate)
        try:
            await asyncio.wait_for(self.finished.wait(), within_s)
        except TimeoutError:
            self.ready.clear()
            self.behind.clear()

    async def _pace(self, webhooks: list[Webhook], rate: float) -> None:
        start = time.monotonic()
        for n, webhook in enumerate(webhooks):
            webhook.due_at = start + n / rate
            await asyncio.sleep(max(0.0, webhook.due_at - time.monotonic()))
            self.ready.append(webhook)
            self._pump()

    def _pump(self) -> None:
        while self.idle and self.ready:
            webhook = self.ready.popleft()
            waiting = self.behind.get(webhook.person)
            if waiting is not None:
                waiting.append(webhook)
                continue
            self.behind[webhook.person] = deque()
            if not webhook.due_at:
                webhook.due_at = time.monotonic()
            link = self.idle.popleft()
            link.send(webhook.request, lambda status, link=link, webhook=webhook: self._answered(link, webhook, status))

    def _answered(self, link: Link, webhook: Webhook, status: int) -> None:
        webhook.acknowledged_at = time.monotonic()
        webhook.status = status
        self.idle.append(link)
        self.ready.extendleft(reversed(self.behind.pop(webhook.person, ())))
        self._pump()
        self.left -= 1
        if not self.left:
            self.finished.set()
