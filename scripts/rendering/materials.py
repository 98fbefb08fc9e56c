"""What a surface is made of, independent of the renderer."""

from __future__ import annotations

from dataclasses import dataclass, replace

from scripts.rendering import colours


@dataclass(frozen=True)
class Texture:
    """A procedural picture: its recipe's name, its colours by name, how often it repeats.

    repeat: how often the picture fits into one unit of u and v. bump: height of the relief.
    """

    name: str
    colours: tuple[str, ...]
    repeat: tuple[float, float] = (1.0, 1.0)
    seed: int = 0
    bump: float = 0.0


@dataclass(frozen=True)
class Material:
    """A surface. All shares are in 0..1.

    clear: 1 for glass, 0 for everything opaque.
    """

    colour: str
    roughness: float = 0.5
    metallic: float = 0.0
    coat: float = 0.0
    clear: float = 0.0
    texture: Texture | None = None

    def textured(
        self,
        name: str,
        *names: str,
        repeat: tuple[float, float] = (1.0, 1.0),
        seed: int = 0,
        bump: float = 0.0,
    ) -> Material:
        """The same surface with a texture of the given colours on it."""
        return replace(self, texture=Texture(name, names, repeat, seed, bump))


def glazed(colour: str) -> Material:
    """Glossy ceramic."""
    return Material(colour, roughness=0.14, coat=1.0)


def matte(colour: str) -> Material:
    """Unglazed ceramic, paint, rubber."""
    return Material(colour, roughness=0.75)


def plastic(colour: str) -> Material:
    """Satin plastic or lacquer."""
    return Material(colour, roughness=0.38)


def metal(colour: str, roughness: float = 0.25) -> Material:
    """Bare metal: one of the metals, or any colour as an anodised finish."""
    return Material(colour, roughness=roughness, metallic=1.0)


def enamel(colour: str) -> Material:
    """Coloured enamel or powder coat on metal."""
    return Material(colour, roughness=0.2, coat=0.8)


def glass(colour: str) -> Material:
    """Clear or tinted glass."""
    return Material(colour, roughness=0.0, clear=1.0)


def wood(colour: str, seed: int = 0, scale: float = 3.0) -> Material:
    """Oiled wood for surfaces whose texture coordinates are metres."""
    base = Material(colour, roughness=0.48)
    return base.textured("wood", colour, repeat=(scale, scale * 0.45), seed=seed)


def cloth(colour: str, seed: int = 0, scale: float = 8.0) -> Material:
    """Woven cloth for surfaces whose texture coordinates are metres."""
    base = Material(colour, roughness=0.9)
    return base.textured("linen", colour, repeat=(scale, scale), seed=seed, bump=0.4)


FINISHES = {
    "glossy": glazed,
    "matte": matte,
    "plastic": plastic,
    "metal": metal,
    "enamel": enamel,
    "glass": glass,
}


def finished(finish: str, colour: str) -> Material:
    """The material of a finish by name. Raises KeyError for a finish that is not known."""
    if finish == "wood":
        return wood(colour)
    if colour not in colours.NAMES:
        raise KeyError(colour)
    return FINISHES[finish](colour)
