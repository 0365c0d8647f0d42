"""Voice notes and other audio: what is said is written down beside it, and handled as text."""
