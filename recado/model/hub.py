"""Finds models: on this machine by path, or on a hub by id, downloaded once and offline after that.

The HTTP is huggingface_hub's; the keeping is ours, because its own download (2.4.0) starts each file anew after an
interruption and believes whatever bytes have the right length. What the hub says of a file's hash is checked after the
download and again before each use.
"""

import asyncio
import shutil
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import FileIO
from pathlib import Path
from typing import Any

from recado.errors import BadInput, NotFound, Unavailable
from recado.model.cache import Listing, RemoteFile, Report, Shelf, digest_of, quiet
from recado.model.choice import choose
from recado.model.engine import Located, Progress
from recado.model.hub_client import library
from recado.model.troubles import DISK_FULL, explained, later, no_space
from recado.model.words import say

MAIN = "main"
# The client's own default (huggingface_hub.constants.DEFAULT_ETAG_TIMEOUT).
ASK_TIMEOUT_S = 10.0


@dataclass(frozen=True, slots=True)
class HubSettings:
    """`endpoint` None: HF_ENDPOINT, or the public hub. `token` None: HF_TOKEN, or who is logged in on this machine."""

    cache: Path
    endpoint: str | None = None
    token: str | None = field(default=None, repr=False)


def locate_on_disk(path: Path) -> Located:
    """The model at a path: a `.gguf` file, a folder with one, or a folder of transformers.

    Raises `NotFound` (`model_not_found`) or `BadInput` (`bad_model`).
    """
    if path.is_file() and path.suffix == ".gguf":
        return Located(path, path.stem)
    if not path.is_dir():
        raise NotFound(say("no_path", path=path), code="model_not_found")
    files = [RemoteFile(one.name, one.stat().st_size, "") for one in sorted(path.iterdir()) if one.is_file()]
    return _located(path, choose(path.name, None, files), path.name, None)


def _path_of(name: str) -> Path | None:
    """The path that a name is: by its looks, or because it is there."""
    path = Path(name).expanduser()
    looks = name.startswith(("/", "./", "../", "~")) or (name.endswith(".gguf") and ":" not in name)
    return path if looks or path.exists() else None


async def locate(name: str, revision: str | None, progress: Progress, *, settings: HubSettings) -> Located:
    """A model by path or by hub id; downloaded if it is not here yet, off the loop. What is on this machine wins.

    Errors as `locate_on_disk` and `obtain`.
    """
    path = await asyncio.to_thread(_path_of, name)
    if path is not None:
        return await asyncio.to_thread(locate_on_disk, path)
    loop = asyncio.get_running_loop()
    last = -1

    def report(_stage: str, done: int, total: int) -> None:
        nonlocal last
        percent = 100 * done // max(total, 1)
        if percent != last:
            last = percent
            loop.call_soon_threadsafe(progress, percent)

    return await asyncio.to_thread(obtain, name, revision, settings, report=report)


def obtain(
    name: str, revision: str | None, settings: HubSettings, *, report: Report = quiet, update: bool = False
) -> Located:
    """The model `user/model` or `user/model:file.gguf` of a hub, whole and checked, from the cache if it is there.

    Without `update`, a branch stays at the commit where it was first downloaded, and a sound cache needs no network.
    Damaged and missing files are downloaded again. Raises `BadInput` (`bad_model_name`), `NotFound`
    (`model_not_found`), `Unauthorized` (`bad_token`), `Forbidden` (`no_access`), `Unavailable` (`hub_busy`,
    `hub_failed`, `hub_unreachable`, `wrong_bytes`), `RecadoError` (`disk_full`, `cache_unusable`).
    """
    repo, _, wanted = name.partition(":")
    check_repo(repo, "bad_name")
    hub = Hub(settings, repo)
    with explained(hub.url, repo, revision or MAIN, settings.cache):
        listing = hub.listing(revision or MAIN, update=update)
        chosen = choose(repo, wanted or None, listing.files)
        bad = hub.shelf.damaged(listing.commit, chosen, report)
        if bad:
            hub.download(listing.commit, bad, report)
    return _located(hub.shelf.snapshot(listing.commit), chosen, name, listing.commit)


def check_repo(repo: str, word: str) -> None:
    """Raises `BadInput` (`bad_model_name`) for what is not `user/model`; `word` is the phrase that says so."""
    library()
    from huggingface_hub.errors import HFValidationError
    from huggingface_hub.utils import validate_repo_id

    try:
        validate_repo_id(repo)
        if repo.count("/") != 1:
            raise HFValidationError
    except HFValidationError:
        raise BadInput(say(word, name=repo), code="bad_model_name") from None


# --- the hub ------------------------------------------------------------------------------------------------------


class Hub:
    """One model on a hub, and its place in the cache."""

    def __init__(self, settings: HubSettings, repo: str) -> None:
        library()
        from huggingface_hub import HfApi

        self.repo = repo
        self.shelf = Shelf(settings.cache, repo)
        self._settings = settings
        self.api: Any = HfApi(endpoint=settings.endpoint, token=settings.token or None, library_name="recado")
        self.url = self.api.endpoint

    def listing(self, revision: str, *, update: bool) -> Listing:
        """What the model consists of at a revision; asked of the hub once, and with `update`."""
        commit = self.shelf.commit_of(revision)
        known = self.shelf.listing(commit) if commit else None
        if known is not None and not update:
            return known
        try:
            found = self._ask(revision)
        except Unavailable:
            other = self.shelf.listing_on_disk(commit) if commit and not update else None
            if other is None:
                raise
            return other
        self.shelf.remember(revision, found)
        return found

    def _ask(self, revision: str) -> Listing:
        with explained(self.url, self.repo, revision, self._settings.cache):
            try:
                info = self.api.model_info(self.repo, revision=revision, files_metadata=True, timeout=ASK_TIMEOUT_S)
                files = tuple(
                    RemoteFile(one.rfilename, one.size or 0, one.lfs.sha256 if one.lfs else one.blob_id or "")
                    for one in info.siblings or ()
                )
                if info.sha is None:
                    raise ValueError("no commit")
            except (ValueError, KeyError, TypeError, AttributeError):
                raise Unavailable(say("no_hub", hub=self.url), code="hub_unreachable", verdict=later()) from None
        return Listing(info.sha, files)

    def download(self, commit: str, files: Sequence[RemoteFile], report: Report) -> None:
        """Fetch files into the cache, each from where an earlier try stopped."""
        self._room_for(files)
        blobs = self.shelf.folder / "blobs"
        blobs.mkdir(parents=True, exist_ok=True)
        meter = _Meter(report, sum(file.size for file in files))
        for file in files:
            with self._alone(file):
                if not self._got_by_another(commit, file):
                    self._fetch(commit, file, meter)
                self.shelf.link(commit, file)
            meter.finish(file)

    def _got_by_another(self, commit: str, file: RemoteFile) -> bool:
        """Whether a sound blob is here by now; a damaged one is thrown away."""
        blob = self.shelf.blob(file)
        try:
            if blob.stat().st_size == file.size and digest_of(blob, file.digest) == file.digest:
                return True
        except FileNotFoundError:
            return False
        blob.unlink()
        return False

    @contextmanager
    def _alone(self, file: RemoteFile) -> Generator[None]:
        """The lock that Hugging Face's own tools take for the same file."""
        from huggingface_hub.utils import WeakFileLock

        self.shelf.locks.mkdir(parents=True, exist_ok=True)
        with WeakFileLock(self.shelf.locks / f"{file.digest}.lock"):
            yield

    def _room_for(self, files: Sequence[RemoteFile]) -> None:
        self.shelf.folder.mkdir(parents=True, exist_ok=True)
        needed = sum(file.size - _size_of(self.shelf.partial(file)) for file in files)
        if needed > shutil.disk_usage(self.shelf.folder).free:
            raise no_space(self.shelf.folder, needed)

    def _fetch(self, commit: str, file: RemoteFile, meter: "_Meter") -> None:
        partial = self.shelf.partial(file)
        for _ in range(2):  # a part of long ago, or of another mirror, may be wrong: then once from the start
            self._receive(commit, file, meter)
            if digest_of(partial, file.digest) == file.digest:
                partial.replace(self.shelf.blob(file))
                return
            partial.unlink()
            meter.restart(file)
        raise Unavailable(say("wrong_bytes", hub=self.url, file=file.path), code="wrong_bytes", verdict=later())

    def _receive(self, commit: str, file: RemoteFile, meter: "_Meter") -> None:
        from huggingface_hub import file_download, utils

        client: Any = file_download
        common: Any = utils
        partial = self.shelf.partial(file)
        have = _size_of(partial)
        if have > file.size:
            partial.unlink()
            have = 0
        meter.begin(have)
        url = client.hf_hub_url(self.repo, file.path, revision=commit, endpoint=self.url)
        headers = common.build_hf_headers(token=self._settings.token, library_name="recado")
        # What is compressed on the way cannot be continued.
        headers["Accept-Encoding"] = "identity"
        with _Metered(partial, meter) as target:
            try:
                client.http_get(
                    url,
                    target,
                    resume_size=have,
                    headers=headers,
                    expected_size=file.size,
                    displayed_filename=file.path,
                )
            except OSError as error:
                if error.errno in DISK_FULL:
                    raise no_space(self.shelf.folder, file.size - _size_of(partial)) from None
                raise


class _Meter:
    """Bytes of a download, those of files that are here in part included."""

    def __init__(self, report: Report, total: int) -> None:
        self._report, self._total = report, total
        self._before = self._now = 0

    def begin(self, have: int) -> None:
        self._now = have
        self.tell()

    def add(self, count: int) -> None:
        self._now += count
        self.tell()

    def restart(self, _file: RemoteFile) -> None:
        self._now = 0

    def finish(self, file: RemoteFile) -> None:
        self._before += file.size
        self._now = 0
        self.tell()

    def tell(self) -> None:
        self._report("download", min(self._before + self._now, self._total), self._total)


class _Metered(FileIO):
    """The end of a file that tells how much is written to it."""

    def __init__(self, path: Path, meter: _Meter) -> None:
        super().__init__(path, "ab")
        self._meter = meter

    def write(self, data: Any, /) -> int:
        view = memoryview(data)
        done = 0
        while done < len(view):  # unbuffered: the system may take a part only, as before a full disk
            done += super().write(view[done:])
        self._meter.add(done)
        return done

    def truncate(self, size: int | None = None, /) -> int:
        self._meter.begin(self.tell() if size is None else size)
        return super().truncate(size)


def _size_of(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _located(folder: Path, chosen: Sequence[RemoteFile], name: str, revision: str | None) -> Located:
    first = chosen[0].path
    return Located(folder / first if first.endswith(".gguf") else folder, name, revision)
