"""A run in the terminal: pass rates by topic, what failed and how it went there, what changed, cost and latency."""

from collections.abc import Iterator

from recado.evaluation.results import ConversationResult, Difference, Run

_SHOWN_REPLY = 300


def lines(run: Run, changes: Difference | None) -> Iterator[str]:
    """The report, line by line."""
    for one in run.conversations:
        if not one.passed:
            yield from _failure(one)
    width = max((len(name) for name in run.topics()), default=0)
    yield f"{'TOPIC'.ljust(width)}  PASSED"
    for name, (passed, total) in run.topics().items():
        yield f"{name.ljust(width)}  {passed}/{total}  {rate(passed, total)}"
    yield ""
    if changes is not None:
        yield from _changes(changes)
    total = len(run.conversations)
    yield f"{run.passed} of {total} conversations passed ({rate(run.passed, total)}) with the brain {run.brain!r}"
    yield latency(run)
    yield cost(run)


def rate(passed: int, total: int) -> str:
    """A share as a percentage that is 100 % only if it is all."""
    return "-" if not total else f"{1000 * passed // total / 10:g} %"


def latency(run: Run) -> str:
    """What people waited, and how much of it was the brain."""
    brain = f"{run.brain_ms(0.5):.1f} ms p50, {run.brain_ms(0.95):.1f} ms p95"
    return f"Brain: {brain}. Whole turn: {run.turn_ms(0.5):.0f} ms p50, {run.turn_ms(0.95):.0f} ms p95."


def cost(run: Run) -> str:
    """What the brain says that it spent."""
    if not run.spent_usd and not run.spent_tokens:
        return "Cost: nothing."
    each = run.spent_usd / max(1, len(run.conversations))
    return f"Cost: {run.spent_usd:.4f} USD, {run.spent_tokens} tokens ({each:.5f} USD a conversation)."


def _failure(one: ConversationResult) -> Iterator[str]:
    yield f"FAILED  {one.key}  ({one.topic})"
    for step in one.steps:
        yield f"  > {_flat(step.said)}"
        for reply in step.replies:
            buttons = f"  [{'] ['.join(step.buttons)}]" if step.buttons else ""
            yield f"  < {_flat(reply)}{buttons}"
        yield from (f"  ! {problem}" for problem in step.problems)
    yield ""


def _changes(changes: Difference) -> Iterator[str]:
    named = (("Broken", changes.broken), ("Mended", changes.mended), ("New", changes.added), ("Gone", changes.removed))
    for title, keys in named:
        if keys:
            yield f"{title} since the last run: {len(keys)}"
            yield from (f"  {key}" for key in keys[:20])
    if not any(keys for _, keys in named):
        yield "Nothing changed since the last run"
    yield ""


def _flat(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN_REPLY else line[:_SHOWN_REPLY] + "…"
