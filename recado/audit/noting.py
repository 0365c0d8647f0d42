"""Makes entries of what is changed while somebody acts (`recado.kit.acting`), in the same commit.

It watches every session of SQLAlchemy, so that no endpoint, command or service can forget it; without an act it costs
one look at a variable. The mailbox's own SQL has the same in `recado.mailbox.auditing`.
"""

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import ORMExecuteState, Session, SessionTransaction

from recado.audit.changes import FOLLOWING, MAX_OBJECTS, Change, Changed, changed_row, kind_of, table_of
from recado.audit.models import AuditEntry
from recado.db import Database, json_text
from recado.kit import now_ms
from recado.kit.acting import ASKING, Act, Doing, acting, current_act

# Whose entries are of no project but of the whole installation: no key sees them.
INSTALLATION = "00000000-0000-0000-0000-000000000000"
DONE, ASKED, UNCHANGED, REFUSED = "done", "asked", "unchanged", "refused"
_CHANGES = "audit_changes"
# (savepoint or None, what changed in it)
_Noted = list[tuple[SessionTransaction | None, Changed]]


async def note_alone(database: Database, act: Act, project_id: str, outcome: str, code: str | None = None) -> None:
    """An entry in a transaction of its own: of an act that changed nothing, or was refused."""
    async with database.project(project_id) as session:
        session.add(entry_of(act, project_id, outcome, (), code))
    act.entries += 1


def entry_of(
    act: Act, project_id: str, outcome: str, changes: Sequence[Changed], code: str | None = None
) -> AuditEntry:
    """The row of an entry. Without an object of its own, the act's is the first one that it changed."""
    doing = act.doing()
    kind, object_id = doing.object_kind, doing.object_id
    if object_id is None and changes:
        kind, object_id = changes[0].kind, changes[0].id
    return AuditEntry(
        project_id=project_id,
        actor=act.actor,
        key_id=act.key_id,
        name=act.name,
        role=act.role,
        action=doing.action,
        object_kind=kind,
        object_id=object_id,
        outcome=outcome,
        code=code,
        request_id=act.request_id,
        changed_objects=len(changes),
        changes=json_text([changed.as_json() for changed in changes[:MAX_OBJECTS]]),
        created_ms=now_ms(),
    )


@event.listens_for(Session, "after_flush")
def _see_rows(session: Session, _context: Any) -> None:
    if current_act() is None:
        return
    seen: Sequence[tuple[Change, Any]] = (
        ("created", session.new), ("changed", session.dirty), ("removed", session.deleted),
    )  # fmt: skip
    for change, rows in seen:
        for row in rows:
            if (changed := changed_row(row, change)) is not None:
                _noted(session).append((session.get_nested_transaction(), changed))


@event.listens_for(Session, "do_orm_execute")
def _see_statement(state: ORMExecuteState) -> None:
    if current_act() is None or not (state.is_insert or state.is_update or state.is_delete):
        return
    if state.bind_mapper is None:
        raise RuntimeError("What a key or a command changes goes through mapped classes: else nobody would see it")
    table = table_of(state.bind_mapper.class_)
    if table not in FOLLOWING:
        change: Change = "created" if state.is_insert else "changed" if state.is_update else "removed"
        changed = Changed(state.session.info.get("project_id"), kind_of(table), None, change, {})
        _noted(state.session).append((state.session.get_nested_transaction(), changed))


@event.listens_for(Session, "after_soft_rollback")
def _forget(session: Session, ended: SessionTransaction) -> None:
    """What was undone is no change: of a savepoint, or of all."""
    if ended.parent is None:
        session.info.pop(_CHANGES, None)
    elif ended.nested:
        session.info[_CHANGES] = [pair for pair in _noted(session) if pair[0] is not ended]


@event.listens_for(Session, "before_commit")
def _note(session: Session) -> None:
    act = current_act()
    if act is None or session.in_nested_transaction():
        return
    session.flush()
    changes: _Noted = session.info.pop(_CHANGES, [])
    asking = ASKING in session.info
    asked = session.info.pop(ASKING, None)
    owners: dict[str, list[Changed]] = {}
    whole = session.info.get("project_id") or INSTALLATION
    for _, changed in changes:
        owners.setdefault(changed.project_id or whole, []).append(changed)
    if asking and not owners:
        owners[whole] = []
    for project_id, of_project in owners.items():
        entry = entry_of(act, project_id, ASKED if asking else DONE, of_project)
        if asked is not None and entry.object_id is None:
            entry.object_kind, entry.object_id = asked
        session.add(entry)
        act.entries += 1


@contextmanager
def by_itself() -> Generator[None]:
    """What is set up in the block is done by the program itself, if nobody else acts."""
    if current_act() is not None:
        yield
        return
    with acting(Act("system", lambda: Doing("start"))):
        yield


def _noted(session: Session) -> _Noted:
    return session.info.setdefault(_CHANGES, [])
