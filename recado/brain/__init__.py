"""Brains: each decides a turn from values alone."""
