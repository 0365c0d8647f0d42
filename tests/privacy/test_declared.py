"""Every table says what it holds of people: one that is new cannot be forgotten."""

import re

from recado.privacy.declared import AGINGS, HOLDINGS, IMPERSONAL, LISTS
from tests.models import all_tables

TABLES = all_tables().tables
# Names of columns that tell of somebody who writes, or that may hold what they wrote.
PERSONAL_COLUMN = re.compile(
    r"contact_id|conversation_id|person|phone|e?mail|address|send_to|body|transcript|given_|recipient|customer|filename"
)
# Columns of impersonal tables that look as if they were somebody's.
LOOKS_ONLY = {
    ("lines", "address"): "the project's own number",
    ("erasures", "contact_ids"): "contacts that are gone",
    ("erasures", "person"): "empty once it is done",
}


def test_every_table_is_declared_once() -> None:
    held = {holding.table for holding in HOLDINGS}
    assert held | IMPERSONAL.keys() == TABLES.keys()
    assert not held & IMPERSONAL.keys()
    assert {aging.table for aging in AGINGS} <= held
    assert all(IMPERSONAL.values())


def test_a_restore_can_compare_every_list_with_digests() -> None:
    assert LISTS
    assert all(holding.names for holding in LISTS)


def test_what_is_said_to_be_impersonal_has_no_column_of_a_person() -> None:
    found = {
        (name, column.name)
        for name in IMPERSONAL
        for column in TABLES[name].columns
        if PERSONAL_COLUMN.search(column.name)
    }
    assert found == LOOKS_ONLY.keys()


def test_whoever_is_found_by_something_else_goes_before_it() -> None:
    order = [holding.table for holding in HOLDINGS]
    for first, then in (
        ("webhook_deliveries", "events"),
        ("answer_jobs", "inbox"),
        ("inbox", "conversations"),
        ("outbox", "conversations"),
        ("conversations", "contacts"),
    ):
        assert order.index(first) < order.index(then)
