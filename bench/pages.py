"""Pages to measure on: the demo shop's, and tables of a given number of nodes."""

from __future__ import annotations

NODES_A_ROW = 9
"""Row, four cells, four texts."""


def table_page(nodes: int) -> str:
    rows = "".join(
        f'<tr class="row r{row % 7}" data-id="{row}"><td>{row}</td><td class="name">Item number {row}</td><td class="price">{row % 997}.90</td><td>in stock</td></tr>'
        for row in range(nodes // NODES_A_ROW)
    )
    return f"<!DOCTYPE html><html><head><title>{nodes} nodes</title></head><body><table><tbody>{rows}</tbody></table></body></html>"
