"""Whatever stands where in a webhook: nothing raises, nothing is lost, and what comes out can be stored."""

import copy
import json
import re
from collections.abc import Iterator
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from recado.channels.cloud_api import people
from recado.channels.cloud_api.convert import convert, line_addresses
from recado.channels.cloud_api.shapes import as_list, as_object
from recado.channels.contract import Received
from tests.channels.cloud_api.recorded import NAMES, recorded

PAYLOADS = {name: recorded(name) for name in NAMES}

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from([10**4000, -(10**40), "9" * 5000, "x" * 600, "\x00", "\ud800", "", " "])
    | st.floats()
    | st.text(st.characters(exclude_categories=()))
)
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
)

Path = tuple[str | int, ...]


def places(value: Any, path: Path = ()) -> Iterator[Path]:
    """The paths of all values inside a JSON value, and its own."""
    yield path
    for key, member in as_object(value).items():
        yield from places(member, (*path, key))
    for index, item in enumerate(as_list(value)):
        yield from places(item, (*path, index))


PLACES = {name: list(places(payload))[1:] for name, payload in PAYLOADS.items()}


def changed(payload: Any, path: Path, new: Any) -> Any:
    payload = copy.deepcopy(payload)
    target = payload
    for key in path[:-1]:
        target = target[key]
    target[path[-1]] = new
    return payload


# U+0000 in JSON; a backslash before it would make it five letters that somebody wrote.
_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")


def check(payload: Any) -> tuple[Received, ...]:
    """Converted, and all of it in a form that JSON, UTF-8 and both databases take."""
    found = convert(payload)
    for address in line_addresses(payload):
        address.encode()
    for received in found:
        for value in (*received.messages, *received.statuses):
            text = value.model_dump_json()
            assert not _NUL.search(text)
            json.loads(text, parse_constant=_no_constant)
            assert -(2**63) < getattr(value, "sent_ms", getattr(value, "at_ms", 0)) < 2**63
        happened = [part for one in received.happenings for part in (one.raw, one.data, {"key": one.key})]
        for item in (*received.unroutable, *received.notices, *happened):
            text = json.dumps(item, ensure_ascii=False, allow_nan=False)
            text.encode()
            assert not _NUL.search(text)
    return found


def _no_constant(name: str) -> None:
    raise AssertionError(f"{name} is no JSON")


def count(found: tuple[Received, ...]) -> int:
    kinds = ((r.messages, r.statuses, r.unroutable, r.notices, r.happenings) for r in found)
    return sum(len(items) for kind in kinds for items in kind)


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_any_json_in_any_place_of_a_recording(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(NAMES))
    payload = PAYLOADS[name]
    for _ in range(data.draw(st.integers(1, 2))):
        path = data.draw(st.sampled_from(PLACES[name]))
        try:
            payload = changed(payload, path, data.draw(JSON))
        except (KeyError, IndexError, TypeError):
            continue  # the first change took the second one's place away
    assert count(check(payload)) >= 1


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.text(max_size=8), JSON, max_size=3) | JSON)
def test_any_json_at_all(payload: Any) -> None:
    assert count(check(payload)) >= 1


@settings(max_examples=150, deadline=None)
@given(st.lists(JSON, max_size=5), st.lists(JSON, max_size=5), st.lists(JSON, max_size=3))
def test_each_item_comes_out_once(messages: list[Any], statuses: list[Any], contacts: list[Any]) -> None:
    value = {"metadata": {"phone_number_id": "1"}, "messages": messages, "statuses": statuses, "contacts": contacts}
    found = check({"entry": [{"changes": [{"field": "messages", "value": value}]}]})
    assert count(found) == max(len(messages) + len(statuses), 1)


def test_deep_nesting() -> None:
    deep: Any = "x"
    for _ in range(900):
        deep = [deep]
    message = {"from": "591700", "id": "1", "type": "new", "new": deep}
    value = {"metadata": {"phone_number_id": "1"}, "messages": [message, {"type": deep}]}
    (received,) = check({"entry": [{"changes": [{"field": "messages", "value": value}]}]})
    assert (len(received.messages), len(received.unroutable)) == (1, 1)


def test_a_number_too_long_to_be_written_down() -> None:
    message = {"from": 10**5000, "id": 10**5000, "timestamp": 10**5000, "type": "text", "text": 10**5000}
    value = {"metadata": {"phone_number_id": 10**5000}, "messages": [message, {**message, "from": "591700"}]}
    (received,) = check({"entry": [{"changes": [{"field": "messages", "value": value}]}]})
    assert (len(received.messages), len(received.unroutable)) == (1, 1)


NAME = SCALARS | st.sampled_from(["34600000005", "+34 600 000 005", "ES.34600000005", "US.2", "US.ENT.3", "ana"])
SENDERS = st.fixed_dictionaries({}, optional=dict.fromkeys(("from", "from_user_id", "from_parent_user_id"), NAME))
PROFILES = st.fixed_dictionaries({}, optional=dict.fromkeys(("name", "username"), NAME)) | JSON
CONTACTS = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("wa_id", "user_id", "parent_user_id"), NAME) | {"profile": PROFILES}
)


@settings(max_examples=300, deadline=None)
@given(SENDERS, CONTACTS, st.booleans())
def test_a_sender_that_is_remembered_is_the_same(message: Any, contact: Any, alone: bool) -> None:
    afresh = people._find_sender(message, [contact], alone)  # pyright: ignore[reportPrivateUsage]
    assert people.sender_of(message, [contact], alone) == afresh
    assert people.sender_of(message, [contact], alone) == afresh
