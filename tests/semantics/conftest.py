"""The same processes as in the mailbox's tests."""

from tests.mailbox.conftest import driver, mailbox, other, shop, world

__all__ = ["driver", "mailbox", "other", "shop", "world"]
