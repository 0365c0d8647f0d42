"""The verdict on files that programs sent: what became of the uploads, and what the phones got. Pure."""

from collections.abc import Mapping, Sequence

from tests.chaos.attachments import ATTACHED, Attachment, Upload
from tests.chaos.checker import Verdict
from tests.chaos.rows import File
from tests.chaos.simulator import Seen


def is_attachment(words: str) -> bool:
    """Whether words came with a file that a program sent."""
    return words.startswith(ATTACHED)


def check_uploads(verdict: Verdict, uploads: Sequence[Upload], kept: Sequence[File]) -> None:
    """What the API took is there, with its bytes."""
    files = {file.name: file for file in kept}
    for upload in uploads:
        file = files.get(upload.media_id)
        if file is None or file.state != "stored" or not file.kept_sha256:
            verdict.add("lost", upload.media_id, f"{upload} is {file}")
        elif not file.sha256 == file.kept_sha256 == upload.sha256:
            verdict.add("strange", upload.media_id, f"{upload} has other bytes: {file}")


def check_contents(
    verdict: Verdict,
    attachments: Sequence[Attachment],
    seen: Sequence[Seen],
    contents: Mapping[str, str],
    broken: Sequence[int],
) -> None:
    """Phones got these bytes (`contents`: their SHA-256 by the provider's name of a file), and a line uploads a file
    once: again only if a process died before it had written down the provider's name of it.
    """
    uploads = {one.text: one.upload for one in attachments}
    names: dict[tuple[str, str], set[str]] = {}
    for one in seen:
        upload = uploads.get(one.text)
        if upload is None:
            continue  # told of where arrivals are looked at
        if contents.get(one.file) != upload.sha256:
            verdict.add("strange", one.text, f"came with another file than {upload}: {one}")
        names.setdefault((one.line, upload.media_id), set()).add(one.file)
    again = sum(len(files) - 1 for files in names.values())
    if again > len(broken):
        verdict.add("strange", "", f"{again} files were uploaded again, and {len(broken)} processes died: {names}")
