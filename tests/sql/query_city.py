"""The simulated city with the runs that queries of the catalogue ask for, and its raw files.

An agreement asks the city for rows of a command (`city.command("estimate", "--survey", 2023)`,
each run once and its JSON kept), for rows of a query (`city.query(name, survey=2023)`) and for the
good rows of a raw file (`city.stands(2023)`).
"""

import io
import json
import shutil
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from click.testing import CliRunner
from made_projects import parcel, put
from simulated_city import YEARS, CityDatabase, city_database

from sinkcalc.cli.main import cli
from sinkcalc.store.queries import run_query, shipped_queries

Row = dict[str, Any]

CHANGE = ("change", "--from", 2020, "--to", 2023)
FORM = ("--form", "provincial-inventory", "--rates-from-plots", "2020,2023")
# run in this order when the city is made; their JSON rows are what `command` gives
RUNS: tuple[tuple[object, ...], ...] = (
    *(("estimate", "--survey", year) for year in YEARS),
    *(("estimate", "--survey", year, "--by", "region") for year in YEARS),
    ("estimate", "--survey", 2023, "--by", "vegetation_class"),
    ("estimate", "--survey", 2023, "--by", "region,vegetation_class"),
    ("estimate", "--survey", 2023, "--by", "origin"),
    ("estimate", "--survey", 2023, "--by", "vegetation_class,age_group"),
    ("estimate", "--survey", 2023, "--by", "species_group"),
    ("estimate", "--survey", 2023, "--by", "region,forest_category"),
    ("estimate", "--survey", 2023, "--method", "all"),
    (*CHANGE, "--by", "region"),
    (*CHANGE, "--effects", "--by", "region"),
    (*CHANGE, "--transitions"),
    (*CHANGE, "--transitions", "--by", "region"),
    (*CHANGE, *FORM),
    (*CHANGE, *FORM, "--by", "region"),
    ("target",),
    ("target", "--allocation"),
    ("survey", "verdict", "--survey", 2023),
    ("survey", "components", "--from", 2020, "--to", 2023),
    ("forecast", "--to", 2035),
    *(
        ("estimate", "--survey", 2023, "--kind", "wetland", "--by", by)
        for by in ("", "region", "wetland_class")
    ),
    ("estimate", "--survey", 2023, "--kind", "soil"),
    ("estimate", "--survey", 2023, "--kind", "soil", "--by", "region"),
    (*CHANGE, "--kind", "wetland", "--conversions"),
    ("target", "--protection"),
    ("target", "--protection", "--by", "region"),
)
_USED = ("--date", "2024-09-01", "--event", "marathon", "--event-emissions", 300, "--document", "d")
_FIRE = ("--cause", "fire", "--date", "2024-10-01")


def _issue(project: str, vintage: int, tonnes: int, verified: str) -> tuple[object, ...]:
    units = ("--vintage", vintage, "--quantity", tonnes, "--verified-amount", verified)
    batch = ("--batch", f"{project}-{vintage}-{tonnes}")
    return ("issue", project, *units, "--date", "2024-06-30", "--document", "report", *batch)


# lines of the book of units after the three registrations: issues, the last of them taken back,
# units that were used, a loss without a vintage, a loss beyond what is left
ENTRIES: tuple[tuple[object, ...], ...] = (
    _issue("east", 2022, 90, "90.4"),
    _issue("east", 2022, 300, "390.9"),
    _issue("east", 2023, 500, "500.25"),
    _issue("west", 2022, 100, "100.5"),
    _issue("west", 2023, 50, "50.5"),
    ("correct", 8, "--reason", "of another project"),
    ("cancel", "east", "--vintage", 2022, "--quantity", 40, *_USED),
    ("cancel", "west", "--vintage", 2022, "--quantity", 60, *_USED),
    ("reverse", "east", "--quantity", 7, *_FIRE),
    ("reverse", "west", "--vintage", 2022, "--quantity", 70, *_FIRE),
)


@dataclass
class QueryCity:
    """A database of the city with runs; commands that are not among `RUNS` may be added to it."""

    made: CityDatabase
    db: Path
    rows: dict[tuple[str, ...], list[Row]] = field(default_factory=dict)

    def command(self, *words: object) -> list[Row]:
        """Return the rows of a command, which is run once."""
        key = tuple(map(str, words))
        if key not in self.rows:
            done = CliRunner().invoke(cli, ["--db", str(self.db), *key, "--json"])
            assert done.exit_code == 0, (key, done.stderr, done.exception)
            self.rows[key] = json.loads(done.stdout)
        return self.rows[key]

    def talk(self, *words: object) -> str:
        """Return what a command says beside its rows, in Chinese; it is run anew."""
        line = ("--db", str(self.db), "--lang", "zh", *map(str, words), "--json")
        done = CliRunner().invoke(cli, line)
        assert done.exit_code == 0, (words, done.stderr, done.exception)
        return done.stderr

    def enter(self, *words: object) -> None:
        """Enter a line into the book of units."""
        entry = ("--quiet", "--db", self.db, "ccer", "ledger", *words)
        cli.main(list(map(str, entry)), standalone_mode=False)

    def stands(self, year: int) -> pl.DataFrame:
        """Return the stands of a survey from its file, without the rows that were rejected.

        Read by the codes of the form and not by the program: one row a line, areas in ha.
        """
        path = self.made.city.files[year]
        with duckdb.connect(str(self.db), read_only=True) as con:
            rejected = con.execute(
                "SELECT source_row FROM rejected_rows WHERE source_file = ?", [path.name]
            ).fetchall()
        bad = {row for (row,) in rejected}
        head, *lines = path.read_bytes().decode("gb18030", errors="replace").split("\r\n")
        good = [line for row, line in enumerate(lines, 2) if line and row not in bad]
        text = pl.read_csv(io.StringIO("\n".join([head, *good])), infer_schema=False)
        return _in_words(text)

    def query(self, name: str, **values: object) -> list[Row]:
        """Return the rows of a query of the catalogue; what is not given is NULL."""
        with duckdb.connect(str(self.db), read_only=True) as con:
            return run_query(con, shipped_queries()[name], values).to_dicts()


_CLASSES = {
    "030100": "arbor",
    "030200": "bamboo",
    "030301": "special_shrub",
    "030302": "other_shrub",
    "030401": "sparse",
    "030402": "unestablished",
    "030405": "non_forest",
}
_SPECIES = {
    "220": "masson_pine",
    "261": "slash_pine",
    "270": "huangshan_pine",
    "310": "chinese_fir",
    "320": "cryptomeria",
    "350": "cypress",
    "410": "oak",
    "440": "camphor",
    "490": "other_hard_broadleaf",
    "590": "other_soft_broadleaf",
    "610": "conifer_mixed",
    "620": "broadleaf_mixed",
    "630": "conifer_broadleaf_mixed",
    "660": "moso_bamboo",
}
_AGE_GROUPS = dict(enumerate(("young", "middle", "near_mature", "mature", "over_mature"), 1))


def _in_words(text: pl.DataFrame) -> pl.DataFrame:
    """Turn the codes and units of the form into words, hectares and cubic metres."""
    # a half of the last digit falls as the float does
    hectares = pl.col("XBMJ").cast(pl.Float64) * 1e-4
    culms = pl.col("MEI_GQ_ZS").cast(pl.Float64) * hectares
    purpose = pl.col("LIN_ZHONG").str
    economic = purpose.starts_with("25").fill_null(value=False)
    land = pl.col("DI_LEI").replace_strict(_CLASSES)
    vegetation_class = pl.when(economic).then(pl.lit("economic")).otherwise(land)
    id_columns = ["XIAN", "XIANG", "CUN", "LIN_BAN", "XIAO_BAN"]
    ages = {str(code): name for code, name in _AGE_GROUPS.items()}
    return text.select(
        stand_id=pl.concat_str(id_columns, separator="-"),
        region_code="XIAN",
        township_code="XIANG",
        vegetation_class=vegetation_class,
        species=pl.col("YOU_SHI_SZ").replace_strict(_SPECIES, default=None),
        origin=pl.col("QI_YUAN").replace_strict(
            {"11": "natural", "21": "planted"}, default=None, return_dtype=pl.String
        ),
        # the form's age group is that of arbor forest
        age_group=pl.when(vegetation_class == "arbor").then(
            pl.col("LING_ZU").replace_strict(ages, default=None, return_dtype=pl.String)
        ),
        age_years=pl.col("PINGJUN_NL").cast(pl.Decimal(6, 1)),
        area_ha=hectares.round(4).cast(pl.Decimal(14, 4)),
        volume_m3=pl.col("HUO_LM_XJ").cast(pl.Decimal(16, 4)),
        culms=pl.when(land == "bamboo").then(culms.round()).cast(pl.Int64),
        dbh_cm=pl.col("PINGJUN_XJ").cast(pl.Decimal(6, 1)),
        height_m=pl.col("PINGJUN_SG").cast(pl.Decimal(6, 1)),
        canopy_cover_fraction=pl.col("YU_BI_DU").cast(pl.Decimal(4, 3)),
        # a level of authority is one of public-benefit forest; else the purpose tells it
        forest_category=pl.when(pl.col("SHI_QUAN_D").is_not_null() | purpose.starts_with("1"))
        .then(pl.lit("public_benefit"))
        .when(purpose.starts_with("2"))
        .then(pl.lit("commercial")),
    )


_MADE: list[QueryCity] = []


def _load_wetlands(city: QueryCity) -> None:
    wetlands = city.made.city.wetlands
    for table, files in (
        ("wetlands", wetlands.wetland_files),
        ("cores", wetlands.core_files),
        ("protected-areas", wetlands.protected_files),
        ("farmland", wetlands.farmland_files),
    ):
        for year, path in files.items():
            words = ("--quiet", "--db", city.db, "load", table, path, "--survey", year)
            cli.main(list(map(str, words)), standalone_mode=False)


def _register_projects(city: QueryCity) -> None:
    """Register three projects, one amended and one withdrawn, and enter units into the book."""
    put(city.db, "east", parcel("1", stand_id="330112-01"), simulated=True)
    put(city.db, "north", parcel("1", stand_id="330112-03"))
    put(city.db, "west", parcel("1", stand_id="330112-02"))
    for words in ENTRIES:
        city.enter(*words)
    more = (parcel("1", stand_id="330112-02"), parcel("2", stand_id="330112-04"))
    put(city.db, "west", *more, text="second", amend="more land", day=date(2024, 12, 1))
    city.enter("withdraw", "north", "--date", "2024-12-02", "--reason", "sold")


def query_city(factory: pytest.TempPathFactory) -> QueryCity:
    """Make the city with its runs, once for all tests of a process."""
    if not _MADE:
        city = city_database(factory)
        db = factory.mktemp("query_city") / "sinkcalc.duckdb"
        shutil.copy(city.db, db)
        made = QueryCity(city, db)
        _load_wetlands(made)
        for words in RUNS:
            made.command(*words)
        _register_projects(made)
        _MADE.append(made)
    return _MADE[0]


def of_estimates(city: QueryCity, year: int, *words: str, **where: object) -> list[Row]:
    """Return the rows of `estimate` of a survey in which columns have the given values."""
    rows = city.command("estimate", "--survey", year, *words)
    return [row for row in rows if all(row[key] == value for key, value in where.items())]
