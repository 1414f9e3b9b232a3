"""Writing values as bytes with one flaw: the encodings that a reader must not take for the one (ENC-1, ENC-3)."""

from __future__ import annotations

from clearstone.spec.encoding import cbor

FLAWS = (
    "none",
    "head longer than needed",
    "truth for a number",
    "leading zeros",
    "bignum for a small number",
    "entries in another order",
    "entry twice",
    "entry too many",
    "entry missing",
    "bytes left over",
    "cut short",
)
"""What can be wrong."""
WITHIN = range(1 << 64)
"""Integers that a head's argument can hold."""


class LooseWriter:
    """Writes a value; the flaw is at the place of that number among all where it could be, if there are so many."""

    def __init__(self, flaw: str, place: int) -> None:
        """Choose the flaw, out of `FLAWS`."""
        self._flaw = flaw
        self._left = place

    def whole(self, value: cbor.Value) -> bytes:
        """The bytes of a value."""
        data = self.write(value)
        if self._flaw == "bytes left over":
            return data + bytes([self._left])
        return data[: -1 - self._left] if self._flaw == "cut short" else data

    def write(self, value: cbor.Value) -> bytes:
        """The bytes of a part."""
        match value:
            case bool() | None:
                return cbor.encode(value)
            case int():
                return self._integer(value)
            case bytes():
                return self._head(cbor.BYTES, len(value)) + value
            case str():
                return self._head(cbor.TEXT, len(value.encode())) + value.encode()
            case list():
                return self._head(cbor.LIST, len(value)) + b"".join(map(self.write, value))
            case _:
                return self._map(value)

    def _hit(self, flaw: str) -> bool:
        """Whether the flaw is here."""
        if flaw != self._flaw:
            return False
        self._left -= 1
        return self._left == -1

    def _head(self, major: int, argument: int) -> bytes:
        if self._hit("head longer than needed"):
            size = next(size for size in (1, 2, 4, 8) if argument < 1 << (8 * size))
            size = size if argument < 24 else min(8, 2 * size)
            return bytes([major << 5 | 24 + size.bit_length() - 1]) + argument.to_bytes(size, "big")
        return cbor.head(major, argument)

    def _integer(self, value: int) -> bytes:
        if value in (0, 1) and self._hit("truth for a number"):
            return cbor.encode(value == 1)
        magnitude = value if value >= 0 else -1 - value
        if magnitude in WITHIN:
            if self._hit("bignum for a small number"):
                return (b"\xc2" if value >= 0 else b"\xc3") + cbor.encode(magnitude.to_bytes(8, "big"))
            return self._head(cbor.UNSIGNED if value >= 0 else cbor.NEGATIVE, magnitude)
        digits = magnitude.to_bytes((magnitude.bit_length() + 7) // 8, "big")
        zeros = bytes(1) if self._hit("leading zeros") else b""
        return (b"\xc2" if value >= 0 else b"\xc3") + cbor.encode(zeros + digits)

    def _map(self, value: dict[str, cbor.Value]) -> bytes:
        entries = sorted((cbor.encode(key), self.write(item)) for key, item in value.items())
        if len(entries) > 1 and self._hit("entries in another order"):
            entries[0], entries[1] = entries[1], entries[0]
        if entries and self._hit("entry twice"):
            entries.insert(1, entries[0])
        if self._hit("entry too many"):
            entries.append((cbor.encode("zzzzzzzzzzzzzzzzzzzzzzzzz"), cbor.encode(0)))
        if entries and self._hit("entry missing"):
            entries.pop()
        return self._head(cbor.MAP, len(entries)) + b"".join(key + item for key, item in entries)
