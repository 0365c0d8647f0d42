"""Bulk send: one message to many people, as a job."""
