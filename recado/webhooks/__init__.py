"""Webhooks out: what happened, posted to the systems of a project, signed, and tried again for a day."""
