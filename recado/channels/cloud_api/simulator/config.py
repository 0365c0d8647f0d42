"""What a simulator is told at its start, and the faults it makes on demand: frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

# The customer service window: for so long after a person's last message a business may send them anything, later only
# templates. People may write at any time.
# https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/send-messages#customer-service-windows
WINDOW_S = 24 * 3600
# A number sends 80 messages a second unless Meta raised it.
# https://developers.facebook.com/documentation/business-messaging/whatsapp/throughput
THROUGHPUT_PER_S = 80.0
# One person gets one message in 6 s from a number, after a burst of up to 45.
# https://developers.facebook.com/docs/whatsapp/cloud-api/overview#pair-rate-limits
PAIR_INTERVAL_S = 6.0
PAIR_BURST = 45


class ConfigError(ValueError):
    """A value that the simulator cannot take; the text says which and why."""


@dataclass(frozen=True, slots=True)
class Faults:
    """What goes wrong, each as a probability from 0 to 1, and how much of it.

    Webhooks: `duplicate` posts the same body two or three times (at once, or again after its 200); `batch` puts up to
    `batch_max` messages and statuses into one body; `reorder` lets a webhook be overtaken by later ones of the same
    person (`reorder_statuses`: statuses only); `drop` does not send the first attempt; `lose_ack` sends it and ignores
    the 200; `delay` waits up to `delay_max_s` before; `bad_signature` posts it with a wrong signature first.
    Graph calls: `too_many_requests` (429), `server_error` (500), `connection_reset` (cut, not accepted),
    `accepted_then_timeout` (accepted, no answer, cut after `hold_s`), `graph_delay` (up to `delay_max_s` later).
    Media: `media_cut` (a download ends in the middle), `media_corrupt` (a byte is wrong), `upload_cut` (a file is kept
    and its upload not answered); `media_pause_s` slows every piece of 64 KiB of a download down, `upload_pause_s` every
    answer to an upload.
    Statuses: `lost_statuses` (a message that was accepted never gets any status).
    """

    duplicate: float = 0.0
    batch: float = 0.0
    reorder: float = 0.0
    reorder_statuses: float = 0.0
    drop: float = 0.0
    lose_ack: float = 0.0
    delay: float = 0.0
    bad_signature: float = 0.0
    too_many_requests: float = 0.0
    server_error: float = 0.0
    connection_reset: float = 0.0
    accepted_then_timeout: float = 0.0
    graph_delay: float = 0.0
    lost_statuses: float = 0.0
    media_cut: float = 0.0
    media_corrupt: float = 0.0
    media_pause_s: float = 0.0
    upload_cut: float = 0.0
    upload_pause_s: float = 0.0
    delay_max_s: float = 0.3
    hold_s: float = 30.0
    batch_max: int = 10

    def changed(self, values: Mapping[str, Any]) -> "Faults":
        """These faults with some of them set anew. Raises ConfigError for an unknown name or a value out of range."""
        known = {f.name for f in fields(self)}
        for name, value in values.items():
            if name not in known:
                raise ConfigError(f"unknown fault {name!r}; known: {', '.join(sorted(known))}")
            if not isinstance(value, int | float) or isinstance(value, bool) or value < 0:
                raise ConfigError(f"fault {name} must be a number of 0 or more, not {value!r}")
            if name not in ("delay_max_s", "hold_s", "batch_max", "media_pause_s", "upload_pause_s") and value > 1:
                raise ConfigError(f"fault {name} is a probability from 0 to 1, not {value!r}")
        return replace(self, **dict(values))


@dataclass(frozen=True, slots=True)
class App:
    """What every number uses unless it has its own. No token or secret: any token is taken, nothing is signed."""

    callback_urls: tuple[str, ...] = ()
    app_secret: str | None = None
    verify_token: str | None = None
    access_token: str | None = None


@dataclass(frozen=True, slots=True)
class Number:
    """A business phone number. None means what the app says; `callback_urls` take turns."""

    phone_number_id: str
    display_phone_number: str
    waba_id: str
    verified_name: str = "Recado"
    access_token: str | None = None
    app_secret: str | None = None
    verify_token: str | None = None
    callback_urls: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SimulatorConfig:
    """How a simulator runs. Delays in seconds; `port` 0 takes a free one; `data` keeps everything in that folder."""

    port: int = 0
    data: Path | None = None
    seed: int = 0
    app: App = field(default_factory=App)
    numbers: tuple[Number, ...] = ()
    faults: Faults = field(default_factory=Faults)
    statuses: bool = True
    auto_read: bool = False
    status_delay_s: float = 0.0
    enforce_window: bool = True
    enforce_limits: bool = False
    throughput_per_s: float = THROUGHPUT_PER_S
    pair_interval_s: float = PAIR_INTERVAL_S
    pair_burst: int = PAIR_BURST
    retry_initial_s: float = 0.2
    retry_max_s: float = 5.0
    webhook_timeout_s: float = 20.0
    max_in_flight: int = 32
    max_pending: int = 100_000
    max_entries: int = 200_000
    watch_parent: bool = False


def loopback_urls(value: object) -> tuple[str, ...]:
    """One callback URL or a list of them. Raises ConfigError for one that leaves this machine.

    A simulator that could post anywhere would be a way to make others' servers call each other.
    """
    urls = [value] if isinstance(value, str) else value
    if not isinstance(urls, list | tuple):
        raise ConfigError(f"callback_url must be a URL or a list of them, not {value!r}")
    for url in urls:  # pyright: ignore[reportUnknownVariableType]
        if not isinstance(url, str):
            raise ConfigError(f"callback_url must be text, not {url!r}")
        try:
            parts = urlsplit(url)
            host, _ = parts.hostname or "", parts.port
        except ValueError as error:
            raise ConfigError(f"callback_url {url!r} is not a URL: {error}") from None
        if parts.scheme not in ("http", "https"):
            raise ConfigError(f"callback_url {url!r} must begin with http:// (example: http://127.0.0.1:8000/webhook)")
        if not _is_loopback(host):
            raise ConfigError(f"callback_url {url!r} is not on this machine: use 127.0.0.1, localhost or [::1]")
    return tuple(str(url) for url in urls)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]


def _is_loopback(host: str) -> bool:
    if host in ("localhost", "::1"):
        return True
    octets = host.split(".")
    return len(octets) == 4 and octets[0] == "127" and all(o.isdigit() and int(o) < 256 for o in octets)
