"""Voice notes: what they say is written down beside them, and handled as text."""
