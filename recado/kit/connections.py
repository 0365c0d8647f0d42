"""A connection of a client, as uvicorn has it, that does not stay for ever."""

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


class Connection(HttpToolsProtocol):
    """uvicorn ends its wait for the next request with whatever comes. After an early answer, as that to a body that is
    too large, this is the rest of the body, and nobody waits any more: a client that is gone would keep its connection.
    """

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        is_ours = self.transport.get_protocol() is self and not self.transport.is_closing()  # no WebSocket by now
        if is_ours and self.cycle and self.cycle.response_complete and self.timeout_keep_alive_task is None:
            self.timeout_keep_alive_task = self.loop.call_later(
                self.timeout_keep_alive, self.timeout_keep_alive_handler
            )
