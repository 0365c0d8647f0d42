"""Errors: every one has a stable code and a verdict. Callers decide on the verdict, never on text."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a caller may do: give up (`retry_after_s` is None) or try again after so many seconds."""

    retry_after_s: float | None

    @property
    def permanent(self) -> bool:
        return self.retry_after_s is None


PERMANENT = Verdict(None)


def retry_after(seconds: float) -> Verdict:
    """Try again, not before `seconds` from now."""
    return Verdict(seconds)


class RecadoError(Exception):
    """The base of all errors that a person or a client may see.

    `code` is stable and machine-readable, `message` says what to do, `status` is its HTTP status.
    """

    code: str = "internal_error"
    status: int = 500
    verdict: Verdict = PERMANENT

    def __init__(
        self, message: str, *, code: str | None = None, status: int | None = None, verdict: Verdict | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        if verdict is not None:
            self.verdict = verdict
        if code is not None:
            self.code = code
        if status is not None:
            self.status = status


class NotFound(RecadoError):
    code = "not_found"
    status = 404


class Conflict(RecadoError):
    code = "conflict"
    status = 409


class BadInput(RecadoError):
    code = "bad_input"
    status = 422


class Unauthorized(RecadoError):
    code = "unauthorized"
    status = 401


class Forbidden(RecadoError):
    code = "forbidden"
    status = 403


class Unavailable(RecadoError):
    """A part that is needed does not answer now; the verdict says when to ask again, soon unless said otherwise."""

    code = "unavailable"
    status = 503
    verdict = retry_after(1.0)


class SettingsError(RecadoError):
    """A setting is missing or wrong; the message names the variable and gives an example."""

    code = "bad_settings"


# Codes of what passes by itself; a person can only wait.
PROVIDER_BUSY = frozenset({"provider_unreachable", "provider_unavailable", "maintenance", "rate_limited"})


class SendError(RecadoError):
    """A channel could not send, and the provider surely did not take the message.

    `counts` is false when the try says nothing about the message (a rate limit): it may wait as long as it takes.
    `pauses_line` is true when the whole line must wait for what the verdict says.
    """

    code = "send_failed"

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        verdict: Verdict = PERMANENT,
        counts: bool = True,
        pauses_line: bool = False,
    ) -> None:
        super().__init__(message, code=code, verdict=verdict)
        # To whoever asked over HTTP: come again, or mend what was asked or how the line is set up.
        self.status = 503 if self.code in PROVIDER_BUSY and not verdict.permanent else 422
        self.counts = counts
        self.pauses_line = pauses_line


class SendRefused(SendError):
    """Refused before the call, because the provider would refuse it or the rules forbid it."""

    code = "send_refused"
    status = 422


class MediaError(RecadoError):
    """A file could not be fetched, kept or taken; the verdict says whether trying again may help."""

    code = "media_failed"
    status = 422


class OutcomeUnknown(RecadoError):
    """The bytes left, no answer came: the provider may or may not have taken the message."""

    code = "outcome_unknown"
    status = 504
