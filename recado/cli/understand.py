"""`recado understand`: what the rules see in a message."""

import json
import sys
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click

if TYPE_CHECKING:
    from recado.brain.rules.understanding import Understood

DEFAULT_ZONE = "America/Lima"


@click.command()
@click.option(
    "--now",
    "now_text",
    metavar="LOCAL",
    help="Read as if it were this moment there, such as 2026-11-20T10:00. Default: now.",
)
@click.option("--timezone", default=DEFAULT_ZONE, show_default=True, help="Where the people are.")
@click.option("--language", type=click.Choice(["es", "en"]), help="Of the messages. Default: as their words tell.")
def understand(now_text: str | None, timezone: str, language: str | None) -> None:
    """Say what the rules see in messages.

    One message a line comes in, one JSON object a line goes out:
    {intent, confidence, date, time, clarify, slots}. `date` is an ISO date or null, `time` is HH:MM or null, `clarify`
    is true when the person must be asked, `slots` is what else was said: names, numbers, money, choices.

    \b
    Example:
      echo "hola kiero una cita mñn tipo 5" | recado understand --now 2026-11-20T10:00
    """
    # Loaded here: help must not wait for the classifier.
    from recado.brain.rules.understanding import understand as read

    now = _moment(now_text, _zone(timezone))
    # As bytes: what is no UTF-8 is a few wrong letters in one message, not the end of the rest.
    for line in sys.stdin.buffer:
        text = line.decode("utf-8", errors="replace").strip()
        seen = read(text, now=now, language=None if language is None else ("en" if language == "en" else "es"))
        click.echo(json.dumps(shown(seen), ensure_ascii=False).encode())


def shown(seen: "Understood") -> Mapping[str, Any]:
    """What is printed of a message; the choices to ask about are a slot."""
    return {
        "intent": seen.intent,
        "confidence": round(seen.confidence, 3),
        "date": seen.date.isoformat() if seen.date else None,
        "time": seen.time.strftime("%H:%M") if seen.time else None,
        "clarify": seen.clarify,
        "slots": {**seen.slots, **({"choices": list(seen.choices)} if seen.choices else {})},
    }


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise click.BadParameter(f"{name!r} is no time zone, such as {DEFAULT_ZONE}", param_hint="--timezone") from None


def _moment(text: str | None, zone: ZoneInfo) -> datetime:
    if text is None:
        from recado.kit import now

        return now().astimezone(zone)
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(zone) if moment.tzinfo is not None else moment.replace(tzinfo=zone)
    except (ValueError, OverflowError):
        raise click.BadParameter(f"{text!r} is no moment, such as 2026-11-20T10:00", param_hint="--now") from None
