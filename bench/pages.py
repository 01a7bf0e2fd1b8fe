"""Pages to measure on, the same each time: tables of a given number of nodes, and pages of a given size like a shop's or a manual's."""

from __future__ import annotations

from collections.abc import Callable

NODES_A_ROW = 9
"""Row, four cells, four texts."""


def table_page(nodes: int) -> str:
    rows = "".join(
        f'<tr class="row r{row % 7}" data-id="{row}"><td>{row}</td><td class="name">Item number {row}</td><td class="price">{row % 997}.90</td><td>in stock</td></tr>'
        for row in range(nodes // NODES_A_ROW)
    )
    return f"<!DOCTYPE html><html><head><title>{nodes} nodes</title></head><body><table><tbody>{rows}</tbody></table></body></html>"


def filled(title: str, start: str, parts: Callable[[int], str], end: str, size: int) -> str:
    """A page of about `size` bytes: as many parts as fit."""
    head = f'<!DOCTYPE html><html lang="en"><head><title>{title}</title></head><body>{start}'
    pieces = [head]
    length, number = len(head) + len(end), 0
    while length < size:
        piece = parts(number)
        pieces.append(piece)
        length += len(piece)
        number += 1
    return "".join([*pieces, end, "</body></html>"])


def table_of_size(size: int) -> str:
    """Rows of orders, every third of them odd to a selector."""

    def order(row: int) -> str:
        kind = "odd" if row % 2 else "even"
        mark = " paid" if row % 5 == 0 else ""
        cells = (
            f'<td class="id">{row}</td><td class="name"><a href="/orders/{row}">Order number {row}</a></td><td class="email">buyer{row % 1013}@shop.example</td>'
            f'<td class="price"><b>{row % 997}.90</b></td><td>{"late" if row % 11 == 0 else "in time"}</td>'
        )
        return f'<tr class="row {kind}{mark}" data-id="{row}">{cells}</tr>'

    return filled("Orders", '<table id="orders"><tbody>', order, "</tbody></table>", size)


def docs_page(size: int) -> str:
    """Sections of a manual, as documentation generators write them."""

    def section(number: int) -> str:
        items = "".join(
            f'<li class="toctree-l{1 + item % 3}"><a class="reference internal" href="#s{number}-{item}">Entry {item}</a></li>'
            for item in range(4)
        )
        notes = f'<div class="admonition note"><p class="admonition-title">Note</p><p>Written by <span class="author">Author {number % 37}</span>.</p></div>'
        return (
            f'<section id="s{number}"><h2>Part {number}<a class="headerlink" href="#s{number}">#</a></h2><p>What part <em>{number}</em> of the manual says, with '
            f'<code class="docutils literal"><span class="pre">call_{number}()</span></code> and <a class="reference external" href="https://docs.example/{number}">more</a>.</p>'
            f'<ul class="simple">{items}</ul>{notes if number % 3 == 0 else ""}<dl class="py function"><dt class="sig" id="f{number}"><span class="sig-name">call_{number}</span>'
            f'<em class="sig-param">value={number}</em></dt><dd><p>Gives the value back.</p></dd></dl></section>'
        )

    return filled("Manual", '<main role="main"><article class="body">', section, "</article></main>", size)


def shop_page(size: int) -> str:
    """Cards of a shop, with forms and what a customer has entered."""

    def card(number: int) -> str:
        form = (
            f'<form class="order"><label>E-mail <input name="email" class="field" value="buyer{number}@shop.example"></label><label>Name <input name="name" class="field required" required></label>'
            f'<input type="checkbox" name="gift"{" checked" if number % 4 == 0 else ""}><button type="submit" class="btn primary">Buy</button></form>'
        )
        sale = '<strong class="sale">Sale</strong>' if number % 6 == 0 else ""
        return (
            f'<div class="card product" data-sku="S{number}"><img alt="" class="thumb"><h3 class="title"><a href="/p/{number}">Product {number}</a></h3><div class="body">'
            f'<p class="price"><span class="amount">{number % 499}.00</span> <small>per piece</small></p>{sale}<p class="seller">Sold by <span class="name">Seller {number % 53}</span></p></div>{form}</div>'
        )

    return filled("Shop", '<main class="grid">', card, "</main>", size)
