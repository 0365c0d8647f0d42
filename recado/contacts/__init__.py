"""Contacts: who asks, and what networks call them."""
