"""Stand files in the layer LCXZGX whose stands and faults are known beforehand."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

GOOD, BAD = 1_000, 50
COLUMNS = (
    "XIAN",
    "XIANG",
    "CUN",
    "LIN_BAN",
    "XIAO_BAN",
    "DI_LEI",
    "LIN_ZHONG",
    "YOU_SHI_SZ",
    "QI_YUAN",
    "LING_ZU",
    "PINGJUN_NL",
    "XBMJ",
    "HUO_LM_XJ",
    "MEI_GQ_ZS",
    "YU_BI_DU",
    "BZ",
)
ID = COLUMNS[:5]
STAND_NUMBER = "+".join(ID)
# 330183 was abolished: its stands count for 330111
COUNTIES = ("330102", "330106", "330109", "330111", "330112", "330127", "330182", "330183")
SPECIES = {"220": "masson_pine", "310": "chinese_fir", "490": "other_hard_broadleaf"}
AGE_GROUPS = ("young", "middle", "near_mature", "mature", "over_mature")
ORIGINS = {"11": "natural", "21": "planted"}

Fields = dict[str, str]


class Fault(NamedTuple):
    """Row number in the file, broken rule, and the column that broke it."""

    row: int
    rule: str
    column: str | None


@dataclass(frozen=True)
class Delivery:
    """A file, its good rows by row number, its faults, and its lines as text."""

    data: bytes
    good: dict[int, Fields]
    faults: list[Fault]
    lines: dict[int, str]


def good_row(number: int, growth: int = 0) -> Fields:
    """Return the fields of one stand; areas are whole m2, so hectares are exact decimals.

    Half of the stands are arbor forest, a quarter bamboo, a quarter economic forest.
    """
    county = COUNTIES[number % len(COUNTIES)]
    township = f"{county}{number // 200 + 1:03d}"
    fields = dict.fromkeys(COLUMNS, "") | {
        "XIAN": county,
        "XIANG": township,
        "CUN": f"{township}001",
        "LIN_BAN": "0001",
        "XIAO_BAN": f"{number + 1:05d}",
        "XBMJ": str(10_000 + 137 * number),
        # a character of the first plane, and one that GB18030 writes in four bytes
        "BZ": f"径山𠮷{number}",
    }
    kind = number % 4
    if kind < 2:
        return fields | {
            "DI_LEI": "030101",
            "YOU_SHI_SZ": list(SPECIES)[number % len(SPECIES)],
            "QI_YUAN": list(ORIGINS)[kind],
            "LING_ZU": str(number % len(AGE_GROUPS) + 1),
            "PINGJUN_NL": str(5 + number % 60),
            "HUO_LM_XJ": str(10 + number % 90 + growth),
            "YU_BI_DU": "0.65",
        }
    if kind == 2:
        return fields | {
            "DI_LEI": "030200",
            "YOU_SHI_SZ": "660",
            "QI_YUAN": "11",
            "MEI_GQ_ZS": str(2_000 + number),
        }
    return fields | {"DI_LEI": "030301", "LIN_ZHONG": "251", "QI_YUAN": "21"}


def line_of(fields: Fields) -> str:
    """Return a row as it stands in the file."""
    return ",".join(fields.values())


def _with(**values: str) -> Callable[[Fields], str]:
    return lambda fields: line_of(fields | values)


# rule -> column and the faulty line made from good fields; the byte fault is added on encoding
_FAULTS: dict[str, tuple[str | None, Callable[[Fields], str]]] = {
    "required": ("XBMJ", _with(XBMJ="")),
    "not_a_number": ("XBMJ", _with(XBMJ="12.5公顷")),
    "area_range": ("XBMJ", _with(XBMJ="99000000000")),
    "unknown_code": ("DI_LEI", _with(DI_LEI="039999")),
    "unknown_region": ("XIAN", _with(XIAN="330203")),
    "canopy_range": ("YU_BI_DU", _with(YU_BI_DU="65")),
    "duplicate_stand": (STAND_NUMBER, line_of),
    "short_row": (None, lambda fields: line_of(fields).rsplit(",", 3)[0]),
    "long_row": (None, lambda fields: line_of(fields) + ",7,8"),
    "undecodable": (None, line_of),
}
RULES = tuple(_FAULTS)


def acceptance(encoding: str = "utf-8", line_end: str = "\n") -> Delivery:
    """Return 1 000 good rows with a faulty one after every 20; ten kinds of faults, five of each.

    Each faulty line is an arbor stand with a number of its own and one fault, but for the
    duplicates, which repeat the good row before them.
    """
    lines = [",".join(COLUMNS).encode()]
    delivery = Delivery(b"", {}, [], {})
    between = GOOD // BAD
    for number in range(GOOD):
        fields = good_row(number)
        lines.append(line_of(fields).encode(encoding))
        delivery.good[len(lines)] = fields
        place, rest = divmod(number + 1, between)
        if rest == 0:
            rule = RULES[place % len(RULES)]
            column, faulty = _FAULTS[rule]
            own = good_row(number - number % 4) | {"XIAO_BAN": str(90_000 + place)}
            text = faulty(fields if rule == "duplicate_stand" else own)
            # 0xff begins no character, neither in UTF-8 nor in GB18030
            wrong = b"\xff" if rule == "undecodable" else b""
            lines.append(text.encode(encoding) + wrong)
            delivery.faults.append(Fault(len(lines), rule, column))
            delivery.lines[len(lines)] = text
    ends = line_end.encode()
    return Delivery(ends.join(lines) + ends, delivery.good, delivery.faults, delivery.lines)


def clean(rows: Sequence[Fields], encoding: str = "utf-8") -> bytes:
    """Return a file of good rows."""
    lines = [",".join(COLUMNS), *map(line_of, rows)]
    return ("\n".join(lines) + "\n").encode(encoding)


class Stored(NamedTuple):
    """What the database has to hold of one good row."""

    source_row: int
    stand_id: str
    region_code: str
    township_code: str
    vegetation_class: str
    species: str | None
    origin: str | None
    age_group: str | None
    area_ha: Decimal
    volume_m3: Decimal | None
    remark: str


def stored(row: int, fields: Fields) -> Stored:
    """Decode a good row by hand: 10 000 m2 = 1 ha; 330183 counts for 330111."""
    arbor = fields["DI_LEI"] == "030101"
    classes = {"030101": "arbor", "030200": "bamboo", "030301": "economic"}
    species = SPECIES | {"660": "moso_bamboo", "": None}
    return Stored(
        source_row=row,
        stand_id="-".join(fields[name] for name in ID),
        region_code={"330183": "330111"}.get(fields["XIAN"], fields["XIAN"]),
        township_code=fields["XIANG"],
        vegetation_class=classes[fields["DI_LEI"]],
        species=species[fields["YOU_SHI_SZ"]],
        origin=ORIGINS[fields["QI_YUAN"]],
        age_group=AGE_GROUPS[int(fields["LING_ZU"]) - 1] if arbor else None,
        area_ha=Decimal(fields["XBMJ"]) / 10_000,
        volume_m3=Decimal(fields["HUO_LM_XJ"]) if arbor else None,
        remark=fields["BZ"],
    )
