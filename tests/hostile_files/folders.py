"""Folders that hold what is no regular file."""
import os
import socket
from pathlib import Path

from .cases import TABLE, case, put


# Folders

@case(3, "link")
def folder_with_a_link_out(folder):
    put(folder / "a.csv", TABLE)
    (folder / "b.csv").symlink_to("/etc/passwd")
    return folder


@case(3, "link")
def folder_in_a_circle(folder):
    put(folder / "a.csv", TABLE)
    (folder / "again").symlink_to(folder)
    return folder


@case(3, "no regular file")
def folder_with_a_pipe(folder):
    put(folder / "a.csv", TABLE)
    os.mkfifo(folder / "b.csv")
    return folder


@case(3, "no regular file")
def folder_with_a_socket(folder):
    put(folder / "a.csv", TABLE)
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(str(folder / "b"))
    return folder


@case(3, "no regular file")
def a_device(folder):
    return Path("/dev/zero")


@case(3, "no UTF-8")
def folder_with_a_name_that_is_no_text(folder):
    put(folder / "a.csv", TABLE)
    put(os.path.join(os.fsencode(folder), b"b\xff.csv"), TABLE)
    return folder


@case(0, "")
def folder_with_names_that_are_commands(folder):
    for name in ("$(touch pwned).csv", "a\nb.csv", "-o.csv", "\x1b[31mred.csv", "<script>alert(1)<.csv"):
        put(folder / name, TABLE)
    return folder


@case({0, 3}, "")
def folder_two_hundred_levels_deep(folder):
    inner = folder
    for _ in range(200):
        inner = inner / "d"
        inner.mkdir()
    put(inner / "a.csv", TABLE)
    return folder


@case(3, "no file in it")
def folder_of_nothing(folder):
    return folder
