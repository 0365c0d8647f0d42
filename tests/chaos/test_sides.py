"""One right run beside the conversations, doctored in every way that its checker must notice."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from tests.chaos.attachments import Attachment, Upload
from tests.chaos.cases import KEYS, NEIGHBOUR, PROJECT
from tests.chaos.checker import Fault, Verdict
from tests.chaos.deeds import JOB_SECRETS, WEBHOOK_SECRET, Asked, Notice, Tick
from tests.chaos.people import Picture, Written
from tests.chaos.receiver import CALLBACK, JOB_CALLBACK, Post
from tests.chaos.rows import Event, File, Found, In, Job, Out, Talk
from tests.chaos.sides import Sides, judge_sides
from tests.chaos.simulator import Seen

QUESTION = Asked("pregunta 0", "programa-0", "job-of-it", PROJECT, "m-0")
OTHERS_QUESTION = Asked("pregunta 1", "whatsapp:51", "job-of-others", NEIGHBOUR, "m-1")
PICTURE = Picture("1000000000000001", 70)
WORDS = "aviso 0: mañana abrimos"
UPLOAD = Upload("file-1", PROJECT, "f" * 64)
WITH_FILE = tuple(Attachment(f"archivo 0 para {n}", "line", who, UPLOAD) for n, who in enumerate(("ana", "bea")))
COUNTS = {"total": 2, "sent": 2, "failed": 0}


@dataclass(frozen=True)
class Story:
    """Ana and Bea wrote, Ana a picture; both got a notice and a file, and a schedule had its ticks. Four events were
    posted, two answers, and the end of the job.
    """

    sides: Sides
    seen: tuple[Seen, ...]
    found: Found

    def judge(self) -> Verdict:
        verdict = Verdict(len(self.sides.written))
        judge_sides(verdict, self.sides, self.seen, self.found)
        return verdict


def post(event: Event, *, answer: str = "204") -> Post:
    body = json.dumps({"id": event.id, "event": event.name, "data": {}})
    signature = "sha256=" + hmac.new(WEBHOOK_SECRET.encode(), body.encode(), hashlib.sha256).hexdigest()
    return Post(f"/{event.project}", body, signature, event.at_ms + 50, answer)


def callback(question: Asked = QUESTION, **changes: object) -> Post:
    """The answer to a question, posted."""
    said = {
        "job_id": question.job_id, "status": "succeeded", "conversation_id": question.conversation,
        "message_id": question.message, "response_text": question.text, "error_text": None, **changes,
    }  # fmt: skip
    key, body = KEYS[question.project], json.dumps(said)
    signature = base64.b64encode(hmac.digest(key.encode(), f"1700.{body}".encode(), "sha256")).decode()
    path = f"{CALLBACK}/{question.project}"
    return Post(path, body, signature, 14_000, "204", "1700", key, question.project)


def end(post_id: str = "end-1", project: str = PROJECT, **changes: object) -> Post:
    """The end of the job, posted."""
    data = {"id": "many", "kind": "bulk_send", "state": "succeeded", "result": COUNTS, **changes}
    body = json.dumps({"id": post_id, "event": "job.finished", "data": data})
    signature = "sha256=" + hmac.new(JOB_SECRETS[project].encode(), body.encode(), hashlib.sha256).hexdigest()
    return Post(f"{JOB_CALLBACK}/{project}", body, signature, 14_000, "204")


def right() -> Story:
    written = (
        Written("in-1", "ana", "line", 1, "mira", ordered=True, picture=PICTURE),
        Written("in-2", "bea", "line", 1, "hola", ordered=True),
    )
    events = (
        Event("e1", "message.received", PROJECT, 1, 10_000),
        Event("e2", "message.received", NEIGHBOUR, 2, 11_000),
        Event("e3", "job.succeeded", PROJECT, 3, 12_000),
        Event("e4", "media.stored", PROJECT, 4, 13_000),
    )
    first, second = (hashlib.sha256(f"schedule plan {at_ms}".encode()).hexdigest() for at_ms in (500, 900))
    found = Found(
        inbox=(
            In("talk-program", 1, "p-1", QUESTION.text, dead=False),
            In("talk-others", 1, "p-2", OTHERS_QUESTION.text, dead=False),
        ),
        outbox=(
            *(Out(f"out-{who}", f"talk-{who}", 5, WORDS, "sent", False, f"w-{who}") for who in ("ana", "bea")),
            Out("out-answer", "talk-program", 2, QUESTION.text, "sent", False, None),
            Out("out-others", "talk-others", 2, OTHERS_QUESTION.text, "sent", False, None),
            *(Out(f"out-{a.text}", f"talk-{a.person}", 6, a.text, "sent", False, f"w-{a.text}") for a in WITH_FILE),
        ),
        talks=tuple(Talk(f"talk-{who}", "line", (who,), 0, None) for who in ("ana", "bea")),
        unrouted=0,
        events=(),
        files=(File("in-1", "stored", PICTURE.sha256, PICTURE.sha256),),
        uploads=(File(UPLOAD.media_id, "stored", UPLOAD.sha256, UPLOAD.sha256),),
        jobs=(
            Job("many", "succeeded", "k", None, PROJECT, COUNTS),
            Job("tick", "succeeded", first, "plan"),
            Job("tock", "succeeded", second, "plan"),
        ),
        told=events,
    )
    sides = Sides(
        written,
        (Notice(WORDS, "line", ("ana", "bea"), "many"),),
        (Tick("plan", 500), Tick("plan", 900)),
        (QUESTION, OTHERS_QUESTION),
        (*(post(event) for event in events), callback(), callback(OTHERS_QUESTION), end()),
        (),
        (UPLOAD,),
        WITH_FILE,
        {"at-meta": UPLOAD.sha256},
    )
    notices = (Seen(f"w-{who}", who, "line", WORDS, f"out-{who}", 1_000, (("sent", 1),)) for who in ("ana", "bea"))
    files = (
        Seen(f"w-{a.text}", a.person, "line", a.text, f"out-{a.text}", 1_100, (("sent", 1),), "at-meta")
        for a in WITH_FILE
    )
    return Story(sides, (*notices, *files), found)


def _with_file(story: Story, *files: File) -> Story:
    return replace(story, found=replace(story.found, files=files))


def _no_file(story: Story) -> Story:
    return _with_file(story)


def _two_files(story: Story) -> Story:
    return _with_file(story, story.found.files[0], story.found.files[0])


def _file_of_another_message(story: Story) -> Story:
    return _with_file(story, story.found.files[0], replace(story.found.files[0], name="in-2"))


def _file_never_fetched(story: Story) -> Story:
    return _with_file(story, replace(story.found.files[0], state="pending"))


def _file_with_other_bytes(story: Story) -> Story:
    return _with_file(story, replace(story.found.files[0], kept_sha256="0" * 64))


def _file_not_in_the_folder(story: Story) -> Story:
    return _with_file(story, replace(story.found.files[0], kept_sha256=""))


def _notice_did_not_come(story: Story) -> Story:
    return replace(story, seen=story.seen[1:])


def _notice_came_twice(story: Story) -> Story:
    return replace(story, seen=(*story.seen, replace(story.seen[0], id="w-again", client_id="out-again")))


def _notice_queued_twice(story: Story) -> Story:
    return replace(
        story, found=replace(story.found, outbox=(*story.found.outbox, replace(story.found.outbox[0], id="x")))
    )


def _notice_to_a_stranger(story: Story) -> Story:
    return replace(story, seen=(*story.seen, replace(story.seen[0], person="carla")))


def _with_jobs(story: Story, *jobs: Job) -> Story:
    return replace(story, found=replace(story.found, jobs=jobs))


def _job_gone(story: Story) -> Story:
    return _with_jobs(story, *story.found.jobs[1:])


def _job_failed(story: Story) -> Story:
    return _with_jobs(story, replace(story.found.jobs[0], state="failed"), *story.found.jobs[1:])


def _job_of_nobody(story: Story) -> Story:
    return _with_jobs(story, *story.found.jobs, Job("another", "succeeded", None, None))


def _tick_missed(story: Story) -> Story:
    return _with_jobs(story, *story.found.jobs[:-1])


def _tick_twice(story: Story) -> Story:
    return _with_jobs(story, *story.found.jobs, replace(story.found.jobs[1], id="again"))


def _tick_at_another_moment(story: Story) -> Story:
    return _with_jobs(story, *story.found.jobs, replace(story.found.jobs[1], id="x", key="another"))


def _tick_of_no_schedule(story: Story) -> Story:
    return _with_jobs(story, *story.found.jobs, replace(story.found.jobs[1], schedule_id="another"))


def _hooks(story: Story) -> tuple[Post, ...]:
    return tuple(post for post in story.sides.posts if not post.path.startswith((CALLBACK, JOB_CALLBACK)))


def _with_callback(story: Story, *posts: Post) -> Story:
    kept = (*_hooks(story), callback(OTHERS_QUESTION), end())
    return replace(story, sides=replace(story.sides, posts=(*kept, *posts)))


def _with_end(story: Story, *posts: Post) -> Story:
    kept = (*_hooks(story), callback(), callback(OTHERS_QUESTION))
    return replace(story, sides=replace(story.sides, posts=(*kept, *posts)))


def _question_not_stored(story: Story) -> Story:
    return replace(story, found=replace(story.found, inbox=story.found.inbox[1:]))


def _question_stored_twice(story: Story) -> Story:
    return replace(story, found=replace(story.found, inbox=(*story.found.inbox, *story.found.inbox)))


def _answer_to_the_question(story: Story) -> Out:
    return next(row for row in story.found.outbox if row.id == "out-answer")


def _question_not_answered(story: Story) -> Story:
    outbox = tuple(row for row in story.found.outbox if row.id != "out-answer")
    return replace(story, found=replace(story.found, outbox=outbox))


def _question_answered_twice(story: Story) -> Story:
    outbox = (*story.found.outbox, replace(_answer_to_the_question(story), id="x", seq=3))
    return replace(story, found=replace(story.found, outbox=outbox))


def _answer_never_posted(story: Story) -> Story:
    return _with_callback(story)


def _answer_never_taken(story: Story) -> Story:
    return _with_callback(story, replace(callback(), answer="500"))


def _answer_badly_signed(story: Story) -> Story:
    return _with_callback(story, replace(callback(), stamp="1701"))


def _answer_with_the_key_of_another(story: Story) -> Story:
    return _with_callback(story, replace(callback(), key=KEYS[NEIGHBOUR]))


def _answer_of_other_words(story: Story) -> Story:
    return _with_callback(story, callback(), callback(response_text="another"))


def _answer_to_nobody(story: Story) -> Story:
    return _with_callback(story, callback(), callback(job_id="another"))


def _answer_to_the_neighbour(story: Story) -> Story:
    return _with_callback(story, callback(), replace(callback(), path=f"{CALLBACK}/{NEIGHBOUR}"))


def _answer_with_another_name(story: Story) -> Story:
    return _with_callback(story, callback(message_id="another"))


def _answer_in_two_forms(story: Story) -> Story:
    one = callback()
    body = json.dumps(json.loads(one.body), indent=1)
    signature = base64.b64encode(hmac.digest(one.key.encode(), f"1700.{body}".encode(), "sha256")).decode()
    return _with_callback(story, one, replace(one, body=body, signature=signature))


def _two_questions_one_job(story: Story) -> Story:
    questions = (QUESTION, replace(OTHERS_QUESTION, job_id=QUESTION.job_id))
    return replace(story, sides=replace(story.sides, questions=questions))


def _end_never_posted(story: Story) -> Story:
    return _with_end(story)


def _end_never_taken(story: Story) -> Story:
    return _with_end(story, replace(end(), answer="500"), replace(end(), answer="hang"))


def _end_badly_signed(story: Story) -> Story:
    return _with_end(story, end(), replace(end(), signature="sha256=0"))


def _end_signed_by_another(story: Story) -> Story:
    return _with_end(story, replace(end(project=NEIGHBOUR), path=f"{JOB_CALLBACK}/{PROJECT}"))


def _end_with_two_ids(story: Story) -> Story:
    return _with_end(story, replace(end(), answer="500"), end("end-2"))


def _end_of_another_state(story: Story) -> Story:
    return _with_end(story, end(state="failed"))


def _end_of_another_result(story: Story) -> Story:
    return _with_end(story, end(result={"total": 2, "sent": 1}))


def _end_of_nobody(story: Story) -> Story:
    return _with_end(story, end(), end(id="tick"))


def _end_to_the_neighbour(story: Story) -> Story:
    return _with_end(story, end(), end(project=NEIGHBOUR))


def _two_jobs_one_id(story: Story) -> Story:
    more = Notice(WORDS, "line", ("ana", "bea"), "tick")
    told = _with_end(story, end(), end(id="tick"))
    jobs = tuple(replace(job, project=PROJECT, result=COUNTS) for job in story.found.jobs)
    sides = replace(told.sides, notices=(*told.sides.notices, more))
    return replace(told, sides=sides, found=replace(told.found, jobs=jobs))


def _with_first_job(story: Story, **changes: Any) -> Story:
    return _with_jobs(story, replace(story.found.jobs[0], **changes), *story.found.jobs[1:])


def _job_ended_twice(story: Story) -> Story:
    return _with_first_job(story, ends=2)


def _job_never_ended(story: Story) -> Story:
    return _with_first_job(story, ends=0)


def _job_of_another_project(story: Story) -> Story:
    return _with_first_job(story, project=NEIGHBOUR)


def _job_sent_too_little(story: Story) -> Story:
    few = {"total": 2, "sent": 1}
    return _with_end(_with_first_job(story, result=few), end(result=few))


def _with_upload(story: Story, *files: File) -> Story:
    return replace(story, found=replace(story.found, uploads=files))


def _upload_lost(story: Story) -> Story:
    return _with_upload(story)


def _upload_not_kept(story: Story) -> Story:
    return _with_upload(story, replace(story.found.uploads[0], state="deleting"))


def _upload_not_in_the_folder(story: Story) -> Story:
    return _with_upload(story, replace(story.found.uploads[0], kept_sha256=""))


def _upload_with_other_bytes(story: Story) -> Story:
    return _with_upload(story, replace(story.found.uploads[0], kept_sha256="0" * 64))


# Of what phones got, the last one is Bea's file.
def _file_did_not_come(story: Story) -> Story:
    return replace(story, seen=story.seen[:-1])


def _file_came_twice(story: Story) -> Story:
    return replace(story, seen=(*story.seen, replace(story.seen[-1], id="w-again", client_id="out-again")))


def _file_came_again_after_a_status(story: Story) -> Story:
    last = story.found.outbox[-1]
    found = replace(story.found, outbox=(*story.found.outbox[:-1], replace(last, repeated=True)))
    return replace(story, found=found, seen=(*story.seen, replace(story.seen[-1], id="w-again")))


def _file_queued_twice(story: Story) -> Story:
    outbox = (*story.found.outbox, replace(story.found.outbox[-1], id="x"))
    return replace(story, found=replace(story.found, outbox=outbox))


def _file_given_up(story: Story) -> Story:
    last = story.found.outbox[-1]
    return replace(story, found=replace(story.found, outbox=(*story.found.outbox[:-1], replace(last, state="dead"))))


def _file_sent_as_something_else(story: Story) -> Story:
    last = replace(story.found.outbox[-1], provider_id="w-elsewhere")
    return replace(story, found=replace(story.found, outbox=(*story.found.outbox[:-1], last)))


def _file_to_a_stranger(story: Story) -> Story:
    return replace(story, seen=(*story.seen, replace(story.seen[-1], person="carla")))


def _another_file(story: Story) -> Story:
    return replace(story, sides=replace(story.sides, contents={"at-meta": "0" * 64}))


def _words_without_the_file(story: Story) -> Story:
    return replace(story, seen=(*story.seen[:-1], replace(story.seen[-1], file="")))


def _uploaded_for_each_message(story: Story) -> Story:
    seen = (*story.seen[:-1], replace(story.seen[-1], file="at-meta-too"))
    contents = {"at-meta": UPLOAD.sha256, "at-meta-too": UPLOAD.sha256}
    return replace(story, seen=seen, sides=replace(story.sides, contents=contents))


def _with_posts(story: Story, *posts: Post) -> Story:
    kept = (callback(), callback(OTHERS_QUESTION), end())
    return replace(story, sides=replace(story.sides, posts=(*posts, *kept)))


def _event_never_posted(story: Story) -> Story:
    return _with_posts(story, *_hooks(story)[:-1])


def _event_never_taken(story: Story) -> Story:
    return _with_posts(story, *_hooks(story)[:-1], replace(_hooks(story)[-1], answer="cut"))


def _event_badly_signed(story: Story) -> Story:
    return _with_posts(story, *_hooks(story)[:-1], replace(_hooks(story)[-1], signature="sha256=0"))


def _event_changed(story: Story) -> Story:
    first = _hooks(story)[0]
    body = json.dumps({"id": "e1", "event": "another", "data": {}})
    signature = "sha256=" + hmac.new(WEBHOOK_SECRET.encode(), body.encode(), hashlib.sha256).hexdigest()
    return _with_posts(story, *_hooks(story), replace(first, body=body, signature=signature))


def _event_to_the_neighbour(story: Story) -> Story:
    return _with_posts(story, *_hooks(story), replace(_hooks(story)[0], path=f"/{NEIGHBOUR}"))


def _events_disordered(story: Story) -> Story:
    one, two, three, four = _hooks(story)
    return _with_posts(story, one, two, four, three)


DOCTORED: tuple[tuple[Callable[[Story], Story], Fault], ...] = (
    (_no_file, "lost"),
    (_two_files, "doubled"),
    (_file_of_another_message, "strange"),
    (_file_never_fetched, "unfinished"),
    (_file_with_other_bytes, "strange"),
    (_file_not_in_the_folder, "strange"),
    (_notice_did_not_come, "lost"),
    (_notice_came_twice, "doubled"),
    (_notice_queued_twice, "doubled"),
    (_notice_to_a_stranger, "wrong_person"),
    (_job_gone, "lost"),
    (_job_failed, "unfinished"),
    (_job_of_nobody, "strange"),
    (_tick_missed, "lost"),
    (_tick_twice, "doubled"),
    (_tick_at_another_moment, "strange"),
    (_tick_of_no_schedule, "strange"),
    (_question_not_stored, "lost"),
    (_question_stored_twice, "doubled"),
    (_question_not_answered, "lost"),
    (_question_answered_twice, "doubled"),
    (_answer_never_posted, "lost"),
    (_answer_never_taken, "lost"),
    (_answer_badly_signed, "strange"),
    (_answer_with_the_key_of_another, "strange"),
    (_answer_of_other_words, "strange"),
    (_answer_to_nobody, "strange"),
    (_answer_to_the_neighbour, "wrong_person"),
    (_answer_with_another_name, "strange"),
    (_answer_in_two_forms, "strange"),
    (_two_questions_one_job, "strange"),
    (_end_never_posted, "lost"),
    (_end_never_taken, "lost"),
    (_end_badly_signed, "strange"),
    (_end_signed_by_another, "strange"),
    (_end_with_two_ids, "strange"),
    (_end_of_another_state, "strange"),
    (_end_of_another_result, "strange"),
    (_end_of_nobody, "strange"),
    (_end_to_the_neighbour, "wrong_person"),
    (_two_jobs_one_id, "strange"),
    (_job_ended_twice, "doubled"),
    (_job_never_ended, "lost"),
    (_job_of_another_project, "strange"),
    (_job_sent_too_little, "strange"),
    (_upload_lost, "lost"),
    (_upload_not_kept, "lost"),
    (_upload_not_in_the_folder, "lost"),
    (_upload_with_other_bytes, "strange"),
    (_file_did_not_come, "lost"),
    (_file_came_twice, "doubled"),
    (_file_came_again_after_a_status, "doubled"),
    (_file_queued_twice, "doubled"),
    (_file_given_up, "unfinished"),
    (_file_sent_as_something_else, "strange"),
    (_file_to_a_stranger, "wrong_person"),
    (_another_file, "strange"),
    (_words_without_the_file, "strange"),
    (_uploaded_for_each_message, "strange"),
    (_event_never_posted, "lost"),
    (_event_never_taken, "lost"),
    (_event_badly_signed, "strange"),
    (_event_changed, "strange"),
    (_event_to_the_neighbour, "wrong_person"),
    (_events_disordered, "misordered"),
)


def test_a_right_run_passes() -> None:
    assert right().judge() == Verdict(2)


@pytest.mark.parametrize(("doctor", "fault"), DOCTORED, ids=lambda value: getattr(value, "__name__", None))
def test_what_is_wrong_is_noticed(doctor: Callable[[Story], Story], fault: Fault) -> None:
    assert doctor(right()).judge().count(fault) > 0


def test_a_callback_may_come_again_and_after_a_failure() -> None:
    story = right()
    again = (replace(end(), answer="hang"), replace(callback(), answer="500"), callback(), end(), end())
    posts = (*_hooks(story), callback(OTHERS_QUESTION), *again)
    assert replace(story, sides=replace(story.sides, posts=posts)).judge().violations == []


def test_a_process_that_died_may_have_uploaded_a_file_for_nothing() -> None:
    story = _uploaded_for_each_message(right())
    assert replace(story, sides=replace(story.sides, broken=(12_500,))).judge().violations == []


def test_an_event_may_come_again_and_after_a_failure() -> None:
    story = right()
    one, *rest = _hooks(story)
    again = _with_posts(story, replace(one, answer="500"), *rest, one, one)
    assert again.judge().violations == []


def test_what_a_dead_process_had_claimed_may_come_later() -> None:
    story = _events_disordered(right())
    assert replace(story, sides=replace(story.sides, broken=(12_500,))).judge().violations == []


def test_a_notice_that_was_repeated_and_marked_is_counted() -> None:
    story = right()
    first = replace(story.seen[0], id="w-first", statuses=())
    outbox = (replace(story.found.outbox[0], repeated=True), *story.found.outbox[1:])
    verdict = replace(story, seen=(first, *story.seen), found=replace(story.found, outbox=outbox)).judge()
    assert (verdict.violations, verdict.repeats) == ([], 1)
