"""What a setting may be. Every error is one line that names its variable, gives an example and repeats no secret."""

from pathlib import Path

import pytest

from recado.db import Database
from recado.doctor import Level, examine
from recado.errors import RecadoError, SettingsError
from recado.kit import new_id
from recado.kit.crypto import SecretBox, secret_box
from recado.mailbox.driver import Priority, Tx
from recado.mailbox.sql import Query
from recado.migrate import check, migrate
from recado.runtime import open_driver
from recado.settings import MIN_SECRET_CHARACTERS, SSL_MODES, Settings, load_settings
from tests.cli.terminal import free_port
from tests.databases import Databases

POSTGRES = "postgresql://recado:very-secret@127.0.0.1:5432/recado"


def told(monkeypatch: pytest.MonkeyPatch, **variables: str) -> str:
    for variable, text in variables.items():
        monkeypatch.setenv(variable, text)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    return caught.value.message


@pytest.mark.parametrize(
    ("variable", "text", "says"),
    [
        ("RECADO_DATABASE_URL", f"{POSTGRES}?sslmod=require", "has the parameter 'sslmod'"),
        ("RECADO_DATABASE_URL", f"{POSTGRES}?channel_binding=require", "leave it out"),
        ("RECADO_DATABASE_URL", f"{POSTGRES}?sslmode=yes", "require"),
        ("RECADO_DATABASE_URL", f"{POSTGRES}?sslmode", "name=value"),
        ("RECADO_DATABASE_URL", "postgresql://recado:very-secret/x@localhost/recado", "is no address"),
        ("RECADO_DATABASE_URL", "postgresql://recado:very-secret@localhost:port/recado", "is no address"),
        ("RECADO_DATABASE_URL", "sqlite:///", "names no file"),
        ("RECADO_DATABASE_URL", "sqlite:///:memory:", "names no file"),
        ("RECADO_DATABASE_URL", "sqlite:////tmp/x.db?mode=ro", "takes nothing after a ?"),
        ("RECADO_DATABASE_DIRECT_URL", POSTGRES, "another kind of database"),
        ("RECADO_DATABASE_DIRECT_URL", "sqlite:////tmp/x.db", "PostgreSQL only"),
        ("RECADO_CLOUD_API_BASE_URL", "graph.facebook.com", "http:// or https://"),
        ("RECADO_PUBLIC_URL", "recado.example.com", "is no address of a server"),
        ("RECADO_AUDIT_DAYS", "30", "at least 90"),
        ("RECADO_CLOUD_API_BASE_URL", "http://x:abc", "is no address"),
        ("RECADO_CLOUD_API_BASE_URL", "http://x:99999", "is no address"),
        ("RECADO_CLOUD_API_BASE_URL", "https://", "names no host"),
        ("RECADO_CLOUD_API_BASE_URL", "https://:443", "names no host"),
        ("RECADO_CLOUD_API_BASE_URL", "https://graph.facebook.com?a=very-secret", "takes nothing after a ?"),
        ("RECADO_CLOUD_API_BASE_URL", "https://graph.facebook.com#a", "is no address"),
        ("RECADO_CLOUD_API_BASE_URL", "https://gra ph.facebook.com", "is no address"),
        ("AI_ASSISTANTS_API_KEYS", "Bad Slug:very-secret-0123456789", "'Bad Slug' is not a short name"),
        ("AI_ASSISTANTS_API_KEYS", "clinic:very-secret", "at least 16"),
        ("AI_ASSISTANTS_API_KEYS", "clinic:very-secret-01234,farm:very-secret-01234", "two projects"),
        ("RECADO_SECRET_KEY", "very-secret", "at least 16"),
        ("RECADO_SECRET_KEY", "long-enough-0123456789,very-secret", "at least 16"),
        ("RECADO_SECRET_KEY", " , ", "at least 16"),
    ],
)
def test_a_wrong_setting_is_one_line(monkeypatch: pytest.MonkeyPatch, variable: str, text: str, says: str) -> None:
    message = told(monkeypatch, **{variable: text})
    assert message.startswith(f"{variable}: ")
    assert says in message
    assert "Example: " in message
    assert len(message.splitlines()) == 1
    assert "very-secret" not in message


def test_the_names_of_older_installations_are_read_and_ours_win(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable, text in (
        ("AI_ASSISTANTS_DATA_DIR", "/srv/older"),
        ("DATABASE_URL", POSTGRES),
        ("AI_ASSISTANTS_API_KEYS", "clinic:very-secret-01234"),
        ("AI_ASSISTANTS_RATE_LIMIT", "7/30"),
        ("AI_ASSISTANTS_ENABLE_LEGACY_ROUTES", "0"),
        ("WHATSAPP_WEBHOOK_SECRET", "very-secret-0123456789"),
    ):
        monkeypatch.setenv(variable, text)
    read = load_settings()
    assert (str(read.data_dir), read.database_url) == ("/srv/older", POSTGRES)
    assert read.api_keys == (("clinic", "very-secret-01234"),)
    assert (read.project_rate_limit, read.legacy_routes) == ("7/30", False)
    assert read.gateway_secret == "very-secret-0123456789"
    monkeypatch.setenv("RECADO_DATA_DIR", "/srv/ours")
    monkeypatch.setenv("RECADO_DATABASE_URL", "sqlite:////srv/ours/recado.db")
    read = load_settings()
    assert (str(read.data_dir), read.database_url) == ("/srv/ours", "sqlite:////srv/ours/recado.db")


async def test_the_doctor_names_each_wrong_setting_too(monkeypatch: pytest.MonkeyPatch) -> None:
    message = told(monkeypatch, RECADO_SECRET_KEY="short", RECADO_CLOUD_API_BASE_URL="http://x:abc")
    found = await examine(free_port())
    assert [(f.check, f.level) for f in found] == [("settings", Level.FAIL)] * 2
    assert [f.says for f in found] == message.splitlines()


def test_the_direct_address_is_looked_at_beside_a_wrong_one(monkeypatch: pytest.MonkeyPatch) -> None:
    message = told(monkeypatch, RECADO_DATABASE_URL="sqlite:///", RECADO_DATABASE_DIRECT_URL=POSTGRES)
    assert message.count("\n") == 0


def test_what_the_secret_box_takes_the_settings_take() -> None:
    key = "k" * MIN_SECRET_CHARACTERS
    assert Settings(secret_key=f"{key}, {key}x").secret_key
    SecretBox([key])
    with pytest.raises(RecadoError):
        SecretBox([key[1:]])


def test_a_short_key_in_the_file_is_blamed_on_the_file(tmp_path: Path) -> None:
    (tmp_path / "secret.key").write_text("short")
    with pytest.raises(RecadoError, match=r"secret\.key") as caught:
        secret_box("", tmp_path)
    assert "RECADO_SECRET_KEY needs" not in caught.value.message


@pytest.mark.parametrize(
    "query",
    ["", *(f"?sslmode={mode}" for mode in SSL_MODES), "?application_name=clinica&sslrootcert=%2Fetc%2Fca.pem"],
)
def test_what_managed_postgresql_servers_give_is_taken(query: str) -> None:
    assert Settings(database_url=POSTGRES + query).database_url == POSTGRES + query
    assert Settings(database_url="postgres://host/name").database_url == "postgresql://host/name"


@pytest.mark.parametrize("query", ["sslmode=disable", "sslmode=prefer&connect_timeout=5&application_name=clinica"])
async def test_all_ways_to_postgresql_take_libpqs_parameters(databases: Databases, query: str) -> None:
    url = databases.create_empty("postgresql")
    settings = Settings(database_url=f"{url}{'&' if '?' in url else '?'}{query}")
    database = Database(settings.resolved_database_url)
    driver = open_driver(settings, database, new_id())

    async def name(tx: Tx) -> str:
        return (await tx.fetch(Query("SELECT current_setting('application_name')")))[0][0]

    try:
        assert await migrate(settings)
        assert (await check(database)).up_to_date
        assert await driver.run(name, Priority.OTHER) == ("clinica" if "clinica" in query else "")
    finally:
        await driver.close()
        await database.close()
        databases.drop(url)


async def test_a_server_without_tls_is_told_where_it_is_required(
    databases: Databases, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    url = databases.server().url()
    monkeypatch.setenv("RECADO_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("RECADO_DATABASE_URL", f"{url}{'&' if '?' in url else '?'}sslmode=require")
    (found,) = [finding for finding in await examine(free_port()) if finding.check == "database"]
    assert found.level is Level.FAIL
    assert "SSL" in found.says
