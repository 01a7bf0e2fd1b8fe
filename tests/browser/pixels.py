"""Two pictures of what should be the same, compared: how many pixels differ beyond what anti-aliasing makes."""

from __future__ import annotations

import io

from PIL import Image, ImageChops, ImageDraw, ImageFilter

TOLERANCE = 40
"""Of 255, in each channel: the same edge is drawn a little lighter or darker where a layer begins elsewhere."""

REACH = 3
"""Pixels of the square in which the same colour may be found: an edge may lie one pixel beside."""

Box = tuple[int, int, int, int]


def picture(png: bytes) -> Image.Image:
    return Image.open(io.BytesIO(png)).convert("RGB")


def differing(ours: Image.Image, theirs: Image.Image, ignored: list[Box] | None = None) -> tuple[float, Image.Image]:
    """Which part of the pixels differs, 0 to 1, and where: white in the picture that is given back. Boxes are left, top, right, bottom."""
    if ours.size != theirs.size:
        return 1.0, Image.new("L", ours.size, 255)
    ours, theirs = ours.copy(), theirs.copy()
    for image in (ours, theirs):
        draw = ImageDraw.Draw(image)
        for box in ignored or []:
            draw.rectangle(box, fill=(128, 128, 128))
    mask = ImageChops.lighter(_outside(ours, theirs), _outside(theirs, ours)).point(lambda value: 255 if value > TOLERANCE else 0)
    return mask.histogram()[255] / (mask.width * mask.height), mask


def _outside(image: Image.Image, other: Image.Image) -> Image.Image:
    """By how much each pixel lies outside of all that the other picture has around the same place; the most of the three channels."""
    above = ImageChops.subtract(image, other.filter(ImageFilter.MaxFilter(REACH)))
    below = ImageChops.subtract(other.filter(ImageFilter.MinFilter(REACH)), image)
    red, green, blue = ImageChops.lighter(above, below).split()
    return ImageChops.lighter(ImageChops.lighter(red, green), blue)
