"""Models of a hub on this machine's disk, in the layout that Hugging Face's own tools use, so that they share them.

`models--user--name/blobs/<hash>` holds contents, named by the hash that the hub gives them (SHA-256 of a large file,
git's SHA-1 of a small one); `snapshots/<commit>/<path>` links to them, `refs/<branch>` holds the commit that a branch
stood at (https://huggingface.co/docs/huggingface_hub/guides/manage-cache). Beside them we keep `recado/<commit>.json`,
the hub's list of files, so that a model is checked and found complete without the network.
"""

import hashlib
import json
import os
import re
import shutil
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Literal

from recado.model.hub_client import library

_READ_BYTES = 1 << 20
_SHA256 = re.compile(r"[0-9a-f]{64}")
_SHA1 = re.compile(r"[0-9a-f]{40}")

Stage = Literal["check", "download"]
Report = Callable[[Stage, int, int], None]
"""Told what goes on, and how many bytes of how many are done; from the thread that works."""


def quiet(_stage: Stage, _done: int, _total: int) -> None:
    """The report of one who does not look."""


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file as the hub lists it. `digest` is SHA-256 (64 digits), or git's SHA-1 of a blob (40)."""

    path: str
    size: int
    digest: str


@dataclass(frozen=True, slots=True)
class Listing:
    commit: str
    files: tuple[RemoteFile, ...]


def default_folder() -> Path:
    """Where Hugging Face's tools keep models: HF_HUB_CACHE, HF_HOME/hub, or ~/.cache/huggingface/hub."""
    named = os.environ.get("HF_HUB_CACHE") or os.environ.get("HUGGINGFACE_HUB_CACHE")
    if named:
        return Path(named).expanduser()
    caches = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    home = os.environ.get("HF_HOME") or f"{caches}/huggingface"
    return Path(home).expanduser() / "hub"


def digest_of(path: Path, like: str, read: Callable[[int], None] = lambda _count: None) -> str:
    """The hash of a file's contents, of the kind that `like` is. `read` is told the bytes as they are read."""
    if _SHA256.fullmatch(like):
        running = hashlib.sha256()
    else:
        running = hashlib.sha1(b"blob %d\0" % path.stat().st_size, usedforsecurity=False)
    with path.open("rb") as file:
        while block := file.read(_READ_BYTES):
            running.update(block)
            read(len(block))
    return running.hexdigest()


def is_safe(path: str) -> bool:
    """Whether a hub's path stays below the folder it is put into."""
    parts = PurePosixPath(path).parts
    return bool(parts) and not path.startswith("/") and "\\" not in path and ":" not in path and ".." not in parts


class Shelf:
    """The place of one model in the cache. Raises `OSError` only."""

    def __init__(self, cache: Path, repo: str) -> None:
        self.folder = cache / "--".join(("models", *repo.split("/")))
        self.locks = cache / ".locks" / self.folder.name

    def blob(self, file: RemoteFile) -> Path:
        return self.folder / "blobs" / file.digest

    def partial(self, file: RemoteFile) -> Path:
        """What an interrupted download left."""
        return self.folder / "blobs" / f"{file.digest}.incomplete"

    def snapshot(self, commit: str) -> Path:
        return self.folder / "snapshots" / commit

    def commit_of(self, revision: str) -> str | None:
        """The commit that a branch or tag stood at when it was last asked for."""
        if _SHA1.fullmatch(revision):
            return revision
        try:
            return (self.folder / "refs" / revision).read_text(encoding="ascii").strip() or None
        except (OSError, ValueError):
            return None

    def remember(self, revision: str, listing: Listing) -> None:
        """Keep the hub's list and where the branch stands."""
        told = {"commit": listing.commit, "files": [asdict(file) for file in listing.files]}
        _write(self._list_path(listing.commit), json.dumps(told, indent=1))
        if revision != listing.commit:
            _write(self.folder / "refs" / revision, listing.commit)

    def listing(self, commit: str) -> Listing | None:
        """The list as the hub gave it, or as another tool's snapshot shows it; None if there is neither."""
        try:
            told = json.loads(self._list_path(commit).read_text(encoding="utf-8"))
            return Listing(commit, tuple(RemoteFile(one["path"], one["size"], one["digest"]) for one in told["files"]))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def listing_on_disk(self, commit: str) -> Listing | None:
        """What a snapshot of another tool holds: it may be incomplete, but its links name the hashes."""
        root = self.snapshot(commit)
        found = [path for path in sorted(root.rglob("*")) if path.is_symlink() and path.exists()]
        blobs = [(path.relative_to(root).as_posix(), path.resolve()) for path in found]
        files = tuple(
            RemoteFile(name, blob.stat().st_size, blob.name)
            for name, blob in blobs
            if _SHA256.fullmatch(blob.name) or _SHA1.fullmatch(blob.name)
        )
        return Listing(commit, files) if files else None

    def damaged(self, commit: str, files: Sequence[RemoteFile], report: Report) -> list[RemoteFile]:
        """Those that are missing or whose contents are not what the hub said; every byte is read."""
        total, done = sum(file.size for file in files), 0

        def read(count: int) -> None:
            nonlocal done
            done += count
            report("check", done, total)

        return [file for file in files if not self._sound(commit, file, read)]

    def _sound(self, commit: str, file: RemoteFile, read: Callable[[int], None]) -> bool:
        path = self.snapshot(commit) / file.path
        try:
            return path.stat().st_size == file.size and digest_of(path, file.digest, read) == file.digest
        except OSError:
            return False

    def link(self, commit: str, file: RemoteFile) -> None:
        """Put a blob into its snapshot: as a link, or as a copy where the system has no links."""
        pointer, blob = self.snapshot(commit) / file.path, self.blob(file)
        pointer.parent.mkdir(parents=True, exist_ok=True)
        pointer.unlink(missing_ok=True)
        try:
            pointer.symlink_to(os.path.relpath(blob, pointer.parent))
        except (OSError, NotImplementedError):
            shutil.copyfile(blob, pointer)

    def _list_path(self, commit: str) -> Path:
        return self.folder / "recado" / f"{commit}.json"


def _write(path: Path, text: str) -> None:
    """Whole or not at all, whoever reads meanwhile."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)


# --- looking after it -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Kept:
    """One commit of a model in the cache. `branches` point to it; `used_at_ms` is when it was last read."""

    model: str
    commit: str
    branches: tuple[str, ...]
    size_bytes: int
    used_at_ms: int


@dataclass(frozen=True, slots=True)
class Pruned:
    """What `prune` takes away: commits, and files that interrupted downloads left."""

    kept: tuple[Kept, ...]
    partials: tuple[Path, ...]
    size_bytes: int


def kept_models(cache: Path) -> list[Kept]:
    """All commits of all models in the cache, by name. An empty list if there is no cache yet."""
    library()
    from huggingface_hub import scan_cache_dir
    from huggingface_hub.errors import CacheNotFound

    try:
        found = scan_cache_dir(cache)
    except (CacheNotFound, ValueError):
        return []
    kept = [
        Kept(
            model=repo.repo_id,
            commit=revision.commit_hash,
            branches=tuple(sorted(revision.refs)),
            size_bytes=revision.size_on_disk,
            used_at_ms=round(max((file.blob_last_accessed for file in revision.files), default=0) * 1000),
        )
        for repo in found.repos
        if repo.repo_type == "model"
        for revision in repo.revisions
    ]
    return sorted(kept, key=lambda one: (one.model, one.commit))


def prune(cache: Path, choose: Callable[[Kept], bool], *, really: bool) -> Pruned:
    """Take away the commits that `choose` names, and what interrupted downloads left that nobody is at now."""
    library()
    from huggingface_hub import scan_cache_dir

    chosen = tuple(one for one in kept_models(cache) if choose(one))
    partials = tuple(_idle_partials(cache))
    freed = sum(path.stat().st_size for path in partials)
    if chosen:
        strategy = scan_cache_dir(cache).delete_revisions(*(one.commit for one in chosen))
        freed += strategy.expected_freed_size
        if really:
            strategy.execute()
            for one in chosen:
                (Shelf(cache, one.model).folder / "recado" / f"{one.commit}.json").unlink(missing_ok=True)
    if really:
        for path in partials:
            path.unlink(missing_ok=True)
    return Pruned(chosen, partials, freed)


def _idle_partials(cache: Path) -> Iterable[Path]:
    from filelock import FileLock, Timeout

    for path in sorted(cache.glob("models--*/blobs/*.incomplete")):
        lock = cache / ".locks" / path.parent.parent.name / f"{path.name.removesuffix('.incomplete')}.lock"
        lock.parent.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(lock, timeout=0):
                yield path
        except Timeout:
            continue
