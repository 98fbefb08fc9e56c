"""ICC profiles made for tests: RGB spaces by their primaries, and gray."""

import struct

import numpy as np

D50 = np.array([0.9642, 1.0, 0.8249])
_BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])

SPACES = {
    "Display P3": (((0.680, 0.320), (0.265, 0.690), (0.150, 0.060)), (0.3127, 0.3290), 2.2),
    "Adobe RGB": (((0.640, 0.330), (0.210, 0.710), (0.150, 0.060)), (0.3127, 0.3290), 2.2),
    "ProPhoto": (((0.7347, 0.2653), (0.1596, 0.8404), (0.0366, 0.0001)), (0.3457, 0.3585), 1.8),
}


def rgb_profile(name: str) -> bytes:
    """Return an ICC profile, version 2, of one of SPACES."""
    primaries, white, gamma = SPACES[name]
    columns = _to_d50(white) @ _matrix(primaries, white)
    tags = {b"wtpt": _xyz(D50), b"desc": _description(name), b"cprt": _text("public domain")}
    for letter, column in zip("rgb", columns.T, strict=True):
        tags[f"{letter}XYZ".encode()] = _xyz(column)
        tags[f"{letter}TRC".encode()] = _gamma(gamma)
    return _profile(b"RGB ", tags)


def gray_profile(gamma: float) -> bytes:
    """Return an ICC profile of gray with one exponent."""
    tags = {b"wtpt": _xyz(D50), b"desc": _description("gray"), b"cprt": _text("public domain")}
    return _profile(b"GRAY", tags | {b"kTRC": _gamma(gamma)})


def _as_xyz(point):
    x, y = point
    return np.array([x / y, 1.0, (1 - x - y) / y])


def _matrix(primaries, white):
    columns = np.stack([_as_xyz(point) for point in primaries], axis=1)
    return columns * np.linalg.solve(columns, _as_xyz(white))


def _to_d50(white):
    ratio = (_BRADFORD @ D50) / (_BRADFORD @ _as_xyz(white))
    return np.linalg.inv(_BRADFORD) @ np.diag(ratio) @ _BRADFORD


def _fixed(value):
    return struct.pack(">i", round(float(value) * 65536))


def _xyz(values):
    return b"XYZ \0\0\0\0" + b"".join(_fixed(value) for value in values)


def _gamma(value):
    return b"curv\0\0\0\0" + struct.pack(">IH", 1, round(value * 256)) + b"\0\0"


def _text(words):
    return b"text\0\0\0\0" + words.encode() + b"\0"


def _description(words):
    text = words.encode() + b"\0"
    return b"desc\0\0\0\0" + struct.pack(">I", len(text)) + text + b"\0" * 78


def _profile(space, tags):
    table, body, start = b"", b"", 128 + 4 + 12 * len(tags)
    for name, data in tags.items():
        data += b"\0" * (-len(data) % 4)
        table += name + struct.pack(">II", start + len(body), len(data))
        body += data
    size = start + len(body)
    head = struct.pack(">I4sI4s4s4s", size, b"test", 0x02400000, b"mntr", space, b"XYZ ")
    head += b"\0" * 12 + b"acsp" + b"\0" * 28 + b"".join(_fixed(value) for value in D50)
    return head.ljust(128, b"\0") + struct.pack(">I", len(tags)) + table + body
