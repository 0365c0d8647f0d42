"""The verdict on callbacks: answers that were asked for later, and the ends of jobs. Pure."""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from typing import Any

from tests.chaos.cases import KEYS, NEIGHBOUR, PROJECT
from tests.chaos.checker import Verdict
from tests.chaos.deeds import JOB_SECRETS, Asked, Notice
from tests.chaos.receiver import CALLBACK, JOB_CALLBACK, Post
from tests.chaos.rows import Found, Job, Out

# A project and a job of it.
Place = tuple[str, str]


def _came(verdict: Verdict, posts: Sequence[Post], path: str, wanted: Mapping[str, str]) -> dict[Place, list[Post]]:
    """By project and job, what was posted below `path`; `wanted` says whose each job is."""
    found: dict[Place, list[Post]] = {}
    for project in (PROJECT, NEIGHBOUR):
        for post in posts:
            if post.path != f"{path}/{project}":
                continue
            said = json.loads(post.body)
            job_id = str(said["job_id"] if path == CALLBACK else said["data"]["id"])
            if wanted.get(job_id, project) != project:
                verdict.add("wrong_person", "", f"{post.path}: a job of another project: {post}")
            elif job_id not in wanted:
                verdict.add("strange", "", f"{post.path}: a job that asked for no callback: {post}")
            else:
                found.setdefault((project, job_id), []).append(post)
    return found


def _check_taken(verdict: Verdict, about: str, came: Sequence[Post]) -> None:
    """Taken once at least, and the same words at each try."""
    if not any(post.taken for post in came):
        verdict.add("lost", about, f"its callback was never taken: {came}")
    if len({post.body for post in came}) > 1:
        verdict.add("strange", about, f"its callback came in several forms: {came}")


# --- answers that are asked for later ---------------------------------------------------------------------


def check_answers(verdict: Verdict, questions: Sequence[Asked], posts: Sequence[Post], found: Found) -> None:
    """Each question stored once, answered once, and its answer posted: signed, and the same each time."""
    came = _came(verdict, posts, CALLBACK, {question.job_id: question.project for question in questions})
    if len({question.job_id for question in questions}) < len(questions):
        verdict.add("strange", "", f"several questions have one job: {questions}")
    for question in questions:
        asked = [row for row in found.inbox if row.text == question.text]
        if len(asked) != 1:
            verdict.add("doubled" if asked else "lost", question.text, f"{len(asked)} rows in the inbox")
            continue
        answers = [row for row in found.outbox if row.conversation == asked[0].conversation]
        if len(answers) != 1:
            verdict.add("doubled" if answers else "lost", question.text, f"{len(answers)} answers: {answers}")
            continue
        posted = came.get((question.project, question.job_id), [])
        _check_taken(verdict, question.text, posted)
        for post in posted:
            _check_answer(verdict, question, answers[0], post)


def _check_answer(verdict: Verdict, question: Asked, answer: Out, post: Post) -> None:
    key = KEYS[question.project]
    signed = base64.b64encode(hmac.digest(key.encode(), f"{post.stamp}.{post.body}".encode(), "sha256")).decode()
    if (post.signature, post.key, post.project) != (signed, key, question.project):
        verdict.add("strange", question.text, f"badly signed: {post}")
    wanted: dict[str, Any] = {
        "job_id": question.job_id,
        "status": "succeeded",
        "conversation_id": question.conversation,
        "message_id": question.message,
        "response_text": answer.text,
        "error_text": None,
    }
    if json.loads(post.body) != wanted:
        verdict.add("strange", question.text, f"{post} does not say {wanted}")


# --- ends of jobs -----------------------------------------------------------------------------------------


def check_ends(verdict: Verdict, notices: Sequence[Notice], posts: Sequence[Post], found: Found) -> None:
    """Each job ends once. Whose address was named for that is told of it: signed, with one id, and the whole result."""
    for job in found.jobs:
        if job.ends != 1:
            verdict.add("doubled" if job.ends else "lost", "", f"{job.ends} ends were told of {job}")
    jobs = {job.id: job for job in found.jobs}
    named = [notice for notice in notices if notice.job_id]
    came = _came(verdict, posts, JOB_CALLBACK, {notice.job_id: notice.project for notice in named})
    whose: dict[str, str] = {}
    for notice in named:
        posted = came.get((notice.project, notice.job_id), [])
        _check_taken(verdict, notice.text, posted)
        if (job := jobs.get(notice.job_id)) is None:
            continue  # told of where jobs are looked at
        _check_result(verdict, notice, job)
        for post in posted:
            said = json.loads(post.body)
            if whose.setdefault(str(said["id"]), job.id) != job.id:
                verdict.add("strange", notice.text, f"two jobs have one id of a callback: {post}")
            _check_end(verdict, notice, job, post)


def _check_result(verdict: Verdict, notice: Notice, job: Job) -> None:
    counts = {"total": len(notice.people), "sent": len(notice.people)}
    result: Mapping[str, Any] = job.result or {}
    if job.project != notice.project or {name: result.get(name) for name in counts} != counts:
        verdict.add("strange", notice.text, f"its job is {job}, not one of {notice.project} with {counts}")


def _check_end(verdict: Verdict, notice: Notice, job: Job, post: Post) -> None:
    secret = JOB_SECRETS[notice.project]
    if post.signature != "sha256=" + hmac.new(secret.encode(), post.body.encode(), hashlib.sha256).hexdigest():
        verdict.add("strange", notice.text, f"badly signed: {post}")
    said = json.loads(post.body)
    data = said["data"]
    told = (said["event"], data["kind"], data["state"], data["result"])
    if told != ("job.finished", "bulk_send", job.state, job.result):
        verdict.add("strange", notice.text, f"{post} does not say {job}")
