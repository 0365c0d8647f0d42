"""Schemathesis against a running Recado: whatever is sent, the answer is one that the description names, and it never
shows anything of another project. `make test-api` does it on both databases; a small part is an ordinary test.
"""
