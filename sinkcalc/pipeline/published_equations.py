"""Published equations of a parameter table, on the samples of a calibration."""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl

from sinkcalc.calibration.model import EVERY_GROUP, Kind
from sinkcalc.calibration.published import against_published
from sinkcalc.coefficients.factors import species_groups
from sinkcalc.coefficients.load import load_table
from sinkcalc.errors import UsageProblem

_ALL: Final = "all"
_NONE: Final = "none"


@dataclass(frozen=True)
class Published:
    """A published line y = a x + b (t d.m./ha of m3/ha), or another form of `Model.form`.

    Attributes
    ----------
    name
        As `fang-2001.birch`.
    species, species_group
        Which stands it serves; both None: those of unknown species.
    """

    name: str
    a: float
    b: float
    species: str | None = None
    species_group: str | None = None
    form: str = "linear"
    c: float = 0.0


@dataclass(frozen=True)
class Choice:
    """The equations that samples are compared with.

    Attributes
    ----------
    by_group
        Whether a group is compared with its own equations only.
    """

    equations: list[Published]
    by_group: bool

    def of(self, group: str) -> list[Published]:
        """Return the equations that a group of samples is compared with.

        Of each set that of the species, else that of its species group; the default, of stands
        whose species is not known, for all samples together and for other words.
        """
        if not self.by_group:
            return self.equations
        if group == EVERY_GROUP:
            return [line for line in self.equations if not (line.species or line.species_group)]
        own = [line for line in self.equations if group in (line.species, line.species_group)]
        sets = {_set_of(line) for line in own}
        known = dict(species_groups().iter_rows())
        # a species without an equation of its own in a set goes by its group there
        group_of = [
            line
            for line in self.equations
            if line.species is None
            and line.species_group == known.get(group)
            and _set_of(line) not in sets
        ]
        return [*own, *group_of]


def _set_of(line: Published) -> str:
    return line.name.partition(".")[0]


def published_equations(kind: Kind, asked: Sequence[str]) -> Choice:
    """Return the published equations asked for; those of each group if none is.

    Parameters
    ----------
    asked
        Names of equations or sets, `all`, or `none`.

    Raises
    ------
    UsageProblem
        If a name is not known.
    """
    every = _volume_biomass() if kind == "volume-biomass" else []
    if not asked:
        return Choice(every, by_group=True)
    if list(asked) == [_NONE]:
        return Choice([], by_group=False)
    names = {line.name for line in every} | {_set_of(line) for line in every} | {_ALL}
    for name in asked:
        if name not in names:
            raise _unknown(name, sorted(names))
    chosen = [
        line for line in every if _ALL in asked or line.name in asked or _set_of(line) in asked
    ]
    return Choice(chosen, by_group=False)


def _unknown(name: str, names: list[str]) -> UsageProblem:
    near = difflib.get_close_matches(name, names, n=1)
    hint = near[0] if near else ", ".join(names) or "none"
    return UsageProblem(
        zh=f"没有名为 {name} 的公布方程;是不是 {hint}?"
        "全部见 sinkcalc params list --table volume_biomass",
        en=f"there is no published equation {name}; did you mean {hint}? See sinkcalc params list "
        "--table volume_biomass",
    )


def _volume_biomass() -> list[Published]:
    rows = load_table("volume_biomass").rows.with_columns(
        pl.col("parameter_id").str.replace(r"\.[^.]+$", "").alias("name")
    )
    lines = rows.pivot(
        "symbol",
        index=["name", "species", "species_group"],
        values="value",
        maintain_order=True,
    ).drop_nulls(["a", "b"])
    return [
        Published(row["name"], row["a"], row["b"], row["species"], row["species_group"])
        for row in lines.iter_rows(named=True)
    ]


def compared(samples: pl.DataFrame, lines: dict[str, list[Published]]) -> pl.DataFrame:
    """Apply the published equations of each group to its samples.

    Returns
    -------
    Rows of `against_published`.
    """
    equations = pl.DataFrame(
        [
            (line.name, group, line.form, line.a, line.b, line.c)
            for group, own in lines.items()
            for line in own
        ],
        schema={
            **dict.fromkeys(("name", "group", "form"), pl.String),
            **dict.fromkeys(("a", "b", "c"), pl.Float64),
        },
        orient="row",
    )
    return against_published(samples, equations)
