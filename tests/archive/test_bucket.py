"""Backups where files are kept in a bucket: they say what they leave out, and are restored to one."""

from pathlib import Path

from recado.archive.backup import back_up
from recado.archive.restore import restore
from recado.db import Database
from recado.settings import Settings
from tests.archive.test_archive import fill, quiet
from tests.bucket_server import bucket_server, client_of
from tests.cli.terminal import Installation
from tests.databases import Databases

BUCKET = "files-of-people"


async def test_files_of_a_backup_go_to_the_bucket(databases: Databases, tmp_path: Path) -> None:
    url, target = databases.create("sqlite"), databases.create_empty("sqlite")
    source = Database(url)
    await fill(source)
    await source.close()
    photo = tmp_path / "data" / "media" / "p" / "01" / "photo"
    photo.parent.mkdir(parents=True)
    photo.write_bytes(b"photo" * 200_000)
    made = await back_up(Settings(database_url=url, data_dir=tmp_path / "data"), tmp_path / "backups", quiet)
    assert not made.has_bucket
    with bucket_server() as endpoint:
        client = client_of(endpoint)
        client.create_bucket(Bucket=BUCKET)
        media_url = f"s3://{BUCKET}/recado?endpoint={endpoint}"
        new = Settings(database_url=target, data_dir=tmp_path / "new", media_url=media_url)
        await restore(new, made.folder, quiet, resume=True)
        found = client.get_object(Bucket=BUCKET, Key="recado/p/01/photo")["Body"].read()
    assert found == photo.read_bytes()
    assert not (tmp_path / "new" / "media").exists()
    for one in (url, target):
        databases.drop(one)


def test_a_backup_says_that_the_bucket_is_not_in_it(tmp_path: Path) -> None:
    installation = Installation(tmp_path)
    installation.ok("db", "migrate")
    assert "bucket" not in installation.ok("backup", str(tmp_path / "backups"))
    installation.environment["RECADO_MEDIA_URL"] = "s3://recado-media/installation?region=sa-east-1"
    assert "(RECADO_MEDIA_URL) are not in it" in installation.ok("backup", str(tmp_path / "later"))
    assert installation.json("backup", str(tmp_path / "latest"))["without_bucket"] is True
