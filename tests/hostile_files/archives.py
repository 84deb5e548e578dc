"""Archives that are made to do harm."""
import gzip
import io
import struct
import tarfile
import zipfile
import zlib

from .cases import MIB, TABLE, case, put


# Archives

def zipped(path, entries, method=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in entries:
            archive.writestr(name, data)
    return path


def tarred(path, entries, mode="w"):
    with tarfile.open(path, mode, format=tarfile.PAX_FORMAT) as archive:
        for entry, data in entries:
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return path


def entry(name, kind=tarfile.REGTYPE, link=""):
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, link
    return info


def zip_of_zeros(path, name, size):
    """Zeros by the block, deflated by hand: zipfile itself would hold them."""
    packer, crc, packed = zlib.compressobj(9, zlib.DEFLATED, -15), 0, io.BytesIO()
    block = bytes(MIB)
    for _ in range(size // MIB):
        packed.write(packer.compress(block))
        crc = zlib.crc32(block, crc)
    packed.write(packer.flush())
    data, raw = packed.getvalue(), name.encode()
    large = struct.pack("<HHQQ", 1, 16, size, len(data))
    local = struct.pack("<IHHHHHIIIHH", 0x04034B50, 45, 0, 8, 0, 0x21, crc, 0xFFFFFFFF, 0xFFFFFFFF, len(raw), len(large)) + raw + large
    central = struct.pack("<IHHHHHHIIIHHHHHII", 0x02014B50, 45, 45, 0, 8, 0, 0x21, crc, 0xFFFFFFFF, 0xFFFFFFFF, len(raw), len(large), 0, 0, 0, 0, 0) + raw + large
    end = struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, 1, 1, len(central), len(local) + len(data), 0)
    return put(path, local, data, central, end)


@case(3, "over 1000 times|ratio")
def zip_bomb(folder):
    return zip_of_zeros(folder / "bomb.zip", "zeros.csv", 256 << 20)


@case(3, "over 1000 times|ratio")
def npz_bomb(folder):
    path = zip_of_zeros(folder / "bomb.npz", "x.npy", 256 << 20)
    return path


@case({0, 3}, "")
def zip_in_zip_in_zip(folder):
    data = zipped(folder / "inner.zip", [("a.csv", TABLE)]).read_bytes()
    for _ in range(20):
        data = zipped(folder / "inner.zip", [("a.zip", data)]).read_bytes()
    return folder / "inner.zip"


@case(3, r"'\.\.'")
def zip_that_climbs(folder):
    return zipped(folder / "up.zip", [("a.csv", TABLE), ("../../evil.csv", TABLE)])


@case(3, "absolute")
def zip_with_an_absolute_name(folder):
    return zipped(folder / "root.zip", [("/tmp/iai-evil.csv", TABLE)])


@case(3, "link")
def zip_with_a_link(folder):
    info = zipfile.ZipInfo("passwd.csv")
    info.create_system, info.external_attr = 3, 0o120777 << 16
    with zipfile.ZipFile(folder / "link.zip", "w") as archive:
        archive.writestr("a.csv", TABLE)
        archive.writestr(info, "/etc/passwd")
    return folder / "link.zip"


@case(3, "collid|twice|same name")
def zip_whose_names_collide(folder):
    return zipped(folder / "twice.zip", [("A.csv", TABLE), ("a.CSV", TABLE)])


@case(3, "encrypted")
def zip_that_is_encrypted(folder):
    data = bytearray(zipped(folder / "secret.zip", [("a.csv", TABLE)]).read_bytes())
    data[6] |= 1
    at = data.find(b"PK\1\2")
    data[at + 8] |= 1
    return put(folder / "secret.zip", bytes(data))


@case(3, "deep|folders|path")
def zip_with_a_thousand_folders(folder):
    return zipped(folder / "deep.zip", [("d/" * 500 + "a.csv", TABLE)])


@case(3, "cut.zip")
def zip_that_is_cut_off(folder):
    data = zipped(folder / "cut.zip", [("a.csv", TABLE), ("b.csv", TABLE)]).read_bytes()
    return put(folder / "cut.zip", data[:len(data) // 3])


@case(3, "link")
def tar_with_a_link_out(folder):
    return tarred(folder / "link.tar", [(entry("a.csv"), TABLE.encode()), (entry("b.csv", tarfile.SYMTYPE, "/etc/passwd"), b"")])


@case(3, "link")
def tar_with_a_hard_link(folder):
    return tarred(folder / "hard.tar", [(entry("a.csv"), TABLE.encode()), (entry("b.csv", tarfile.LNKTYPE, "../../etc/passwd"), b"")])


@case(3, "device|no regular file|special")
def tar_with_a_device(folder):
    return tarred(folder / "device.tar", [(entry("zero.csv", tarfile.CHRTYPE), b"")])


@case(3, "huge.tar")
def tar_of_seven_tebibytes(folder):
    info = entry("a.csv")
    info.size = 7 << 40
    return put(folder / "huge.tar", info.tobuf(tarfile.GNU_FORMAT), TABLE)


@case(3, "over 250000 entries")
def tar_of_a_million_entries(folder):
    header = bytearray(entry("n0000000").tobuf(tarfile.USTAR_FORMAT))
    base = int(bytes(header[148:154]), 8) - 7 * 48
    with gzip.open(folder / "many.tar.gz", "wb", 1) as file:
        for start in range(0, 1_000_000, 5000):
            block = bytearray()
            for i in range(start, start + 5000):
                digits = b"%07d" % i
                header[1:8] = digits
                header[148:154] = b"%06o" % (base + sum(digits))
                block += header
            file.write(block)
        file.write(bytes(1024))
    return folder / "many.tar.gz"


@case(3, "over 1000 times|ratio")
def gzip_bomb(folder):
    info = entry("zeros.csv")
    info.size = 256 << 20
    with gzip.open(folder / "bomb.tar.gz", "wb", 9) as file:
        file.write(info.tobuf(tarfile.GNU_FORMAT))
        for _ in range(256):
            file.write(bytes(MIB))
    return folder / "bomb.tar.gz"


@case(3, "seven.7z")
def seven_zip_of_nothing(folder):
    return put(folder / "seven.7z", b"7z\xbc\xaf\x27\x1c\0\4", b"\xff" * 2000)
