"""Arrays that are made to do harm: NumPy, WAV, HDF5, MATLAB."""
import random
import struct
import subprocess
import zlib

from .cases import BINARY, MIB, case, put


# NumPy

def npy(header, data=b"", version=1, size=None):
    head = header.encode("latin-1") + b"\n"
    length = len(head) if size is None else size
    return b"\x93NUMPY" + bytes([version, 0]) + (struct.pack("<H", length) if version == 1 else struct.pack("<I", length)) + head + data


def shaped(shape, descr="<f8"):
    return f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}"


@case(3, "a.npy")
def npy_of_seven_tebibytes(folder):
    return put(folder / "a.npy", npy(shaped("(962072674304,)"), bytes(800)))


@case(3, "a.npy")
def npy_whose_size_overflows(folder):
    return put(folder / "a.npy", npy(shaped("(4611686018427387904, 4611686018427387904, 16)"), bytes(80)))


@case(3, "a.npy")
def npy_of_negative_length(folder):
    return put(folder / "a.npy", npy(shaped("(-1,)"), bytes(80)))


@case(3, "a.npy")
def npy_of_a_thousand_axes(folder):
    return put(folder / "a.npy", npy(shaped("(" + "1, " * 9000 + ")"), bytes(8)))


@case(3, "a.npy")
def npy_with_a_pickle(folder):
    return put(folder / "a.npy", npy(shaped("(1,)", "|O"), b"\x80\x04\x95cposix\nsystem\n(S'touch pwned'\ntR."))


@case(3, "a.npy")
def npy_with_a_header_of_four_gigabytes(folder):
    return put(folder / "a.npy", npy(shaped("(1,)"), bytes(8), 2, 0xFFFFFFF0))


@case(3, "a.npy")
def npy_with_a_nested_header(folder):
    return put(folder / "a.npy", npy("(" * 60_000, b""))


# WAV

def wav(form, data=b"", declared=None, riff=b"RIFF", size=None, chunks=b""):
    declared = len(data) if declared is None else declared
    body = b"WAVE" + chunks + b"fmt " + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", declared) + data
    return riff + struct.pack("<I", len(body) if size is None else size) + body


def pcm(channels=1, bits=16, rate=48000, align=None):
    return struct.pack("<HHIIHH", 1, channels, rate, rate * channels * bits // 8 & 0xFFFFFFFF, channels * bits // 8 & 0xFFFF if align is None else align, bits)


@case({0, 3}, "")
def wav_of_seven_tebibytes(folder):
    ds64 = b"ds64" + struct.pack("<IQQQI", 28, 7 << 40, 7 << 40, 7 << 39, 0)
    return put(folder / "a.wav", wav(pcm(), bytes(8000), 0xFFFFFFFF, b"RF64", 0xFFFFFFFF, ds64))


@case({0, 3}, "")
def wav_of_65535_channels(folder):
    return put(folder / "a.wav", wav(pcm(65535), bytes(MIB)))


@case(3, "a.wav")
def wav_without_channels(folder):
    return put(folder / "a.wav", wav(pcm(0), bytes(8000)))


@case({0, 3}, "")
def wav_whose_frames_have_no_bytes(folder):
    return put(folder / "a.wav", wav(pcm(align=0), bytes(8000)))


@case({0, 3}, "")
def wav_of_a_hundred_thousand_chunks(folder):
    return put(folder / "a.wav", wav(pcm(), bytes(8000), chunks=(b"junk" + struct.pack("<I", 0)) * 100_000))


@case({0, 3}, "")
def wav_with_a_chunk_of_four_gigabytes(folder):
    return put(folder / "a.wav", wav(pcm(), bytes(8000), chunks=b"junk" + struct.pack("<I", 0xFFFFFFFE)))


# HDF5: written by the library, tests/hostile_files/hdf5.cpp

def hdf5(name):
    def write(folder):
        program = BINARY.parent / "iai_hdf5_files"
        if not program.exists() or subprocess.run([program, folder, name]).returncode != 0:
            return None
        return folder / f"{name}.h5"
    return write


for hdf5_name, hdf5_code, hdf5_text in (
        ("external_storage", 3, "external|other files"), ("external_link", 3, "another file"), ("virtual", 3, "virtual|other files"),
        ("seven_tebibytes", 0, "not_stored"), ("bomb", 0, "not_stored"), ("circle", 0, ""), ("deep", 3, "64 levels"), ("many", 3, "10,000|10000"),
        ("plugin", 3, "filter|plugin"), ("large_chunk", 3, "large_chunk.h5"), ("long_texts", {0, 3}, "")):
    case(hdf5_code, hdf5_text, f"hdf5_{hdf5_name}")(hdf5(hdf5_name))


@case(3, "a.h5")
def hdf5_of_random_bytes(folder):
    return put(folder / "a.h5", b"\x89HDF\r\n\x1a\n", random.Random(7).randbytes(100_000))


# MATLAB

def mat(*variables):
    return b"MATLAB 5.0 MAT-file".ljust(124) + b"\x00\x01IM" + b"".join(variables)


def element(kind, data, size=None):
    return struct.pack("<II", kind, len(data) if size is None else size) + data + bytes(-len(data) % 8)


def mat_head(flags, shape, name):
    return element(6, struct.pack("<II", flags, 0)) + element(5, struct.pack(f"<{len(shape)}i", *shape)) + element(1, name)


@case({0, 3}, "")
def matlab_matrix_of_four_gigabytes(folder):
    return put(folder / "a.mat", mat(element(14, mat_head(6, [30000, 15000], b"x") + element(9, bytes(800), 3_600_000_000), 3_600_000_100)))


@case({0, 3}, "")
def matlab_shape_that_overflows(folder):
    return put(folder / "a.mat", mat(element(14, mat_head(6, [2_000_000_000, 2_000_000_000, 2_000_000_000], b"x") + element(9, bytes(80)))))


@case({0, 3}, "")
def matlab_negative_shape(folder):
    return put(folder / "a.mat", mat(element(14, mat_head(6, [-4, -4], b"x") + element(9, bytes(128)))))


@case({0, 3}, "")
def matlab_cells_ten_thousand_levels_deep(folder):
    inner = element(14, mat_head(6, [1, 1], b"x") + element(9, bytes(8)))
    for _ in range(10_000):
        inner = element(14, mat_head(1, [1, 1], b"") + inner)
    return put(folder / "a.mat", mat(inner))


@case({0, 3}, "")
def matlab_bomb(folder):
    head = mat_head(6, [1 << 27, 1], b"x")
    packer = zlib.compressobj(9)
    data = packer.compress(struct.pack("<II", 14, len(head) + 8 + (1 << 30)) + head + struct.pack("<II", 9, 1 << 30))
    data += b"".join(packer.compress(bytes(MIB)) for _ in range(1024)) + packer.flush()
    return put(folder / "a.mat", mat(struct.pack("<II", 15, len(data)) + data))
