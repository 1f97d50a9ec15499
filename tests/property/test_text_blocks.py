"""Where a text is cut into blocks while it is read changes nothing of its rows."""

import tempfile
from pathlib import Path
from unittest import mock

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from sinkcalc.intake import text as text_module
from sinkcalc.intake.delivery import BadLine
from sinkcalc.intake.text import rewrite_text

HEAD = "id,remark,n\n"
# pieces that meet at the ends of blocks: quotes that run over lines, blank and broken lines
PIECES = st.sampled_from(
    [
        "1,x,2\n",
        "1,x,2\r\n",
        '2,"first\nsecond",3\n',
        '2,"a\n\nb\r\nc",3\n',
        '3,"the ""old"" one",4\n',
        '4,"open,5\n',
        '5,12" pipe,6\n',
        "\n",
        "  \r\n",
        "6,径山𠮷,7\n",
        '7,"临安\n淳安",8\n',
        "8,bad\ufffdbyte,9\n",
        '9,"bad\ufffd\nbyte",9\n',
        "10,a\rb,1\n",
        "11,x\n",
        "12,x,y,z\n",
        '"13",x,"2\n"\n',
    ]
)
TEXT = st.builds(
    lambda pieces, last: HEAD + "".join(pieces) + last,
    st.lists(PIECES, max_size=12),
    st.sampled_from(["", "99,no line end,1", '99,"open']),
)
BIG = 1 << 20
Rows = tuple[list[str], bytes, list[BadLine]]


def _read(text: str, block: int, encoding: str) -> Rows:
    """Rewrite a text whose U+FFFD stand for bytes that are of no encoding."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "s.csv"
        path.write_bytes(b"\xff".join(part.encode(encoding) for part in text.split("\ufffd")))
        with mock.patch.object(text_module, "_BLOCK", block):
            found = rewrite_text(path, Path(folder) / "copy", encoding)
        return found.headers, found.path.read_bytes(), sorted(found.bad_lines, key=lambda b: b.row)


@settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(text=TEXT, block=st.integers(1, 60), encoding=st.sampled_from(["utf-8", "gb18030"]))
@example(text=HEAD + '1,"' + "a\n" * 49 + 'b",2\n3,x,4\n', block=7, encoding="utf-8")
@example(text=HEAD + '1,"' + "a\n" * 60 + 'b",2\n3,x,4\n', block=7, encoding="utf-8")
@example(text=HEAD + '1,"open,2\n' + "2,x,3\n" * 60, block=11, encoding="utf-8")
def test_the_size_of_a_block_changes_nothing(text: str, block: int, encoding: str) -> None:
    small, big = _read(text, block, encoding), _read(text, BIG, encoding)
    assert small == big


@settings(max_examples=60, deadline=None, derandomize=True)
@given(text=TEXT)
def test_every_line_is_a_row_a_bad_line_or_blank(text: str) -> None:
    """The numbers of rows and bad lines are those of lines of the file, each once."""
    _, data, bad = _read(text, BIG, "utf-8")
    lines = text.replace("\r\n", "\n").split("\n")
    numbers = [line.row for line in bad]
    assert len(numbers) == len(set(numbers))
    for line in bad:
        assert 2 <= line.row <= len(lines)
        assert line.raw == lines[line.row - 1]
    if '"' in text:  # a line within quotes may look like a row
        return
    starts = [int(line.split(",")[0]) for line in data.decode().splitlines()[1:]]
    blank = [number for number, line in enumerate(lines, 1) if not line or line.isspace()]
    assert sorted({1, *starts, *numbers, *blank}) == list(range(1, len(lines) + 1))
