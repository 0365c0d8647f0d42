"""Meta's two limits on sending, as token buckets."""

from dataclasses import dataclass

from recado.channels.cloud_api.simulator.config import SimulatorConfig
from recado.channels.cloud_api.simulator.errors import GraphError


@dataclass(slots=True)
class Bucket:
    tokens: float
    at_s: float


class Limits:
    """Throughput per number (130429) and the pace per pair of number and person (131056).

    https://developers.facebook.com/documentation/business-messaging/whatsapp/throughput and
    https://developers.facebook.com/docs/whatsapp/cloud-api/overview#pair-rate-limits
    """

    def __init__(self, config: SimulatorConfig) -> None:
        self.enforced = config.enforce_limits
        self._throughput_per_s = config.throughput_per_s
        self._pair_burst = config.pair_burst
        self._pair_per_s = 1.0 / config.pair_interval_s
        self._numbers: dict[str, Bucket] = {}
        self._pairs: dict[tuple[str, str], Bucket] = {}

    def take(self, phone_number_id: str, person: str, now_s: float) -> None:
        """Count one message. Raises GraphError if it is one too many."""
        if not self.enforced:
            return
        number = self._numbers.setdefault(phone_number_id, Bucket(self._throughput_per_s, now_s))
        pair = self._pairs.setdefault((phone_number_id, person), Bucket(self._pair_burst, now_s))
        _refill(number, now_s, self._throughput_per_s, self._throughput_per_s)
        _refill(pair, now_s, self._pair_per_s, self._pair_burst)
        if number.tokens < 1:
            raise GraphError(130429)
        if pair.tokens < 1:
            raise GraphError(131056)
        number.tokens -= 1
        pair.tokens -= 1

    def reset(self) -> None:
        self._numbers.clear()
        self._pairs.clear()


def _refill(bucket: Bucket, now_s: float, per_s: float, most: float) -> None:
    bucket.tokens = min(most, bucket.tokens + max(0.0, now_s - bucket.at_s) * per_s)
    bucket.at_s = now_s
