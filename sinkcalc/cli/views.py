"""What tables for people show of the result rows; the other formats hold every column."""

import polars as pl

from sinkcalc.accounting.stock import KEY_OF
from sinkcalc.accounting.target import CITY
from sinkcalc.cli.output import simulated_mark, talk
from sinkcalc.cli.series_breaks import break_mark
from sinkcalc.cli.settings import Settings
from sinkcalc.cli.table import format_number, label, region_names, word
from sinkcalc.units import MU_PER_HA, WAN

_MILLION = 1e6
# probabilities nearer to 0 or 1 are not told apart
_LEAST_SHOWN = 0.001
_PARAMETER_COLUMNS = (
    "parameter_id",
    "symbol",
    "value",
    "unit",
    "se",
    "n",
    "source_id",
    "locator",
    "status",
    "evidence",
)


def estimate_view(frame: pl.DataFrame) -> pl.DataFrame:
    """Show keys, figure, interval and shares; leave out what is the same in every row."""

    def percent(column: str) -> pl.Expr:
        text = (pl.col(column) * 100).round(1).cast(pl.String) + " %"
        return pl.when(pl.col(column) > 0).then(text).alias(column)

    return frame.select(
        *asked_keys(frame),
        "quantity",
        "pool",
        "depth_cm",
        "value",
        "unit",
        "se",
        "ci_low",
        "ci_high",
        pl.col("n").alias("stands"),
        percent("share_extrapolated"),
        percent("share_imputed"),
        percent("share_recalled"),
    ).select(pl.all() if frame["se"].is_not_null().any() else pl.exclude("se", "ci_low", "ci_high"))


def parameter_view(frame: pl.DataFrame) -> pl.DataFrame:
    """Show coefficients with every digit; `n` is the size of the sample behind a row."""
    exact = [pl.col(c).cast(pl.String) for c in ("value", "se") if c in frame.columns]
    shown = frame.with_columns(exact).select(c for c in _PARAMETER_COLUMNS if c in frame.columns)
    return shown.rename({"n": "sample_size"}, strict=False)


def runs_view(frame: pl.DataFrame) -> pl.DataFrame:
    """Show what only some runs have where one of them has it, years and seeds as they are."""
    own = (
        "class_survey",
        "draws",
        "seed",
        "errors_file",
        "controls_id",
        "gwp_set",
        "core_options",
    )
    empty = [name for name in own if frame[name].is_null().all()]
    plain = pl.col("class_survey", "draws", "seed").cast(pl.String)
    return frame.with_columns(plain).drop(empty).rename({"stands": "records"})


def change_view(frame: pl.DataFrame) -> pl.DataFrame:
    """Show keys, both values and the change."""
    return frame.select(
        *asked_keys(frame),
        "quantity",
        "pool",
        "unit",
        "value_from",
        "value_to",
        "change",
        "se",
        "ci_low",
        "ci_high",
        "change_per_year",
        "change_fraction_per_year",
        *_break_column(frame),
    )


def _break_column(frame: pl.DataFrame) -> list[str]:
    """Show breaks of the series where there are any."""
    return ["series_break"] if frame["series_break"].is_not_null().any() else []


def effects_view(frame: pl.DataFrame) -> pl.DataFrame:
    """Show keys, the change and its three parts, each with its error where there is any."""
    figures = [
        name
        for part in ("change", "area_effect", "density_effect", "species_effect")
        for name in (part, f"{part}_se")
        if name == part or frame[name].is_not_null().any()
    ]
    return frame.select(
        *asked_keys(frame), "quantity", "pool", "unit", *figures, *_break_column(frame)
    )


def asked_keys(frame: pl.DataFrame) -> list[str]:
    """Return the grouping keys that the rows have."""
    keys = ["region_code", "region_name", *list(KEY_OF.values())[1:], "wetland_class"]
    there = [key for key in keys if key in frame.columns]
    return [key for key in there if frame[key].is_not_null().any()]


def run_title(frame: pl.DataFrame, settings: Settings, about: tuple[str, str] = ("", "")) -> str:
    """Name survey, run and method above a table.

    Parameters
    ----------
    about
        What is special of the run, in Chinese and English.
    """
    if frame.is_empty():
        return settings.say("该调查没有森林小班", "the survey has no forest stands")
    first = frame.row(0, named=True)
    mark = simulated_mark(first["simulated"], settings)
    return mark + settings.say(
        f"调查 {first['survey']} · 方法 {first['method']} · 运行 {first['run_id']}{about[0]}",
        f"survey {first['survey']} · method {first['method']} · run {first['run_id']}{about[1]}",
    )


def change_title(frame: pl.DataFrame, settings: Settings) -> str:
    """Name both surveys and the method above a table."""
    first = frame.row(0, named=True)
    mark = simulated_mark(first["simulated"], settings) + break_mark(frame, settings)
    return mark + f"{first['survey_from']} → {first['survey_to']} · {first['method']}"


def human(value: float | None, unit: str, *, difference: bool = False) -> str:
    """Write a figure in the units of the plan; a difference of rates in percentage points."""
    if value is None:
        return "–"
    if unit == "m3" and abs(value) >= WAN:
        # of a few 万m³ the decimals are the figure
        few = abs(value) < _MILLION
        wan, million = (2, 3) if few else (0, 1)
        return f"{value / WAN:,.{wan}f} 万m³ ({value / _MILLION:,.{million}f} million m³)"
    if unit == "ha" and abs(value) >= WAN / MU_PER_HA:
        return f"{value * MU_PER_HA / WAN:,.1f} 万亩 ({value:,.0f} ha)"
    if unit == "1":
        return f"{value * 100:.2f} pp" if difference else f"{value:.2%}"
    return f"{format_number(value)} {unit}"


def target_view(frame: pl.DataFrame, settings: Settings) -> pl.DataFrame:
    """Show one indicator a column, in the plan's own units."""
    figures = (
        "baseline_value",
        "target_value",
        "current_value",
        "gap",
        "needed_per_year",
        "observed_per_year",
        "projected_value",
    )
    years = {"baseline_value": "baseline_year", "current_value": "current_year"}
    columns: dict[str, list[str]] = {
        settings.say("项目", "item"): [
            *(label(name, settings) for name in figures),
            *(label(name, settings) for name in ("probability", "probability_reason")),
            *(label(name, settings) for name in ("status", "status_reason")),
        ]
    }
    repeated = frame.select(
        pl.struct("indicator", "target_year", "definition", "region_code").is_duplicated()
    ).to_series()
    for row, again in zip(frame.to_dicts(), repeated, strict=True):
        cells = []
        for name in figures:
            year = row.get(years.get(name, ""))
            difference = name == "gap" or name.endswith("_per_year")
            text = human(row[name], row["unit"], difference=difference)
            cells.append(text + (f" [{year}]" if year else ""))
        chance = row["probability"]
        cells += [
            "–" if chance is None else _percent(chance),
            word(row["probability_reason"], settings),
            word(row["status"], settings),
            word(row["status_reason"], settings),
        ]
        name = f"{word(row['indicator'], settings)} {row['target_year']}"
        if row["region_code"] != CITY:
            name = f"{region_names([row['region_code']], settings)} {name}"
        if row["indicator"].startswith("wetland"):
            name += f" {word(row['definition'], settings)}"
        columns[f"{name} {row['target_id']}" if again else name] = cells
    return pl.DataFrame(columns)


def _percent(chance: float) -> str:
    """Write a probability in per cent; none that is not 0 or 1 reads as if it were."""
    if 0 < chance < 1:
        chance = min(max(chance, _LEAST_SHOWN), 1 - _LEAST_SHOWN)
    return f"{chance:.1%}"


def target_title(frame: pl.DataFrame, settings: Settings) -> str:
    """Title of the target table."""
    mark = simulated_mark(bool(frame["simulated"].any()), settings)
    return mark + settings.say("规划目标", "targets of the plan")


def published_view(frame: pl.DataFrame, settings: Settings) -> pl.DataFrame:
    """Show the figures and their source, years as they are."""
    plain = frame.with_columns(
        pl.col("published_year").cast(pl.String), _in_words("definition", settings)
    )
    # the city's own figures need no code
    same = ["region_code"] if frame["region_code"].n_unique() == 1 else []
    return plain.drop("locator", "note_zh", "note_en", "simulated", "method", *same)


def _in_words(column: str, settings: Settings) -> pl.Expr:
    return pl.col(column).map_elements(lambda name: word(name, settings), pl.String)


def protection_title(frame: pl.DataFrame, settings: Settings) -> str:
    """Title of the listing of protected wetlands."""
    survey = frame["survey"][0]
    return simulated_mark(bool(frame["simulated"][0]), settings) + settings.say(
        f"湿地面积与保护率 · 调查 {survey}", f"wetlands and their protection · survey {survey}"
    )


def protection_view(frame: pl.DataFrame, settings: Settings) -> pl.DataFrame:
    """Show area, protected area and rate; upper bounds where they differ."""
    percent = [
        (pl.col(name) * 100).round(2).cast(pl.String) + " %"
        for name in ("protected_fraction", "protected_fraction_high")
    ]
    shown = frame.drop("survey", "simulated").with_columns(
        *percent, _in_words("definition", settings)
    )
    bounds = ["protected_area_high_ha", "protected_fraction_high"]
    same = frame["protected_area_high_ha"].eq_missing(frame["protected_area_ha"]).all()
    empty = [name for name in ("region_code", "region_name") if frame[name].is_null().all()]
    return shown.drop(*empty, *(bounds if same else []))


def talk_about_errors(frame: pl.DataFrame, settings: Settings) -> None:
    """Say why rows have no interval."""
    reasons = (
        frame.filter(pl.col("se").is_null())
        .group_by("se_reason", maintain_order=True)
        .agg(pl.struct("quantity", "pool").unique(maintain_order=True).alias("rows"))
    )
    for reason, places in reasons.iter_rows():
        rows = ", ".join(
            " ".join(word(part, settings) for part in place.values() if part) for place in places
        )
        known = word(reason, settings)
        head, colon, tail = reason.partition(": ")
        if known == reason and colon:
            known = f"{word(head, settings)}: {tail}"
        talk(settings, f"误差 [{rows}]:{known}", f"error [{rows}]: {known}")


def talk_about_flags(flags: pl.DataFrame, settings: Settings, method: str = "") -> None:
    """Count what was imputed, defaulted or not estimated; name the method where several are."""
    mark = f" {method}" if method else ""
    by_flag = flags.group_by("flag", "vegetation_class", "pool", maintain_order=True).agg(
        pl.col("stands").sum(), pl.col("area_ha").sum()
    )
    for flag, vegetation_class, pool, stands, area in by_flag.iter_rows():
        where = word(vegetation_class, settings) + (f", {word(pool, settings)}" if pool else "")
        what = f"{word(flag, settings)} [{where}]"
        talk(
            settings,
            f"说明{mark} {what}:{stands} 个小班,{float(area):,.1f} ha",
            f"note{mark} {what}: {stands} stands, {float(area):,.1f} ha",
        )
