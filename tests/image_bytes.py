"""Small PNG, JPEG and TIFF images from the standards alone, so that tests need no image library."""
import struct
import zlib


def png(width, height, pixels, color=2, bits=8, interlaced=False, chunks=()):
    """`pixels`: rows of bytes. color: 0 grey, 2 RGB, 3 palette, 4 grey and alpha, 6 RGBA."""
    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
    raw = b"".join(b"\0" + row for row in pixels)
    head = struct.pack(">IIBBBBB", width, height, bits, color, 0, 0, int(interlaced))
    palette = chunk(b"PLTE", bytes(range(255, -1, -1)) * 3) if color == 3 else b""
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + palette + b"".join(chunk(*c) for c in chunks) +
            chunk(b"IDAT", zlib.compress(raw)) + chunk(b"IEND", b""))


def jpeg(width, height, values, exif=b"", progressive=False):
    """Blocks of 8 x 8 of one color each; `values`: one level (0 to 255) a component, the same in every block."""
    def segment(marker, data):
        return b"\xff" + bytes([marker]) + struct.pack(">H", len(data) + 2) + data
    n = len(values)
    out = b"\xff\xd8"
    if exif:
        out += segment(0xE1, b"Exif\0\0" + exif)
    out += segment(0xDB, b"\0" + b"\1" * 64)
    out += segment(0xC2 if progressive else 0xC0, struct.pack(">BHHB", 8, height, width, n) + b"".join(bytes([c + 1, 0x11, 0]) for c in range(n)))
    out += segment(0xC4, b"\0" + bytes([0, 0, 0, 12] + [0] * 12) + bytes(range(12)))  # DC: sizes 0 to 11, four bits each
    out += segment(0xC4, b"\x10" + bytes([1] + [0] * 15) + b"\0")                     # AC: end of block, one bit
    out += segment(0xDA, bytes([n]) + b"".join(bytes([c + 1, 0]) for c in range(n)) + (b"\0\0\0" if progressive else b"\0\x3f\0"))
    bits = ""
    blocks = ((width + 7) // 8) * ((height + 7) // 8)
    before = [0] * n
    for _ in range(blocks):
        for c, value in enumerate(values):
            difference = (value - 128) * 8 - before[c]
            before[c] = (value - 128) * 8
            size = abs(difference).bit_length()
            bits += format(size, "04b")
            if size:
                bits += format(difference if difference > 0 else difference + (1 << size) - 1, f"0{size}b")
            if not progressive:
                bits += "0"
    bits += "1" * (-len(bits) % 8)
    data = bytes(int(bits[i:i + 8], 2) for i in range(0, len(bits), 8)).replace(b"\xff", b"\xff\0")
    return out + data + b"\xff\xd9"


def exif(orientation=1, gps=False, order="<"):
    """EXIF data with an orientation and perhaps a position."""
    e = order
    mark = b"II" if e == "<" else b"MM"
    entries = [struct.pack(e + "HHIHH", 0x112, 3, 1, orientation, 0)]
    body = b""
    if gps:
        place = 8 + 2 + 2 * 12 + 4
        entries.append(struct.pack(e + "HHII", 0x8825, 4, 1, place))
        latitude = place + 2 + 2 * 12 + 4
        body = struct.pack(e + "H", 2) + struct.pack(e + "HHI4s", 1, 2, 2, b"N\0\0\0") + struct.pack(e + "HHII", 2, 5, 3, latitude) + struct.pack(e + "I", 0)
        body += struct.pack(e + "6I", 48, 1, 8, 1, 0, 1)
    return mark + struct.pack(e + "HI", 42, 8) + struct.pack(e + "H", len(entries)) + b"".join(entries) + struct.pack(e + "I", 0) + body


def tiff(pages, order="<"):
    """`pages`: (width, height, samples a pixel, bits, sample format, photometric, data) each, uncompressed in one strip."""
    e = order
    out = bytearray((b"II" if e == "<" else b"MM") + struct.pack(e + "HI", 42, 0))
    link = 4
    for width, height, samples, bits, form, photometric, data in pages:
        at = len(out)
        out += data + b"\0" * (len(data) % 2)
        bits_at = len(out)
        out += struct.pack(e + f"{samples}H", *[bits] * samples)
        form_at = len(out)
        out += struct.pack(e + f"{samples}H", *[form] * samples)
        def short(tag, value):
            return struct.pack(e + "HHIHH", tag, 3, 1, value, 0)
        def long(tag, value):
            return struct.pack(e + "HHII", tag, 4, 1, value)
        def shorts(tag, value, place):
            return short(tag, value) if samples == 1 else struct.pack(e + "HHI", tag, 3, samples) + (
                struct.pack(e + "HH", value, value) if samples == 2 else struct.pack(e + "I", place))
        entries = [long(256, width), long(257, height), shorts(258, bits, bits_at), short(259, 1), short(262, photometric), long(273, at),
                   short(277, samples), long(278, height), long(279, len(data)), shorts(339, form, form_at)]
        directory = len(out)
        out[link:link + 4] = struct.pack(e + "I", directory)
        out += struct.pack(e + "H", len(entries)) + b"".join(entries)
        link = len(out)
        out += bytes(4)
    return bytes(out)
