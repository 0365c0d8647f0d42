"""Brains that ask a model: the prompt, the shape of its answer, hosted and local models, and when the rules answer."""
