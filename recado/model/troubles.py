"""What huggingface_hub, its HTTP client and the disk raise, as errors that say what to do."""

import errno
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from recado.errors import Forbidden, NotFound, RecadoError, Unauthorized, Unavailable, Verdict, retry_after
from recado.model.words import say, size

if TYPE_CHECKING:
    from huggingface_hub.errors import HfHubHTTPError

# Without a Retry-After; its API counts requests per five minutes (https://huggingface.co/docs/hub/rate-limits).
BUSY_WAIT_S = 300.0
BROKEN_WAIT_S = 60.0
DISK_FULL = (errno.ENOSPC, errno.EDQUOT)


def no_space(folder: Path, needed: int) -> RecadoError:
    """`needed` bytes do not fit beside what `folder` holds."""
    free = shutil.disk_usage(folder).free
    message = say("no_space", needed=size(needed), free=size(free), folder=folder)
    return RecadoError(message, code="disk_full", status=507)


@contextmanager
def explained(url: str, repo: str, revision: str, folder: Path) -> Generator[None]:
    """Turn what huggingface_hub and its HTTP client raise into errors that say what to do."""
    import httpx2
    from huggingface_hub.errors import HfHubHTTPError, OfflineModeIsEnabled

    try:
        yield
    except RecadoError:
        raise
    except HfHubHTTPError as error:
        raise _refused(error, url, repo, revision) from None
    except (httpx2.HTTPError, OfflineModeIsEnabled) as error:
        raise _unreachable(url, type(error).__name__) from None
    except OSError as error:
        if error.errno in DISK_FULL:
            raise no_space(folder, 0) from None
        if error.errno is not None:
            shown = say("no_cache", folder=folder, reason=error.strerror)
            raise RecadoError(shown, code="cache_unusable") from None
        raise _unreachable(url, type(error).__name__) from None  # such as its check of how many bytes came


def _refused(error: "HfHubHTTPError", url: str, repo: str, revision: str) -> RecadoError:
    from huggingface_hub.errors import GatedRepoError, RepositoryNotFoundError, RevisionNotFoundError

    status = error.response.status_code
    if isinstance(error, RevisionNotFoundError):
        return NotFound(say("no_revision", name=repo, revision=revision), code="model_not_found")
    if isinstance(error, GatedRepoError) or status == 403:
        return Forbidden(say("no_access", hub=url, name=repo), code="no_access")
    if isinstance(error, RepositoryNotFoundError) or status == 404:
        return NotFound(say("no_repo", hub=url, name=repo), code="model_not_found")
    if status == 401:
        return Unauthorized(say("bad_token", hub=url), code="bad_token")
    if status == 429:
        wait = _wait_of(error.response.headers.get("Retry-After"))
        return Unavailable(say("busy", hub=url, seconds=wait), code="hub_busy", verdict=retry_after(wait))
    if status >= 500:
        return Unavailable(say("broken", hub=url, status=status), code="hub_failed", verdict=later())
    return RecadoError(say("broken", hub=url, status=status), code="hub_failed", status=502)


def _unreachable(url: str, reason: str) -> Unavailable:
    return Unavailable(say("unreachable", hub=url, reason=reason), code="hub_unreachable", verdict=later())


def _wait_of(header: str | None) -> float:
    return float(header) if header and header.isdigit() else BUSY_WAIT_S


def later() -> Verdict:
    """Worth another try, when the hub may have been mended."""
    return retry_after(BROKEN_WAIT_S)
