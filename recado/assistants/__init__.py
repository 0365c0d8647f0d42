"""Assistants: who answers."""
