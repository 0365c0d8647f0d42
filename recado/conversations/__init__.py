"""Conversations: the turn (the product's heart), hand-over and history."""
