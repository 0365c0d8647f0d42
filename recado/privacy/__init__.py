"""Privacy: how long a project keeps what people write, what it knows of one person, and their erasure with proof."""
