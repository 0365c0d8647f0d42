"""Files of messages: what came in is fetched and kept, what goes out is kept and uploaded."""
