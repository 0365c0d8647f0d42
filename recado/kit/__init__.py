"""Small tools without a subject of their own: time, ids, randomness, crypto, retries, logs."""

from recado.kit.clock import now, now_ms
from recado.kit.ids import new_id

__all__ = ["new_id", "now", "now_ms"]
