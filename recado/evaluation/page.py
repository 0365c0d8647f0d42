"""A run as one self-contained HTML file that reads well on a phone: no script, nothing from the network."""

from collections.abc import Iterator
from html import escape

from recado.evaluation.report import cost, latency, rate
from recado.evaluation.results import ConversationResult, Difference, Run, StepResult

_STYLE = """
:root{color-scheme:light dark;--line:#8884;--bad:#c62828;--good:#2e7d32;--said:#d9fdd3;--told:#f0f0f0;--ink:#111}
@media(prefers-color-scheme:dark){:root{--said:#144d37;--told:#2a2f32;--ink:#eee;--bad:#ff8a80;--good:#81c784}}
body{font:16px/1.45 system-ui,sans-serif;margin:0 auto;padding:1rem;max-width:46rem}
h1{font-size:1.3rem}h2{font-size:1.05rem;margin-top:2rem}
table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.3rem .4rem;border-bottom:1px solid var(--line)}
td+td,th+th{text-align:right;white-space:nowrap}
details{border:1px solid var(--line);border-radius:.6rem;margin:.5rem 0;padding:.5rem .7rem}
summary{cursor:pointer;overflow-wrap:anywhere}
.good{color:var(--good)}.bad{color:var(--bad)}.small{font-size:.82rem;opacity:.75;overflow-wrap:anywhere}
.b{color:var(--ink);border-radius:.7rem;padding:.4rem .7rem;margin:.35rem 0;max-width:85%;width:fit-content;
white-space:pre-wrap;overflow-wrap:anywhere}
.said{background:var(--said);margin-left:auto}.told{background:var(--told)}
.k{display:inline-block;border:1px solid var(--line);border-radius:1rem;padding:.05rem .6rem;margin:.15rem .2rem 0 0}
"""


def page(run: Run, changes: Difference | None) -> str:
    """The whole file. Every text of the run is escaped."""
    return "".join(_parts(run, changes))


def _parts(run: Run, changes: Difference | None) -> Iterator[str]:
    total = len(run.conversations)
    title = f"{run.passed} of {total} conversations passed"
    yield '<!doctype html><html lang="en"><head><meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width,initial-scale=1">'
    yield f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>"
    yield f'<h1 class="{_colour(run.passed == total)}">{escape(title)} ({rate(run.passed, total)})</h1>'
    yield f"<p>Brain <b>{escape(run.brain)}</b>, {escape(run.at.strftime('%Y-%m-%d %H:%M UTC'))}. "
    yield f"{escape(latency(run))} {escape(cost(run))}</p>"
    yield from _changes(changes)
    yield "<h2>Topics</h2><table><tr><th>Topic</th><th>Passed</th><th>Rate</th></tr>"
    for name, (passed, of) in run.topics().items():
        cells = f"<td>{escape(name)}</td><td>{passed}/{of}</td>"
        yield f'<tr>{cells}<td class="{_colour(passed == of)}">{rate(passed, of)}</td></tr>'
    yield "</table>"
    for heading, passed in (("Failed", False), ("Passed", True)):
        found = [one for one in run.conversations if one.passed is passed]
        if found:
            yield f"<h2>{heading} ({len(found)})</h2>"
            for one in found:
                yield from _conversation(one)
    yield "</body></html>\n"


def _changes(changes: Difference | None) -> Iterator[str]:
    if changes is None:
        return
    yield "<h2>Since the last run</h2>"
    named = (("Broken", changes.broken), ("Mended", changes.mended), ("New", changes.added), ("Gone", changes.removed))
    if not any(keys for _, keys in named):
        yield "<p>Nothing changed.</p>"
    for title, keys in named:
        if keys:
            rows = "".join(f"<li>{escape(key)}</li>" for key in keys)
            yield f"<p>{title}: {len(keys)}</p><ul>{rows}</ul>"


def _conversation(one: ConversationResult) -> Iterator[str]:
    opened = "" if one.passed else " open"
    mark = "✓" if one.passed else "✗"
    yield f'<details{opened}><summary><span class="{_colour(one.passed)}">{mark}</span> {escape(one.name)} '
    yield f'<span class="small">{escape(one.topic)} · {escape(one.file)}</span></summary>'
    for step in one.steps:
        yield from _step(step)
    yield "</details>"


def _step(step: StepResult) -> Iterator[str]:
    yield f'<div class="b said">{escape(step.said)}</div>'
    for reply in step.replies:
        yield f'<div class="b told">{escape(reply)}</div>'
    if step.buttons:
        yield "<div>" + "".join(f'<span class="k">{escape(title)}</span>' for title in step.buttons) + "</div>"
    told = [f"{step.intent} {step.confidence:.2f}" if step.intent else "", f"{step.brain_ms:.1f} ms", *step.actions]
    told += ["handed over"] if step.handed_over else []
    yield f'<div class="small">{escape(" · ".join(part for part in told if part))}</div>'
    for problem in step.problems:
        yield f'<div class="bad">✗ {escape(problem)}</div>'


def _colour(good: bool) -> str:
    return "good" if good else "bad"
