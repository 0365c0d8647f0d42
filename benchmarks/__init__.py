"""Measurements of Recado beside what it is compared with; `make bench` runs them. See run.py for what is measured."""
