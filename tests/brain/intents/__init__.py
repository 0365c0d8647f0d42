"""Tests of recado.brain.rules.intents."""
