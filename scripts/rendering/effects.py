"""A phone's camera: linear light becomes the picture a person would post."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from scripts.rendering.shots import Radiance, Rgb

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Film:
    """What a camera does to the light.

    exposure: stops off the automatic one. balance: gains of red, green and blue.
    noise: standard deviation at middle grey, as a share of middle grey. vignette: share of the
    light that is lost in the corners. shake: length of the motion blur, along `shake_angle`
    (radians); blur: radius of the focus error; both in pixels of a picture whose longer side has
    512. contrast: strength of the tone curve, 0..1. jpeg: quality, 1..95. seed: of the noise.
    """

    exposure: float = 0.0
    balance: Rgb = (1.0, 1.0, 1.0)
    noise: float = 0.01
    vignette: float = 0.15
    shake: float = 0.0
    shake_angle: float = 0.0
    blur: float = 0.0
    contrast: float = 0.5
    jpeg: int = 85
    seed: int = 0


def developed(radiance: Radiance, film: Film) -> Image.Image:
    """An sRGB picture of (height, width, 3) linear radiance."""
    scale = max(radiance.shape) / 512
    light = _exposed(radiance.astype(float), film) * np.array(film.balance)
    light = _shaken(light, film.shake * scale, film.shake_angle)
    light = _noisy(light * _falloff(light.shape, film)[..., None], film)
    pixels = np.rint(_encoded(_toned(light, film.contrast)) * 255).astype(np.uint8)
    image = Image.fromarray(pixels)
    if film.blur > 0:
        image = image.filter(ImageFilter.GaussianBlur(film.blur * scale))
    return image


def _exposed(light: Floats, film: Film) -> Floats:
    """The light scaled so that its middle tones lie where a phone would put them."""
    luminance = light @ np.array([0.2126, 0.7152, 0.0722])
    middle = np.exp(np.log(np.maximum(luminance, 1e-5)).mean())
    bright = np.percentile(luminance, 97)
    gain = min(0.27 / middle, 1.25 / max(bright, 1e-5))
    return np.asarray(light * gain * 2.0**film.exposure)


def _shaken(light: Floats, length: float, angle: float) -> Floats:
    """The light smeared along a straight line."""
    if length < 0.5:
        return light
    steps = np.linspace(-length / 2, length / 2, max(int(length * 2), 3))
    total = np.zeros_like(light)
    for step in steps:
        total += _shifted(light, step * np.cos(angle), step * np.sin(angle))
    return total / len(steps)


def _shifted(light: Floats, x: float, y: float) -> Floats:
    """The picture moved by whole and part pixels, its edges repeated."""
    for axis, by in ((1, x), (0, y)):
        low = int(np.floor(by))
        index = np.arange(light.shape[axis])
        last = light.shape[axis] - 1
        first = np.take(light, np.clip(index - low, 0, last), axis=axis)
        second = np.take(light, np.clip(index - low - 1, 0, last), axis=axis)
        light = first * (1 - (by - low)) + second * (by - low)
    return light


def _falloff(shape: tuple[int, ...], film: Film) -> Floats:
    """(height, width) share of the light that reaches each pixel."""
    y, x = np.mgrid[-1 : 1 : shape[0] * 1j, -1 : 1 : shape[1] * 1j]
    return np.asarray(1 - film.vignette * (x**2 + y**2) / 2)


def _noisy(light: Floats, film: Film) -> Floats:
    """Shot noise, which grows with the root of the light, and a little that is always there."""
    rng = np.random.default_rng(film.seed)
    grain = rng.standard_normal(light.shape[:2])[..., None] * 0.8
    colour = rng.standard_normal(light.shape) * 0.6
    spread = film.noise * (0.25 + np.sqrt(np.maximum(light, 0.0) / 0.18))
    return np.asarray(np.maximum(light + 0.18 * spread * (grain + colour), 0.0))


def _toned(light: Floats, contrast: float) -> Floats:
    """0..1 light: highlights roll off, and a gentle S-curve."""
    rolled = light * (1 + light / 2.4**2) / (1 + light * 0.35)
    bounded = np.clip(rolled, 0.0, 1.0)
    curve = bounded**1.12 * (3 - 2 * bounded) / (3 - 2 * bounded) ** 0.85
    return np.asarray(np.clip((1 - contrast) * bounded + contrast * curve, 0.0, 1.0))


def _encoded(light: Floats) -> Floats:
    """Linear light in 0..1 as sRGB values."""
    return np.where(light < 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)
