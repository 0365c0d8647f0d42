"""Design, Semantics, "Webhook routing"; each case on both databases."""

from pathlib import Path

import pytest

from recado.doctor import Level, examine
from recado.mailbox.service import Mailbox
from tests.cli.terminal import free_port
from tests.mailbox.support import Shop, World
from tests.mailbox.test_receive import cloud_api, delivery, ids, post, sign


async def test_the_secrets_of_the_lines_that_the_payload_names_are_tried(
    world: World, mailbox: Mailbox, shop: Shop
) -> None:
    theirs = await world.shop()
    app = cloud_api(mailbox, theirs, shop)
    body = delivery((shop, "ours"))
    assert await post(app, body, sign(shop, body)) == 200
    assert await ids(world) == ["ours"]
    assert (await world.one("SELECT project_id FROM inbox"))["project_id"] == shop.project_id
    assert not await world.rows("SELECT 1 FROM unrouted")
    assert (app.received, app.refused) == (1, 0)


async def test_a_valid_signature_for_an_unknown_line_is_stored_unrouted_seen_in_doctor_and_answered_200(
    world: World, mailbox: Mailbox, shop: Shop, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    app = cloud_api(mailbox, shop)
    body = delivery(("4711", "stray"))
    for _ in range(2):  # delivered twice, kept once
        assert await post(app, body, sign(shop, body)) == 200
    row = await world.one("SELECT channel, line_address, body FROM unrouted")
    assert (row["channel"], row["line_address"], row["body"]) == ("fake", "4711", body.decode())
    assert await ids(world) == []
    monkeypatch.setenv("RECADO_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("RECADO_DATABASE_URL", world.database.url)
    (seen,) = [finding for finding in await examine(free_port()) if finding.check == "routing"]
    assert seen.level is Level.WARN
    assert "4711" in seen.says


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize(
    "signature", [None, "", "sha256=", "sha256=00", "sha1=00", "ñ", "a stranger's", "of another body"]
)
async def test_no_valid_signature_is_401_and_stored_nowhere(
    world: World, mailbox: Mailbox, shop: Shop, signature: str | None, known: bool
) -> None:
    app = cloud_api(mailbox, shop)
    body = delivery((shop if known else "4711", "forged"))
    if signature == "a stranger's":
        signature = sign(await world.shop(), body)
    elif signature == "of another body":
        signature = sign(shop, body + b" ")
    assert await post(app, body, signature) == 401
    for table in ("inbox", "unrouted", "contacts", "conversations"):
        assert not await world.rows("SELECT 1 FROM " + table)  # noqa: S608
    assert (app.received, app.refused) == (0, 1)


async def test_what_is_for_known_lines_is_stored_although_a_line_beside_it_is_unknown(
    world: World, mailbox: Mailbox, shop: Shop
) -> None:
    body = delivery((shop, "ours"), ("4711", "stray"))
    assert await post(cloud_api(mailbox, shop), body, sign(shop, body)) == 200
    assert await ids(world) == ["ours"]
    assert (await world.one("SELECT line_address FROM unrouted"))["line_address"] == "4711"
