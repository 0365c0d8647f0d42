"""When an installation's key is the right one, on both databases."""

from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from recado import keyring
from recado.channels.models import LineRow
from recado.channels.service import sealed_secrets
from recado.db import Database
from recado.errors import Conflict, RecadoError
from recado.keyring import open_box
from recado.kit import new_id
from recado.kit.crypto import GIVEN_UP, SecretBox
from recado.settings import Settings
from recado.webhooks.models import WebhookEndpoint

OURS, OTHER = "the key of this installation", "the key of another one"


def settings_of(folder: Path, key: str = "") -> Settings:
    return Settings(data_dir=folder, secret_key=key)


def line(address: str, **secrets: str) -> LineRow:
    place = {"project_id": new_id(), "assistant_id": new_id(), "channel": "cloud-api", "address": address}
    return LineRow(id=new_id(), name="x", max_per_second=80.0, secrets=secrets, config={}, **place)


def webhook(secret: str) -> WebhookEndpoint:
    project = new_id()
    return WebhookEndpoint(
        id=new_id(), project_id=project, url="https://x", secret=secret, events="[]", after_position=0
    )


async def add(database: Database, *rows: LineRow | WebhookEndpoint) -> None:
    async with database.system() as session:
        session.add_all(rows)


def sealed(key: str) -> str:
    return SecretBox([key]).encrypt("t", "x")


async def code_of(folder: Path, database: Database, key: str = "") -> str:
    with pytest.raises(Conflict) as refused:
        await open_box(settings_of(folder, key), database)
    return refused.value.code


async def test_nothing_encrypted_wants_no_key(database: Database, tmp_path: Path) -> None:
    # One without secrets, one whose key was given up, and one that is damaged, which no key would open.
    await add(database, line("1"), line("2", access_token=GIVEN_UP, app_secret="damaged"), webhook(GIVEN_UP))
    box = await open_box(settings_of(tmp_path / "data"), database)
    again = await open_box(settings_of(tmp_path / "data"), database)
    assert again.decrypt(box.encrypt("token", "line"), "line") == "token"


async def test_a_line_without_its_key_is_none_for_another_one(database: Database, tmp_path: Path) -> None:
    await add(database, line("1", access_token=sealed(OURS)), webhook(sealed(OURS)))
    assert await code_of(tmp_path, database) == "key_missing"
    assert not (tmp_path / "secret.key").exists()
    assert await code_of(tmp_path, database, OTHER) == "wrong_secret_key"
    await open_box(settings_of(tmp_path, f"{OTHER},{OURS}"), database)
    (tmp_path / "secret.key").write_text(OTHER)
    assert await code_of(tmp_path, database) == "wrong_secret_key"
    (tmp_path / "secret.key").write_text("short")
    with pytest.raises(RecadoError) as refused:
        await open_box(settings_of(tmp_path), database)
    assert refused.value.code == "bad_secret_key"


async def test_webhooks_count_where_no_line_has_a_secret(database: Database, tmp_path: Path) -> None:
    await add(database, line("1"), webhook(sealed(OURS)))
    assert await code_of(tmp_path, database) == "key_missing"
    assert await code_of(tmp_path, database, OTHER) == "wrong_secret_key"
    await open_box(settings_of(tmp_path, OURS), database)


async def test_one_line_with_another_key_stops_no_other(database: Database, tmp_path: Path) -> None:
    await add(database, line("1", access_token=sealed(OURS)), line("2", access_token=sealed(OTHER)))
    await open_box(settings_of(tmp_path, OURS), database)


async def test_a_dead_line_stops_nobody_whose_webhooks_work(database: Database, tmp_path: Path) -> None:
    """Web lines have no secrets, so they work, too."""
    await add(database, line("1", access_token=sealed(OTHER)), line("2"), webhook(sealed(OURS)))
    await open_box(settings_of(tmp_path, OURS), database)


async def test_two_that_start_together_have_one_key(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def overtaken(session: AsyncSession) -> list[str]:
        """While one looks, another one has made the key and a line."""
        monkeypatch.setattr(keyring, "sealed_of_lines", sealed_secrets)
        other = await open_box(settings_of(tmp_path), database)
        await add(database, line("1", access_token=other.encrypt("token", "x")))
        return await sealed_secrets(session)

    monkeypatch.setattr(keyring, "sealed_of_lines", overtaken)
    box = await open_box(settings_of(tmp_path), database)
    async with database.system(read_only=True) as session:
        (secret,) = await sealed_secrets(session)
    assert box.decrypt(secret, "x") == "token"
