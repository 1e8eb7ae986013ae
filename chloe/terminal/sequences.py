"""Sequences: the names of the operations that controls, escape and control sequences ask for.

Owns these tables. Must not know what an operation does. The names are pyte's, and so are the tables, where
pyte has the sequence; ours add what it lacks, by prefix, intermediates and final byte.
"""

from __future__ import annotations

from pyte.streams import Stream

#: C0 controls (ECMA-48 8.3).
CONTROLS: dict[str, str] = dict(Stream.basic)

#: Escape sequences by what follows ESC: intermediates and final byte.
ESCAPES: dict[str, str] = {
    **Stream.escape,
    **{f"#{final}": name for final, name in Stream.sharp.items()},
    "6": "back_index",
    "9": "forward_index",
    "E": "index_and_return",
    "=": "application_keypad",
    ">": "numeric_keypad",
    "n": "locking_shift_2",
    "o": "locking_shift_3",
    "N": "single_shift_2",
    "O": "single_shift_3",
    "Z": "report_device_attributes",
}

#: Control sequences by prefix, intermediates and final byte.
SEQUENCES: dict[str, str] = {
    **Stream.csi,
    "`": "cursor_to_column",
    "j": "cursor_back",
    " @": "scroll_left",
    " A": "scroll_right",
    "I": "cursor_forward_tabs",
    "Z": "cursor_back_tabs",
    "S": "scroll_up",
    "T": "scroll_down",
    "^": "scroll_down",
    "b": "repeat",
    "a": "cursor_right",
    "e": "cursor_lower",
    "s": "set_side_margins",
    "u": "restore_cursor",
    "t": "window_operation",
    "x": "report_terminal_parameters",
    "?h": "set_private_mode",
    "?l": "reset_private_mode",
    "?s": "save_private_modes",
    "?r": "restore_private_modes",
    "?J": "selective_erase_in_display",
    "?K": "selective_erase_in_line",
    "?n": "report_private_status",
    "?u": "report_keyboard",
    "?m": "report_modify_other_keys",
    "?W": "reset_tab_stops",
    ">c": "report_secondary_attributes",
    "=c": "report_tertiary_attributes",
    ">q": "report_version",
    ">m": "modify_other_keys",
    ">n": "no_modify_other_keys",
    ">u": "push_keyboard",
    "<u": "pop_keyboard",
    "=u": "set_keyboard",
    "$p": "report_mode",
    "?$p": "report_private_mode",
    "!p": "soft_reset",
    " q": "select_cursor",
    '"q': "select_protection",
    "'}": "insert_columns",
    "'~": "delete_columns",
    "$v": "copy_rectangle",
    "$x": "fill_rectangle",
    "$z": "erase_rectangle",
    "${": "selective_erase_rectangle",
    "$r": "change_attributes",
    "$t": "reverse_attributes",
    "*x": "select_dressing",
}
#: The only one of pyte's that xterm has otherwise: HPA is CSI `.
del SEQUENCES["'"]

#: What leaves cursor and cells alone, beside reports, shifts, selections, pushes and pops.
SILENT = frozenset(
    (
        "bell",
        "define_charset",
        "device_control",
        "nothing",
        "operating_system_command",
        "repeat",
        "save_cursor",
        "set_keyboard",
        "window_operation",
    )
)
