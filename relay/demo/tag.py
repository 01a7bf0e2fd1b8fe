"""The script tag as the shop's owner would paste it, and the origins that the shop's Content-Security-Policy must name for it."""

from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit


@dataclass(frozen=True)
class Tag:
    relay_url: str
    """Public address of the relay, such as http://127.0.0.1:8000."""
    group_id: int
    site: str

    @property
    def src(self) -> str:
        query = urlencode({"group": self.group_id, "site": self.site})
        return f"{self.origin}/cobrowse/CobrowseJS.ashx?{query}"

    @property
    def host(self) -> str:
        """Value of data-ws: a bare host, with the port when there is one."""
        return urlsplit(self.relay_url).netloc

    @property
    def origin(self) -> str:
        parts = urlsplit(self.relay_url)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def socket_origin(self) -> str:
        scheme = "wss" if urlsplit(self.relay_url).scheme == "https" else "ws"
        return f"{scheme}://{self.host}"
