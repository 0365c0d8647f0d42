"""Message templates: what Meta has approved, kept here so that a send can be checked before it is made."""
