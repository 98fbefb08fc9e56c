"""Write the service's OpenAPI file, or check that the written one is current."""

import argparse
import json
import sys
from pathlib import Path

from spark_vision.app.settings import Settings
from spark_vision_api import create_app

TARGET = Path(__file__).resolve().parent.parent / "docs" / "openapi.json"


def openapi_text() -> str:
    """The file's text; the same for the same code, whatever the environment sets."""
    document = create_app(Settings.model_construct(**_defaults())).openapi()
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _defaults() -> dict[str, object]:
    return {name: field.get_default() for name, field in Settings.model_fields.items()}


def main() -> None:
    """Write `docs/openapi.json`; with --check, exit 1 where it is not what would be written."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if it differs")
    text = openapi_text()
    if not parser.parse_args().check:
        TARGET.write_text(text, encoding="utf-8")
    elif not TARGET.is_file() or TARGET.read_text(encoding="utf-8") != text:
        sys.exit(f"{TARGET.name} is not current; write it with scripts/export_openapi.py")


if __name__ == "__main__":
    main()
