"""What grows on a stratum, as the project file says it: planting, thinning, felling, bamboo."""

from dataclasses import replace
from typing import Final, cast

from sinkcalc.ccer.project import BambooPart, Series, Vegetation
from sinkcalc.pipeline.ccer_components import (
    CURVE_KEYS,
    FIRST_YEAR,
    Around,
    planted_components,
    require_shares,
)
from sinkcalc.pipeline.ccer_removals import taken_out
from sinkcalc.pipeline.scenario_values import bamboo_words
from sinkcalc.pipeline.toml_section import Section

VEGETATION_KEYS: Final = (
    "species",
    "planted",
    "components",
    *CURVE_KEYS,
    "thinnings",
    "fellings",
    "bamboo",
    "shrub_cover",
)
_BAMBOO_KEYS: Final = ("name", "species", "age_du", "dbh_cm", "culms_per_ha")


def read_vegetation(section: Section, around: Around, *, whole: bool) -> Vegetation:
    """Read what grows on a stratum in one scenario.

    Parameters
    ----------
    whole
        Whether the shares of the components must make up the stratum.

    Raises
    ------
    UsageProblem
        If a key, species or curve is not known, shares or fractions are out of bounds, or trees
        are taken before they are planted, twice in a year or where none stand.
    """
    planted = planted_components(section, around)
    require_shares(section, planted, whole=whole)
    return Vegetation(
        taken_out(section, planted, around),
        _bamboo(section),
        series(section, "shrub_cover", around, most=1),
    )


def series(section: Section, key: str, around: Around, most: float | None = None) -> Series:
    """Read years with values, or one value for all years; none where the key is absent.

    Raises
    ------
    UsageProblem
        If the years do not ascend, or a value is out of its bounds.
    """
    value = section.entries.get(key)
    if value is None:
        return ()
    pairs = value if isinstance(value, list) else [[around.first_year, value]]
    bound = float("inf") if most is None else most
    read: list[tuple[int, float]] = []
    for pair in pairs:
        if not (isinstance(pair, list) and len(pair) == 2 and isinstance(pair[0], int)):
            break
        at = replace(section, entries={key: pair[1]})
        read.append((pair[0], cast("float", at.number(key, bound))))
    years = [year for year, _ in read]
    if not read or len(read) < len(pairs) or years != sorted(set(years)):
        raise section.problem(
            key,
            f"应为 [[年份, 值], …],年份递增,现为 {value!r}",
            f"must be [[year, value], …] with ascending years, and is {value!r}",
        )
    return tuple(read)


def _bamboo(section: Section) -> tuple[BambooPart, ...]:
    parts: list[BambooPart] = []
    for each in section.tables("bamboo"):
        each.require_known(_BAMBOO_KEYS)
        for key, zh, en in (
            ("species", '写竹种,如 "毛竹"', 'name a species, as "毛竹" or "moso_bamboo"'),
            ("age_du", "写龄级(度)", "write the age in 度"),
            ("dbh_cm", "写平均胸径(cm)", "write the mean diameter (cm)"),
            ("culms_per_ha", "写 [[年份, 株/ha], …]", "write [[year, culms/ha], …]"),
        ):
            each.needed(key, zh, en)
        species = cast("str", each.word("species", bamboo_words()))
        age, dbh = (cast("float", each.number(key)) for key in ("age_du", "dbh_cm"))
        for key, value in (("age_du", age), ("dbh_cm", dbh)):
            if value == 0:
                raise each.problem(key, "应大于 0", "must be above 0")
        name = each.text("name") or f"{species}-{age:g}du"
        if name in [part.name for part in parts]:
            raise each.problem(
                "name, age_du",
                f"与前一部分重名:{name};合并两者,或各给一个 name",
                f"is that of an earlier part: {name}; join the two, or give each a name",
            )
        culms = series(each, "culms_per_ha", Around(FIRST_YEAR, 0, (), ()))
        parts.append(BambooPart(name, species, age, dbh, culms))
    return tuple(parts)
