"""The models that come with Spark Vision: folders in open_clip's local-dir form, each with a card."""

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

CONFIG = "open_clip_config.json"
CARD = "README.md"
REGIONS = "regions.json"
"""What the model's maps tell of where things are, by scripts/fit_regions.py."""

DEFAULT_MODEL = "spark-mini"

_PACKAGE = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class BundledModel:
    """One model folder: its name, where it is, and what its files say."""

    name: str
    path: Path

    @cached_property
    def config(self) -> dict[str, Any]:
        """open_clip's configuration: `model_cfg` and `preprocess_cfg`."""
        config: dict[str, Any] = json.loads((self.path / CONFIG).read_text("utf-8"))
        return config

    @property
    def regions(self) -> dict[str, Any] | None:
        """What finds things by the model's maps; None where that was not fitted."""
        file = self.path / REGIONS
        return json.loads(file.read_text("utf-8")) if file.is_file() else None

    @property
    def card(self) -> str:
        """The model card, in Markdown; empty where there is none."""
        card = self.path / CARD
        return card.read_text("utf-8") if card.is_file() else ""

    @property
    def size(self) -> int:
        """Bytes of all files together."""
        return sum(file.stat().st_size for file in self.path.rglob("*") if file.is_file())


def bundled_models() -> list[BundledModel]:
    """The bundled models by name; from the wheel, or from the checkout's `models/`."""
    folder = _models_folder()
    configs = sorted(folder.glob(f"*/{CONFIG}")) if folder else []
    return [BundledModel(config.parent.name, config.parent) for config in configs]


def bundled_model(name: str) -> BundledModel | None:
    """The bundled model of that name, or None."""
    return next((model for model in bundled_models() if model.name == name), None)


def _models_folder() -> Path | None:
    places = (_PACKAGE / "bundled" / "models", _PACKAGE.parent / "models")
    return next((place for place in places if place.is_dir()), None)
