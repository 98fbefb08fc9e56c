"""`spark-vision index export` and `index import`: a version as one file."""

from pathlib import Path
from typing import Annotated

import typer

from spark_vision.cli import console
from spark_vision.cli.index import AsJson, IndexDir, settings_for


def export_version(
    version: Annotated[str, typer.Argument(help="Version to export.")],
    file: Annotated[Path, typer.Argument(help="File to write. An existing file is not overwritten.")],
    index_dir: IndexDir = None,
    as_json: AsJson = False,
) -> None:
    """Write a version to one file, which `index import` reads on another machine.

    Example: spark-vision index export 20261201T090000-1a2b3c catalogue.tar
    """
    from spark_vision.app.container import version_store
    from spark_vision.index.archive import export_version as export

    manifest = export(version_store(settings_for(index_dir)), version, file)
    if as_json:
        console.print_json({"version": manifest.version, "file": str(file), "bytes": file.stat().st_size})
        return
    console.out.print(f"Version {manifest.version} is in {file} ({file.stat().st_size / 1e6:.1f} MB).")


def import_version(
    file: Annotated[Path, typer.Argument(help="File that `index export` wrote.")],
    index_dir: IndexDir = None,
    as_json: AsJson = False,
) -> None:
    """Add a version from a file. It is verified, and does not become live.

    Example: spark-vision index import catalogue.tar
    """
    from spark_vision.app.container import version_store
    from spark_vision.index.archive import import_version as add

    manifest = add(version_store(settings_for(index_dir)), file)
    if as_json:
        console.print_json({"version": manifest.version, "live": False})
        return
    console.out.print(
        f"Version {manifest.version} was imported. Make it live with:"
        f" spark-vision index activate {manifest.version}"
    )
