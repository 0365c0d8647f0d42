"""Everything that the simulator knows: numbers, phones, messages, and the webhooks that are still owed.

It changes only by `record`: a change is journalled, then applied. Reading the journal applies the same changes again.
"""

import asyncio
import os
import time
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from recado.channels.cloud_api.simulator.config import App, Number
from recado.channels.cloud_api.simulator.journal import Journal
from recado.channels.cloud_api.simulator.payloads import Phone, Webhook, user_id_for

Json = dict[str, Any]

# Past this share over the limit the oldest are forgotten, all at once, so that forgetting costs next to nothing.
_SLACK = 1.1


@dataclass(slots=True)
class Entry:
    """One message of a transcript: `content` is the payload as it was, `plan` the statuses that its phone will send."""

    seq: int
    direction: str
    id: str
    phone_number_id: str
    person: str
    at_ms: int
    type: str
    content: Json
    callback_data: str | None = None
    by_number: bool = True
    plan: list[str] = field(default_factory=list[str])
    error: int | None = None
    statuses: list[Json] = field(default_factory=list[Json])
    read: bool = False


@dataclass(slots=True)
class Conversation:
    """What one number and one person wrote. `last_in_ms` opens the 24-hour window; 0: never."""

    entries: list[Entry] = field(default_factory=list[Entry])
    last_in_ms: int = 0
    typing_until_ms: int = 0


@dataclass(frozen=True, slots=True)
class Event:
    seq: int
    kind: str
    phone_number_id: str
    person: str
    entry: Entry | None = None
    detail: Json | None = None


_T = TypeVar("_T", Entry, Event)


def as_json(value: App | Number | Phone | Webhook | Entry) -> Json:
    """The fields of a value, not copied any deeper: dataclasses.asdict costs as much as a webhook's HTTP call."""
    return {name: getattr(value, name) for name in value.__slots__}


class World:
    """The state. Not safe for threads: everything runs on one event loop."""

    def __init__(self, app: App, max_entries: int, journal: Journal | None = None) -> None:
        self.app = app
        self.max_entries = max_entries
        self.journal = journal
        self.epoch = os.urandom(4).hex()
        self.seq = 0
        self.offset_ms = 0
        self.numbers: dict[str, Number] = {}
        self._clear()
        self._changed = asyncio.Event()
        self._appliers: dict[str, Callable[[Json], None]] = {
            "epoch": self._apply_epoch,
            "app": self._apply_app,
            "number": self._apply_number,
            "phone": self._apply_phone,
            "clock": self._apply_clock,
            "message": self._apply_message,
            "status": self._apply_status,
            "read": self._apply_read,
            "typing": self._apply_typing,
            "webhook": self._apply_webhook,
            "done": self._apply_done,
            "template": self._apply_template,
            "no_template": self._apply_no_template,
            "blocked": self._apply_blocked,
            "stopped": self._apply_stopped,
        }
        self.templates: dict[str, dict[tuple[str, str], Json]] = {}
        # By account: where the app said its webhooks should go instead.
        self.overrides: dict[str, str] = {}

    def _clear(self) -> None:
        self.phones: dict[str, Phone] = {}
        self.by_wa_id: dict[str, str] = {}
        self.by_user_id: dict[str, str] = {}
        self.entries: list[Entry] = []
        self.by_id: dict[str, Entry] = {}
        self.conversations: dict[tuple[str, str], Conversation] = {}
        self.events: list[Event] = []
        self.owed: dict[int, Webhook] = {}
        # By number: the people that are kept out, and those that want no marketing.
        self.blocked: dict[str, dict[str, None]] = {}
        self.stopped: dict[str, dict[str, None]] = {}

    # --- Time and waiting ---------------------------------------------------------------------------

    def now_ms(self) -> int:
        """The simulator's time: the machine's, moved by what tests have added."""
        return time.time_ns() // 1_000_000 + self.offset_ms

    async def changed(self, timeout_s: float) -> bool:
        """Wait for the next event, at most so long. False if there was none."""
        try:
            await asyncio.wait_for(self._changed.wait(), timeout_s)
        except TimeoutError:
            return False
        return True

    def wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()

    # --- Changing -----------------------------------------------------------------------------------

    def open(self) -> None:
        """Read the journal, and write it anew without what no longer matters."""
        if self.journal is None:
            return
        for change in self.journal.read():
            self._appliers[change["k"]](change)
        self.journal.rewrite(self.snapshot())

    def record(self, kind: str, **values: Any) -> int:
        """Journal a change and apply it. Returns its sequence number."""
        self.seq += 1
        change = {"k": kind, "s": self.seq, **values}
        if self.journal is not None:
            self.journal.append(change)
        self._appliers[kind](change)
        return self.seq

    def reset(self) -> None:
        """Forget people, messages and webhooks; the app and the numbers stay. Cursors of before are void."""
        self._clear()
        self.offset_ms = 0
        self.epoch = os.urandom(4).hex()
        if self.journal is not None:
            self.journal.rewrite(self.snapshot())
        self.wake()

    def snapshot(self) -> Iterator[Json]:
        """Changes that make this state from nothing."""
        yield {"k": "epoch", "s": self.seq, "epoch": self.epoch}
        yield {"k": "app", "s": 0, "app": as_json(self.app)}
        yield {"k": "clock", "s": 0, "offset_ms": self.offset_ms}
        for number in self.numbers.values():
            yield {"k": "number", "s": 0, "number": as_json(number)}
        for phone in self.phones.values():
            yield {"k": "phone", "s": 0, "phone": as_json(phone)}
        for waba_id, templates in self.templates.items():
            for template in templates.values():
                yield {"k": "template", "s": 0, "waba_id": waba_id, "template": template}
        for kind, of_numbers in (("blocked", self.blocked), ("stopped", self.stopped)):
            for number_id, people in of_numbers.items():
                for person in people:
                    yield {"k": kind, "s": 0, "phone_number_id": number_id, "person": person, "on": True}
        for event in self.events:
            change: Json = {"s": event.seq, **(event.detail or {})}
            if event.kind == "message" and event.entry is not None:
                entry = as_json(event.entry)
                yield {"k": "message", **change, "entry": {**entry, "statuses": []}}
            else:
                yield {"k": event.kind, **change}
        for webhook in self.owed.values():
            yield {"k": "webhook", "s": webhook.seq, "webhook": as_json(webhook)}

    def _apply_epoch(self, change: Json) -> None:
        self.epoch, self.seq = change["epoch"], change["s"]

    def _apply_app(self, change: Json) -> None:
        values: Json = change["app"]
        self.app = replace(App(**values), callback_urls=tuple(values["callback_urls"]))
        self._keep_seq(change)

    def _apply_number(self, change: Json) -> None:
        values: Json = change["number"]
        number = replace(Number(**values), callback_urls=tuple(values["callback_urls"]))
        self.numbers[number.phone_number_id] = number
        self._keep_seq(change)

    def _apply_phone(self, change: Json) -> None:
        phone = Phone(**change["phone"])
        old = self.phones.get(phone.key)
        if old is not None:
            # A former number or id belongs to nobody until somebody takes it.
            for index, value in ((self.by_wa_id, old.wa_id), (self.by_user_id, old.user_id)):
                if value is not None and index.get(value) == old.key:
                    del index[value]
        self.phones[phone.key] = phone
        if phone.wa_id:
            self.by_wa_id[phone.wa_id] = phone.key
        if phone.user_id:
            self.by_user_id[phone.user_id] = phone.key
        self._keep_seq(change)

    def _apply_clock(self, change: Json) -> None:
        self.offset_ms = change["offset_ms"]
        self._keep_seq(change)

    def _apply_message(self, change: Json) -> None:
        self._keep_seq(change)
        entry = Entry(**{**change["entry"], "seq": change["s"]})
        self.entries.append(entry)
        self.by_id[entry.id] = entry
        conversation = self.conversation(entry.phone_number_id, entry.person)
        conversation.entries.append(entry)
        if entry.direction == "in":
            # What the network says about a person (a new number) is not written by them and opens no window.
            if entry.type != "system":
                conversation.last_in_ms = max(conversation.last_in_ms, entry.at_ms)
        else:
            conversation.typing_until_ms = 0
        if change.get("webhook"):
            self._owe(change)
        self._announce(Event(change["s"], "message", entry.phone_number_id, entry.person, entry))
        if len(self.entries) > self.max_entries * _SLACK:
            self._forget()

    def _apply_status(self, change: Json) -> None:
        self._keep_seq(change)
        if change.get("webhook"):
            self._owe(change)
        entry = self.by_id.get(change["id"])
        if entry is None:
            return
        status: Json = {"status": change["status"], "at_ms": change["at_ms"]}
        if change.get("error"):
            status["error"] = change["error"]
        entry.statuses.append(status)
        detail: Json = {"id": entry.id, **status}
        self._announce(Event(change["s"], "status", entry.phone_number_id, entry.person, None, detail))

    def _apply_read(self, change: Json) -> None:
        self._keep_seq(change)
        entries = [entry for entry in (self.by_id.get(i) for i in change["ids"]) if entry is not None]
        for entry in entries:
            entry.read = True
        if entries:
            detail: Json = {"ids": change["ids"], "at_ms": change["at_ms"]}
            self._announce(Event(change["s"], "read", entries[0].phone_number_id, entries[0].person, None, detail))

    def _apply_typing(self, change: Json) -> None:
        self._keep_seq(change)
        self.conversation(change["phone_number_id"], change["person"]).typing_until_ms = change["until_ms"]
        detail = {name: change[name] for name in ("phone_number_id", "person", "until_ms")}
        self._announce(Event(change["s"], "typing", change["phone_number_id"], change["person"], None, detail))

    def _apply_webhook(self, change: Json) -> None:
        self._keep_seq(change)
        self._owe(change)

    def _apply_done(self, change: Json) -> None:
        self._keep_seq(change)
        for seq in change["seqs"]:
            self.owed.pop(seq, None)

    def _apply_template(self, change: Json) -> None:
        self._keep_seq(change)
        template: Json = change["template"]
        self.templates.setdefault(change["waba_id"], {})[template["name"], template["language"]] = template

    def _apply_no_template(self, change: Json) -> None:
        self._keep_seq(change)
        self.templates.get(change["waba_id"], {}).pop((change["name"], change["language"]), None)

    def _apply_blocked(self, change: Json) -> None:
        self._keep_seq(change)
        _switch(self.blocked, change)

    def _apply_stopped(self, change: Json) -> None:
        self._keep_seq(change)
        _switch(self.stopped, change)

    def _owe(self, change: Json) -> None:
        webhook = Webhook(**{"seq": change["s"], **change["webhook"]})
        self.owed[webhook.seq] = webhook

    def _keep_seq(self, change: Json) -> None:
        self.seq = max(self.seq, change["s"])

    def _announce(self, event: Event) -> None:
        self.events.append(event)
        self.wake()

    def _forget(self) -> None:
        dropped = self.entries[: len(self.entries) - self.max_entries]
        del self.entries[: len(dropped)]
        touched: set[tuple[str, str]] = set()
        for entry in dropped:
            if self.by_id.get(entry.id) is entry:
                del self.by_id[entry.id]
            touched.add((entry.phone_number_id, entry.person))
        oldest = self.entries[0].seq
        for key in touched:
            conversation = self.conversations[key]
            conversation.entries = [entry for entry in conversation.entries if entry.seq >= oldest]
        self.events = [event for event in self.events if event.seq >= oldest]

    # --- People -------------------------------------------------------------------------------------

    def person(self, wa_id: str | None, user_id: str | None) -> Phone | None:
        """Whose this is; a user id outranks a number."""
        key = self.by_user_id.get(user_id) if user_id else None
        if key is None and wa_id:
            key = self.by_wa_id.get(wa_id)
        return self.phones[key] if key else None

    def person_or_new(self, wa_id: str | None, user_id: str | None, name: str | None = None) -> Phone:
        """The phone with this number or id, made if there is none."""
        phone = self.person(wa_id, user_id)
        if phone is not None:
            return phone
        return self.add_phone(wa_id=wa_id, user_id=user_id or user_id_for(wa_id or ""), name=name)

    def add_phone(self, wa_id: str | None, user_id: str | None, name: str | None, **more: Any) -> Phone:
        name = name or f"Persona {(wa_id or user_id or '')[-4:]}"
        phone = Phone(f"p{self.seq + 1}", wa_id, user_id, name, **more)
        self.record("phone", phone=as_json(phone))
        return phone

    def change_phone(self, phone: Phone, **values: Any) -> Phone:
        phone = replace(phone, **values)
        self.record("phone", phone=as_json(phone))
        return phone

    # --- Reading ------------------------------------------------------------------------------------

    def conversation(self, phone_number_id: str, person: str) -> Conversation:
        return self.conversations.setdefault((phone_number_id, person), Conversation())

    def cursor(self, seq: int) -> str:
        return f"{self.epoch}-{seq}"

    def after(self, cursor: str) -> int:
        """The sequence number of a cursor; 0 for none or for one of another life of this simulator."""
        if cursor == "latest":
            return self.seq
        epoch, _, seq = cursor.rpartition("-")
        return int(seq) if epoch == self.epoch and seq.isdigit() else 0

    def entries_after(self, seq: int, phone_number_id: str | None, person: str | None, limit: int) -> list[Entry]:
        """Messages in their order. `person` needs `phone_number_id` to be fast; either may be missing."""
        if phone_number_id and person:
            found = self.conversations.get((phone_number_id, person))
            entries = found.entries if found else []
            start = bisect_right(entries, seq, key=lambda entry: entry.seq)
            return entries[start : start + limit]
        return _pick(self.entries, seq, phone_number_id, person, limit)

    def events_after(self, seq: int, phone_number_id: str | None, person: str | None, limit: int) -> list[Event]:
        """Everything that a screen shows, in its order: messages, statuses, reads, typing."""
        return _pick(self.events, seq, phone_number_id, person, limit)


def _switch(of_numbers: dict[str, dict[str, None]], change: Json) -> None:
    people = of_numbers.setdefault(change["phone_number_id"], {})
    if change["on"]:
        people[change["person"]] = None
    else:
        people.pop(change["person"], None)


def _pick(items: list[_T], seq: int, phone_number_id: str | None, person: str | None, limit: int) -> list[_T]:
    found: list[_T] = []
    for position in range(bisect_right(items, seq, key=lambda item: item.seq), len(items)):
        item = items[position]
        if phone_number_id in (None, item.phone_number_id) and person in (None, item.person):
            found.append(item)
            if len(found) == limit:
                break
    return found
