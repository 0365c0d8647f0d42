"""What a backup says of itself: which program made it when, what is in it, and the hashes that prove it whole."""

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from recado.errors import BadInput, NotFound
from recado.kit.private import write_private

FORMAT = 1
MANIFEST = "manifest.json"
DATABASE = "recado.db"
MEDIA = "media"
_READ_BYTES = 1 << 20


class StoredFile(BaseModel):
    """A file of a backup; `path` is relative to its folder, with slashes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: Annotated[str, Field(min_length=1, max_length=1_000)]
    size_bytes: int
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class Manifest(BaseModel):
    """`rows` counts those of each table; `revision` is that of the tables. `source` is the kind of database."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal[1] = FORMAT
    recado: str
    revision: str
    made_at: str
    source: Literal["sqlite", "postgresql"]
    rows: dict[str, int]
    files: tuple[StoredFile, ...]


def read_manifest(folder: Path) -> Manifest:
    """Raises `NotFound` (`no_backup`) or `BadInput` (`bad_backup`)."""
    try:
        return Manifest.model_validate_json((folder / MANIFEST).read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        raise NotFound(
            f"{folder} is no backup: it has no {MANIFEST}. Name a folder that recado backup made.", code="no_backup"
        ) from None
    except ValidationError:
        raise BadInput(f"{folder / MANIFEST} cannot be read by this version of Recado.", code="bad_backup") from None


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """The last file of a backup: without it, it is none."""
    with write_private(folder / MANIFEST) as file:
        json.dump(manifest.model_dump(), file, indent=1)
        file.flush()
        os.fsync(file.fileno())


def describe(folder: Path, path: Path) -> StoredFile:
    """Size and hash of a file of the backup in `folder`."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_READ_BYTES):
            digest.update(block)
    return StoredFile(
        path=path.relative_to(folder).as_posix(), size_bytes=path.stat().st_size, sha256=digest.hexdigest()
    )


def damages(folder: Path, manifest: Manifest) -> Iterator[str]:
    """What is missing from a backup or is not what was put there, in words."""
    if DATABASE not in {file.path for file in manifest.files}:
        yield f"{DATABASE} is not in its list"
    for file in manifest.files:
        path = folder / file.path
        # The path is also where the file goes to, below another folder: it may not climb at all.
        if ".." in PurePosixPath(file.path).parts or not path.resolve().is_relative_to(folder.resolve()):
            yield f"{file.path} lies outside of it"
        elif not path.is_file():
            yield f"{file.path} is missing"
        elif describe(folder, path) != file:
            yield f"{file.path} was changed"
