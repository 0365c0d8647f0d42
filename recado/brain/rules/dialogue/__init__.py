"""Conversations in several turns: urgent signs, appointments, forms, and asking again. Pure functions over values."""
