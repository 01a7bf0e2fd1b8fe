"""What the shop sells. The goods themselves are data, in catalogue.toml; prices are whole pence."""

import re
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import msgspec

COLOUR_NAMES = {
    "berry": "Berry",
    "brass": "Brass",
    "clay": "Clay",
    "cream": "Cream",
    "harbour": "Harbour blue",
    "ink": "Ink",
    "iron": "Black iron",
    "moss": "Moss",
    "mustard": "Mustard",
    "oak": "Oiled oak",
    "pine": "Pine green",
    "rust": "Rust",
    "sand": "Sand",
    "smoke": "Smoke",
    "wax": "Pine & amber",
}


@dataclass(frozen=True)
class Category:
    key: str
    name: str
    department: str
    intro: str
    image: str


CATEGORIES = {
    category.key: category
    for category in (
        Category("camp", "Camp", "Outdoor", "Tents, lights and seats for nights out.", "tarn-tent-scene.svg"),
        Category("carry", "Carry", "Outdoor", "Packs and flasks that come along everywhere.", "ridgeway-rucksack-scene.svg"),
        Category("wear", "Wear", "Outdoor", "Waterproof, windproof and made to be mended.", "harbour-rain-jacket-scene.svg"),
        Category("kitchen", "Kitchen", "Home", "Iron, oak and stoneware for daily use.", "stoneware-bowls-scene.svg"),
        Category("light", "Light", "Home", "Warm light for long evenings.", "cove-lamp-scene.svg"),
        Category("textiles", "Textiles", "Home", "Wool woven a valley away.", "fell-throw-scene.svg"),
    )
}
DEPARTMENTS = {name: [category for category in CATEGORIES.values() if category.department == name] for name in ("Outdoor", "Home")}


class Review(NamedTuple):
    author: str
    stars: int
    title: str
    text: str


@dataclass(frozen=True)
class Product:
    slug: str
    name: str
    category: str
    price: int
    stock: int
    colours: tuple[str, ...]
    blurb: str
    details: tuple[str, ...]
    opinions: tuple[Review, ...]
    sizes: tuple[str, ...] = ()
    was: int = 0
    """The price before the offer; 0 when there is none."""
    featured: bool = False
    badge: str = ""

    @property
    def path(self) -> str:
        return f"/products/{self.slug}"

    @property
    def image(self) -> str:
        return self.image_in(self.colours[0])

    def image_in(self, view: str) -> str:
        """`view` is a colour, "detail" or "scene"."""
        return f"/static/images/products/{self.slug}-{view}.svg"

    @property
    def rating(self) -> float:
        return round(sum(each.stars for each in self.opinions) / len(self.opinions), 1)


def _read(path: Path) -> dict[str, Product]:
    rows = tomllib.loads(path.read_text(encoding="utf-8"))["product"]
    return {product.slug: product for product in msgspec.convert(rows, list[Product])}


PRODUCTS = _read(Path(__file__).with_name("catalogue.toml"))

SORTS: dict[str, str] = {
    "": "Our choice",
    "price-up": "Price, low to high",
    "price-down": "Price, high to low",
    "rating": "Best reviewed",
    "name": "Name",
}
_ORDER: dict[str, Callable[[Product], float | str]] = {
    "price-up": lambda product: product.price,
    "price-down": lambda product: -product.price,
    "rating": lambda product: -product.rating,
    "name": lambda product: product.name,
}


def arrange(products: Iterable[Product], sort: str) -> list[Product]:
    """In the order of this SORTS key; an unknown one keeps our own order."""
    order = _ORDER.get(sort)
    return sorted(products, key=order) if order else list(products)


def find(query: str) -> list[Product]:
    """Products in which each word of the query begins a word; hits in the name come first. An empty query finds nothing."""
    words = _words(query)
    if not words:
        return []
    found = [product for product in PRODUCTS.values() if all(_begins(word, _searchable(product)) for word in words)]
    return sorted(found, key=lambda product: (not _begins(words[0], _words(product.name)), product.name))


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def _begins(start: str, words: list[str]) -> bool:
    return any(word.startswith(start) for word in words)


def _searchable(product: Product) -> list[str]:
    category = CATEGORIES[product.category]
    colours = (COLOUR_NAMES[colour] for colour in product.colours)
    return _words(" ".join((product.name, product.blurb, category.name, category.department, *colours)))
