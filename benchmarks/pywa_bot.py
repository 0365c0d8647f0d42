"""An echo bot as pywa documents it, its Graph calls sent to the stub. Runs in an environment of its own (.venv/bench).

    .venv/bench/bin/python -m benchmarks.pywa_bot --port 8000 --graph 9000

pywa has no setting for the Graph base URL: it sets it on the httpx client that it is given, and so do we after it.
Everything else is its default: its own Starlette server on uvicorn with uvloop and httptools, signatures checked,
and only warnings logged, which favours it.
"""
# pyright: reportMissingImports=false, reportUnknownVariableType=false, reportUnknownMemberType=false
# pyright: reportUnknownParameterType=false, reportUntypedFunctionDecorator=false

import argparse

import httpx
from pywa_async import WhatsApp, filters, types

from benchmarks.payloads import ACCESS_TOKEN, APP_SECRET, FIRST_LINE, VERIFY_TOKEN, WEBHOOK_PATH
from benchmarks.wire import HOST


def build(graph: int) -> WhatsApp:
    session = httpx.AsyncClient()
    bot = WhatsApp(
        phone_id=str(FIRST_LINE),
        token=ACCESS_TOKEN,
        session=session,
        app_secret=APP_SECRET,
        verify_token=VERIFY_TOKEN,
        webhook_endpoint=WEBHOOK_PATH,
        api_version=24.0,
    )
    session.base_url = f"http://{HOST}:{graph}/v24.0"

    @bot.on_message(filters.text)
    async def echo(_: WhatsApp, message: types.Message) -> None:  # pyright: ignore[reportUnusedFunction]
        await message.reply(message.text or "")

    return bot


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks.pywa_bot", description="An echo bot on pywa.")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--graph", type=int, required=True, metavar="PORT")
    given = parser.parse_args()
    build(given.graph).run(host=HOST, port=given.port, log_level="warning")


if __name__ == "__main__":
    main()
