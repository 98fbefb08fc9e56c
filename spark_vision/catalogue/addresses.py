"""Which addresses pictures may be fetched from: public ones, and networks that were named.

The check stands where the connection is made, on the very address that is connected to. So it holds for
every way of writing a host (decimal, hexadecimal, a name with a private address), for each redirect,
and against names that answer with another address the second time they are asked (DNS rebinding).
"""

import ipaddress
import socket
from collections.abc import Iterable, Sequence

import httpcore

from spark_vision.catalogue.deadline import Deadline, TimedStream
from spark_vision.catalogue.special_networks import is_special

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# NAT64 (RFC 6052): an IPv4 address in the last 32 bits.
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


class AddressRefusedError(OSError):
    """A host has no address that may be connected to; never tried again."""


class GuardedBackend(httpcore.NetworkBackend):
    """httpcore's connections, to addresses that are allowed alone."""

    def __init__(self, allowed: Iterable[Network] = ()) -> None:
        self._allowed = tuple(allowed)
        self._plain = httpcore.SyncBackend()
        self._ends = Deadline()

    def end_at(self, moment: float) -> None:
        """Let no read of this thread last beyond a moment (time.monotonic), however the bytes drip in."""
        self._ends.moment = moment

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Resolve a host once, check every address, and connect to the first of them.

        A host with a single address that is not allowed is refused, whatever its others are.
        """
        address = self._checked(host, port)
        stream = self._plain.connect_tcp(address, port, timeout, local_address, socket_options)
        return TimedStream(stream, self._ends)

    def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Refused: pictures come from networks."""
        raise AddressRefusedError(f"{path}: pictures are not fetched from sockets")

    def _checked(self, host: str, port: int) -> str:
        addresses = _resolved(host, port)
        for address in addresses:
            if not is_allowed(ipaddress.ip_address(address), self._allowed):
                raise AddressRefusedError(f"{host} is at {address}, which is not a public address")
        return addresses[0]


def is_allowed(address: IPAddress, networks: Sequence[Network] = ()) -> bool:
    """Return whether an address is public, or in one of the networks.

    An IPv4 address within an IPv6 one (mapped, NAT64) is judged itself. 6to4 and Teredo addresses are
    refused, wherever they lead.

    >>> [is_allowed(ipaddress.ip_address(text)) for text in ("1.1.1.1", "::ffff:10.0.0.1", "100.64.0.1")]
    [True, False, False]
    """
    inner = _inner(address)
    if any(inner.version == network.version and inner in network for network in networks):
        return True
    return inner.is_global and not is_special(inner)


def networks(names: Iterable[str]) -> tuple[Network, ...]:
    """Networks as `10.2.0.0/16`; raises ValueError where one is misspelt."""
    return tuple(ipaddress.ip_network(name) for name in names)


def _inner(address: IPAddress) -> IPAddress:
    """Return the IPv4 address within an IPv6 address (mapped, compatible, NAT64), or the address."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address in _NAT64 or (int(address) >> 32 == 0 and int(address) > 1):
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address.ipv4_mapped or address


def _resolved(host: str, port: int) -> list[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise httpcore.ConnectError(f"{host}: the name cannot be resolved ({error})") from error
    return [str(entry[4][0]).partition("%")[0] for entry in found]
