"""Columns as bytes that a browser reads without parsing: typed arrays behind a JSON head.

`page/data.js` is the other side: 4 bytes with the length of the head, the head, then each array at
a multiple of 8. All is little-endian, compressed by gzip and written as base64.
"""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Mapping
from typing import Any

import numpy as np

TYPES = {"u1": np.uint8, "u2": np.uint16, "u4": np.uint32, "f8": np.float64}


def narrow(values: np.ndarray) -> tuple[str, np.ndarray]:
    """The narrowest type that holds whole numbers.

    Example:
        >>> narrow(np.array([1, 300]))[0]
        'u2'
    """
    if len(values) and values.min() < 0:
        return "f8", values.astype(TYPES["f8"])
    most = int(values.max()) if len(values) else 0
    code = "u1" if most < 1 << 8 else "u2" if most < 1 << 16 else "u4" if most < 1 << 32 else "f8"
    return code, values.astype(TYPES[code])


def packed(head: Mapping[str, Any], columns: Mapping[str, np.ndarray]) -> str:
    """A head and columns as base64 text.

    Args:
        head: anything that JSON holds.
        columns: whole numbers up to 2 ** 53; the names that end in `_step` are ascending and
            are stored as differences.

    Example:
        >>> packed({}, {}) == packed({}, {})
        True
    """
    arrays: list[dict[str, Any]] = []
    body = bytearray()
    for name, values in columns.items():
        steps = np.diff(values, prepend=0) if name.endswith("_step") else values
        code, array = narrow(steps)
        body += b"\0" * (-len(body) % 8)
        arrays.append({"name": name, "type": code, "at": len(body), "length": len(array)})
        body += array.tobytes()
    text = json.dumps({**head, "arrays": arrays}, ensure_ascii=False, separators=(",", ":"))
    front = text.encode()
    front += b" " * (-(len(front) + 4) % 8)
    raw = len(front).to_bytes(4, "little") + front + bytes(body)
    return base64.b64encode(gzip.compress(raw, compresslevel=9, mtime=0)).decode()
