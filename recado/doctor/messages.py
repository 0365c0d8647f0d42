"""Messages that were given up, or wait longer than they should."""

from collections import Counter

from sqlalchemy import and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from recado.channels.models import LineRow
from recado.db import database_now_ms
from recado.doctor.findings import Finding, ok, warn
from recado.doctor.rows import how_many
from recado.mailbox.models import InboxMessage, OutboxMessage
from recado.mailbox.queries import given_up, in_state, is_to_be_sent

# A message that waits longer than any back-off or pacing explains.
STUCK_MS = 3_600_000
# What must be mended by a person before the line can send again: no use in waiting for an hour to say so.
FOR_A_PERSON = (
    *("access_token_invalid", "permission_denied", "line_unknown", "number_not_registered"),
    *("payment_problem", "display_name_not_approved", "account_restricted"),
)
# What to do about the commonest error of a line; its messages wait meanwhile.
CURES = {
    "access_token_invalid": "Give it a new token: recado line update --phone-number-id {address} --access-token TOKEN",
    "permission_denied": "On Meta's pages, give its token the permission whatsapp_business_messaging for this number",
    "line_unknown": "Is the id right, and may its token see the number? recado line list",
    "number_not_registered": "Register the number: recado line check {address} says how",
    "payment_problem": "Mend the account's way to pay on Meta's pages",
    "display_name_not_approved": "Have the number's display name approved on Meta's pages",
    "account_restricted": "Meta has restricted the account: see its quality and the support page",
    "spam_limited": "Meta has limited the number for a while: people block or report it; write to fewer of them",
    "provider_unreachable": "Can this machine reach RECADO_CLOUD_API_BASE_URL?",
}


async def dead_outbox(session: AsyncSession) -> Finding:
    """Messages that could not be sent."""
    dead = await how_many(session, OutboxMessage, in_state("dead"))
    mend = "recado outbox list shows why; then: recado outbox retry ID, or drop ID"
    return warn("outbox", f"{dead} messages could not be sent", mend) if dead else ok("outbox", "nothing was given up")


async def unknown_outbox(session: AsyncSession) -> Finding:
    """Messages of which nobody knows whether they arrived."""
    name = "outcomes"
    unknown = await how_many(session, OutboxMessage, in_state("unknown"))
    if not unknown:
        return ok(name, "every message that was sent has a known outcome")
    mend = "They settle by themselves while a worker runs; if they stay, the provider's webhooks do not arrive"
    return warn(name, f"{unknown} messages may or may not have arrived", mend)


async def queue(session: AsyncSession) -> list[Finding]:
    """One finding for each line whose messages wait for what does not end by itself."""
    name = "queue"
    before = await database_now_ms(session) - STUCK_MS
    # A try that failed moves `due_ms` on, and a dead message that is retried keeps its `created_ms`.
    tried = OutboxMessage.error_code.is_not(None)
    late = and_(OutboxMessage.created_ms < before, or_(OutboxMessage.due_ms < before, tried))
    waits = or_(late, OutboxMessage.error_code.in_(FOR_A_PERSON))
    counts = await session.execute(
        select(OutboxMessage.line_id, LineRow.address, OutboxMessage.error_code, func.count())
        .join(LineRow, LineRow.id == OutboxMessage.line_id, isouter=True)
        .where(is_to_be_sent(), waits)
        .group_by(OutboxMessage.line_id, LineRow.address, OutboxMessage.error_code)
        .order_by(OutboxMessage.line_id)
    )
    lines: dict[str, Counter[str]] = {}
    for line_id, address, code, count in counts:
        lines.setdefault(address or line_id, Counter())[code or ""] += count
    found = [_waiting(address, codes) for address, codes in lines.items()]
    return found or [ok(name, "nothing waits longer than it should")]


def _waiting(address: str, codes: Counter[str]) -> Finding:
    says = f"line {address}: {codes.total()} messages wait longer than they should"
    commonest = next((code for code, _ in codes.most_common() if code), None)
    if commonest is None:
        return warn("queue", says, "Is a worker running? recado worker")
    cure = CURES.get(commonest, "recado outbox list --state queued shows what the provider says")
    return warn("queue", f"{says}; most often: {commonest}", cure.format(address=address))


async def dead_inbox(session: AsyncSession) -> Finding:
    """Messages that were given up unanswered."""
    dead = await how_many(session, InboxMessage, given_up())
    if not dead:
        return ok("inbox", "every message was answered or is being")
    return warn(
        "inbox",
        f"{dead} messages were given up unanswered",
        "recado inbox list shows them; then: recado inbox retry ID, or drop ID",
    )
