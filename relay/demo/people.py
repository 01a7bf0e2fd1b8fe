"""The sample customer: whoever logs in is Eleanor Marsh. All her data is invented."""

import random
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from relay.demo.catalogue import PRODUCTS

HISTORY_ROWS = 2000
HISTORY_SEED = 20
STATUSES = ("Delivered", "Delivered", "Delivered", "Delivered", "Collected", "Returned", "Part returned")


@dataclass(frozen=True)
class Address:
    label: str
    street: str
    street_more: str
    town: str
    postcode: str
    country: str


@dataclass(frozen=True)
class Customer:
    given_name: str
    family_name: str
    email: str
    phone: str
    born: str
    vat_number: str
    loyalty_number: str
    points: int
    addresses: tuple[Address, ...]


@dataclass(frozen=True)
class PastOrder:
    """One line of the order history."""

    number: str
    day: date
    slug: str
    name: str
    quantity: int
    total: int
    status: str
    address: str


ELEANOR = Customer(
    given_name="Eleanor",
    family_name="Marsh",
    email="eleanor.marsh@example.com",
    phone="01632 960417",
    born="14 March 1981",
    vat_number="GB 000 4471 92",
    loyalty_number="HPX-4471-9023-56",
    points=1240,
    addresses=(
        Address("Home", "Gull Cottage", "7 Quay Street", "Port Ellery", "EX99 1AB", "United Kingdom"),
        Address("Guest house", "Marsh & Daughters", "22 Lighthouse Road", "Port Ellery", "EX99 4CD", "United Kingdom"),
    ),
)


@lru_cache(maxsize=2)
def order_history(today: date) -> tuple[PastOrder, ...]:
    """Some twelve years of a trade customer's orders up to yesterday, newest first; only the dates differ from day to day."""
    chance = random.Random(HISTORY_SEED)
    products = list(PRODUCTS.values())
    streets = [f"{address.street}, {address.street_more}, {address.town} {address.postcode}" for address in ELEANOR.addresses]
    day, rows = today - timedelta(days=1), []
    for index in range(HISTORY_ROWS):
        product = chance.choice(products)
        quantity = chance.choice((1, 1, 1, 2, 2, 3, 4, 6, 12))
        rows.append(
            PastOrder(
                number=f"HP-{198204 - index * 7}",
                day=day,
                slug=product.slug,
                name=product.name,
                quantity=quantity,
                total=quantity * product.price,
                status="In transit" if index < 2 else chance.choice(STATUSES),
                address=chance.choice(streets),
            )
        )
        day -= timedelta(days=chance.choice((0, 1, 2, 3, 5)))
    return tuple(rows)
