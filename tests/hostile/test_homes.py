"""A home is as its makers say before anybody spoils it."""

from __future__ import annotations

from pathlib import Path

from chloe.backends.tmux.holder.segments import SpoolWriter, encode_fields
from tests.hostile.homes import read_printed


def test_what_was_printed_is_not_found_in_what_a_spool_says_of_its_program(tmp_path: Path) -> None:
    about = encode_fields(program="1991 1990199 199", term="199")
    spool = SpoolWriter(str(tmp_path), segment_size=100, cap=1_000_000, share=1.0, about=about)
    spool.begin()
    assert b"199" in (tmp_path / "0.seg").read_bytes()
    assert not read_printed(tmp_path)
    for number in range(198, 201):
        spool.output(b"%d\r\n" % number)
    assert read_printed(tmp_path) == b"198\r\n199\r\n200\r\n"
