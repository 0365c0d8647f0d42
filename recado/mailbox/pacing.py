"""Pacing: token buckets for lines and contacts. Waiting, not failing. Times are those of the loop, in seconds."""

from collections import OrderedDict

# Beyond this many contacts the ones that were quiet longest are forgotten: their buckets are full again by then.
MAX_CONTACTS = 50_000


class Bucket:
    """`rate` tokens a second, at most `burst` saved up; starts full at `now_s`."""

    __slots__ = ("_at_s", "_tokens", "burst", "rate")

    def __init__(self, rate: float, burst: float, now_s: float) -> None:
        self.rate = rate
        self.burst = burst
        self._tokens = burst
        self._at_s = now_s

    def available(self, now_s: float) -> int:
        """Whole tokens that can be taken now."""
        self._refill(now_s)
        return int(self._tokens + 1e-9)

    def take(self, tokens: int, now_s: float) -> None:
        self._refill(now_s)
        self._tokens -= tokens

    def give_back(self, tokens: int) -> None:
        self._tokens = min(self.burst, self._tokens + tokens)

    def wait_s(self, now_s: float) -> float:
        """Seconds until one token is there; 0 if it is."""
        self._refill(now_s)
        return max(0.0, (1.0 - self._tokens) / self.rate)

    def _refill(self, now_s: float) -> None:
        if now_s > self._at_s:
            self._tokens = min(self.burst, self._tokens + (now_s - self._at_s) * self.rate)
            self._at_s = now_s


class ContactPaces:
    """One bucket per conversation: `burst` messages, then one every `every_s` seconds."""

    def __init__(self) -> None:
        self._buckets: OrderedDict[str, Bucket] = OrderedDict()

    def take(self, conversation_id: str, pace: tuple[int, float], now_s: float) -> float:
        """Take a token and return 0, or return the seconds to wait for one."""
        bucket = self._buckets.get(conversation_id)
        if bucket is None:
            burst, every_s = pace
            bucket = self._buckets[conversation_id] = Bucket(1.0 / every_s, burst, now_s)
            if len(self._buckets) > MAX_CONTACTS:
                self._buckets.popitem(last=False)
        else:
            self._buckets.move_to_end(conversation_id)
        if bucket.available(now_s) < 1:
            return bucket.wait_s(now_s)
        bucket.take(1, now_s)
        return 0.0
