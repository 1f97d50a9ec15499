"""Templates of a carbon project: its file, and an empty workbook of parcels."""

import io
from collections.abc import Iterator
from datetime import date
from typing import Final

import polars as pl

from sinkcalc.coefficients.packs import Pack
from sinkcalc.errors import Lang
from sinkcalc.intake.parcel_columns import ParcelColumn, parcel_columns
from sinkcalc.report.ccer_book import FIXED_TIME
from sinkcalc.vocabulary import DEFAULT_GWP_SET, GWP_SETS

PARCELS_FILE: Final = "parcels.xlsx"
_DEFAULT_YEARS: Final = 20
# rows of the workbook with lists of words
_ROWS: Final = 2000
_YES_NO: Final = {"zh": ["是", "否"], "en": ["yes", "no"]}
# files made at any time are alike


def project_template(
    pack: Pack, pools: tuple[str, ...], identifier: str, start: date, lang: Lang
) -> str:
    """Return the text of a project file with comments, for one methodology.

    Parameters
    ----------
    pools
        Pools that the project may count.
    identifier
        Short name of the project.
    start
        First day of the project and of its crediting period.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("sinkcalc.report"),
        # a TOML file is no page
        autoescape=False,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    parameters = pack.tables["parameters"]
    least = parameters.filter(pl.col("symbol") == "crediting_years_min")["value"].drop_nulls()
    return environment.get_template("ccer_project.toml").render(
        lang=lang,
        code=pack.code,
        title=pack.title_zh if lang == "zh" else pack.title_en,
        identifier=identifier,
        start=start.isoformat(),
        year=start.year,
        years=int(least[0]) if len(least) else _DEFAULT_YEARS,
        gwp_set=DEFAULT_GWP_SET,
        gwp_sets=", ".join(GWP_SETS),
        parcels=PARCELS_FILE,
        has_trees=bool((pack.tables["equations"]["level"] == "tree").any()),
        of_bamboo=_asks_for(pack, "bamboo", "planted_form", "vegetation_class"),
        of_forest=any(_asks_for(pack, word, "vegetation_class") for word in ("bamboo", "arbor")),
        pools=pools,
        stratum_inputs=list(_inputs(pack, "stratum", lang)),
        project_inputs=list(_inputs(pack, "project", lang)),
    )


def _asks_for(pack: Pack, word: str, *fields: str) -> bool:
    """Tell whether a pack has the rule that a field must be a word."""
    asked = [f'{field} == "{word}"' for field in fields]
    return bool(pack.tables["rules"]["expression"].is_in(asked).any())


def _inputs(pack: Pack, level: str, lang: Lang) -> Iterator[dict[str, str]]:
    for row in pack.tables["inputs"].filter(pl.col("level") == level).iter_rows(named=True):
        needed = row["needed_with"]
        with_zh = f";用到 {needed} 时" if needed else ";必填"
        with_en = f"; with {needed}" if needed else "; required"
        yield {
            "symbol": row["symbol"],
            "title": row[f"title_{lang}"],
            "unit": row["unit"],
            "needed": with_zh if lang == "zh" else with_en,
        }


def parcels_template(lang: Lang) -> bytes:
    """Return an empty workbook of parcels: headings, lists of words, and a sheet that explains."""
    import xlsxwriter

    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    book.set_properties({"created": FIXED_TIME})
    head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True})
    needed = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "bg_color": "#FFF2CC"})
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet = book.add_worksheet("地块" if lang == "zh" else "parcels")
    told = book.add_worksheet("说明" if lang == "zh" else "help")
    sheet.freeze_panes(1, 1)
    sheet.set_row(0, 32)
    told.set_column(0, 0, 28)
    told.set_column(1, 2, 40, wrap)
    titles = {
        "zh": ("表头", "填写", "其他表头(空格 = 不知道)"),
        "en": ("heading", "what to write", "other headings (an empty cell is not known)"),
    }
    told.write_row(0, 0, titles[lang], head)
    for place, field in enumerate(parcel_columns().values()):
        heading = heading_of(field, lang)
        is_needed = field.column in ("parcel_id", "area_ha")
        sheet.write_string(0, place, heading, needed if is_needed else head)
        sheet.set_column(place, place, 14, day if field.kind == "day" else None)
        if field.kind == "flag":
            sheet.data_validation(
                1, place, _ROWS, place, {"validate": "list", "source": _YES_NO[lang]}
            )
        told.write_string(place + 1, 0, heading)
        told.write_string(place + 1, 1, field.help_zh if lang == "zh" else field.help_en)
        told.write_string(place + 1, 2, _others(field, heading))
    book.close()
    return buffer.getvalue()


def heading_of(field: ParcelColumn, lang: Lang) -> str:
    """Return the heading of a field: its first name with a unit, or the name of the column."""
    return field.heading if lang == "zh" else field.column


def _others(field: ParcelColumn, heading: str) -> str:
    names = [name for name in (field.column, *field.names) if name != heading]
    units = f" ({' / '.join(field.units)})" if field.units else ""
    return ", ".join(names) + units
