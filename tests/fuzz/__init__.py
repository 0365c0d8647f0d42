"""Schemathesis against a running Recado: whatever is sent, the answer is one that the description names, and never shows
anything of another project. `make test-api` runs it on both databases; a small part of it is an ordinary test.
"""
