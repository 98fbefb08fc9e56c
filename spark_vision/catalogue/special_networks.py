"""Networks that are no public hosts, whatever the version of Python knows of them.

The list follows IANA's registries of special-purpose addresses (RFC 6890 and its updates, read in 2026), with
the addresses at which cloud providers answer their own machines.
"""

import ipaddress

_IPV4 = """
    0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24
    192.31.196.0/24 192.52.193.0/24 192.88.99.0/24 192.168.0.0/16 192.175.48.0/24 198.18.0.0/15
    198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4
    168.63.129.16/32
"""
_IPV6 = """
    ::/96 64:ff9b:1::/48 100::/63 2001::/23 2001:db8::/32 2002::/16 2620:4f:8000::/48 3fff::/20 5f00::/16
    fc00::/7 fe80::/10 fec0::/10 ff00::/8
"""
GLOBAL_UNICAST = ipaddress.IPv6Network("2000::/3")
"""All IPv6 addresses that IANA has given out for public hosts."""

SPECIAL_IPV4 = tuple(ipaddress.IPv4Network(text) for text in _IPV4.split())
SPECIAL_IPV6 = tuple(ipaddress.IPv6Network(text) for text in _IPV6.split())


def is_special(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Return whether an address is in a special-purpose network, or not given out for public hosts.

    >>> is_special(ipaddress.ip_address("192.0.0.192")), is_special(ipaddress.ip_address("2606:4700::1"))
    (True, False)
    """
    if isinstance(address, ipaddress.IPv4Address):
        return any(address in network for network in SPECIAL_IPV4)
    return address not in GLOBAL_UNICAST or any(address in network for network in SPECIAL_IPV6)
