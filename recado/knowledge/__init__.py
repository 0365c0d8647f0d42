"""Knowledge: what an assistant can answer from."""
