"""The Model API (`recado model`): a program of its own that serves a local language model over HTTP."""
