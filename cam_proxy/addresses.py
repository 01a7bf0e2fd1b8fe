"""Which IP addresses are public: our own table for both families (requirements 4.4). No look-ups here.

`ipaddress.is_global` and `is_private` are not this table: they changed between Python releases, and know nothing of clouds.
"""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

Address = IPv4Address | IPv6Address

# IANA IPv4 Special-Purpose Address Registry, multicast and reserved; the last one is Azure's own service, under a public number.
_NOT_PUBLIC_4 = tuple(
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
        "168.63.129.16/32",
    )
)

_UNICAST_6 = IPv6Network("2000::/3")
# Within global unicast: IETF protocols (Teredo among them), documentation, 6to4.
_NOT_PUBLIC_6 = tuple(IPv6Network(network) for network in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"))

# IPv6 networks whose last 32 bits are an IPv4 address that is really reached: mapped, translated by NAT64.
_EMBEDDING = tuple(IPv6Network(network) for network in ("::ffff:0:0/96", "64:ff9b::/96"))


def is_public(address: Address) -> bool:
    """Whether anybody on the internet could reach this address, as far as its number tells."""
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _NOT_PUBLIC_4)
    # A scope (`%eth0`) names a link of this machine.
    if address.scope_id is not None:
        return False
    if any(address in network for network in _EMBEDDING):
        return is_public(IPv4Address(int(address) & 0xFFFFFFFF))
    return address in _UNICAST_6 and not any(address in network for network in _NOT_PUBLIC_6)


def literal(host: str) -> Address | None:
    """The address that a host of a parsed URL is written as, if it is one; IPv6 in brackets."""
    try:
        return ip_address(host.removeprefix("[").removesuffix("]"))
    except ValueError:
        return None
