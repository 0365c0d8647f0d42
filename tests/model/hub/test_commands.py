"""`recado model fetch` and `recado model cache`, as they are typed."""

import json
import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner

from recado.cli import recado
from tests.model.hub.hubs import LoopbackHub

GGUF = b"GGUF" * 1_000


def fetch(
    hub: LoopbackHub, cache: Path, *arguments: str, language: str = "en_US.UTF-8"
) -> subprocess.CompletedProcess[str]:
    """In a process of its own, as the library reads HF_ENDPOINT when it is loaded."""
    env = {"HF_ENDPOINT": hub.url, "MODEL_CACHE_DIR": str(cache), "HF_HOME": str(cache), "LC_ALL": language, "PATH": ""}
    command = [sys.executable, "-m", "recado", "model", "fetch", *arguments]
    return subprocess.run(command, check=False, capture_output=True, text=True, env=env, timeout=60)


def cache(*arguments: str, folder: Path) -> str:
    told = CliRunner().invoke(recado, ["model", "cache", *arguments, "--cache-dir", str(folder)])
    assert told.exit_code == 0, told.output
    return told.output


def test_fetch_says_where_the_model_is_and_how_to_pin_it(hub: LoopbackHub, tmp_path: Path) -> None:
    commit = hub.put("ana/typed", {"m.gguf": GGUF})
    told = fetch(hub, tmp_path, "ana/typed")
    assert (told.returncode, told.stderr) == (0, "")
    assert f"MODEL_REVISION={commit}" in told.stdout
    said = json.loads(fetch(hub, tmp_path, "ana/typed", "--json").stdout)
    assert said["commit"] == commit
    assert Path(said["path"]).read_bytes() == GGUF


def test_fetch_says_what_is_wrong_in_one_line_of_the_persons_language(hub: LoopbackHub, tmp_path: Path) -> None:
    told = fetch(hub, tmp_path, "ana/nothing-here", language="es_PE.UTF-8")
    assert told.returncode == 1
    assert told.stderr.startswith(f"Error: El hub {hub.url} no tiene el modelo ana/nothing-here")
    assert told.stderr.count("\n") == 1
    assert "has no model ana/nothing-here" in fetch(hub, tmp_path, "ana/nothing-here").stderr


def test_cache_list_and_prune(hub: LoopbackHub, tmp_path: Path) -> None:
    assert "No models in" in cache("list", folder=tmp_path / "none")
    old = hub.put("ana/kept", {"m.gguf": GGUF})
    fetch(hub, tmp_path, "ana/kept")
    new = hub.put("ana/kept", {"m.gguf": GGUF + b"new"})
    fetch(hub, tmp_path, "ana/kept", "--update")
    hub.put("ana/other", {"m.gguf": b"other"})
    fetch(hub, tmp_path, "ana/other")
    partial = tmp_path / "models--ana--other" / "blobs" / f"{'0' * 64}.incomplete"
    partial.write_bytes(b"half")

    listed = json.loads(cache("list", "--json", folder=tmp_path))
    assert {(one["model"], one["commit"], one["branches"]) for one in listed} >= {
        ("ana/kept", old, None),
        ("ana/kept", new, "main"),
    }
    assert "4.0 kB" in cache("list", folder=tmp_path)

    told = cache("prune", "--dry-run", folder=tmp_path)
    assert old in told
    assert "Would free 4.0 kB" in told
    assert partial.exists()
    told = json.loads(cache("prune", "--json", folder=tmp_path))
    assert told == {"removed": [{"model": "ana/kept", "commit": old}], "unfinished": 1, "size_bytes": len(GGUF) + 4}
    assert not partial.exists()
    # What is left is whole, and is not asked for again.
    hub.reset()
    assert fetch(hub, tmp_path, "ana/kept").returncode == 0
    assert hub.asked() == []

    cache("prune", "ana/kept", folder=tmp_path)
    assert [one["model"] for one in json.loads(cache("list", "--json", folder=tmp_path))] == ["ana/other"]
    assert "Freed" in cache("prune", "--unused-days", "0", folder=tmp_path)
    assert json.loads(cache("list", "--json", folder=tmp_path)) == []
    assert fetch(hub, tmp_path, "ana/kept").returncode == 0
