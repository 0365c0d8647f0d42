"""Fills a database with the messages of a long life, without sending them one by one."""

from benchmarks.processes import BenchmarkError

# Of each stored person; half came in, half went out.
MESSAGES_EACH = 10


def people_for(messages: int) -> int:
    """How many people have written when so many messages are stored."""
    return max(1, messages // MESSAGES_EACH)


def prefill(database_url: str, messages: int) -> None:
    """Store this many settled messages in the project `bench`, on its only line.

    Person n (0 to `people_for(messages)` - 1) has the number `payloads.phone_of(n)` and `MESSAGES_EACH` messages, as
    they are when a conversation is over: inbound ones settled, outbound ones sent, nothing due. The database has its
    schema, project, assistant and line. Raises `BenchmarkError` when it cannot.
    """
    raise BenchmarkError(f"prefill is not written yet: {messages} messages for {database_url.partition(':')[0]}")
