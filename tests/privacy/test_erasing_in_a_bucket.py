"""Erasure where files are kept in a bucket: their content goes there, also when nobody answers there at first."""

import json
from pathlib import Path
from typing import Any

import pytest

from recado.errors import Unavailable
from recado.kit.crypto import SecretBox
from recado.media.store import open_store
from recado.privacy.work import Keeper
from tests.bucket_server import Way, bucket_server, client_of
from tests.mailbox.support import World
from tests.privacy.support import live

BUCKET = "files-of-people"


def kept(client: Any) -> dict[str, bytes]:
    """What lies in the bucket."""
    found = client.list_objects_v2(Bucket=BUCKET).get("Contents", [])
    return {one["Key"]: client.get_object(Bucket=BUCKET, Key=one["Key"])["Body"].read() for one in found}


@pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True)  # the bucket is the same for both
async def test_files_in_a_bucket_go_as_soon_as_it_answers(world: World, box: SecretBox, tmp_path: Path) -> None:
    with bucket_server() as endpoint:
        client, way = client_of(endpoint), Way(endpoint)
        client.create_bucket(Bucket=BUCKET)
        await way.open()
        store = open_store(f"s3://{BUCKET}/recado?endpoint={way.url}", tmp_path)
        try:
            life = await live(world, box, tmp_path, store)
            before = kept(client)
            assert any(b"contenido-7319" in content for content in before.values())
            erasure = await life.ask()

            await way.cut()
            with pytest.raises(Unavailable) as caught:
                await life.eraser().work_on(life.project, erasure)
            assert caught.value.code == "media_store_unavailable"
            row = await life.erasure(erasure)
            assert (row.state, row.done_ms) == ("running", None), "there is no receipt yet"
            assert kept(client) == before
            await world.execute("UPDATE erasures SET lease_until_ms = lease_until_ms + 600000")
            assert await Keeper(life.database, life.eraser()).erase_what_is_asked() == 0, "its lease is not over"

            await way.open()
            await world.execute("UPDATE erasures SET lease_until_ms = 0")
            assert await Keeper(life.database, life.eraser()).erase_what_is_asked() == 1
        finally:
            await store.close()
            await way.cut()
        after = kept(client)
    assert after == {key: content for key, content in before.items() if b"7319" not in content}
    assert len(before) - len(after) == 4
    row = await life.erasure(erasure)
    assert (row.state, json.loads(row.counts)["media"]) == ("done", 4)
    assert await life.world.rows("SELECT id FROM media WHERE state = 'deleting'") == []
