"""The only place that imports mitsuba: shots become pictures in linear light, and masks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scripts.rendering import colours, textures
from scripts.rendering.cameras import Camera
from scripts.rendering.denoising import denoised
from scripts.rendering.errors import RendererMissingError
from scripts.rendering.kinds.look import Part
from scripts.rendering.materials import Material, Texture
from scripts.rendering.mesh import normals
from scripts.rendering.shots import Light, Quality, Radiance, Shot, Thing

_Painter = Callable[[Thing, Part], dict[str, Any]]
_WHITE = {"type": "rgb", "value": [1.0, 1.0, 1.0]}
_GUIDE_SAMPLES, _COVER_SAMPLES = 6, 16
_DULL = 0.85  # from this roughness on, plain diffuse reflection looks the same and is faster
_TINT = 0.4  # glass is crossed several times; each crossing tints by this power of its colour


class Renderer:
    """Mitsuba's path tracer on the CPU (`scalar_rgb`): same shot and seed, same picture."""

    def __init__(self, threads: int = 0) -> None:
        """threads: how many to use, 0 for all. Raises RendererMissingError without mitsuba."""
        try:
            import drjit
            import mitsuba
        except ImportError as missing:
            raise RendererMissingError("mitsuba") from missing
        mitsuba.set_variant("scalar_rgb")
        # It warns of unused poles of its own normals, which are replaced anyway.
        mitsuba.set_log_level(mitsuba.LogLevel.Error)
        if threads:
            drjit.set_thread_count(threads)
        self._mi: Any = mitsuba

    def picture(self, shot: Shot, quality: Quality, seed: int) -> Radiance:
        """(height, width, 3) float32 linear radiance, without an upper bound."""
        glassy = any(part.material.clear for thing in shot.things for part in thing.parts)
        depth = max(quality.depth, 12) if glassy else quality.depth
        path = {"type": "path", "max_depth": depth, "rr_depth": 4}
        scene = self._scene(shot, self._sensor(shot.camera), path)
        colour = np.array(self._mi.render(scene, spp=quality.samples, seed=seed))
        colour = np.nan_to_num(colour, posinf=0.0, neginf=0.0)
        if not quality.denoise:
            return np.ascontiguousarray(colour)
        albedo = self._seen(shot, self._sensor(shot.camera), _GUIDE_SAMPLES, self._albedo)
        normal = self._seen(shot, self._sensor(shot.camera), _GUIDE_SAMPLES, self._normal)
        return denoised(colour, albedo, normal * 2 - 1)

    def owners(self, shot: Shot, camera: Camera | None = None) -> NDArray[np.int64]:
        """(height, width) int64: which placement is seen in each pixel, -1 for the room.

        One ray a pixel through a pinhole, so that no pixel is a mixture.
        """
        sensor = self._sensor(camera or shot.camera, pinhole=True)
        number = self._seen(shot, sensor, 1, self._number)[..., 0]
        return np.asarray(np.rint(number), dtype=np.int64) - 1

    def coverage(self, shot: Shot) -> NDArray[np.float32]:
        """(height, width) float32: which share of each pixel a placement covers, 0..1."""
        sensor = self._sensor(shot.camera, pinhole=True)
        return np.asarray(self._seen(shot, sensor, _COVER_SAMPLES, self._placed)[..., 0])

    def _seen(self, shot: Shot, sensor: dict[str, Any], samples: int, paint: _Painter) -> Radiance:
        """(height, width, 3) what a painter puts on each surface, without light or shade.

        Every surface glows in what the painter gives it, and only what is seen directly counts.
        Mitsuba's own integrator for such layers is ten times slower.
        """
        scene: dict[str, Any] = {
            "type": "scene",
            "camera": sensor,
            "integrator": {"type": "path", "max_depth": 1},
        }
        numbered = ((thing, part) for thing in shot.things for part in thing.parts)
        for i, (thing, part) in enumerate(numbered):
            emitter = {"type": "area", "radiance": paint(thing, part)}
            scene[f"part_{i:04d}"] = self._shape(part, {"type": "diffuse"}, emitter)
        return np.array(self._mi.render(self._loaded(scene), spp=samples, seed=0))

    def _loaded(self, scene: dict[str, Any]) -> Any:
        """The scene, its shapes in the order they were given.

        Mitsuba's optimisation merges shapes in an order that differs from one load to the next,
        and with it which light a sample goes to: the same seed would give other noise.
        """
        return self._mi.load_dict(scene, optimize=False)

    def _albedo(self, _: Thing, part: Part) -> dict[str, Any]:
        return _WHITE if part.material.clear else self._colour(part.material)

    def _normal(self, _: Thing, __: Part) -> dict[str, Any]:
        return {"type": "mesh_attribute", "name": "vertex_facing"}

    def _placed(self, thing: Thing, _: Part) -> dict[str, Any]:
        return {"type": "rgb", "value": [float(thing.owner >= 0)] * 3}

    def _number(self, thing: Thing, _: Part) -> dict[str, Any]:
        return {"type": "rgb", "value": [thing.owner + 1.0] * 3}

    def _scene(self, shot: Shot, sensor: dict[str, Any], integrator: dict[str, Any]) -> Any:
        sky = {"type": "constant", "radiance": {"type": "rgb", "value": list(shot.sky)}}
        scene: dict[str, Any] = {"type": "scene", "integrator": integrator, "sky": sky, "camera": sensor}
        for i, light in enumerate(shot.lights):
            scene[f"light_{i:03d}"] = self._light(light)
        parts = [part for thing in shot.things for part in thing.parts]
        known: dict[Material, Any] = {}
        for i, part in enumerate(parts):
            if part.material not in known:
                known[part.material] = self._mi.load_dict(self._bsdf(part.material))
            scene[f"part_{i:04d}"] = self._shape(part, known[part.material], None)
        return self._loaded(scene)

    def _sensor(self, camera: Camera, pinhole: bool = False) -> dict[str, Any]:
        at = self._mi.ScalarTransform4f().look_at(
            origin=list(camera.eye), target=list(camera.target), up=list(camera.up)
        )
        film = {
            "type": "hdrfilm",
            "width": camera.width,
            "height": camera.height,
            "rfilter": {"type": "box"},
            "pixel_format": "rgb",
        }
        sensor: dict[str, Any] = {
            "type": "perspective",
            "fov": camera.fov,
            "fov_axis": "larger",
            "to_world": at,
            "near_clip": 0.01,
            "film": film,
            "sampler": {"type": "independent"},
        }
        if camera.aperture > 0 and not pinhole:
            sensor |= {
                "type": "thinlens",
                "aperture_radius": camera.aperture,
                "focus_distance": camera.distance,
            }
        return sensor

    def _light(self, light: Light) -> dict[str, Any]:
        upright = (
            [0, 0, 1]
            if abs(light.target[2] - light.centre[2])
            < 3 * abs(light.target[0] - light.centre[0]) + 3 * abs(light.target[1] - light.centre[1])
            else [0, 1, 0]
        )
        transform = self._mi.ScalarTransform4f()
        at = transform.look_at(origin=list(light.centre), target=list(light.target), up=upright)
        sized = at @ transform.scale([light.width / 2, light.height / 2, 1])
        glow = {"type": "area", "radiance": {"type": "rgb", "value": list(light.radiance)}}
        return {"type": "rectangle", "to_world": sized, "emitter": glow}

    def _shape(self, part: Part, bsdf: Any, emitter: dict[str, Any] | None) -> Any:
        properties = self._mi.Properties()
        properties["mesh_bsdf"] = self._mi.load_dict(bsdf) if isinstance(bsdf, dict) else bsdf
        if emitter is not None:
            properties["mesh_emitter"] = self._mi.load_dict(emitter)
        mesh = part.mesh
        shape = self._mi.Mesh(
            "part",
            len(mesh.vertices),
            len(mesh.faces),
            props=properties,
            has_vertex_normals=True,
            has_vertex_texcoords=True,
        )
        fields = self._mi.traverse(shape)
        fields["faces"] = mesh.faces.astype(np.uint32).ravel()
        fields["vertex_texcoords"] = mesh.uv.astype(np.float32).ravel()
        fields["vertex_positions"] = mesh.vertices.astype(np.float32).ravel()
        fields.update()
        # Setting positions makes mitsuba compute its own normals, so ours come afterwards.
        facing = normals(mesh).astype(np.float32)
        fields["vertex_normals"] = facing.ravel()
        fields.update()
        shape.add_attribute("vertex_facing", 3, (facing / 2 + 0.5).ravel())
        return shape

    def _bsdf(self, material: Material) -> dict[str, Any]:
        if material.clear:
            tint = [band**_TINT for band in colours.linear(material.colour)]
            return {
                "type": "dielectric",
                "int_ior": 1.5,
                "specular_transmittance": {"type": "rgb", "value": tint},
            }
        return self._embossed(material, self._opaque(material))

    def _opaque(self, material: Material) -> dict[str, Any]:
        if material.roughness >= _DULL and not material.metallic:
            return {"type": "diffuse", "reflectance": self._colour(material)}
        bsdf: dict[str, Any] = {
            "type": "principled",
            "roughness": material.roughness,
            "base_color": self._colour(material),
            "specular": 0.5,
        }
        extra = {"metallic": material.metallic, "clearcoat": material.coat}
        bsdf |= {name: value for name, value in extra.items() if value}
        if material.coat:
            bsdf["clearcoat_gloss"] = 0.92
        return bsdf

    def _embossed(self, material: Material, bsdf: dict[str, Any]) -> dict[str, Any]:
        if material.texture is None or not material.texture.bump:
            return bsdf
        height = textures.relief(textures.paint(material.texture))[..., None]
        relief = self._bitmap(height, material.texture) | {"raw": True}
        return {"type": "bumpmap", "arbitrary": relief, "bsdf": bsdf, "scale": material.texture.bump * 0.02}

    def _colour(self, material: Material) -> dict[str, Any]:
        if material.texture is None:
            return {"type": "rgb", "value": list(colours.linear(material.colour))}
        picture = textures.paint(material.texture)
        return self._bitmap(np.rint(picture * 255).astype(np.uint8), material.texture)

    def _bitmap(self, picture: NDArray[Any], texture: Texture) -> dict[str, Any]:
        # Mitsuba has v = 0 at a picture's first row, our pictures at their last one.
        repeat = self._mi.ScalarTransform4f().scale([texture.repeat[0], texture.repeat[1], 1])
        return {
            "type": "bitmap",
            "bitmap": self._mi.Bitmap(np.ascontiguousarray(picture[::-1])),
            "to_uv": repeat,
            "wrap_mode": "repeat",
        }
