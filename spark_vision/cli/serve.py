"""`spark-vision serve`: the service."""

from typing import Annotated

import typer

from spark_vision.cli.index import IndexDir, settings_for


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.", min=0, max=65535)] = 8000,
    index_dir: IndexDir = None,
) -> None:
    """Serve the API and the page until stopped."""
    run_service(host, port, settings_for(index_dir).index_dir.resolve().as_posix())


def run_service(host: str, port: int, index_dir: str) -> None:
    """Run uvicorn on the application factory, which reads its settings from the environment."""
    import os

    import uvicorn

    os.environ["SPARK_VISION_INDEX_DIR"] = index_dir
    uvicorn.run("spark_vision_api:create_app", factory=True, host=host, port=port, server_header=False)
