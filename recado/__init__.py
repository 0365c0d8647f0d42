"""Recado: self-hosted assistants that answer, book and follow up on WhatsApp, and never lose a message."""

from recado.kit.sqlite import use_safe_sqlite

__version__ = "0.1.0"

# Before anything else imports sqlite3: every connection of a process must use one SQLite library.
use_safe_sqlite()
