"""Models from a hub: whole, checked, kept, and plain words when something is wrong."""

import asyncio
import hashlib
import random
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from recado.errors import RecadoError
from recado.model.cache import Stage
from recado.model.engine import Located
from recado.model.hub import HubSettings, locate, locate_on_disk, obtain
from recado.model.hub_client import CHUNK_BYTES
from tests.model.hub.hub_server import git_sha1
from tests.model.hub.hubs import READ, LoopbackHub

BIG = random.Random(7).randbytes(25_000_000)  # noqa: S311 # any bytes, always the same
WEIGHTS = random.Random(8).randbytes(300_000)  # noqa: S311
SMALL = {"config.json": b'{"model_type": "gpt2"}', "tokenizer.json": b"{}", "model.safetensors": WEIGHTS}
MORE = {"README.md": b"# about", "modeling_evil.py": b"raise SystemExit", "pytorch_model.bin": b"the same, older"}


def settings(hub: LoopbackHub, cache: Path, **more: Any) -> HubSettings:
    return HubSettings(cache, endpoint=hub.url, **more)


def gets(hub: LoopbackHub, part: str = "") -> list[dict[str, Any]]:
    return [one for one in hub.asked() if one["method"] == "GET" and part in one["path"]]


def blob_of(cache: Path, data: bytes) -> Path:
    return next(cache.glob(f"models--*/blobs/{hashlib.sha256(data).hexdigest()}"))


def disk_with(free: int) -> Callable[[Path], Any]:
    usage = shutil.disk_usage("/")

    def told(_path: Path) -> Any:
        return usage._replace(free=free)

    return told


def test_a_model_is_downloaded_once_and_needs_no_network_after_that(hub: LoopbackHub, tmp_path: Path) -> None:
    commit = hub.put("ana/once", SMALL | MORE)
    seen: list[tuple[Stage, int, int]] = []

    def report(stage: Stage, done: int, total: int) -> None:
        seen.append((stage, done, total))

    found = obtain("ana/once", None, settings(hub, tmp_path), report=report)

    assert found == Located(tmp_path / "models--ana--once" / "snapshots" / commit, "ana/once", commit)
    assert {path.name: path.read_bytes() for path in found.path.iterdir()} == SMALL
    total = sum(map(len, SMALL.values()))
    assert seen[-1] == ("download", total, total)
    assert [done for _, done, _ in seen] == sorted(done for _, done, _ in seen)
    hub.reset()
    assert obtain("ana/once", "main", settings(hub, tmp_path)) == found
    assert obtain("ana/once", commit, settings(hub, tmp_path)) == found
    assert hub.asked() == []


def test_a_branch_stays_where_it_was_until_it_is_asked_for_anew(hub: LoopbackHub, tmp_path: Path) -> None:
    first = hub.put("ana/branch", SMALL)
    obtain("ana/branch", "main", settings(hub, tmp_path))
    second = hub.put("ana/branch", SMALL | {"config.json": b'{"model_type": "llama"}'})

    assert obtain("ana/branch", "main", settings(hub, tmp_path)).revision == first
    hub.reset()
    updated = obtain("ana/branch", "main", settings(hub, tmp_path), update=True)
    assert updated.revision == second
    assert (updated.path / "config.json").read_bytes() == b'{"model_type": "llama"}'
    assert gets(hub, "safetensors") == []  # what both have is there already
    assert obtain("ana/branch", first, settings(hub, tmp_path)).revision == first


def test_the_cache_is_one_that_hugging_face_tools_share(hub: LoopbackHub, tmp_path: Path) -> None:
    """What their library has downloaded we take, offline too, and the other way round."""
    import huggingface_hub

    library: Any = huggingface_hub
    commit = hub.put("ana/shared", SMALL)
    theirs = library.HfApi(endpoint=hub.url).snapshot_download("ana/shared", cache_dir=tmp_path / "theirs")
    assert Path(theirs).name == commit
    hub.fault("/api/models/ana/shared", "status", status=503, times=9)
    found = obtain("ana/shared", None, settings(hub, tmp_path / "theirs"))
    assert found.revision == commit
    assert {path.name for path in found.path.iterdir()} == set(SMALL)

    hub.reset()
    obtain("ana/shared", None, settings(hub, tmp_path / "ours"))
    hub.reset()
    path = library.hf_hub_download(
        "ana/shared", "model.safetensors", revision=commit, cache_dir=tmp_path / "ours", endpoint=hub.url
    )
    assert Path(path).read_bytes() == WEIGHTS
    assert hub.asked() == []


def test_a_download_that_is_cut_goes_on_where_it_stopped(hub: LoopbackHub, tmp_path: Path) -> None:
    hub.put("ana/cut", {"m.gguf": BIG})
    hub.fault("/cdn/", "cut", after_bytes=12_000_000)

    found = obtain("ana/cut", None, settings(hub, tmp_path))

    assert found.path.read_bytes() == BIG
    ranges = [one["range"] for one in gets(hub, "/cdn/")]
    assert ranges[0] is None
    (again,) = ranges[1:]
    assert 12_000_000 - CHUNK_BYTES <= int(again.removeprefix("bytes=").removesuffix("-")) <= 12_000_000


def test_a_killed_download_goes_on_in_the_next_process(hub: LoopbackHub, tmp_path: Path) -> None:
    """A process that dies in the middle, as by a power cut, leaves what it had; the next asks for the rest only."""
    hub.put("ana/killed", {"m.gguf": BIG})
    program = """
import os, sys
from pathlib import Path
from recado.model.hub import HubSettings, obtain
def report(stage, done, total):
    if stage == "download" and done > 9_000_000:
        os._exit(9)
obtain("ana/killed", None, HubSettings(Path(sys.argv[1]), endpoint=sys.argv[2]), report=report)
"""
    died = subprocess.run([sys.executable, "-c", program, str(tmp_path), hub.url], check=False, timeout=90)
    assert died.returncode == 9
    hub.reset()

    first: list[int] = []
    found = obtain(
        "ana/killed",
        None,
        settings(hub, tmp_path),
        report=lambda stage, done, _total: first.append(done) if stage == "download" else None,
    )

    assert found.path.read_bytes() == BIG
    assert first[0] == 9_175_040  # the first whole chunk beyond what it died at
    assert [one["range"] for one in gets(hub, "/cdn/")] == [f"bytes={first[0]}-"]


def test_a_mirror_without_ranges_sends_all_of_it_again(hub: LoopbackHub, tmp_path: Path) -> None:
    hub.put("ana/whole", {"m.gguf": BIG})
    hub.fault("/cdn/", "cut", after_bytes=12_000_000)
    hub.fault("/cdn/", "no_range", times=9)
    assert obtain("ana/whole", None, settings(hub, tmp_path)).path.read_bytes() == BIG


def test_wrong_bytes_are_noticed_and_fetched_again(hub: LoopbackHub, tmp_path: Path) -> None:
    hub.put("ana/wrong", SMALL)
    hub.fault("/cdn/", "wrong")
    found = obtain("ana/wrong", None, settings(hub, tmp_path))
    assert (found.path / "model.safetensors").read_bytes() == WEIGHTS

    hub.put("ana/wronger", {"m.gguf": WEIGHTS + b"2"})
    hub.fault("/cdn/", "wrong", times=2)
    with pytest.raises(RecadoError, match=r"sent m\.gguf twice with other contents") as caught:
        obtain("ana/wronger", None, settings(hub, tmp_path))
    assert (caught.value.code, caught.value.verdict.permanent) == ("wrong_bytes", False)
    assert not list(tmp_path.glob("models--ana--wronger/snapshots/*/*"))


@pytest.mark.parametrize("damage", ["bytes", "length", "gone", "link gone"])
def test_a_damaged_cache_is_repaired_with_the_damaged_file_only(hub: LoopbackHub, tmp_path: Path, damage: str) -> None:
    hub.put("ana/damaged", SMALL)
    found = obtain("ana/damaged", None, settings(hub, tmp_path))
    blob = blob_of(tmp_path, WEIGHTS)
    match damage:
        case "bytes":
            blob.write_bytes(b"\x00" + WEIGHTS[1:])
        case "length":
            blob.write_bytes(WEIGHTS[:-1])
        case "gone":
            blob.unlink()
        case _:
            (found.path / "model.safetensors").unlink()
    hub.reset()

    assert obtain("ana/damaged", None, settings(hub, tmp_path)) == found

    assert (found.path / "model.safetensors").read_bytes() == WEIGHTS
    asked = [one["path"].rsplit("/", 1)[1] for one in gets(hub, "/resolve/")]
    assert asked == ([] if damage == "link gone" else ["model.safetensors"])


def test_a_damaged_small_file_is_noticed_by_its_git_hash(hub: LoopbackHub, tmp_path: Path) -> None:
    hub.put("ana/small", SMALL)
    found = obtain("ana/small", None, settings(hub, tmp_path))
    blob = (found.path / "config.json").resolve()
    assert blob.name == git_sha1(SMALL["config.json"])
    blob.write_bytes(b'{"model_type": "evil"}')
    assert (obtain("ana/small", None, settings(hub, tmp_path)).path / "config.json").read_bytes() == SMALL[
        "config.json"
    ]


def test_the_token_goes_to_the_hub_and_to_no_other_origin(hub: LoopbackHub, tmp_path: Path) -> None:
    hub.put("ana/private", SMALL, private=True)
    obtain("ana/private", None, settings(hub, tmp_path, token=READ))
    assert all(one["with_token"] == (not one["path"].startswith("/cdn/")) for one in gets(hub))
    assert gets(hub, "/cdn/")


class Trouble(NamedTuple):
    fault: dict[str, Any]
    code: str
    words: str
    again_after_s: float | None = None


NO_REPO, NO_REVISION = {"X-Error-Code": "RepoNotFound"}, {"X-Error-Code": "RevisionNotFound"}
BAD_TOKEN = {"X-Error-Message": "Invalid credentials in Authorization header"}
TROUBLES = {
    "wrong token": Trouble({"status": 401, "headers": BAD_TOKEN}, "bad_token", "HF_TOKEN"),
    "forbidden": Trouble({"status": 403}, "no_access", "Ask for it at"),
    "not there": Trouble({"status": 404, "headers": NO_REPO}, "model_not_found", "has no model"),
    "no revision": Trouble({"status": 404, "headers": NO_REVISION}, "model_not_found", "MODEL_REVISION"),
    "too many": Trouble({"status": 429, "headers": {"Retry-After": "77"}}, "hub_busy", "in 77 s", 77.0),
    "too many, no hint": Trouble({"status": 429}, "hub_busy", "in 300 s", 300.0),
    "broken": Trouble({"status": 500}, "hub_failed", "HTTP 500", 60.0),
    "no hub": Trouble({"status": 200}, "hub_unreachable", "HF_ENDPOINT", 60.0),
}


@pytest.mark.parametrize("name", TROUBLES)
def test_each_trouble_has_plain_words(hub: LoopbackHub, tmp_path: Path, name: str) -> None:
    trouble = TROUBLES[name]
    hub.put("ana/trouble", SMALL)
    hub.fault("/api/models/", "status", **trouble.fault)
    with pytest.raises(RecadoError, match=trouble.words) as caught:
        obtain("ana/trouble", None, settings(hub, tmp_path))
    assert caught.value.code == trouble.code
    assert caught.value.verdict.retry_after_s == trouble.again_after_s
    assert "Traceback" not in caught.value.message
    # And nothing is left in the way.
    assert (obtain("ana/trouble", None, settings(hub, tmp_path)).path / "model.safetensors").exists()


@pytest.mark.parametrize(("status", "code"), [(401, "bad_token"), (403, "no_access"), (500, "hub_failed")])
def test_a_trouble_in_mid_download_has_plain_words_too(
    hub: LoopbackHub, tmp_path: Path, status: int, code: str
) -> None:
    hub.put("ana/middle", SMALL)
    hub.fault("/resolve/", "status", status=status)
    with pytest.raises(RecadoError) as caught:
        obtain("ana/middle", None, settings(hub, tmp_path))
    assert caught.value.code == code


def test_wrong_names_and_tokens_as_the_hub_itself_sees_them(hub: LoopbackHub, tmp_path: Path) -> None:
    hub.put("ana/secret", SMALL, private=True)
    hub.put("ana/gated", SMALL, gated=True)
    for name, revision, token, code in (
        ("ana/secret", None, "hf_wrong", "bad_token"),
        ("ana/nothing", None, READ, "model_not_found"),
        ("ana/gated", None, None, "no_access"),
        ("ana/secret", "v9", READ, "model_not_found"),
        ("no-slash", None, None, "bad_model_name"),
        ("../../etc/passwd", None, None, "bad_model_name"),
    ):
        with pytest.raises(RecadoError) as caught:
            obtain(name, revision, settings(hub, tmp_path, token=token))
        assert caught.value.code == code, name


def test_no_network_says_so_in_both_languages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nobody = HubSettings(tmp_path, endpoint="http://127.0.0.1:9")
    for language, words in (("es_PE.UTF-8", "No hay conexión con el hub"), ("en_US.UTF-8", "cannot be reached")):
        monkeypatch.setenv("LC_ALL", language)
        with pytest.raises(RecadoError, match=words) as caught:
            obtain("ana/any", None, nobody)
        assert caught.value.code == "hub_unreachable"


def test_a_damaged_cache_without_network_is_not_used(hub: LoopbackHub, tmp_path: Path) -> None:
    hub.put("ana/offline", {"m.gguf": WEIGHTS})
    obtain("ana/offline", None, settings(hub, tmp_path))
    blob_of(tmp_path, WEIGHTS).write_bytes(b"\x00" * len(WEIGHTS))
    with pytest.raises(RecadoError, match="cannot be reached"):
        obtain("ana/offline", None, HubSettings(tmp_path, endpoint="http://127.0.0.1:9"))


def test_too_small_a_disk_is_told_before_the_download(
    hub: LoopbackHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.put("ana/large", {"m.gguf": WEIGHTS})
    monkeypatch.setattr(shutil, "disk_usage", disk_with(len(WEIGHTS) - 1))
    with pytest.raises(RecadoError, match=r"300\.0 kB are needed .* 300\.0 kB left.*MODEL_CACHE_DIR") as caught:
        obtain("ana/large", None, settings(hub, tmp_path))
    assert caught.value.code == "disk_full"
    assert gets(hub, "/resolve/") == []
    monkeypatch.setattr(shutil, "disk_usage", disk_with(len(WEIGHTS)))
    assert obtain("ana/large", None, settings(hub, tmp_path)).path.read_bytes() == WEIGHTS


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_disk_that_fills_up_on_the_way(hub: LoopbackHub, tmp_path: Path) -> None:
    """/dev/full gives the error that a full disk gives, at the same place."""
    hub.put("ana/filling", {"m.gguf": WEIGHTS})
    blobs = tmp_path / "models--ana--filling" / "blobs"
    blobs.mkdir(parents=True)
    (blobs / f"{hashlib.sha256(WEIGHTS).hexdigest()}.incomplete").symlink_to("/dev/full")
    with pytest.raises(RecadoError, match="disk is too small") as caught:
        obtain("ana/filling", None, settings(hub, tmp_path))
    assert caught.value.code == "disk_full"


def test_a_cache_that_cannot_be_written_to(hub: LoopbackHub, tmp_path: Path) -> None:
    hub.put("ana/readonly", SMALL)
    (tmp_path / "file").touch()
    with pytest.raises(RecadoError, match=r"Not a directory.*MODEL_CACHE_DIR") as caught:
        obtain("ana/readonly", None, settings(hub, tmp_path / "file"))
    assert caught.value.code == "cache_unusable"


GGUFS = {"a-Q4_K_M.gguf": b"four", "a-Q8_0.gguf": b"eight", "README.md": b""}
PARTS = {f"b-{n:05}-of-00003.gguf": bytes([n]) * 9 for n in (1, 2, 3)}


def test_which_file_of_a_model(hub: LoopbackHub, tmp_path: Path) -> None:
    hub.put("ana/ggufs", GGUFS)
    hub.put("ana/parts", PARTS)
    hub.put("ana/bin", {name: data for name, data in (SMALL | MORE).items() if not name.endswith("safetensors")})
    hub.put("ana/nothing", {"README.md": b""})
    where = settings(hub, tmp_path)

    assert obtain("ana/ggufs:q8_0", None, where).path.name == "a-Q8_0.gguf"
    assert obtain("ana/ggufs:a-Q4_K_M.gguf", None, where).path.read_bytes() == b"four"
    assert not list(tmp_path.rglob("README.md"))
    first = obtain("ana/parts", None, where).path
    assert (first.name, len(list(first.parent.iterdir()))) == ("b-00001-of-00003.gguf", 3)
    assert (obtain("ana/bin", None, where).path / "pytorch_model.bin").exists()
    for name, words in (
        ("ana/ggufs", "MODEL_NAME=ana/ggufs:a-Q4_K_M.gguf"),
        ("ana/ggufs:Q2", r"has no file Q2\. It has: a-Q4_K_M.gguf, a-Q8_0.gguf"),
        ("ana/nothing", "has no model that Recado can use"),
    ):
        with pytest.raises(RecadoError, match=words):
            obtain(name, None, where)


def test_models_on_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    (tmp_path / "m.gguf").write_bytes(b"GGUF")
    assert locate_on_disk(tmp_path / "m.gguf") == Located(tmp_path / "m.gguf", "m")
    assert locate_on_disk(tmp_path) == Located(tmp_path / "m.gguf", tmp_path.name)
    folder = tmp_path / "folder"
    folder.mkdir()
    for name, data in SMALL.items():
        (folder / name).write_bytes(data)
    assert locate_on_disk(folder) == Located(folder, "folder")
    with pytest.raises(RecadoError, match="LOCAL_MODEL_PATH"):
        locate_on_disk(tmp_path / "nothing.gguf")


async def test_a_folder_of_this_machine_wins_over_a_hub(
    hub: LoopbackHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ana" / "here").mkdir(parents=True)
    (tmp_path / "ana" / "here" / "m.gguf").write_bytes(b"GGUF")
    found = await locate("ana/here", None, lambda _percent: None, settings=settings(hub, tmp_path))
    assert found.path == Path("ana/here/m.gguf")
    assert hub.asked() == []


async def test_locate_tells_the_percentage_on_the_loop(hub: LoopbackHub, tmp_path: Path) -> None:
    commit = hub.put("ana/percent", {"m.gguf": BIG})
    loop, told = asyncio.get_running_loop(), list[int]()

    def progress(percent: int) -> None:
        assert asyncio.get_running_loop() is loop
        told.append(percent)

    found = await locate("ana/percent", None, progress, settings=settings(hub, tmp_path))
    assert found.revision == commit
    assert told == sorted(set(told))
    assert told[-1] == 100
    (tmp_path / "m.gguf").write_bytes(b"GGUF")
    assert (await locate(str(tmp_path / "m.gguf"), None, progress, settings=settings(hub, tmp_path))).model == "m"


def test_paths_that_leave_the_folder_are_never_written(hub: LoopbackHub, tmp_path: Path) -> None:
    hub.put("ana/evil", {"../../evil.gguf": b"x", "/abs.gguf": b"y", "good.gguf": b"z"})
    assert obtain("ana/evil", None, settings(hub, tmp_path)).path.name == "good.gguf"
    assert len(list(tmp_path.rglob("*.gguf"))) == 1
