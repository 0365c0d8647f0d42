"""temp"""
from recado.kit import new_id
from recado.mailbox import outbox, senders
from recado.mailbox.claims import *
from recado.mailbox.driver import Priority
from recado.mailbox.inbox import Arrival, store_arrivals


async def test_smoke(database_url):
    from recado.db import Database
    if database_url.startswith("sqlite"):
        from recado.mailbox.sqlite import SqliteDriver
        d = SqliteDriver(Database(database_url).sqlite_path)
    else:
        from recado.mailbox.postgres import PostgresDriver
        d = PostgresDriver(database_url, database_url, new_id())
    P = Priority.OTHER
    p, l, me = new_id(), new_id(), new_id()
    a = [Arrival(p, l, f"wamid.{n}", (("bsuid","PE.1"),("phone", "51999")), "Ana", 5, '{"x":1}') for n in (1,2,2)]
    r = await d.run(lambda tx: store_arrivals(tx, a), P)
    print(r)
    assert r[2].message_id is None and r[0].message_id
    r2 = await d.run(lambda tx: store_arrivals(tx, a), P)
    assert all(x.message_id is None for x in r2)
    c = await d.run(lambda tx: claim_turns(tx, me, 10), P)
    print(c)
    assert len(c) == 1 and [m.seq for m in c[0].messages] == [1, 2]
    assert await d.run(lambda tx: claim_turns(tx, me, 10), P) == []
    assert await d.run(lambda tx: renew_turns(tx, me, c), P) == {c[0].conversation_id}
    t = TurnCommit(c[0], 2, (NewOut(new_id(), '{"t":1}'), NewOut(new_id(), '{"t":2}')), (NewEvent("e"),), state='{"a":1}')
    assert await d.run(lambda tx: commit_turns(tx, me, [t]), P) == [True]
    assert await d.run(lambda tx: commit_turns(tx, me, [t]), P) == [False]
    await d.run(lambda tx: senders.beat(tx, me, "worker", "1"), P)
    async with Database(database_url).engine.begin() as conn:
        from sqlalchemy import text
        await conn.execute(text(f"insert into lines (id, project_id, assistant_id, channel, address, name, max_per_second, secrets, config, created_ms) values ('{l}','{p}','{p}','x','1','n',80,'{{}}','{{}}',0)"))
    share = await d.run(lambda tx: senders.fair_share(tx), P)
    assert share == 1
    f = await d.run(lambda tx: senders.take_lines(tx, me, 3), P)
    assert f == {l: 1}
    assert await d.run(lambda tx: senders.renew_lines(tx, me, f), P) == {l}
    h = await d.run(lambda tx: outbox.claim_heads(tx, me, l, 1, 10), P)
    print(h)
    assert len(h) == 1
    assert not await d.run(lambda tx: outbox.claim_heads(tx, me, l, 1, 10), P)
    m = await d.run(lambda tx: outbox.mark(tx, [outbox.Mark(h[0].id, 1, "sent", "wamid.out")]), P)
    assert len(m) == 1
    assert await d.run(lambda tx: outbox.apply_statuses(tx, [outbox.Status(l, "wamid.out", h[0].id, 3), outbox.Status(l, "wamid.out", None, 4)]), P) == 2
    h = await d.run(lambda tx: outbox.claim_heads(tx, me, l, 1, 10), P)
    assert len(h) == 1
    assert await d.run(lambda tx: outbox.adopt_orphans(tx, {l: 2}), P) == 1
    assert await d.run(lambda tx: outbox.reconcile(tx, [l], 0), P) == 1
    print(await d.run(lambda tx: outbox.next_due_ms(tx, [l]), P))
    h = await d.run(lambda tx: outbox.claim_heads(tx, me, l, 1, 10), P)
    assert len(h) == 1 and h[0].repeated
    await d.run(lambda tx: outbox.mark(tx, [outbox.Mark(h[0].id, 1, "dead", error_code="x")]), P)
    assert await d.run(lambda tx: outbox.retry_dead(tx, p, h[0].id), P) == l
    q = await d.run(lambda tx: outbox.enqueue(tx, p, c[0].conversation_id, [NewOut(new_id(), "{}")], "k"), P)
    print(q, await d.run(lambda tx: outbox.find_by_key(tx, p, "k"), P))
    assert await d.run(lambda tx: outbox.waiting_in_lane(tx, c[0].conversation_id), P) == 2
    assert await d.run(lambda tx: outbox.drop(tx, p, q.ids[0]), P) == l
    assert await d.run(lambda tx: set_mode(tx, p, c[0].conversation_id, "person"), P)
    print(await d.run(lambda tx: next_wake_ms(tx), P))
    await d.run(lambda tx: senders.release_lines(tx, me, list(f.items())), P)
    await d.run(lambda tx: senders.leave(tx, me), P)
    await d.close()
