"""Entries of the audit log for what a key or a command changes through the mailbox: one row, in the same commit."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, TypeVar

from recado.audit.changes import MAX_OBJECTS, Change
from recado.db import json_text
from recado.kit import new_id, now_ms
from recado.kit.acting import Act, current_act
from recado.mailbox.driver import Tx
from recado.mailbox.sql import Query

R = TypeVar("R")

# (kind, ids, what became of them)
Objects = tuple[str, Sequence[str], Change]
_ADD = Query(
    """
    INSERT INTO audit_entries (id, project_id, actor, key_id, name, role, action, object_kind, object_id, outcome,
        request_id, changed_objects, changes, created_ms)
    VALUES (:id, :project_id, :actor, :key_id, :name, :role, :action, :object_kind, :object_id, 'done', :request_id,
        :changed_objects, :changes, :created_ms)
    """,
    scalars="id uuid, project_id uuid, actor text, key_id uuid, name text, role text, action text, object_kind text, "
    "object_id uuid, request_id text, changed_objects bigint, changes text, created_ms bigint",
)


def audited(
    work: Callable[[Tx], Awaitable[R]], project_id: str, changed: Callable[[R], Objects | None]
) -> Callable[[Tx], Awaitable[R]]:
    """`work` that also makes an entry of what it changed (`changed` of its result; None: nothing), if somebody acts."""
    act = current_act()
    if act is None:
        return work

    async def noting(tx: Tx) -> R:
        result = await work(tx)
        objects = changed(result)
        if objects is not None:
            await tx.fetch(_ADD, **_values(act, project_id, objects))
        return result

    return noting


def _values(act: Act, project_id: str, objects: Objects) -> dict[str, Any]:
    kind, ids, change = objects
    doing = act.doing()
    act.entries += 1
    return {
        "id": new_id(),
        "project_id": project_id,
        "actor": act.actor,
        "key_id": act.key_id,
        "name": act.name,
        "role": act.role,
        "action": doing.action,
        "object_kind": doing.object_kind or kind,
        "object_id": doing.object_id or ids[0],
        "request_id": act.request_id,
        "changed_objects": len(ids),
        "changes": json_text([{"kind": kind, "id": one, "change": change} for one in ids[:MAX_OBJECTS]]),
        "created_ms": now_ms(),
    }
