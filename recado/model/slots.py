"""Who gets a slot of the model, and when: fairly between keys, then between the conversations of a key, each in order.

A slot goes to whoever it has read the most for already, so that a conversation that comes back finds its prefix cached.
"""

import asyncio
from collections import Counter, OrderedDict, deque
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from recado.errors import RecadoError, Unavailable, retry_after
from recado.model.engine import Engine

# What a client that is told to wait is told at least and at most.
MIN_WAIT_S = 1.0
MAX_WAIT_S = 60.0
# How much the newest request counts in the mean time of one (an exponential mean).
_NEWEST = 0.1


@dataclass(slots=True, eq=False)
class Slot:
    """One place of an engine. `read` is the prompt that it had last."""

    engine: Engine
    index: int
    conversation: str | None = None
    read: str = ""
    left_at: int = 0


@dataclass(slots=True, eq=False)
class Wish:
    """A request for a slot. `prompt` is compared with what slots have read."""

    key: str
    conversation: str | None
    prompt: str
    granted: "asyncio.Future[Slot]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class _Lanes:
    """What waits: keys take turns, and within a key its conversations."""

    def __init__(self) -> None:
        self._keys: OrderedDict[str, OrderedDict[object, deque[Wish]]] = OrderedDict()
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(self, wish: Wish) -> None:
        # Without a conversation, a request is one of its own.
        lane = wish if wish.conversation is None else wish.conversation
        self._keys.setdefault(wish.key, OrderedDict()).setdefault(lane, deque()).append(wish)
        self._count += 1

    def next(self) -> Wish:
        """The wish whose turn it is. There must be one."""
        key, lanes = self._keys.popitem(last=False)
        lane, wishes = lanes.popitem(last=False)
        wish = wishes.popleft()
        if wishes:
            lanes[lane] = wishes
        if lanes:
            self._keys[key] = lanes
        self._count -= 1
        return wish

    def remove(self, wish: Wish) -> None:
        """Take back a wish, if it still waits."""
        lane = wish if wish.conversation is None else wish.conversation
        lanes = self._keys.get(wish.key, OrderedDict())
        if wish not in lanes.get(lane, ()):
            return
        lanes[lane].remove(wish)
        if not lanes[lane]:
            del lanes[lane]
        if not lanes:
            del self._keys[wish.key]
        self._count -= 1


class Slots:
    """The slots of all loaded engines: of one, except during a swap. At most `max_waiting` wait, and `max_per_key` of
    one key are waiting or served."""

    def __init__(self, *, max_waiting: int, max_per_key: int, clock: Callable[[], float]) -> None:
        self._max_waiting = max_waiting
        self._max_per_key = max_per_key
        self._clock = clock
        self._free: list[Slot] = []
        self._busy: set[Slot] = set()
        self._lanes = _Lanes()
        self._of_key: Counter[str] = Counter()
        self._retired: dict[Engine, asyncio.Event] = {}
        self._mean_s = MIN_WAIT_S
        self._leavings = 0

    @property
    def busy(self) -> int:
        return len(self._busy)

    @property
    def total(self) -> int:
        return len(self._free) + len(self._busy)

    @property
    def waiting(self) -> int:
        return len(self._lanes)

    def replace(self, old: Engine | None, new: Engine) -> asyncio.Event:
        """Give out slots of `new` from now on, and none of `old`. The event is set when none of `old` is in use."""
        drained = asyncio.Event()
        self._free = [slot for slot in self._free if slot.engine is not old]
        self._free += [Slot(new, index) for index in range(new.info.slots)]
        if old is not None:
            self._retired[old] = drained
            self._look_drained(old)
        self._grant()
        return drained

    @asynccontextmanager
    async def take(self, key: str, conversation: str | None, prompt: str) -> AsyncGenerator[Slot]:
        """Wait for a slot and hold it. Raises `Unavailable` (`queue_full`, 503) or `RecadoError`
        (`too_many_requests`, 429)."""
        if self._of_key[key] >= self._max_per_key:
            raise RecadoError(
                f"This key has {self._max_per_key} requests in work: wait for one to end.",
                code="too_many_requests",
                status=429,
                verdict=retry_after(self._patience_s()),
            )
        if not self._free and len(self._lanes) >= self._max_waiting:
            raise Unavailable(
                "The model has too much to do now: its queue is full.",
                code="queue_full",
                verdict=retry_after(self._patience_s()),
            )
        self._of_key[key] += 1
        try:
            slot = await self._wait(Wish(key, conversation, prompt))
            began_s = self._clock()
            try:
                yield slot
            finally:
                self._mean_s += (self._clock() - began_s - self._mean_s) * _NEWEST
                self._leave(slot)
        finally:
            self._of_key -= Counter([key])  # drops what falls to 0

    async def _wait(self, wish: Wish) -> Slot:
        self._lanes.add(wish)
        self._grant()
        try:
            return await wish.granted
        except asyncio.CancelledError:
            if not wish.granted.cancelled():
                self._leave(wish.granted.result())  # it came at the very moment
            else:
                self._lanes.remove(wish)
            raise

    def _grant(self) -> None:
        while self._free and len(self._lanes):
            wish = self._lanes.next()
            if wish.granted.cancelled():
                continue
            slot = max(self._free, key=lambda slot: _fitness(slot, wish))
            self._free.remove(slot)
            self._busy.add(slot)
            slot.conversation, slot.read = wish.conversation, wish.prompt
            wish.granted.set_result(slot)

    def _leave(self, slot: Slot) -> None:
        self._busy.remove(slot)
        self._leavings += 1
        slot.left_at = self._leavings
        if slot.engine in self._retired:
            self._look_drained(slot.engine)
        else:
            self._free.append(slot)
            self._grant()

    def _look_drained(self, engine: Engine) -> None:
        if not any(slot.engine is engine for slot in self._busy):
            self._retired.pop(engine).set()

    def _patience_s(self) -> float:
        """When a slot may be free for a newcomer, by how long requests took."""
        rounds = (len(self._lanes) + 1) / max(1, self.total)
        return min(MAX_WAIT_S, max(MIN_WAIT_S, rounds * self._mean_s))


def _fitness(slot: Slot, wish: Wish) -> tuple[bool, int, int]:
    """Its own slot first, then what it has read of the same prompt, then the one that was left longest ago."""
    own = wish.conversation is not None and slot.conversation == wish.conversation
    return (own, common_prefix(slot.read, wish.prompt), -slot.left_at)


def common_prefix(one: str, other: str) -> int:
    """How many characters two texts share at their beginnings; by halving, for prompts are long."""
    low, high = 0, min(len(one), len(other))
    while low < high:
        middle = (low + high + 1) // 2
        if one.startswith(other[:middle]):
            low = middle
        else:
            high = middle - 1
    return low
