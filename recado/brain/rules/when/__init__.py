"""Dates and times as people write them in a chat, in Spanish and in English."""

from recado.brain.rules.when.resolver import When, resolve

__all__ = ["When", "resolve"]
