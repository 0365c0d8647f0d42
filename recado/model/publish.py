"""Publishes a model on a hub, with a card that says what was measured."""

from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Any

from recado import __version__
from recado.errors import BadInput, Forbidden, NotFound, Unauthorized
from recado.model.cache import RemoteFile
from recado.model.choice import of_transformers
from recado.model.hub import MAIN, HubSettings, check_repo
from recado.model.perplexity import Perplexity, measure, sample_text
from recado.model.troubles import explained
from recado.model.words import say

CARD = "README.md"


@dataclass(frozen=True, slots=True)
class Published:
    """`commit` is what to pin with MODEL_REVISION; `own_card` whether the folder's own card was published."""

    repo: str
    url: str
    commit: str
    perplexity: Perplexity
    own_card: bool


def publish(
    folder: Path,
    repo: str,
    settings: HubSettings,
    *,
    private: bool = False,
    revision: str | None = None,
    text: Path | None = None,
    device: str = "auto",
) -> Published:
    """Measure the model of a folder, and commit it to `user/model` with its `.gguf` files, if it has any.

    The hub is made if it is not there, and a branch other than main too. A card (README.md) in the folder is kept.
    Raises `BadInput` (`bad_model_name`, `bad_model`, `text_too_short`), `NotFound` (`model_not_found`, `no_text`),
    `Unauthorized` (`bad_token`), `Forbidden` (`no_access`, `not_private`), and what `troubles.explained` raises.
    """
    check_repo(repo, "bad_repo")
    from huggingface_hub import HfApi

    files = _files(folder)
    api: Any = HfApi(endpoint=settings.endpoint, token=settings.token or None, library_name="recado")
    branch = revision or MAIN
    with explained(api.endpoint, repo, branch, settings.cache):
        _check_token(api)
        seen = measure(folder, _text(text), device)
        api.create_repo(repo, private=private, exist_ok=True)
        if private and not api.model_info(repo).private:
            raise Forbidden(say("not_private", name=repo), code="not_private")
        if branch != MAIN:
            api.create_branch(repo, branch=branch, exist_ok=True)
        card = folder / CARD
        made = None if card.exists() else _card(repo, branch, seen, files, text)
        commit = _commit(api, repo, branch, folder, files, made)
    return Published(repo, f"{api.endpoint}/{repo}", commit, seen, made is None)


def _files(folder: Path) -> list[str]:
    """What to publish: what is needed to run it, and the conversions beside it."""
    if not folder.is_dir():
        raise NotFound(say("no_path", path=folder), code="model_not_found")
    here = [RemoteFile(one.name, one.stat().st_size, "") for one in sorted(folder.iterdir()) if one.is_file()]
    needed = [file.path for file in of_transformers(str(folder), here)]
    return [*needed, *(file.path for file in here if file.path.endswith(".gguf"))]


def _check_token(api: Any) -> None:
    """Before minutes of measuring."""
    from huggingface_hub.errors import LocalTokenNotFoundError

    try:
        api.whoami()
    except LocalTokenNotFoundError:
        raise Unauthorized(say("no_token", hub=api.endpoint), code="bad_token") from None


def _text(path: Path | None) -> str:
    if path is None:
        return sample_text()
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError):
        raise BadInput(say("no_text", path=path), code="no_text") from None


def _card(repo: str, branch: str, seen: Perplexity, files: list[str], text: Path | None) -> bytes:
    template = Template(Path(__file__).with_name("card.md").read_text(encoding="utf-8"))
    filled = template.substitute(
        name=repo.partition("/")[2],
        repo=repo,
        revision=branch,
        architecture=seen.architecture,
        parameters=f"{seen.parameters:,}",
        context=f"{seen.context:,}",
        files=", ".join(f"`{name}`" for name in files),
        perplexity=f"{seen.value:.2f}",
        tokens=f"{seen.tokens:,}",
        window=f"{seen.window:,}",
        text="Recado's own sample of chats" if text is None else f"`{text.name}`",
        digest=seen.digest,
        version=__version__,
    )
    return filled.encode()


def _commit(api: Any, repo: str, branch: str, folder: Path, files: list[str], card: bytes | None) -> str:
    from huggingface_hub import CommitOperationAdd

    contents: dict[str, Any] = {name: str(folder / name) for name in files}
    contents[CARD] = str(folder / CARD) if card is None else card
    added = [CommitOperationAdd(path_in_repo=name, path_or_fileobj=data) for name, data in contents.items()]
    try:
        told = api.create_commit(repo, added, revision=branch, commit_message="Published with Recado")
    except RuntimeError as error:
        # What went wrong with a large file comes wrapped.
        if isinstance(error.__cause__, Exception):
            raise error.__cause__ from None
        raise
    return told.oid
