"""Who changed what, when and with which key or command: entries that are committed with the change, and stay."""
