"""The loopback hub, as a test holds it."""

import base64
import json
import subprocess
import sys
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.model.hub.hub_server import READ, WRITE

__all__ = ["READ", "WRITE", "LoopbackHub"]


class LoopbackHub:
    """A `hub_server` in its own process."""

    def __init__(self) -> None:
        root = Path(__file__).parents[3]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.model.hub.hub_server"],
            cwd=root,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        self.url = f"http://127.0.0.1:{int(self._process.stdout.readline())}"

    def close(self) -> None:
        self._process.communicate()

    def put(self, repo: str, files: Mapping[str, bytes], **more: Any) -> str:
        """Make a commit of these files; its id."""
        told = {name: base64.b64encode(data).decode() for name, data in files.items()}
        return self._post("repo", {"id": repo, "files": told, **more})["commit"]

    def fault(self, path: str, kind: str, **more: Any) -> None:
        """What is asked of `path` next goes wrong: "status", "cut", "wrong" or "no_range"."""
        self._post("fault", {"path": path, "kind": kind, **more})

    def reset(self) -> None:
        self._post("reset", {})

    def asked(self) -> list[dict[str, Any]]:
        """What was asked since the last reset."""
        return self._get("log")

    def files(self, repo: str, revision: str = "main") -> tuple[dict[str, bytes], bool]:
        """The files of a revision, and whether the model is private."""
        told = self._get(f"files?id={repo}&revision={revision}")
        return {name: base64.b64decode(data) for name, data in told["files"].items()}, told["private"]

    def _post(self, what: str, body: Any) -> Any:
        request = urllib.request.Request(  # noqa: S310
            f"{self.url}/_control/{what}",
            json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 # a fixed address
            return json.load(answer)

    def _get(self, what: str) -> Any:
        with urllib.request.urlopen(f"{self.url}/_control/{what}", timeout=60) as answer:  # noqa: S310
            return json.load(answer)
