"""`recado eval` as a person or a pipeline uses it."""

import json
from pathlib import Path

from tests.cli.terminal import Installation, free_port

SCRIPT = "conversations: [{name: one, topic: talk, steps: [{say: hola, reply: %s}]}]"


def script(path: Path, expected: str) -> str:
    file = path / "own.yaml"
    file.write_text(SCRIPT % expected, encoding="utf-8")
    return str(file)


def test_own_conversations_are_held_reported_and_kept(installation: Installation, tmp_path: Path) -> None:
    kept, html = tmp_path / "last.json", tmp_path / "report.html"
    ends = ("--brain", "echo", "--keep", str(kept), "--html", str(html))
    shown = installation.ok("eval", script(tmp_path, "hola"), *ends)
    assert "1 of 1 conversations passed (100 %) with the brain 'echo'" in shown
    assert "1 of 1 conversations passed" in html.read_text(encoding="utf-8")
    failed = installation.run("eval", script(tmp_path, "adios"), "--brain", "echo", "--against", str(kept))
    assert failed.returncode == 1
    assert "Broken since the last run: 1" in failed.stdout
    told = installation.run("eval", script(tmp_path, "adios"), *ends, "--json")
    assert told.returncode == 1
    result = json.loads(told.stdout)
    assert result["changes"]["broken"] == ["own: one"]
    assert result["conversations"][0]["steps"][0]["problems"] == ["does not say 'adios'"]


def test_what_cannot_be_done_is_one_line(installation: Installation, tmp_path: Path) -> None:
    file = tmp_path / "bad.yaml"
    file.write_text("conversations:\n  - name: x\n    steps: [{sai: hola}]\n", encoding="utf-8")
    for arguments, words in (
        ((str(file),), f"{file}, line 3: "),
        ((str(tmp_path / "gone.yaml"),), "cannot be read"),
        (("--brain", "oracle"), "There is no brain called 'oracle'. There are: echo, rules"),
    ):
        failed = installation.run("eval", *arguments)
        assert failed.returncode == 1
        assert words in failed.stderr
        assert len(failed.stderr.strip().splitlines()) == 1


def test_the_model_of_the_settings_takes_part(tmp_path: Path) -> None:
    port = free_port()
    settings = {
        "RECADO_MODEL": "openai:gpt-5-mini",
        "RECADO_MODEL_BASE_URL": f"http://127.0.0.1:{port}/v1",
        "RECADO_MODEL_INPUT_PRICE": "1",
    }
    installation = Installation(tmp_path, **settings)
    own = script(tmp_path, "averiguo")
    with installation.running("simulate", "model-api", "--port", str(port), "--says", "Lo averiguo.", until="listens"):
        run = json.loads(installation.ok("eval", own, "--mode", "model", "--json"))
    assert run["spent_tokens"] > 0
    assert run["spent_usd"] > 0
    assert installation.run("eval", own).returncode == 1  # the rules say something else, whatever is configured
    assert "RECADO_MODEL=local" in Installation(tmp_path).refused("eval", own, "--mode", "hybrid")
