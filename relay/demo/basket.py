"""What a shopper is about to buy, and what it costs. Money is whole pence throughout."""

from dataclasses import dataclass, field

from relay.demo.catalogue import PRODUCTS, Product

QUANTITY_MAX = 20
FREE_DELIVERY_FROM = 6000
GIFT_WRAP = 350
DELIVERY = {
    "standard": ("Standard, 2–3 working days", 395),
    "express": ("Express, next working day", 795),
    "collect": ("Collect from a store, from tomorrow", 0),
}


@dataclass(frozen=True)
class Line:
    product: Product
    colour: str
    size: str
    quantity: int

    @property
    def key(self) -> str:
        return ".".join(part for part in (self.product.slug, self.colour, self.size) if part)

    @property
    def total(self) -> int:
        return self.product.price * self.quantity


@dataclass(frozen=True)
class Totals:
    count: int
    goods: int
    wrap: int
    delivery: int
    missing_for_free: int

    @property
    def total(self) -> int:
        return self.goods + self.wrap + self.delivery


@dataclass
class Basket:
    gift_wrap: bool = False
    delivery: str = "standard"
    _lines: dict[str, Line] = field(default_factory=dict)

    @property
    def lines(self) -> list[Line]:
        return list(self._lines.values())

    @property
    def goods(self) -> int:
        return sum(line.total for line in self.lines)

    def fee(self, method: str) -> int:
        """What this way of delivery would cost now."""
        free = method == "standard" and self.goods >= FREE_DELIVERY_FROM
        return 0 if free else DELIVERY[method][1]

    def add(self, slug: str, colour: str, size: str, quantity: int) -> Line:
        """Adds to the line of the same variant. KeyError for an unknown product; unknown variants become the first one."""
        product = PRODUCTS[slug]
        colour = colour if colour in product.colours else product.colours[0]
        size = size if size in product.sizes else (product.sizes[0] if product.sizes else "")
        line = Line(product, colour, size, 0)
        held = self._lines.get(line.key, line).quantity
        return self._put(Line(product, colour, size, held + max(1, quantity)))

    def set_quantity(self, key: str, quantity: int) -> None:
        """Zero or less takes the line out. KeyError for a line that is not there."""
        line = self._lines[key]
        if quantity <= 0:
            del self._lines[key]
        else:
            self._put(Line(line.product, line.colour, line.size, quantity))

    def _put(self, line: Line) -> Line:
        kept = Line(line.product, line.colour, line.size, min(line.quantity, QUANTITY_MAX))
        self._lines[kept.key] = kept
        return kept

    def totals(self) -> Totals:
        goods = self.goods
        return Totals(
            count=sum(line.quantity for line in self.lines),
            goods=goods,
            wrap=GIFT_WRAP if self.gift_wrap and goods else 0,
            delivery=self.fee(self.delivery) if goods else 0,
            missing_for_free=max(0, FREE_DELIVERY_FROM - goods),
        )
