"""Solids are closed, the right way out and of the size that was asked for."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scripts.rendering.boxes import box
from scripts.rendering.kinds import KINDS, SOLD, build
from scripts.rendering.kinds.look import Look, Part, hollow
from scripts.rendering.lathe import Section, lathe, ring
from scripts.rendering.mesh import is_watertight, merged, normals, volume
from scripts.rendering.profiles import circle, rounded, rounded_rectangle, spline
from scripts.rendering.sweep import rod, sweep, tube

SHAPES = ((0.1, 0.1, 0.1), (0.5, 0.5, 0.5), (0.9, 0.9, 0.9), (0.2, 0.9, 0.1))
CYLINDER = np.array([[0, 0], [0.05, 0], [0.05, 0.1], [0, 0.1]], dtype=float)


def test_lathe_makes_a_closed_cylinder() -> None:
    mesh = lathe(CYLINDER, segments=360)
    assert is_watertight(mesh)
    assert volume(mesh) == pytest.approx(np.pi * 0.05**2 * 0.1, rel=1e-3)
    np.testing.assert_allclose(mesh.highest - mesh.lowest, [0.1, 0.1, 0.1], atol=1e-9)


def test_texture_runs_once_around_and_once_up() -> None:
    mesh = lathe(CYLINDER)
    assert mesh.uv.min() == 0
    assert mesh.uv.max() == 1


@pytest.mark.parametrize(
    "section", [Section(squareness=6), Section(flutes=12, depth=0.05), Section(aspect=2.0)]
)
def test_lathe_follows_other_sections(section: Section) -> None:
    mesh = lathe(CYLINDER, section)
    assert is_watertight(mesh)
    assert volume(mesh) > 0


def test_squared_section_reaches_as_far_as_a_circle_along_its_axes() -> None:
    angles = np.array([0.0, np.pi / 2])
    np.testing.assert_allclose(Section(squareness=8).radius(angles), 1.0)


@given(st.floats(0.02, 1), st.floats(0.02, 1), st.floats(0.02, 1), st.floats(0.0005, 0.2))
@settings(max_examples=25, deadline=None)
def test_box_has_its_size_whatever_its_bevel(
    width: float, depth: float, height: float, radius: float
) -> None:
    mesh = box(width, depth, height, radius)
    assert is_watertight(mesh)
    assert 0 < volume(mesh) <= width * depth * height
    np.testing.assert_allclose(mesh.lowest, [-width / 2, -depth / 2, 0], atol=1e-9)
    np.testing.assert_allclose(mesh.highest, [width / 2, depth / 2, height], atol=1e-9)


def test_a_box_is_flat_between_its_bevels() -> None:
    mesh = box(1, 1, 1, 0.05)
    top = mesh.vertices[:, 2] > 1 - 1e-9
    np.testing.assert_allclose(normals(mesh)[top], np.tile([0, 0, 1], (top.sum(), 1)), atol=0.005)


def test_sweeps_are_closed() -> None:
    path = spline([(0, 0, 0), (0.1, 0, 0.1), (0.1, 0.1, 0.3)], 20)
    outline = rounded_rectangle(0.02, 0.01, 0.004)
    loop = np.column_stack([circle(0.2, 24), np.zeros(24)])
    for mesh in (
        tube(path, 0.01),
        sweep(path, outline),
        sweep(loop, outline, closed=True),
        rod((0, 0, 0), (0, 0, 1), 0.02),
        ring(circle(0.01), 0.1),
    ):
        assert is_watertight(mesh)
        assert volume(mesh) > 0


def test_rounding_stays_within_the_corner_and_keeps_the_ends() -> None:
    path = rounded([(0, 0, 0), (1, 0, 0.2), (1, 1, 0)], 6)
    np.testing.assert_allclose(path[0], [0, 0])
    np.testing.assert_allclose(path[-1], [1, 1])
    assert path.min() >= 0
    assert path.max() <= 1


def test_spline_passes_through_its_points() -> None:
    points = [(0.0, 0.0), (1.0, 2.0), (3.0, 1.0)]
    curve = spline(points, 41)
    for point in points:
        assert np.linalg.norm(curve - point, axis=1).min() < 1e-9


def test_a_hollow_vessel_keeps_its_wall() -> None:
    outside, inside = hollow(CYLINDER[:3], wall=0.004, floor=0.008)
    np.testing.assert_allclose(outside[-1], inside[0])
    assert inside[-1].tolist() == [0.0, 0.008]
    assert inside[1:, 0].max() == pytest.approx(0.046, abs=1e-4)


@pytest.mark.parametrize("kind", sorted(SOLD))
def test_kinds_are_solid_and_stand_on_the_ground(kind: str) -> None:
    for shape in SHAPES:
        parts = build(Look(kind, "navy", "ivory", shape=shape))
        whole = merged(part.mesh for part in parts)
        assert whole.lowest[2] == pytest.approx(0, abs=1e-9)
        assert (whole.highest - whole.lowest).min() > 0.02
        assert (whole.highest - whole.lowest).max() < 1.2
        assert all(is_watertight(part.mesh) for part in _closed_alone(kind, parts))
        assert all(volume(part.mesh) > 0 for part in _closed_alone(kind, parts))


def test_every_kind_can_be_built_from_its_look_alone() -> None:
    for kind in KINDS:
        first, second = build(Look(kind, "teal")), build(Look(kind, "teal"))
        assert len(first) == len(second)
        for one, other in zip(first, second, strict=True):
            np.testing.assert_array_equal(one.mesh.vertices, other.mesh.vertices)
            assert one.material == other.material


def _closed_alone(kind: str, parts: list[Part]) -> list[Part]:
    """The parts that are solids by themselves.

    A vessel's outside and inside close against each other, and a cushion's two covers share the
    triangles in their corners.
    """
    if kind == "cushion":
        return parts[1:]
    vessels = {"mug", "bowl", "jug", "bottle", "vase", "plant pot", "basket", "pan", "candle"}
    if kind in vessels:
        rest = [part for part in parts if is_watertight(part.mesh)]
        open_parts = [part.mesh for part in parts if not is_watertight(part.mesh)]
        assert is_watertight(merged(open_parts)) if open_parts else True
        return rest
    return parts
