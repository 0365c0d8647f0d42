"""Traces: one message followed from its webhook to its reply and on, across processes, as OpenTelemetry spans.

Off by default, and then nothing of this is in any message's way: the parts that note spans take the places of others
when a process is put together. `exporting` alone knows the library.
"""
