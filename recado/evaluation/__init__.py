"""Scripted conversations, held with any brain through the real turn, and a report of how they went."""
