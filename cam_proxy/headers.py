"""The headers under which an asset is served (requirements 4.7). No header of the place it came from is ever copied."""

from cam_proxy.uploads import AssetType

_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Content-Disposition": "attachment",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Cache-Control": "private, max-age=3600",
    "Referrer-Policy": "no-referrer",
}


def asset_headers(kind: AssetType) -> dict[str, str]:
    """Headers for the bytes of an asset.

    The stage has an opaque origin, and browsers fetch fonts, masks, shapes and symbols in SVG with CORS. Its address is all that it takes
    to have an asset, and no cookie is asked for, so that every origin may.
    """
    return {**_ALWAYS, "Content-Type": kind.name, "Access-Control-Allow-Origin": "*"}


def missing_headers() -> dict[str, str]:
    """Headers for an asset that is not there: all such answers look alike (requirements 4.9)."""
    return {**_ALWAYS, "Cache-Control": "no-store"}
