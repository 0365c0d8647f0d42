"""`recado understand`: what the rules see in a message."""

import json
import sys
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click

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
    """Say what the rules see in messages: one a line comes in, one JSON object a line goes out.

    {intent, confidence, date, time, clarify, slots}: `date` is an ISO date or null, `time` is HH:MM or null, `clarify`
    is true when the person must be asked.

    \b
    Example:
      echo "hola kiero una cita mñn tipo 5" | recado understand --now 2026-11-20T10:00
    """
    from recado.brain.rules.understanding import understand as read

    now = _moment(now_text, timezone)
    for line in sys.stdin:
        seen = read(line.strip(), now=now, language=None if language is None else ("en" if language == "en" else "es"))
        slots = dict(seen.slots) | ({"choices": list(seen.choices)} if seen.choices else {})
        found = {
            "intent": seen.intent,
            "confidence": round(seen.confidence, 3),
            "date": seen.date.isoformat() if seen.date else None,
            "time": seen.time.strftime("%H:%M") if seen.time else None,
            "clarify": seen.clarify,
            "slots": slots,
        }
        click.echo(json.dumps(found, ensure_ascii=False))


def _moment(text: str | None, timezone: str) -> datetime:
    try:
        zone = ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise click.BadParameter(f"{timezone!r} is no time zone, such as {DEFAULT_ZONE}", param_hint="--timezone") from None
    if text is None:
        from recado.kit import now

        return now().astimezone(zone)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(f"{text!r} is no moment, such as 2026-11-20T10:00", param_hint="--now") from None
    return moment.astimezone(zone) if moment.tzinfo is not None else moment.replace(tzinfo=zone)
