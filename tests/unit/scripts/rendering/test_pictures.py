"""Textures, the camera's effects, and one real, tiny render."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from scripts.rendering import textures
from scripts.rendering.effects import Film, developed
from scripts.rendering.errors import RendererMissingError
from scripts.rendering.homeware import demo_range
from scripts.rendering.materials import Texture, finished
from scripts.rendering.plans import PhotoOrder, plan_photos
from scripts.rendering.runner import run
from scripts.rendering.shots import Quality
from scripts.rendering.studio import StudioRecipe, on_white, studio_shot
from scripts.rendering.tasks import Outcome, Task


@pytest.mark.parametrize("name", sorted(textures.RECIPES))
def test_textures_are_pictures_and_repeat_from_their_seed(name: str) -> None:
    texture = Texture(name, ("navy", "ivory", "sand"), seed=3)
    picture = textures.paint(texture)
    assert picture.dtype == np.float32
    assert picture.ndim == 3
    assert picture.shape[2] == 3
    assert 0 <= picture.min() <= picture.max() <= 1
    np.testing.assert_array_equal(picture, textures.paint(texture))


@pytest.mark.parametrize("name", ["wood", "linen", "carpet", "concrete"])
def test_grounds_have_no_seam(name: str) -> None:
    picture = textures.paint(Texture(name, ("sand",), seed=1)).mean(axis=2)
    seam = np.abs(picture[:, 0] - picture[:, -1]).mean()
    inside = np.abs(np.diff(picture, axis=1)).mean()
    assert seam < 4 * inside + 0.02


def test_a_finish_that_is_not_known_is_refused() -> None:
    with pytest.raises(KeyError):
        finished("velvet", "navy")


def test_development_is_repeatable_and_exposes_by_itself() -> None:
    light = np.full((32, 48, 3), 0.2, dtype=np.float32)
    light[:16] *= 3
    film = Film(noise=0.05, shake=3, blur=0.5, seed=4)
    image = developed(light, film)
    assert image.size == (48, 32)
    assert image.tobytes() == developed(light, film).tobytes()
    assert image.tobytes() != developed(light, replace(film, seed=5)).tobytes()
    steady = Film(noise=0.0)
    bright = np.asarray(developed(light * 50, steady), dtype=float)
    np.testing.assert_allclose(bright, np.asarray(developed(light, steady), dtype=float), atol=1)


def test_paper_becomes_white_and_the_product_keeps_its_shade() -> None:
    light = np.full((40, 40, 3), 0.5, dtype=np.float32)
    cover = np.zeros((40, 40), dtype=np.float32)
    light[10:30, 10:30], cover[10:30, 10:30] = 0.1, 1.0
    pixels = on_white(light, cover)
    assert (pixels[0] == 255).all()
    assert 90 < pixels[20, 20, 0] < 130


def test_a_missing_renderer_is_told_plainly(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "mitsuba", None)
    task = Task("images/a.jpg", StudioRecipe(demo_range()[0].look, 0, 32), Quality(2))
    with pytest.raises(RendererMissingError, match=r"spark-vision\[render\]"):
        run([task], tmp_path, 1, lambda _: None)


def test_the_package_loads_no_renderer() -> None:
    import subprocess

    code = (
        "import sys, scripts.rendering.runner; "
        "sys.exit(any(name in sys.modules for name in ('mitsuba', 'drjit', 'pyoidn', 'trimesh', 'rich')))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_small_render(tmp_path: Path) -> None:
    pytest.importorskip("mitsuba", reason="mitsuba is not installed: pip install 'spark-vision[render]'")
    plan = next(p for p in plan_photos(demo_range(), PhotoOrder(2, 0, 1, "test", 5)))
    camera = replace(plan.scene.camera, width=32, height=32)
    quality = Quality(samples=2, denoise=False)
    tasks = [
        Task("images/a.jpg", StudioRecipe(demo_range()[0].look, 0, 32), quality),
        Task("photos/a.jpg", replace(plan.scene, camera=camera), quality),
    ]
    outcomes: list[Outcome] = []
    run(tasks, tmp_path, 1, outcomes.append)
    for task in tasks:
        with Image.open(tmp_path / task.path) as image:
            assert image.size == (32, 32)
            assert np.asarray(image).std() > 5
    named = {place.product_id for place in plan.scene.placements}
    assert outcomes[1].boxes
    assert {name for name, _ in outcomes[1].boxes} <= named
    before = (tmp_path / "photos/a.jpg").read_bytes()
    run(tasks[1:], tmp_path, 1, outcomes.append)
    assert (tmp_path / "photos/a.jpg").read_bytes() == before


def test_masks_name_the_owner_of_each_pixel() -> None:
    pytest.importorskip("mitsuba", reason="mitsuba is not installed: pip install 'spark-vision[render]'")
    from scripts.rendering.renderer import Renderer

    shot = studio_shot(StudioRecipe(demo_range()[0].look, 0, 32))
    renderer = Renderer()
    owners = renderer.owners(shot)
    assert set(np.unique(owners)) == {-1, 0}
    cover = renderer.coverage(shot)
    assert cover[0, 0] == 0
    assert cover[16, 14] == 1
    assert abs(float(cover.mean()) - float((owners == 0).mean())) < 0.08
