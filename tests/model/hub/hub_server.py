"""A hub on loopback, in a process of its own: the HTTP API that huggingface_hub 2.4.0 speaks, with faults on demand.

`python -m tests.model.hub.hub_server` prints its port and serves until its standard input closes. What it knows of
a hub is read off the client's source (hf_api.py, file_download.py, lfs.py, _commit_api.py): model info, tree, resolve
with redirects of large files to another origin that takes no token, ranges, etags, create, branches, preupload, LFS
batch, commits. It checks what it is sent (tokens, hashes, sizes), so that a client that cheats is seen.

`/_control/...` is for tests: models to begin with, faults, and the log of what was asked.
"""

import asyncio
import base64
import hashlib
import json
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

# What the real hub keeps outside git by its `.gitattributes`, and what a test wants there by size.
LARGE_SUFFIXES = (".gguf", ".safetensors", ".bin")
# Larger ones are uploaded in parts, so that tests of a few megabytes walk that way too.
PART_BYTES = 2_000_000
READ, WRITE = "read-token", "write-token"


def git_sha1(data: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


@dataclass
class Repo:
    private: bool = False
    gated: bool = False
    branches: dict[str, str] = field(default_factory=dict[str, str])
    commits: dict[str, dict[str, bytes]] = field(default_factory=dict[str, dict[str, bytes]])

    def commit(self, branch: str, files: dict[str, bytes], message: str) -> str:
        told = json.dumps([message, len(self.commits), sorted((name, git_sha1(data)) for name, data in files.items())])
        made = hashlib.sha1(told.encode(), usedforsecurity=False).hexdigest()
        self.commits[made] = files
        self.branches[branch] = made
        return made


@dataclass
class Fault:
    """Answers `times` requests whose path contains `path` in another way: a status, a cut, or wrong bytes."""

    path: str
    kind: str
    times: int = 1
    method: str = "GET"
    status: int = 500
    after_bytes: int = 0
    headers: dict[str, str] = field(default_factory=dict[str, str])


class Hub:
    def __init__(self) -> None:
        self.port = 0
        self.repos: dict[str, Repo] = {}
        self.large: dict[str, bytes] = {}
        self.parts: dict[str, dict[int, bytes]] = {}
        self.faults: list[Fault] = []
        self.asked: list[dict[str, Any]] = []

    # --- who may --------------------------------------------------------------------------------------------

    def repo(self, request: web.Request, *, to_write: bool = False) -> Repo:
        name = f"{request.match_info['owner']}/{request.match_info['name']}"
        token = self.token(request)
        repo = self.repos.get(name)
        if repo is None or (repo.private and token is None):
            # The hub does not tell what is private from what is not there, and answers 401 to the anonymous.
            raise refusal(404 if token else 401, "RepoNotFound", "Repository not found")
        if repo.gated and token is None:
            raise refusal(403, "GatedRepo", f"Access to model {name} is restricted")
        if to_write and token != WRITE:
            raise refusal(401 if token is None else 403, None, "You have no permission to write here")
        return repo

    def token(self, request: web.Request) -> str | None:
        header = request.headers.get("Authorization")
        if header is None:
            return None
        token = header.removeprefix("Bearer ")
        if token not in (READ, WRITE):
            raise refusal(401, None, "Invalid credentials in Authorization header")
        return token

    def commit(self, repo: Repo, revision: str) -> str:
        found = repo.branches.get(revision, revision)
        if found not in repo.commits:
            raise refusal(404, "RevisionNotFound", f"Invalid rev id: {revision}")
        return found

    # --- read --------------------------------------------------------------------------------------------------

    async def info(self, request: web.Request) -> web.Response:
        repo = self.repo(request)
        commit = self.commit(repo, request.match_info.get("revision", "main"))
        with_blobs = request.query.get("blobs", "").lower() == "true"
        siblings = [
            entry(name, data, ("rfilename", "blobId", "sha256")) if with_blobs else {"rfilename": name}
            for name, data in sorted(repo.commits[commit].items())
        ]
        name = f"{request.match_info['owner']}/{request.match_info['name']}"
        told = {"_id": "0" * 24, "id": name, "modelId": name, "sha": commit, "private": repo.private}
        return web.json_response({**told, "siblings": siblings, "tags": [], "downloads": 0, "likes": 0})

    async def tree(self, request: web.Request) -> web.Response:
        repo = self.repo(request)
        commit = self.commit(repo, request.match_info["revision"])
        files = sorted(repo.commits[commit].items())
        return web.json_response(
            [{"type": "file", **entry(name, data, ("path", "oid", "oid"))} for name, data in files]
        )

    async def resolve(self, request: web.Request) -> web.StreamResponse:
        repo = self.repo(request)
        commit = self.commit(repo, request.match_info["revision"])
        path = request.match_info["path"]
        data = repo.commits[commit].get(path)
        if data is None:
            raise refusal(404, "EntryNotFound", "Entry not found", {"X-Repo-Commit": commit})
        headers = {"X-Repo-Commit": commit}
        if is_large(path):
            oid = hashlib.sha256(data).hexdigest()
            self.large[oid] = data
            # Another name is another origin: a client must not carry its token there.
            elsewhere = f"http://localhost:{self.port}/cdn/{oid}?signed=1"
            headers |= {"X-Linked-Etag": f'"{oid}"', "X-Linked-Size": str(len(data)), "Location": elsewhere}
            return web.Response(status=302, headers=headers)
        return await self.bytes_of(request, data, headers | {"ETag": f'"{git_sha1(data)}"'})

    async def cdn(self, request: web.Request) -> web.StreamResponse:
        if "Authorization" in request.headers:
            raise web.HTTPBadRequest(text="Only one auth mechanism allowed")
        data = self.large.get(request.match_info["oid"])
        if data is None:
            raise web.HTTPNotFound
        return await self.bytes_of(request, data, {"ETag": f'"{hashlib.md5(data, usedforsecurity=False).hexdigest()}"'})

    async def bytes_of(self, request: web.Request, data: bytes, headers: dict[str, str]) -> web.StreamResponse:
        fault = self.due(request, "wrong", "cut", "no_range")
        first, status = 0, 200
        asked = request.headers.get("Range", "")
        if asked.startswith("bytes=") and not (fault and fault.kind == "no_range"):
            first = int(asked.removeprefix("bytes=").partition("-")[0])
            if first >= len(data):
                return web.Response(status=416, headers={"Content-Range": f"bytes */{len(data)}"})
            status = 206
            headers = headers | {"Content-Range": f"bytes {first}-{len(data) - 1}/{len(data)}"}
        if fault and fault.kind == "wrong":
            data = bytes(byte ^ 0x5A for byte in data)
        response = web.StreamResponse(status=status, headers={**headers, "Accept-Ranges": "bytes"})
        response.content_length = len(data) - first
        response.content_type = "application/octet-stream"
        await response.prepare(request)
        if request.method == "HEAD":
            return response
        if fault and fault.kind == "cut":
            await response.write(data[first : first + fault.after_bytes])
            assert request.transport is not None
            request.transport.close()
            return response
        await response.write(data[first:])
        return response

    async def whoami(self, request: web.Request) -> web.Response:
        if self.token(request) is None:
            raise refusal(401, None, "Invalid username or password.")
        return web.json_response({"type": "user", "name": "ana", "orgs": []})

    # --- write -------------------------------------------------------------------------------------------------

    async def create(self, request: web.Request) -> web.Response:
        if self.token(request) != WRITE:
            raise refusal(403, None, "You have no permission to create repositories")
        asked = await request.json()
        name = f"{asked['organization']}/{asked['name']}"
        url = {"url": f"http://127.0.0.1:{self.port}/{name}", "name": name}
        if name in self.repos:
            return web.json_response({**url, "error": "You already created this model repo"}, status=409)
        repo = self.repos[name] = Repo(private=asked.get("visibility") == "private")
        repo.commit(
            "main", {".gitattributes": b"*.safetensors filter=lfs diff=lfs merge=lfs -text\n"}, "initial commit"
        )
        return web.json_response(url)

    async def branch(self, request: web.Request) -> web.Response:
        repo = self.repo(request, to_write=True)
        asked: dict[str, str] = await request.json() if request.can_read_body else {}
        if request.match_info["branch"] in repo.branches:
            return web.json_response({"error": "Reference already exists"}, status=409)
        repo.branches[request.match_info["branch"]] = self.commit(repo, asked.get("startingPoint", "main"))
        return web.json_response({})

    async def validate_yaml(self, request: web.Request) -> web.Response:
        asked = await request.json()
        if not asked["content"].startswith("---\n"):
            return web.json_response({"warnings": [{"message": "empty or missing yaml metadata"}], "errors": []})
        return web.json_response({"warnings": [], "errors": []})

    async def preupload(self, request: web.Request) -> web.Response:
        repo = self.repo(request, to_write=True)
        commit = self.commit(repo, request.match_info["revision"])
        asked = await request.json()
        there = repo.commits[commit]
        told = [
            {
                "path": one["path"],
                "uploadMode": "lfs" if is_large(one["path"]) else "regular",
                "shouldIgnore": False,
                "oid": oid_of(one["path"], there[one["path"]]) if one["path"] in there else None,
            }
            for one in asked["files"]
        ]
        return web.json_response({"commitOid": commit, "files": told})

    async def lfs_batch(self, request: web.Request) -> web.Response:
        self.repo(request, to_write=True)
        asked = await request.json()
        here = f"http://127.0.0.1:{self.port}"
        objects: list[dict[str, Any]] = []
        for one in asked["objects"]:
            told: dict[str, Any] = {"oid": one["oid"], "size": one["size"]}
            if one["oid"] not in self.large:
                upload: dict[str, Any] = {"href": f"{here}/_store/{one['oid']}?signed=1"}
                if one["size"] > PART_BYTES:
                    count = -(-one["size"] // PART_BYTES)
                    urls = {str(part): f"{here}/_store/{one['oid']}/{part}?signed=1" for part in range(1, count + 1)}
                    upload = {
                        "href": f"{here}/_complete/{one['oid']}",
                        "header": {"chunk_size": str(PART_BYTES), **urls},
                    }
                verify = f"{here}/_verify/{one['oid']}"
                told["actions"] = {"upload": upload, "verify": {"href": verify}}
            objects.append(told)
        transfer = "multipart" if any(one["size"] > PART_BYTES for one in asked["objects"]) else "basic"
        return web.json_response({"transfer": transfer, "objects": objects})

    async def store(self, request: web.Request) -> web.Response:
        oid, data = request.match_info["oid"], await request.read()
        if hashlib.sha256(data).hexdigest() != oid:
            raise web.HTTPBadRequest(text="The bytes have another hash")
        self.large[oid] = data
        return web.Response()

    async def store_part(self, request: web.Request) -> web.Response:
        data = await request.read()
        self.parts.setdefault(request.match_info["oid"], {})[int(request.match_info["part"])] = data
        return web.Response(headers={"ETag": f'"{hashlib.md5(data, usedforsecurity=False).hexdigest()}"'})

    async def complete(self, request: web.Request) -> web.Response:
        oid, asked = request.match_info["oid"], await request.json()
        parts = self.parts.pop(oid)
        data = b"".join(parts[one["partNumber"]] for one in asked["parts"])
        if hashlib.sha256(data).hexdigest() != oid:
            raise web.HTTPBadRequest(text="The parts have another hash")
        self.large[oid] = data
        return web.json_response({})

    async def verify(self, request: web.Request) -> web.Response:
        asked = await request.json()
        if self.token(request) != WRITE or len(self.large.get(asked["oid"], b"")) != asked["size"]:
            raise web.HTTPBadRequest
        return web.json_response({})

    async def take_commit(self, request: web.Request) -> web.Response:
        repo = self.repo(request, to_write=True)
        branch = request.match_info["revision"]
        files = dict(repo.commits[self.commit(repo, branch)])
        message = ""
        for line in (await request.text()).splitlines():
            told = json.loads(line)
            value = told["value"]
            match told["key"]:
                case "header":
                    message = value["summary"]
                case "file":
                    files[value["path"]] = base64.b64decode(value["content"], validate=True)
                case "lfsFile":
                    files[value["path"]] = self.large[value["oid"]]
                case "deletedFile":
                    files.pop(value["path"])
                case key:
                    raise web.HTTPBadRequest(text=f"unknown {key}")
        made = repo.commit(branch, files, message)
        url = f"http://127.0.0.1:{self.port}/{request.match_info['owner']}/{request.match_info['name']}/commit/{made}"
        return web.json_response({"success": True, "commitUrl": url, "commitOid": made})

    # --- for tests ---------------------------------------------------------------------------------------------

    async def control_repo(self, request: web.Request) -> web.Response:
        asked = await request.json()
        repo = self.repos.setdefault(asked["id"], Repo())
        repo.private, repo.gated = asked.get("private", False), asked.get("gated", False)
        files = {name: base64.b64decode(data) for name, data in asked["files"].items()}
        return web.json_response({"commit": repo.commit(asked.get("branch", "main"), files, "by a test")})

    async def control_fault(self, request: web.Request) -> web.Response:
        self.faults.append(Fault(**await request.json()))
        return web.json_response({})

    async def control_reset(self, _request: web.Request) -> web.Response:
        self.faults.clear()
        self.asked.clear()
        return web.json_response({})

    async def control_log(self, _request: web.Request) -> web.Response:
        return web.json_response(self.asked)

    async def control_files(self, request: web.Request) -> web.Response:
        repo = self.repos[request.query["id"]]
        files = repo.commits[self.commit(repo, request.query["revision"])]
        told = {name: base64.b64encode(data).decode() for name, data in files.items()}
        return web.json_response({"private": repo.private, "files": told})

    def due(self, request: web.Request, *kinds: str) -> Fault | None:
        for fault in self.faults:
            if fault.kind in kinds and fault.times and fault.path in request.path and fault.method == request.method:
                fault.times -= 1
                return fault
        return None


def entry(name: str, data: bytes, words: tuple[str, str, str]) -> dict[str, Any]:
    """A file as the hub lists it; `words` are the list's for its path, its git hash and its large file's hash."""
    path, blob, large = words
    told: dict[str, Any] = {path: name, blob: git_sha1(data), "size": len(data)}
    if is_large(name):
        told["lfs"] = {large: hashlib.sha256(data).hexdigest(), "size": len(data), "pointerSize": 134}
    return told


def is_large(path: str) -> bool:
    return path.endswith(LARGE_SUFFIXES)


def oid_of(path: str, data: bytes) -> str:
    return hashlib.sha256(data).hexdigest() if is_large(path) else git_sha1(data)


def refusal(status: int, code: str | None, message: str, more: dict[str, str] | None = None) -> web.HTTPException:
    headers = {"X-Error-Message": message, **({"X-Error-Code": code} if code else {}), **(more or {})}
    kind = {401: web.HTTPUnauthorized, 403: web.HTTPForbidden, 404: web.HTTPNotFound}[status]
    return kind(headers=headers, text=json.dumps({"error": message}), content_type="application/json")


def application(hub: Hub) -> web.Application:
    @web.middleware
    async def watched(
        request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        if request.path.startswith("/_control"):
            return await handler(request)
        hub.asked.append(
            {
                "method": request.method,
                "path": request.path,
                "range": request.headers.get("Range"),
                "with_token": "Authorization" in request.headers,
            }
        )
        fault = hub.due(request, "status")
        if fault is not None:
            return web.Response(status=fault.status, headers=fault.headers, text="a fault")
        return await handler(request)

    app = web.Application(client_max_size=1 << 30, middlewares=[watched])
    repo = "/{owner}/{name}"
    app.add_routes(
        [
            web.get(f"/api/models{repo}", hub.info),
            web.get(f"/api/models{repo}/revision/{{revision}}", hub.info),
            web.get(f"/api/models{repo}/tree/{{revision}}", hub.tree),
            web.get(f"{repo}/resolve/{{revision}}/{{path:.+}}", hub.resolve),
            web.get("/cdn/{oid}", hub.cdn),
            web.get("/api/whoami-v2", hub.whoami),
            web.post("/api/repos/create", hub.create),
            web.post("/api/validate-yaml", hub.validate_yaml),
            web.post(f"/api/models{repo}/branch/{{branch}}", hub.branch),
            web.post(f"/api/models{repo}/preupload/{{revision}}", hub.preupload),
            web.post("/{owner}/{name}.git/info/lfs/objects/batch", hub.lfs_batch),
            web.put("/_store/{oid}", hub.store),
            web.put("/_store/{oid}/{part}", hub.store_part),
            web.post("/_complete/{oid}", hub.complete),
            web.post("/_verify/{oid}", hub.verify),
            web.post(f"/api/models{repo}/commit/{{revision}}", hub.take_commit),
            web.post("/_control/repo", hub.control_repo),
            web.post("/_control/fault", hub.control_fault),
            web.post("/_control/reset", hub.control_reset),
            web.get("/_control/log", hub.control_log),
            web.get("/_control/files", hub.control_files),
        ]
    )
    return app


async def serve() -> None:
    """Serve until standard input closes, so that the hub never outlives its test."""
    hub = Hub()
    runner = web.AppRunner(application(hub), access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    hub.port = runner.addresses[0][1]
    sys.stdout.write(f"{hub.port}\n")
    sys.stdout.flush()
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(serve())
