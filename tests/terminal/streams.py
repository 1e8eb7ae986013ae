"""Streams that look like what programs send, in no sensible order."""

from __future__ import annotations

from hypothesis import strategies as st

_NUMBERS = st.integers(0, 30).map(str) | st.sampled_from(["", "0", "1", "999", "65536", "9" * 40])
_FINALS = "@ABCDEFGHIJKLMPSTWXZ^`abdefgjlmnpqrstuvxz{}~"
_PREFIXES = st.sampled_from(["", "", "", "?", ">", "=", "<"])
_INTERMEDIATES = st.sampled_from(["", "", "", " ", "!", "$", '"', "'", "*"])
_MODES = st.sampled_from([4, 20]).map(str) | st.sampled_from(
    [
        1,
        3,
        4,
        5,
        6,
        7,
        12,
        25,
        40,
        41,
        45,
        47,
        66,
        67,
        69,
        69,
        1045,
        1000,
        1003,
        1004,
        1005,
        1006,
        1015,
        1047,
        1048,
        1049,
    ]
).map("?{}".format)
_RENDITIONS = st.sampled_from([0, 1, 2, 3, 4, 5, 7, 8, 9, 21, 22, 24, 27, 31, 42, 95, 106, 53, 39, 49]).map(
    str
) | st.sampled_from(["4:3", "38;5;123", "48;5;9", "38;2;1;2;3", "48:2::4:5:6", "58:5:7", "38;5", "1;;3"])
_TEXTS = st.sampled_from(
    ["a", "hello", "xxxxxxx", "日本", "é", "ａ", "─│", "สวัสดี", "\U00100001"]
) | st.sampled_from(
    [
        "❤\ufe0f",
        "\ufe0f",
        "क्‍ष",
        "ि",
        "👍🏽",
        "e\u0301",
        "\u0301",
        "\u00ad",
        "\u200b",
        "\ufe0f",
        "😀",
        "👨\u200d👩",
        "🇩🇪",
        "🇩",
        "🏽",
        "नि",
    ]
)
_LONG_TEXTS = st.sampled_from(["👨\u200d", "\u200d", "각", "x" * 40, "日本" * 12, "x日" * 9, "qqq#"])
_SPACES = st.sampled_from([" ", "   "])
_CONTROLS = st.sampled_from([*"\a\b\t\n\v\f\r\x0e\x0f\x18\x1a\x7f\0", *["\r\n"] * 8])
_ESCAPES = st.sampled_from([*"6789DEHMNOZcno=>\\", "#8", "(0", "(B", "(A", ")0", "*0", "+A", "%G"])
#: What seldom comes by chance: protection, margins, tab stops, keyboards, kept modes, repetitions.
_RARE = (
    st.sampled_from(['1"q', '0"q', "?2J", "?1K", "2;3r", "r", "3g", "5G\x1bH", "!p", "b", "9b"]).map(
        "\x1b[{}".format
    )
    | st.sampled_from(
        [">5u", "<u", "=3u", "?25s", "?7;47s", "?7;47r", "?6h\x1b7", "2 @", "2 A", "\x9b1m"]
    ).map("\x1b[{}".format)
    | st.sampled_from(
        [
            "?69h\x1b[2;5s",
            "?69h\x1b[2;5s\x1b[4h",
            "?69h\x1b[3;9s",
            "22;0t",
            "23;0t",
            "2;2;3;6$z",
            "88;1;2;2;5$x",
        ]
    ).map("\x1b[{}".format)
)
_STRINGS = st.sampled_from(
    [
        "]0;title\a",
        "kname\x1b\\",
        "]2;täitle\x1b\\",
        "]8;;http://a.b/c\x1b\\",
        "]8;;\x1b\\",
        "]7;file://h/a%20b\a",
        "]52;c;aGk=\a",
        "]133;D;1\a",
        "]9;4;1;50\a",
        "P$qm\x1b\\",
        "P1;2qxx\x1b\\",
        "_apc\x1b\\",
        "]0;open",
        "Popen",
        "[1;2",
        "[?",
        "]\ufffdx\a",
        "]\ufffd",
    ]
)


def _sequence(prefix: st.SearchStrategy[str], intermediate: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    numbers = st.lists(_NUMBERS, max_size=3).map(";".join)
    return st.tuples(st.just("\x1b["), prefix, numbers, intermediate, st.sampled_from(_FINALS)).map("".join)


TOKENS = st.one_of(
    _TEXTS,
    _TEXTS,
    _LONG_TEXTS,
    _SPACES,
    _CONTROLS,
    _ESCAPES.map("\x1b{}".format),
    _STRINGS.map("\x1b{}".format),
    _sequence(_PREFIXES, _INTERMEDIATES),
    _sequence(st.just(""), st.just("")),
    _RENDITIONS.map("\x1b[{}m".format),
    _RARE,
    st.tuples(st.just("\x1b["), _MODES, st.sampled_from("hl")).map("".join),
)
#: Streams of what programs send, in no sensible order; and the same with any bytes in between.
STREAMS = st.lists(TOKENS, max_size=60).map(lambda tokens: "".join(tokens).encode())
ROUGH_STREAMS = STREAMS | st.lists(TOKENS.map(str.encode) | st.binary(max_size=4), max_size=60).map(b"".join)
#: What stands in a control string where a number should: ``int`` reads some of it, and raises on some.
_NO_NUMBERS = st.sampled_from(
    ["", "-", "--5", "-5", "+1", "0x1", "1_0", "٣", "９", "²", "1.5", " 1", "9" * 5000, "-" + "9" * 5000, "?"]
)
_FIELDS = st.one_of(
    _NO_NUMBERS,
    _NUMBERS,
    st.sampled_from(
        [*"ABCDLP", "c", "file://[", "file://h/%ff%00", "notify", "=", "#", "rgb:1/2/3", "é", "A?"]
    ),
)
_OPENERS = st.sampled_from(
    [f"]{number}" for number in (0, 1, 2, 4, 7, 8, 9, 10, 11, 12, 52, 104, 133, 777, 1337, "٣", "", "--8")]
) | st.sampled_from(["P", "P$q", "P+q", "P1$r", "X", "^", "_", "_G", "P>|", "k"])
_ENDS = st.sampled_from(["\a", "\x1b\\", "\x18", "\x9c", "\x1b[m", ""])
#: Control strings of rubbish that is made like what makes sense.
RUBBISH = st.lists(
    st.tuples(_OPENERS, st.lists(_FIELDS, max_size=5), _ENDS).map(
        lambda each: "\x1b" + each[0] + "".join(f";{field}" for field in each[1]) + each[2]
    )
    | TOKENS,
    max_size=20,
).map(lambda strings: "".join(strings).encode())
SIZES = st.tuples(st.integers(1, 8), st.integers(1, 30))
