"""Images and labels that are made to do harm."""
import random
import struct
import zlib

import image_bytes

from .cases import MIB, case, put


# Images

def chunk(name, data):
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(width, height, data, color=0, bits=8, extra=b""):
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, color, 0, 0, 0)) + extra + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def deflated_zeros(size):
    packer = zlib.compressobj(9)
    return b"".join(packer.compress(bytes(MIB)) for _ in range(size // MIB)) + packer.flush()


@case(3, "pixels")
def png_of_four_billion_pixels_a_side(folder):
    return put(folder / "a.png", png(0x7FFFFFFF, 0x7FFFFFFF, zlib.compress(bytes(100))))


@case(3, "pixels|wide|large")
def png_of_one_long_row(folder):
    return put(folder / "a.png", png(0x7FFFFFFF, 1, zlib.compress(bytes(100)), 6, 16))


@case(0, "")
def png_of_a_hundred_million_pixels(folder):
    return put(folder / "a.png", png(10_000, 10_000, deflated_zeros(96 * MIB)))


@case({0, 3}, "")
def png_with_a_text_of_a_gigabyte(folder):
    return put(folder / "a.png", png(4, 1, zlib.compress(bytes(5)), extra=chunk(b"zTXt", b"x\0\0" + deflated_zeros(1 << 30)) + chunk(b"iCCP", b"x\0\0" + deflated_zeros(1 << 28))))


@case({0, 3}, "")
def png_of_a_hundred_thousand_chunks(folder):
    return put(folder / "a.png", png(4, 1, zlib.compress(bytes(5)), extra=chunk(b"tEXt", b"k\0v") * 100_000))


@case({0, 3}, "")
def png_with_300_mebibytes_of_exif(folder):
    return put(folder / "a.png", png(4, 1, zlib.compress(bytes(5)), extra=chunk(b"eXIf", image_bytes.exif(6) + bytes(300 * MIB))))


@case(3, "damaged")
def png_whose_exif_says_that_it_is_a_gigabyte(folder):
    return put(folder / "a.png", png(4, 1, zlib.compress(bytes(5)), extra=struct.pack(">I", 1 << 30) + b"eXIf"))


@case({0, 3}, "")
def png_that_is_cut_off(folder):
    data = image_bytes.png(40, 40, [random.Random(7).randbytes(120) for _ in range(40)])
    return put(folder / "a.png", data[:len(data) // 2])


@case(3, "pixels")
def jpeg_of_65500_pixels_a_side(folder):
    data = bytearray(image_bytes.jpeg(16, 16, [9]))
    at = data.find(b"\xff\xc0")
    data[at + 5:at + 9] = struct.pack(">HH", 65500, 65500)
    return put(folder / "a.jpg", bytes(data))


@case({0, 3}, "")
def jpeg_of_ten_thousand_scans(folder):
    data = image_bytes.jpeg(2000, 2000, [9], progressive=True)
    at = data.find(b"\xff\xda")
    return put(folder / "a.jpg", data[:-2], data[at:-2] * 2, (b"\xff\xda\x00\x08\x01\x01\x00\x00\x00\x00" + b"\x55" * 8) * 10_000, b"\xff\xd9")


@case({0, 3}, "")
def jpeg_whose_exif_points_at_itself(folder):
    loop = b"II" + struct.pack("<HI", 42, 8) + struct.pack("<H", 1) + struct.pack("<HHII", 0x8825, 4, 1, 8) + struct.pack("<I", 8)
    return put(folder / "a.jpg", image_bytes.jpeg(16, 16, [9], loop))


def tiff_page(entries, following=0):
    return struct.pack("<H", len(entries)) + b"".join(struct.pack("<HHII", *one) for one in entries) + struct.pack("<I", following)


def tiff_entries(width, height, at, size, rows=None, more=()):
    return sorted([(256, 4, 1, width), (257, 4, 1, height), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1), (273, 4, 1, at), (277, 3, 1, 1),
                   (278, 4, 1, rows or height), (279, 4, 1, size), *more])


@case({0, 3}, "")
def tiff_whose_pages_run_in_a_circle(folder):
    return put(folder / "a.tif", b"II*\0" + struct.pack("<I", 8) + tiff_page(tiff_entries(4, 4, 200, 16), 8) + bytes(300))


@case(3, "pixels|a.tif")
def tiff_of_four_billion_pixels_a_side(folder):
    return put(folder / "a.tif", b"II*\0" + struct.pack("<I", 8) + tiff_page(tiff_entries(0xFFFFFFFF, 0xFFFFFFFF, 200, 16)) + bytes(300))


@case({0, 3}, "")
def tiff_whose_strip_lies_nowhere(folder):
    return put(folder / "a.tif", b"II*\0" + struct.pack("<I", 8) + tiff_page(tiff_entries(4000, 4000, 0xFFFFFF00, 0xFFFFFF00)) + bytes(300))


@case({0, 3}, "")
def tiff_of_a_hundred_thousand_pages(folder):
    pages, at = [], 8
    for _ in range(100_000):
        at += 2 + 9 * 12 + 4
        pages.append(tiff_page(tiff_entries(1, 1, 4, 1), at))
    return put(folder / "a.tif", b"II*\0" + struct.pack("<I", 8), pages, bytes(6))


@case(3, "a.tif")
def tiff_with_a_tile_of_four_gigabytes(folder):
    entries = [(256, 4, 1, 9000), (257, 4, 1, 9000), (258, 3, 1, 8), (259, 3, 1, 8), (262, 3, 1, 1), (277, 3, 1, 1), (322, 4, 1, 0xFFFFFFF0), (323, 4, 1, 0xFFFFFFF0), (324, 4, 1, 200), (325, 4, 1, 50)]
    return put(folder / "a.tif", b"II*\0" + struct.pack("<I", 8) + tiff_page(entries) + bytes(300))


# Labels

def with_image(folder):
    put(folder / "a.png", image_bytes.png(4, 2, [bytes(12)] * 2))
    return folder


@case(0, "")
def coco_a_million_levels_deep(folder):
    put(folder / "labels.json", '{"images":[],"annotations":', "[" * 1_000_000)
    return with_image(folder)


@case(0, "unreadable|box")
def coco_with_numbers_beyond_all_bounds(folder):
    boxes = ",".join(f'{{"id":{i},"image_id":1,"category_id":1,"bbox":[1e999,-1e999,{"9" * 400},1]}}' for i in range(5000))
    put(folder / "labels.json", '{"images":[{"id":1,"file_name":"a.png","width":4,"height":2}],"annotations":[', boxes, '],"categories":[{"id":1,"name":"x"}]}')
    return with_image(folder)


@case(0, "")
def voc_with_a_billion_laughs(folder):
    entities = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))
    put(folder / "a.xml", f'<?xml version="1.0"?><!DOCTYPE annotation [<!ENTITY l0 "ha">{entities}<!ENTITY f SYSTEM "file:///etc/passwd">]><annotation><filename>a.png</filename><size><width>4</width><height>2</height></size><object><name>&l9;&f;</name><bndbox><xmin>0</xmin><ymin>0</ymin><xmax>4</xmax><ymax>2</ymax></bndbox></object></annotation>')
    return with_image(folder)


@case(0, "")
def voc_a_million_levels_deep(folder):
    put(folder / "a.xml", "<annotation>", "<o>" * 1_000_000)
    return with_image(folder)
