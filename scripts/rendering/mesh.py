"""Triangle meshes with texture coordinates, in metres, z up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_WELD = 1e-6  # metres; closer corners are one corner, whatever their texture coordinates


@dataclass(frozen=True, eq=False)
class Mesh:
    """A triangle mesh.

    vertices: (n, 3) float64, metres. faces: (m, 3) int64, counter-clockwise seen from outside.
    uv: (n, 2) float64, texture coordinates; a texture repeats every whole number.
    """

    vertices: Floats
    faces: Ints
    uv: Floats

    def moved(self, x: float = 0.0, y: float = 0.0, z: float = 0.0) -> Mesh:
        """The mesh shifted by (x, y, z) metres."""
        return replace(self, vertices=self.vertices + np.array([x, y, z]))

    def scaled(self, x: float, y: float, z: float) -> Mesh:
        """The mesh scaled by positive factors about the origin."""
        return replace(self, vertices=self.vertices * np.array([x, y, z]))

    def turned(self, angle: float, axis: str = "z") -> Mesh:
        """The mesh turned by `angle` radians about a main axis through the origin."""
        return replace(self, vertices=self.vertices @ rotation(angle, axis).T)

    def with_uv(self, u: Floats, v: Floats) -> Mesh:
        """The mesh with texture coordinates u and v, each (n,)."""
        return replace(self, uv=np.stack([u, v], axis=1))

    def planar(self, axes: str = "xy") -> Mesh:
        """The mesh with texture coordinates taken from two of its axes, in metres."""
        first, second = ("xyz".index(axis) for axis in axes)
        return self.with_uv(self.vertices[:, first], self.vertices[:, second])

    @property
    def lowest(self) -> Floats:
        """(3,) smallest x, y, z."""
        return np.asarray(self.vertices.min(axis=0))

    @property
    def highest(self) -> Floats:
        """(3,) largest x, y, z."""
        return np.asarray(self.vertices.max(axis=0))


def rotation(angle: float, axis: str = "z") -> Floats:
    """(3, 3) rotation by `angle` radians about a main axis, counter-clockwise."""
    i = "xyz".index(axis)
    j, k = (i + 1) % 3, (i + 2) % 3
    matrix = np.eye(3)
    matrix[j, j] = matrix[k, k] = np.cos(angle)
    matrix[j, k], matrix[k, j] = -np.sin(angle), np.sin(angle)
    return matrix


def merged(meshes: Iterable[Mesh]) -> Mesh:
    """One mesh of several."""
    parts = list(meshes)
    starts = np.cumsum([0] + [len(part.vertices) for part in parts[:-1]])
    return Mesh(
        np.concatenate([part.vertices for part in parts]),
        np.concatenate([part.faces + start for part, start in zip(parts, starts, strict=True)]),
        np.concatenate([part.uv for part in parts]),
    )


def grid_faces(rows: int, columns: int) -> Ints:
    """(2 * (rows - 1) * (columns - 1), 3) triangles of a row-major grid of corners."""
    corner = np.arange(rows * columns).reshape(rows, columns)
    a, b = corner[:-1, :-1].ravel(), corner[:-1, 1:].ravel()
    c, d = corner[1:, 1:].ravel(), corner[1:, :-1].ravel()
    return np.concatenate([np.stack([a, b, c], axis=1), np.stack([a, c, d], axis=1)])


def without_slivers(mesh: Mesh) -> Mesh:
    """The mesh without triangles that have two corners in one place (poles, caps)."""
    corner = _welded(mesh)[mesh.faces]
    whole = (corner[:, 0] != corner[:, 1]) & (corner[:, 1] != corner[:, 2]) & (corner[:, 2] != corner[:, 0])
    return replace(mesh, faces=mesh.faces[whole])


def normals(mesh: Mesh) -> Floats:
    """(n, 3) unit normals, weighted by triangle area and shared across texture seams.

    The weight by area keeps large flat faces flat beside the small triangles of a bevel.
    """
    label = _welded(mesh)
    a, b, c = (mesh.vertices[mesh.faces[:, i]] for i in range(3))
    face = np.cross(b - a, c - a)
    total = np.zeros((label.max() + 1, 3))
    for i in range(3):
        np.add.at(total, label[mesh.faces[:, i]], face)
    length = np.linalg.norm(total, axis=1, keepdims=True)
    unit = np.divide(total, length, out=np.zeros_like(total), where=length > 0)
    return np.asarray(unit[label])


def is_watertight(mesh: Mesh) -> bool:
    """Whether every edge, after welding, is used once in each direction."""
    corner = _welded(mesh)[mesh.faces]
    start = np.concatenate([corner[:, 0], corner[:, 1], corner[:, 2]])
    end = np.concatenate([corner[:, 1], corner[:, 2], corner[:, 0]])
    count = int(corner.max()) + 1
    there, uses = np.unique(start * count + end, return_counts=True)
    back = np.unique(end * count + start)
    return bool((uses == 1).all() and np.array_equal(there, back))


def volume(mesh: Mesh) -> float:
    """Enclosed volume in cubic metres; negative for a mesh turned inside out."""
    a, b, c = (mesh.vertices[mesh.faces[:, i]] for i in range(3))
    return float(np.einsum("ij,ij->i", a, np.cross(b, c)).sum() / 6.0)


def _welded(mesh: Mesh) -> Ints:
    """(n,) the number of the place each corner is at."""
    places = np.round(mesh.vertices / _WELD).astype(np.int64)
    order = np.lexsort(places.T)
    is_new = (np.diff(places[order], axis=0) != 0).any(axis=1)
    label = np.empty(len(places), dtype=np.int64)
    label[order] = np.concatenate([[0], np.cumsum(is_new)])
    return label
