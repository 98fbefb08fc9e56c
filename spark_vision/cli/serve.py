"""`spark-vision serve`: the service."""

import asyncio
import os
import sys
from socket import gaierror
from typing import Annotated

import typer

from spark_vision.app.logs import set_up_logs
from spark_vision.app.settings import Settings
from spark_vision.cli import console
from spark_vision.cli.index import IndexDir, settings_for
from spark_vision.core.errors import InvalidInputError

# What is being answered when the service is told to stop may take so long to end.
_LAST_ANSWERS_SECONDS = 30
# Threads that look photos up keep the interpreter for so long, where the loop that answers everybody else
# asks for it after each packet it sends; Python's own 5 ms add up.
_SWITCH_SECONDS = 0.001


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.", min=0, max=65535)] = 8000,
    index_dir: IndexDir = None,
) -> None:
    """Serve the API and the page until stopped."""
    run_service(host, port, settings_for(index_dir))


def run_service(host: str, port: int, settings: Settings, greeting: str = "") -> None:
    """Run uvicorn on the application factory, which reads its settings from the environment.

    greeting: said when nothing is in the way of the start. Raises what `check_service` raises.
    """
    import uvicorn

    check_service(host, port, settings)
    if greeting:
        console.out.print(greeting)
    hand_over(settings)
    sys.setswitchinterval(_SWITCH_SECONDS)
    set_up_logs(settings.log_level, settings.log_format)
    uvicorn.run(
        "spark_vision_api:create_app",
        factory=True,
        http="spark_vision_api.http.bounded_protocol:BoundedHttpProtocol",
        ws="none",
        host=host,
        port=port,
        log_config=None,  # Ours, which also says nothing of addresses, as uvicorn's access log does.
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=_LAST_ANSWERS_SECONDS,
    )


def check_service(host: str, port: int, settings: Settings) -> None:
    """Find what would stop a service, before it says that it is there.

    Raises InvalidInputError for the secret and the address, and StoreError's children.
    """
    from spark_vision.app.secret import signing_secret
    from spark_vision.app.store import build_tagging_context, migrate_store, open_store

    _check_address(host, port)  # first: where it is taken, another service may be at work on the store
    store = open_store(settings)
    migrate_store(settings, store)
    build_tagging_context(settings, store)
    store.close()
    signing_secret(settings)


def _check_address(host: str, port: int) -> None:
    try:
        asyncio.run(_bind(host, port))
    except (OSError, UnicodeError) as error:
        raise InvalidInputError(f"{host}, port {port}: cannot be listened on ({_reason(error)}).") from error


async def _bind(host: str, port: int) -> None:
    """Take the address as the server will, and give it back."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(asyncio.Protocol, host, port, start_serving=False)
    server.close()


def _reason(error: OSError | UnicodeError) -> str:
    """In the system's own words; asyncio's repeat the address as Python writes it."""
    if isinstance(error, OSError) and error.errno and not isinstance(error, gaierror):
        return os.strerror(error.errno)
    return getattr(error, "strerror", None) or str(error)


def hand_over(settings: Settings) -> None:
    """Let the application find the places of these settings in its environment."""
    os.environ["SPARK_VISION_INDEX_DIR"] = str(settings.index_dir.resolve())
    os.environ["SPARK_VISION_DATA_DIR"] = str(settings.data_dir.resolve())
    # Where they are empty, too: an empty one counts more than one of a `.env` file.
    os.environ["SPARK_VISION_DATABASE_URL"] = settings.database_url
    os.environ["SPARK_VISION_PHOTOS_URL"] = settings.photos_url
