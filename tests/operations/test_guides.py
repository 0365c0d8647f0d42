"""The commands of the guides about monitoring do what the guides say."""

import json
import re
import shlex
from pathlib import Path

import pytest
import yaml

from tests.cli.terminal import Installation, free_port
from tests.test_docs import REPOSITORY, shell_lines

GUIDES = [REPOSITORY / "docs" / "guides" / f"monitoring.{language}.md" for language in ("en", "es")]
READY = {"up": "Stop ", "worker": "worker runs"}


def test_both_languages_have_the_same_commands() -> None:
    english, spanish = map(shell_lines, GUIDES)
    assert english == spanish
    assert len(english) >= 6
    for guide in GUIDES:
        (block,) = re.findall(r"```yaml\n(.*?)```", guide.read_text(encoding="utf-8"), re.DOTALL)
        assert set(yaml.safe_load(block)) == {"scrape_configs", "rule_files"}


@pytest.mark.slow
def test_the_commands_work_one_after_the_other(tmp_path: Path) -> None:
    plain = Installation(tmp_path)
    plain.ok("db", "migrate")
    for line in shell_lines(GUIDES[0]):
        words = shlex.split(line)
        variables = dict(words.pop(0).split("=", 1) for _ in range(words.index(".venv/bin/recado")))
        words = [word.replace("/var/backups", str(tmp_path)) for word in words[1:]]
        installation = Installation(tmp_path, **variables)
        port = ["--port", str(free_port())] if words[0] in ("up", "doctor") else []
        if words[0] in READY:
            if words[0] == "worker":
                words[words.index("9100")] = str(free_port())
            with installation.running(*words, *port, until=READY[words[0]]) as running:
                assert running.stop() == 0
        elif words[0] == "doctor":
            assert "FAIL" not in installation.run(*words, *port).stdout
        else:
            assert installation.ok(*words, *port)
    assert (tmp_path / "data" / "last_backup").exists()
    for line in (tmp_path / "recado.log").read_text(encoding="utf-8").splitlines():
        json.loads(line)
