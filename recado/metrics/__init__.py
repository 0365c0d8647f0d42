"""Metrics for Prometheus: what this process did, and what waits in the database. Nothing here names a person."""
