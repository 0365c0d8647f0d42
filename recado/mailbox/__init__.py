"""The mailbox: conversations' rows and lanes, inbox and outbox. The only SQL on the hot path."""
