"""Design, Semantics, "Keys"."""

import errno
import os
from pathlib import Path

import pytest

from recado.archive.backup import back_up
from recado.archive.manifest import read_manifest
from recado.channels.service import load_lines, update_line
from recado.db import Database
from recado.errors import RecadoError
from recado.kit.crypto import KEY_FILE, SecretBox, secret_box
from recado.settings import Settings
from tests.channels.test_service import SECRETS, make, make_assistant

OLD, NEW = "the key of last year", "the key of this year"


def quiet(_stage: str, _done: int, _total: int) -> None:
    """Nobody looks on."""


def test_the_first_key_encrypts(tmp_path: Path) -> None:
    both = secret_box(f"{NEW}, {OLD}", tmp_path)  # comma-separated, as in RECADO_SECRET_KEY
    sealed = both.encrypt("token", "line")
    assert secret_box(NEW, tmp_path).decrypt(sealed, "line") == "token"
    with pytest.raises(RecadoError, match="RECADO_SECRET_KEY") as caught:
        secret_box(OLD, tmp_path).decrypt(sealed, "line")
    assert caught.value.code == "secret_unreadable"
    assert list(tmp_path.iterdir()) == []  # a key that was given is written nowhere


def test_ciphertext_names_its_key_and_holds_neither_key_nor_text() -> None:
    old, new = SecretBox([OLD]), SecretBox([NEW])
    named = {box: {box.encrypt("token", "line").split(":")[1] for _ in range(3)} for box in (old, new)}
    assert all(len(names) == 1 for names in named.values())
    assert named[old] != named[new]
    sealed = SecretBox([NEW, OLD]).encrypt("token", "line")
    assert sealed.split(":")[1] in named[new]
    assert not any(word in sealed for word in ("token", OLD, NEW))
    assert sealed != SecretBox([NEW, OLD]).encrypt("token", "line")  # a nonce of its own each


def test_a_ciphertext_is_of_no_use_elsewhere_and_cannot_be_changed() -> None:
    box = SecretBox([NEW])
    sealed = box.encrypt("token", "line 1")
    prefix, key, body = sealed.split(":")
    flipped = body[:-5] + ("A" if body[-5] != "A" else "B") + body[-4:]
    wrong = [f"{prefix}:{key}:{flipped}", f"v9:{key}:{body}", f"{prefix}:00000000:{body}", f"{prefix}:{key}:", "", "x"]
    for ciphertext, purpose in [(sealed, "line 2"), *((one, "line 1") for one in wrong)]:
        with pytest.raises(RecadoError) as caught:
            box.decrypt(ciphertext, purpose)
        assert caught.value.code == "secret_unreadable"
        assert "token" not in caught.value.message


async def test_keys_are_rotated_without_a_stop(database: Database, project_id: str) -> None:
    """The new key is put first; what is written again is under it; then the old one can go."""
    assistant_id = await make_assistant(database, project_id)
    row = await make(database, SecretBox([OLD]), project_id, assistant_id)

    async def usable(box: SecretBox) -> bool:
        async with database.system(read_only=True) as session:
            (loaded,) = await load_lines(session, box)
        return loaded.usable and dict(loaded.line.secrets) == SECRETS

    both = SecretBox([NEW, OLD])
    assert await usable(both)
    assert not await usable(SecretBox([NEW]))
    async with database.project(project_id) as session:
        await update_line(session, both, row.id, secrets=SECRETS)
    assert await usable(SecretBox([NEW]))


async def test_the_key_is_never_in_a_backup(database: Database, project_id: str, tmp_path: Path) -> None:
    data = tmp_path / "data"
    box = secret_box("", data)
    row = await make(database, box, project_id, await make_assistant(database, project_id))
    made = await back_up(Settings(database_url=database.url, data_dir=data), tmp_path, quiet)
    kept = {path.name: path.read_bytes() for path in made.folder.rglob("*") if path.is_file()}
    key = (data / KEY_FILE).read_bytes().strip()
    assert KEY_FILE not in kept
    assert not [name for name, content in kept.items() if key in content]
    assert read_manifest(made.folder).rows["lines"] == 1
    assert any(row.id.encode() in content for content in kept.values())  # it can be searched, and the line is in it


def test_an_installation_without_a_setting_makes_a_key_once_for_its_owner_only(tmp_path: Path) -> None:
    sealed = secret_box("", tmp_path / "data").encrypt("token", "line")
    path = tmp_path / "data" / "secret.key"
    assert path.stat().st_mode & 0o777 == 0o600
    assert secret_box("", tmp_path / "data").decrypt(sealed, "line") == "token"


def test_a_full_disk_leaves_no_key_that_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        secret_box("", tmp_path)
    assert list(tmp_path.iterdir()) == []
    monkeypatch.undo()
    assert secret_box("", tmp_path).encrypt("token", "line")


def test_two_processes_that_begin_together_have_one_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    others: list[SecretBox] = []
    fsync = os.fsync

    def meanwhile(descriptor: int) -> None:
        monkeypatch.setattr(os, "fsync", fsync)
        others.append(secret_box("", tmp_path))

    monkeypatch.setattr(os, "fsync", meanwhile)
    mine = secret_box("", tmp_path)
    assert mine.decrypt(others[0].encrypt("token", "line"), "line") == "token"
    assert [one.name for one in tmp_path.iterdir()] == ["secret.key"]


@pytest.mark.parametrize("setting", ["short", f"{NEW},short", ","])
def test_a_key_that_could_be_guessed_is_refused(setting: str, tmp_path: Path) -> None:
    with pytest.raises(RecadoError, match="RECADO_SECRET_KEY"):
        secret_box(setting, tmp_path)
