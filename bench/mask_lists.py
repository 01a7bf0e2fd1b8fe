"""Lists of mask selectors as site owners write them: a few that the pages of `bench.pages` answer to, and many for the rest of a site."""

from __future__ import annotations

LIVE = (
    "td.email",
    ".price b",
    ".seller .name",
    "input[name=email]",
    ".author",
    "label > input.required",
    "tr > td:nth-child(4)",
    "form.order input",
    "dl.function dt .sig-param",
    "section > p > em",
    ".card.product[data-sku^='S1'] .title a",
    "tr.paid td.name",
    "ul.simple li:first-child a",
)
STEPPED = "tr:nth-child(even of .paid) .price"
LIVE_LEVEL_4 = (
    "tr:nth-child(3 of .odd) td",
    "tr:has(> td.email) td.id",
    ":is(.card, .row):has(.sale) .amount",
    "section:has(.admonition) > h2",
    "tr.odd:not(:has(.sale)) td:nth-last-child(1)",
    "label:has(+ label) input",
    "li:nth-child(2 of .toctree-l2, .toctree-l3)",
    ":is(.seller, .author) :not(b)",
    STEPPED,
    "p:not(:has(code)):has(~ dl) em",
    "form:has(input[name=gift]:checked) .field",
    ".row:is(.odd, .paid) > td:nth-of-type(2) a",
)
# What a mask list is full of: parts of a site that the page at hand is not.
DEAD = (
    "#customer-{n} .value",
    ".account-{n} .balance",
    "[data-private-{n}]",
    "input[name=card{n}]",
    ".checkout-step-{n} > .summary dd",
    "x-field-{n} span",
    ".profile-{n}.private",
    "#order-{n} tr td:nth-child(2)",
)
DEAD_LEVEL_4 = (
    ".account-{n}:has(.iban) .value",
    ":is(.address-{n}, .phone-{n}) :not(label)",
    "li:nth-child(2 of .secret-{n})",
    ".panel-{n}:not(:has(.public)) p",
)


def _filled(live: tuple[str, ...], dead: tuple[str, ...], count: int) -> list[str]:
    rest = [dead[number % len(dead)].format(n=number) for number in range(count - len(live))]
    # The live ones stand among the others.
    step = max(1, count // len(live))
    for number, selector in enumerate(live):
        rest.insert(number * step, selector)
    return rest


def plain(count: int) -> list[str]:
    """Selectors that every engine knows."""
    return _filled(LIVE, DEAD, count)


def level_4(count: int) -> list[str]:
    """With `:is()`, `:not()`, `:has()` and `:nth-child(… of S)`."""
    return _filled(LIVE_LEVEL_4, (*DEAD, *DEAD_LEVEL_4), count)


KINDS = {
    "class": "td.email",
    "descendant": "tr.odd td",
    "child": "tr.odd > td",
    "next sibling": "td.name + td",
    "later sibling": "td.id ~ td",
    "nth": "tr:nth-child(3n+1) td",
    "nth of": "tr:nth-child(3 of .odd) td",
    "nth of, with a step": "tr:nth-child(2n of .odd) td",
    "has": "tr:has(b) td.id",
    "has a sibling": "tr:has(+ .paid) td.id",
    "has later siblings": "tr:has(~ .paid) td.id",
    "not": "tr:not(.odd) td:not(.id)",
    "not has": "tr:not(:has(.none)) td.id",
    "attribute": "[href$='7']",
    "of type": "td:nth-last-of-type(2)",
}
"""One selector of each kind, all live on the table."""
