"""Random pages and random selectors of every form that is honoured."""

from __future__ import annotations

import random

_TEXTS = ("t", " ", "", "א", ".", "a א")
_CLASSES = ("x", "y", "x y", "X", "z", "")
_TYPES = ("p", "b", "i", "x-a", "svg|p", "slot", "input", "div")
_HOSTS = ("x-a", "x-b", "div")
_DEPTH = 4


def _attributes(chance: random.Random, number: int) -> str:
    out = f" id=n{number}"
    for name, values, share in (
        ("class", _CLASSES, 0.6),
        ("data-v", ("Ab", "ab", "a b", "b-c"), 0.2),
        ("lang", ("de", "fr-CH", "de-Latn-CH", "''"), 0.15),
        ("dir", ("ltr", "rtl", "auto", "none"), 0.2),
        ("slot", ("n", "m"), 0.2),
        ("part", ("x", "y", "x y"), 0.25),
        ("exportparts", ("x", "'x: y, y'", "'y:x'"), 0.1),
        ("contenteditable", ("''", "false"), 0.05),
        ("title", ("T", "t"), 0.1),
    ):
        if chance.random() < share:
            out += f" {name}={_quoted(chance.choice(values))}"
    return out


def _quoted(value: str) -> str:
    return value if value.startswith("'") or " " not in value else f"'{value}'"


def _control(chance: random.Random) -> str:
    return chance.choice(
        (
            "<input type=checkbox !state={state}{a}/>",
            "<input type=radio name=r !state={state}{a}/>",
            "<input type=number min=2 max=4 !value={value}{a}/>",
            "<input required placeholder=p !value=''{a}/>",
            "<input disabled{a}/>",
            "<input readonly type=date min=2020-01-01 value=2019-01-01{a}/>",
            "<textarea placeholder=p{a}>{text}</textarea>",
            "<select{a}><option/><option !state=4 class=x/></select>",
            "<button{a}/>",
            "<a href=x{a}/>",
            "<details open{a}/>",
            "<progress{a}/>",
        )
    )


class _Page:
    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.count = 0

    def attributes(self) -> str:
        self.count += 1
        return _attributes(self.chance, self.count)

    def nodes(self, depth: int, in_shadow: bool) -> str:
        return "".join(self.node(depth, in_shadow) for _ in range(self.chance.randint(1, 4)))

    def node(self, depth: int, in_shadow: bool) -> str:
        chance = self.chance
        kind = chance.random()
        if kind < 0.15 or self.count > 40:
            return chance.choice(_TEXTS)
        if kind < 0.3:
            value, state = chance.choice(("1", "3", "9", "''")), chance.choice((0, 1, 2))
            return _control(chance).format(a=self.attributes(), value=value, state=state, text=chance.choice(_TEXTS))
        if kind < 0.4 and in_shadow:
            name = chance.choice(("", " name=n", " name=m"))
            # Chromium gives SVG elements in a slot of automatic direction that of something further out.
            own = self.attributes().replace(" dir=auto", "")
            return f"<slot{name}{own}>{self.nodes(depth + 1, True) if depth < _DEPTH else ''}</slot>"
        if kind < 0.55 and depth < _DEPTH:
            tag = chance.choice(_HOSTS)
            mode = chance.choice(("open", "closed"))
            shadow = f"<#{mode}>{self.nodes(depth + 1, True)}</#{mode}>"
            return f"<{tag}{self.attributes()}>{shadow}{self.nodes(depth + 1, in_shadow)}</{tag}>"
        if kind < 0.6 and depth < 2:
            inner = f"<html{self.attributes()}>{self.nodes(depth + 2, False)}</html>"
            return f"<iframe{self.attributes()}><#document !quirks={chance.choice((0, 1))}>{inner}</#document></iframe>"
        if kind < 0.65 and depth < _DEPTH:
            disabled = chance.choice(("", " disabled"))
            return f"<fieldset{disabled}{self.attributes()}><legend>{self.nodes(depth + 1, in_shadow)}</legend>{self.nodes(depth + 1, in_shadow)}</fieldset>"
        tag = chance.choice(("p", "b", "i", "div", "bdi", "svg:p"))
        below = self.nodes(depth + 1, in_shadow) if depth < _DEPTH and chance.random() < 0.6 else ""
        return f"<{tag}{self.attributes()}>{below}</{tag}>"


def page_text(chance: random.Random) -> str:
    """A page as `selector_page.read` reads it."""
    page = _Page(chance)
    return f"<html{page.attributes()}><body>{page.nodes(0, False)}{page.nodes(0, False)}</body></html>"


_STATES = [
    ":checked",
    ":disabled",
    ":enabled",
    ":required",
    ":optional",
    ":read-only",
    ":read-write",
    ":placeholder-shown",
    ":indeterminate",
    ":default",
    ":link",
    ":any-link",
    ":in-range",
    ":out-of-range",
    ":dir(ltr)",
    ":dir(rtl)",
    ":lang(de)",
    ":lang(fr-ch)",
    ":focus-within",
    ":modal",
    ":popover-open",
]
_STRUCTURE = [
    ":root",
    ":empty",
    ":first-child",
    ":last-child",
    ":only-child",
    ":first-of-type",
    ":last-of-type",
    ":only-of-type",
    ":nth-child(2)",
    ":nth-child(odd)",
    ":nth-last-child(-n+2)",
    ":nth-of-type(2n)",
    ":nth-last-of-type(1)",
    ":scope",
]
_ATTRIBUTES = (
    "[class]",
    "[data-v=ab]",
    "[data-v=ab i]",
    "[data-v^=a]",
    "[data-v$=b]",
    "[data-v*=' ']",
    "[data-v~=b]",
    "[data-v|=b]",
    "[title=t]",
    "[*|title]",
    "[|lang]",
    "[slot]",
    "[type=number]",
)


class _Selector:
    def __init__(self, chance: random.Random) -> None:
        self.chance = chance

    def simple(self, depth: int, has: bool) -> str:
        chance = self.chance
        kind = chance.random()
        if kind < 0.35:
            return chance.choice((".x", ".y", ".X", ".z", ".\\78 ", "#n5", "#n9"))
        if kind < 0.45:
            return chance.choice(_ATTRIBUTES)
        if kind < 0.6:
            return chance.choice(_STATES)
        if kind < 0.75 or depth > 2:
            return chance.choice(_STRUCTURE)
        name = chance.choice((":is", ":not", ":where", ":has", ":nth-child", ":nth-last-child"))
        if name == ":has":
            return self.has(depth) if has else ":not(.z)"
        inner = ", ".join(self.complex(depth + 1, has) for _ in range(chance.randint(1, 2)))
        return f"{name}({chance.choice(('1', '2n', '-n+2'))} of {inner})" if "nth" in name else f"{name}({inner})"

    def has(self, depth: int) -> str:
        inner = (self.chance.choice(("", "> ", "+ ", "~ ")) + self.complex(depth + 1, False) for _ in range(self.chance.randint(1, 2)))
        return f":has({', '.join(inner)})"

    def compound(self, depth: int, has: bool = True) -> str:
        chance = self.chance
        tag = chance.choice(("", "", "", "*", "p", "b", "i", "div", "*|p", "x-a", "slot", "INPUT"))
        simples = "".join(self.simple(depth, has) for _ in range(chance.choice((0, 1, 1, 1, 2)) if tag else chance.choice((1, 1, 2))))
        return tag + simples

    def complex(self, depth: int, has: bool = True) -> str:
        chance = self.chance
        out = self.compound(depth, has)
        for _ in range(chance.choice((0, 0, 1, 1, 2) if depth == 0 else (0, 0, 0, 1))):
            out += chance.choice((" ", " > ", " + ", " ~ ")) + self.compound(depth, has)
        return out

    def plain(self) -> str:
        """A compound as it may stand in `:host()` and `::slotted()`: there browsers do not take `:has()`."""
        return self.compound(2, has=False)

    def host(self) -> str:
        chance = self.chance
        plain = chance.choice((":host", f":host({self.plain()})", f":host-context({self.plain()})"))
        return chance.choice(
            (
                plain,
                plain,
                plain,
                f":is({plain}, {self.plain()})",
                f":not({plain})",
                plain + f":not(:host({self.plain()}))",
                f":host{self.has(1)}",
            )
        )

    def shadow(self) -> str:
        chance = self.chance
        match chance.randrange(6):
            case 0:
                return self.host()
            case 1:
                return self.host() + chance.choice((" ", " > ")) + self.complex(1)
            case 2:
                return chance.choice(("", self.complex(1), f"{self.host()} > slot")) + f"::slotted({self.plain()})"
            case 3:
                return chance.choice(("", self.complex(1), self.host())) + f"::part({chance.choice(('x', 'y', 'x y'))})"
            case 4:
                return f":not({self.host()} {self.complex(1)})"
            case _:
                return f"::part({chance.choice(('x', 'y'))}){chance.choice((':enabled', ':disabled', ':checked'))}"


def selector(chance: random.Random) -> str:
    """A selector of one to three, now and then of what shadow trees have."""
    write = _Selector(chance)
    return ", ".join(write.shadow() if chance.random() < 0.3 else write.complex(0) for _ in range(chance.choice((1, 1, 1, 2))))
