"""The conversations that come with Recado are held by the rules brain, all of them, as they should be."""

from pathlib import Path

import pytest

from recado.brain.registry import builtin_brains
from recado.evaluation.holding import hold
from recado.evaluation.report import lines
from recado.evaluation.script import BUNDLED, read_all, read_file
from recado.main import SKILLS

FILES = sorted(BUNDLED.glob("*.yaml"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
async def test_the_rules_brain_holds_them(file: Path) -> None:
    run = await hold(read_file(file), builtin_brains()["rules"], SKILLS)
    assert run.passed == len(run.conversations), "\n".join(lines(run, None))


def test_there_are_many_in_both_languages() -> None:
    found = read_all([BUNDLED])
    assert len(found) >= 60
    assert {scripted.assistant.language for scripted in found} == {"es", "en"}
    topics = {scripted.topic for scripted in found}
    assert topics >= {
        "booking", "changes of mind", "forms", "urgent", "typos", "interruptions", "hand-over", "off-topic", "dates",
        "code switching", "several messages", "voice to text", "rules", "old flows", "reschedule", "cancel", "lookup",
    }  # fmt: skip
