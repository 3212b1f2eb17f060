"""A client of a language server over its standard input and output, as an editor is one."""

from __future__ import annotations

import json
import queue
import subprocess
import threading
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Any

_PATIENCE = 60.0


class Session:
    """A server that runs in a folder; `with` ends it as the protocol wants it ended."""

    def __init__(self, command: list[str], folder: Path, settings: Mapping[str, Any]) -> None:
        self._server = subprocess.Popen(
            command,
            cwd=folder,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self._folder = folder
        self._settings = settings
        self._incoming: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self._last_request = 0
        self._versions: dict[str, int] = {}

    def __enter__(self) -> Session:  # noqa: PYI034 (Self is newer than Python 3.10)
        assert self._server.stdout is not None
        reader = threading.Thread(target=self._listen, args=(self._server.stdout,), daemon=True)
        reader.start()
        self.request(
            "initialize",
            {"processId": None, "rootUri": self._folder.as_uri(), "capabilities": {}},
        )
        self.notify("initialized", {})
        self.notify("workspace/didChangeConfiguration", {"settings": self._settings})
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if kind is None:
                self.request("shutdown", None)
                self.notify("exit", None)
                self._server.wait(_PATIENCE)
        finally:
            self._server.kill()
            self._server.wait()

    def open(self, path: Path, text: str) -> None:
        """Open a file in the editor; its text need not be that on disk."""
        self._versions[path.as_uri()] = 1
        document = {"uri": path.as_uri(), "languageId": "python", "version": 1, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": document})

    def change(self, path: Path, text: str) -> None:
        """Type: the buffer is another one now."""
        self._versions[path.as_uri()] += 1
        document = {"uri": path.as_uri(), "version": self._versions[path.as_uri()]}
        changes = [{"text": text}]
        self.notify("textDocument/didChange", {"textDocument": document, "contentChanges": changes})

    def save(self, path: Path, text: str) -> None:
        """Write the buffer to disk and say so."""
        path.write_text(text, encoding="utf-8")
        self.notify("textDocument/didSave", {"textDocument": {"uri": path.as_uri()}})

    def diagnostics(self, path: Path) -> list[dict[str, Any]]:
        """The next diagnostics that the server publishes for a file."""
        while True:
            message = self._next()
            parameters = message.get("params") or {}
            if message.get("method") == "textDocument/publishDiagnostics" and (
                parameters["uri"] == path.as_uri()
            ):
                published: list[dict[str, Any]] = parameters["diagnostics"]
                return published

    def request(self, method: str, parameters: object) -> object:
        """Ask, and wait for the answer."""
        self._last_request += 1
        self._send({"id": self._last_request, "method": method, "params": parameters})
        while True:
            message = self._next()
            if message.get("id") == self._last_request and "method" not in message:
                assert "error" not in message, message
                return message["result"]

    def notify(self, method: str, parameters: object) -> None:
        """Say something that has no answer."""
        self._send({"method": method, "params": parameters})

    def _next(self) -> dict[str, Any]:
        message = self._incoming.get(timeout=_PATIENCE)
        assert message is not None, "the server has ended"
        return message

    def _send(self, message: dict[str, Any]) -> None:
        assert self._server.stdin is not None
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._server.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self._server.stdin.flush()

    def _listen(self, stream: IO[bytes]) -> None:
        while header := stream.readline():
            length = 0
            while header.strip():
                name, _, value = header.partition(b":")
                if name.lower() == b"content-length":
                    length = int(value)
                header = stream.readline()
            self._incoming.put(json.loads(stream.read(length)))
        self._incoming.put(None)
