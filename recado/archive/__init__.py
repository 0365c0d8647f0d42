"""Backups, restoring them, and moving an installation to another database."""
