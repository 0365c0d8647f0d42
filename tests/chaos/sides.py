"""The verdict on what happened beside the conversations: files, sends to many, schedules, webhooks, answers. Pure."""

import hashlib
import hmac
import itertools
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from tests.chaos.attachments import Attachment, Upload
from tests.chaos.callbacks import check_answers, check_ends
from tests.chaos.cases import NEIGHBOUR, PROJECT
from tests.chaos.checker import Verdict, check_provider_id, check_repeat
from tests.chaos.deeds import NOTICE, WEBHOOK_SECRET, Asked, Notice, Tick
from tests.chaos.people import Written
from tests.chaos.receiver import Post
from tests.chaos.rows import Event, File, Found, Job, Out
from tests.chaos.sent_files import check_contents, check_uploads, is_attachment
from tests.chaos.simulator import Seen


def is_notice(words: str) -> bool:
    """Whether a text was sent to many, and not said in a conversation."""
    return words.startswith(NOTICE)


def is_aside(words: str) -> bool:
    """Whether these words answer nobody: a program sent them."""
    return is_notice(words) or is_attachment(words)


@dataclass(frozen=True, slots=True)
class Sides:
    """Everything that this verdict needs. `broken` are the moments (ms since 1970) of kills, crashes and stops;
    `contents` the SHA-256 of each file that phones got, by the provider's name of it.
    """

    written: Sequence[Written]
    notices: Sequence[Notice]
    ticks: Sequence[Tick]
    questions: Sequence[Asked]
    posts: Sequence[Post]
    broken: Sequence[int]
    uploads: Sequence[Upload]
    attachments: Sequence[Attachment]
    contents: Mapping[str, str]


def judge_sides(verdict: Verdict, sides: Sides, seen: Sequence[Seen], found: Found) -> None:
    """Adds what is wrong to the verdict on the conversations."""
    _check_files(verdict, sides.written, found.files)
    _check_notices(verdict, sides.notices, seen, found, is_notice)
    _check_jobs(verdict, sides, found.jobs)
    check_ends(verdict, sides.notices, sides.posts, found)
    check_answers(verdict, sides.questions, sides.posts, found)
    sent = [Notice(one.text, one.line, (one.person,), "") for one in sides.attachments]
    _check_notices(verdict, sent, seen, found, is_attachment)
    check_uploads(verdict, sides.uploads, found.uploads)
    check_contents(verdict, sides.attachments, seen, sides.contents, sides.broken)
    for project in (PROJECT, NEIGHBOUR):
        events = [event for event in found.told if event.project == project]
        _check_webhooks(verdict, f"/{project}", sides, events)


# --- files ------------------------------------------------------------------------------------------------


def _check_files(verdict: Verdict, written: Sequence[Written], files: Sequence[File]) -> None:
    of_message: dict[str, list[File]] = {}
    for file in files:
        of_message.setdefault(file.name, []).append(file)
    for message in written:
        kept = of_message.pop(message.id, [])
        if message.picture is None:
            if kept:
                verdict.add("strange", message.text, f"it has no picture: {kept}")
        elif not kept:
            verdict.add("lost", message.text, "its picture is not kept")
        elif len(kept) > 1:
            verdict.add("doubled", message.text, f"its picture is kept {len(kept)} times")
        elif kept[0].state != "stored":
            verdict.add("unfinished", message.text, f"its picture is {kept[0]}")
        elif not kept[0].sha256 == kept[0].kept_sha256 == message.picture.sha256:
            verdict.add("strange", message.text, f"its picture has other bytes: {kept[0]}")
    for provider_id in of_message:
        verdict.add("strange", provider_id, "a file of a message that nobody wrote")


# --- sends to many, and files -----------------------------------------------------------------------------


def _check_notices(
    verdict: Verdict, notices: Sequence[Notice], seen: Sequence[Seen], found: Found, is_one: Callable[[str], bool]
) -> None:
    """`is_one` says what is told of here, among all that phones got and that stands in the outbox."""
    rows = {row.id: row for row in found.outbox}
    talks = {talk.id: talk for talk in found.talks}
    queued = Counter((row.text, *_who(row, talks)) for row in found.outbox if is_one(row.text))
    got: dict[tuple[str, str, str], list[Seen]] = {}
    for each in filter(lambda one: is_one(one.text), seen):
        got.setdefault((each.text, each.line, each.person), []).append(each)
    for notice in notices:
        for person in notice.people:
            about, place = f"{notice.text} for {person}", (notice.text, notice.line, person)
            copies, rows_of_it = got.pop(place, []), queued.pop(place, 0)
            if not copies:
                verdict.add("lost", about, f"no phone got it, {rows_of_it} rows in the outbox")
            if rows_of_it > 1:
                verdict.add("doubled", about, f"{rows_of_it} rows in the outbox")
            for before, again in itertools.pairwise(copies):
                check_repeat(verdict, about, before, again, rows)
            check_provider_id(verdict, about, copies, rows)
    for row in found.outbox:
        if is_one(row.text) and row.state != "sent":
            verdict.add("unfinished", row.text, f"it is {row}")
    for place in [*got, *queued]:
        verdict.add("wrong_person", str(place), "got what was not for them")


def _who(row: Out, talks: Mapping[str, "object"]) -> tuple[str, str]:
    talk = talks.get(row.conversation)
    return getattr(talk, "line", ""), next(iter(getattr(talk, "people", ())), "")


# --- jobs and schedules -----------------------------------------------------------------------------------


def _check_jobs(verdict: Verdict, sides: Sides, jobs: Sequence[Job]) -> None:
    asked = {notice.job_id for notice in sides.notices if notice.job_id}
    of_schedule: dict[str, list[Job]] = {}
    for job in jobs:
        if job.state != "succeeded":
            verdict.add("unfinished", "", f"a job is {job}")
        if job.schedule_id is not None:
            of_schedule.setdefault(job.schedule_id, []).append(job)
        elif job.id not in asked:
            verdict.add("strange", "", f"nobody asked for {job}")
    for missing in asked - {job.id for job in jobs}:
        verdict.add("lost", "", f"there is no job {missing}")
    for tick in sides.ticks:
        key = hashlib.sha256(f"schedule {tick.schedule_id} {tick.due_ms}".encode()).hexdigest()
        jobs_of_it = of_schedule.get(tick.schedule_id, [])
        made = [job for job in jobs_of_it if job.key == key]
        if not made:
            verdict.add("lost", "", f"no job of {tick}")
        elif len(made) > 1:
            verdict.add("doubled", "", f"{len(made)} jobs of {tick}")
        of_schedule[tick.schedule_id] = [job for job in jobs_of_it if job.key != key]
    for job in itertools.chain.from_iterable(of_schedule.values()):
        verdict.add("strange", "", f"its schedule has no tick at its moment: {job}")


# --- webhooks ---------------------------------------------------------------------------------------------


def _check_webhooks(verdict: Verdict, path: str, sides: Sides, events: Sequence[Event]) -> None:
    """At least once, always the same, signed, nothing of others; in order but where a process was killed meanwhile."""
    wanted = {event.id: event for event in events}
    first: dict[str, Post] = {}
    taken: set[str] = set()
    for post in sides.posts:
        if post.path != path:
            continue
        event_id = str(json.loads(post.body)["id"])
        signed = "sha256=" + hmac.new(WEBHOOK_SECRET.encode(), post.body.encode(), hashlib.sha256).hexdigest()
        if post.signature != signed:
            verdict.add("strange", "", f"{path}: badly signed: {post}")
        if event_id not in wanted:
            verdict.add("wrong_person", "", f"{path}: an event of another project: {post}")
            continue
        if first.setdefault(event_id, post).body != post.body:
            verdict.add("strange", "", f"{path}: {event_id} came with another body")
        if post.taken:
            taken.add(event_id)
    for event in events:
        if event.id not in taken:
            verdict.add("lost", "", f"{path}: {event} was never taken")
    _check_order(verdict, path, sides.broken, events, list(first))


def _check_order(
    verdict: Verdict, path: str, broken: Sequence[int], events: Sequence[Event], arrived: Sequence[str]
) -> None:
    places = {event.id: event for event in events}
    newest: Event | None = None
    for event in (places[event_id] for event_id in arrived):
        if newest is not None and event.position < newest.position:
            # What a dead process had claimed comes after what the others went on with.
            if not any(event.at_ms - 1_000 <= at_ms for at_ms in broken):
                verdict.add("misordered", "", f"{path}: {event} came after {newest}")
        else:
            newest = event
