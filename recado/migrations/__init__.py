"""Migrations of the database, run by Alembic through `recado.migrate`."""

# Oldest first; the last is what this program needs. A test holds it to the files in versions/. It is written down
# here so that processes which only check need not load Alembic.
REVISIONS = ("0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008", "0009", "0011", "0012")
