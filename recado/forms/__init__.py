"""Forms: what an assistant asks every person for."""
