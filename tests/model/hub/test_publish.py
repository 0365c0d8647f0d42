"""Publishing: the model, its conversions and a card with a measured figure, on the hub that then serves them."""

import hashlib
import importlib
import json
import math
import random
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, cast

import pytest

from recado.errors import RecadoError
from recado.model.convert import convert
from recado.model.hub import HubSettings, obtain
from recado.model.perplexity import measure, sample_text
from recado.model.publish import publish
from recado.model.transformers_engine import load_model
from tests.model.hub.hub_server import PART_BYTES
from tests.model.hub.hubs import READ, WRITE, LoopbackHub
from tests.model.hugging_face import tiny
from tests.model.hugging_face.needs import NEEDS_TORCH

# The hub's library uploads by a word that its HTTP client would rather not hear.
pytestmark = [*NEEDS_TORCH, pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")]


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny.gpt2(tmp_path_factory.mktemp("published"), positions=512)


def writer(hub: LoopbackHub, tmp_path: Path, token: str | None = WRITE) -> HubSettings:
    return HubSettings(tmp_path / "cache", endpoint=hub.url, token=token)


def test_a_published_model_can_be_used(hub: LoopbackHub, folder: Path, tmp_path: Path) -> None:
    model = tmp_path / "model"
    shutil.copytree(folder, model)
    convert(model, model / "model-f16.gguf")
    (model / "optimizer.pt").write_bytes(b"not for others")

    done = publish(model, "ana/clinic", writer(hub, tmp_path), private=True)

    files, private = hub.files("ana/clinic")
    assert private
    # More than PART_BYTES, so it went up in parts; one small file would not.
    assert files["model.safetensors"] == (model / "model.safetensors").read_bytes()
    assert {"README.md", "config.json", "tokenizer.json", "model-f16.gguf", "model.safetensors"} <= set(files)
    assert "optimizer.pt" not in files
    card = files["README.md"].decode()
    assert f"**{done.perplexity.value:.2f}** over {done.perplexity.tokens:,} tokens" in card
    assert hashlib.sha256(sample_text().encode()).hexdigest() in card
    assert "$" not in card
    assert card.startswith("---\nlanguage:")
    found = obtain("ana/clinic:f16", done.commit, writer(hub, tmp_path, READ))
    assert found.path.read_bytes() == (model / "model-f16.gguf").read_bytes()


def test_large_files_go_up_in_parts(hub: LoopbackHub, folder: Path, tmp_path: Path) -> None:
    model = tmp_path / "model"
    shutil.copytree(folder, model)
    big = random.Random(3).randbytes(2 * PART_BYTES + 17)  # noqa: S311
    (model / "other.gguf").write_bytes(big)
    hub.fault("/_store/", "status", method="PUT", status=503)  # once: it is tried again
    publish(model, "ana/parts", writer(hub, tmp_path))
    assert hub.files("ana/parts")[0]["other.gguf"] == big
    assert len([one for one in hub.asked() if one["method"] == "PUT" and one["path"].count("/") == 3]) >= 3


def test_a_branch_of_its_own_and_a_card_of_ones_own(hub: LoopbackHub, folder: Path, tmp_path: Path) -> None:
    model = tmp_path / "model"
    shutil.copytree(folder, model)
    (model / "README.md").write_text("---\nlicense: mit\n---\n# Mine\n")
    first = publish(folder, "ana/branches", writer(hub, tmp_path))
    second = publish(model, "ana/branches", writer(hub, tmp_path), revision="v2")
    assert (first.own_card, second.own_card) == (False, True)
    assert hub.files("ana/branches", "v2")[0]["README.md"] == b"---\nlicense: mit\n---\n# Mine\n"
    assert hub.files("ana/branches")[0]["README.md"] != hub.files("ana/branches", "v2")[0]["README.md"]
    assert first.commit != second.commit
    # The same again changes nothing, and is no error.
    assert publish(model, "ana/branches", writer(hub, tmp_path), revision="v2").commit == second.commit


def test_what_stops_a_publication(
    hub: LoopbackHub, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN_PATH", str(tmp_path / "none"))
    hub.put("ana/public", {"README.md": b"# here"})
    for repo, token, private, code in (
        ("ana/new", READ, False, "no_access"),
        ("ana/new", "hf_wrong", False, "bad_token"),
        ("ana/public", WRITE, True, "not_private"),
        ("not a name", WRITE, False, "bad_model_name"),
    ):
        with pytest.raises(RecadoError) as caught:
            publish(folder, repo, writer(hub, tmp_path, token), private=private)
        assert caught.value.code == code, repo
    assert set(hub.files("ana/public")[0]) == {"README.md"}
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(RecadoError, match="has no model"):
        publish(empty, "ana/new", writer(hub, tmp_path))
    (tmp_path / "short.txt").write_text("hola")
    with pytest.raises(RecadoError, match="256 are needed") as caught:
        publish(folder, "ana/new", writer(hub, tmp_path), text=tmp_path / "short.txt")
    assert caught.value.code == "text_too_short"


def test_perplexity_is_what_one_pass_over_the_text_gives(folder: Path) -> None:
    """In a window that holds the whole text there is nothing to argue about; smaller windows come close to it."""
    torch = cast("Any", importlib.import_module("torch"))
    model, tokenizer, _ = load_model(folder, "cpu")
    text = " ".join(tiny.SAMPLE) * 5
    ids = tokenizer(text).input_ids
    assert 256 <= len(ids) <= 512
    with torch.inference_mode():
        expected = math.exp(float(model(torch.tensor([ids]), labels=torch.tensor([ids])).loss))
    seen = measure(folder, text, "cpu")
    assert seen.value == pytest.approx(expected, rel=1e-4)
    assert (seen.tokens, seen.window, seen.context) == (len(ids), 512, 512)
    longer = measure(folder, text * 3, "cpu")
    assert longer.tokens > 512
    assert longer.value == pytest.approx(seen.value, rel=0.5)
    assert measure(folder, text * 3, "cpu") == longer


def test_the_command_publishes(hub: LoopbackHub, folder: Path, tmp_path: Path) -> None:
    env = {"HF_ENDPOINT": hub.url, "HF_TOKEN": WRITE, "HF_HOME": str(tmp_path), "LC_ALL": "C.UTF-8", "PATH": ""}
    told = subprocess.run(
        [sys.executable, "-m", "recado", "model", "publish", str(folder), "ana/command", "--json", "--device", "cpu"],
        check=True,
        capture_output=True,
        text=True,
        env=env,
        timeout=120,
    )
    said = json.loads(told.stdout)
    assert said["url"] == f"{hub.url}/ana/command"
    assert said["perplexity"] > 1
    assert "model.safetensors" in hub.files("ana/command", said["commit"])[0]
