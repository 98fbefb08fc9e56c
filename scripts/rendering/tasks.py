"""One picture to be rendered: its recipe, its digest, and how it is made."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from scripts.rendering.effects import developed
from scripts.rendering.labels import Box, label
from scripts.rendering.scenes import Scene, scene_shot
from scripts.rendering.shots import Quality, Shot
from scripts.rendering.studio import StudioRecipe, on_white, studio_shot

if TYPE_CHECKING:
    from scripts.rendering.renderer import Renderer

# Part of every digest: raise it when builders, textures or the renderer make other pictures.
EDITION = 1
_WIDER = 2.0  # how much wider than the photo an object is looked at to see all of it


@dataclass(frozen=True)
class Task:
    """A picture to be made. path: relative to the data set, with forward slashes."""

    path: str
    recipe: StudioRecipe | Scene
    quality: Quality

    @property
    def digest(self) -> str:
        """SHA-256 of everything the picture depends on, as hexadecimal digits."""
        recipe = [EDITION, asdict(self.recipe), asdict(self.quality)]
        return hashlib.sha256(json.dumps(recipe, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True)
class Outcome:
    """A picture that was made. boxes: product id and box of each labelled object."""

    path: str
    digest: str
    boxes: tuple[tuple[str, Box], ...] = ()


def perform(task: Task, out: Path, renderer: Renderer) -> Outcome:
    """Render a task into its file under `out`; the file appears whole or not at all."""
    if isinstance(task.recipe, Scene):
        image, boxes = _photo(task.recipe, task.quality, renderer)
        jpeg = task.recipe.film.jpeg
    else:
        image, boxes = _catalogue_picture(task.recipe, task.quality, renderer), ()
        jpeg = task.recipe.quality
    target = out / task.path
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_suffix(".part")
    image.save(part, "JPEG", quality=jpeg, optimize=True)
    part.replace(target)
    return Outcome(task.path, task.digest, boxes)


def _catalogue_picture(recipe: StudioRecipe, quality: Quality, renderer: Renderer) -> Image.Image:
    shot = studio_shot(recipe)
    radiance = renderer.picture(shot, quality, seed=recipe.look.seed + recipe.view)
    return Image.fromarray(on_white(radiance, renderer.coverage(shot)))


def _photo(
    scene: Scene, quality: Quality, renderer: Renderer
) -> tuple[Image.Image, tuple[tuple[str, Box], ...]]:
    shot = scene_shot(scene)
    image = developed(renderer.picture(shot, quality, seed=scene.seed), scene.film)
    owners, boxes = renderer.owners(shot), []
    for number, place in enumerate(scene.placements):
        if not place.product_id:
            continue
        box = label(owners == number, _pixels_alone(shot, number, renderer))
        if box is not None:
            boxes.append((place.product_id, box))
    return image, tuple(boxes)


def _pixels_alone(shot: Shot, owner: int, renderer: Renderer) -> float:
    """How many of the photo's pixels the object would cover with nothing before or around it."""
    things = tuple(thing for thing in shot.things if thing.owner == owner)
    camera = shot.camera.widened(_WIDER)
    alone = renderer.owners(replace(shot, things=things), camera)
    return float((alone == owner).sum()) * _WIDER**2
