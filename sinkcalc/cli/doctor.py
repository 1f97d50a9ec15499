"""`sinkcalc doctor`."""

from pathlib import Path

import click

from sinkcalc import __version__
from sinkcalc.cli.output import emit, format_options
from sinkcalc.cli.settings import Settings

_PACKAGES = (
    "polars",
    "duckdb",
    "statsmodels",
    "scikit-learn",
    "matplotlib",
    "dataframely",
    "click",
)
_EXTRAS = ("pyogrio", "duckdb-extensions", "pyspark")


@click.command("doctor", short_help="安装与数据库检查 · what is installed, does the database open")
@format_options
@click.pass_obj
def command(settings: Settings, fmt: str | None, output: Path | None) -> None:
    """检查安装、参数与数据库 · check installation, parameters and database."""
    import sys
    from importlib.metadata import PackageNotFoundError, version

    import polars as pl

    from sinkcalc.ccer.pack_check import check_packs
    from sinkcalc.coefficients.verify import check_parameters
    from sinkcalc.errors import SinkcalcError
    from sinkcalc.resources import parameter_dir
    from sinkcalc.store.connection import reading

    rows = [("sinkcalc", __version__, ""), ("python", sys.version.split()[0], sys.executable)]
    for package in (*_PACKAGES, *_EXTRAS):
        try:
            rows.append((package, version(package), ""))
        except PackageNotFoundError:
            optional = settings.say("可选,未安装", "optional, not installed")
            rows.append((package, "–", optional))
    found = pl.concat([check_parameters(), check_packs()])
    errors = found.filter(pl.col("severity") == "error").height
    rows.append(("parameters", "ok" if not errors else f"{errors} errors", str(parameter_dir())))
    try:
        with reading(settings.db, settings.wait):
            rows.append(("database", "ok", str(settings.db)))
    except SinkcalcError as error:
        rows.append(("database", "–", error.text(settings.lang)))
    frame = pl.DataFrame(rows, schema=["check", "result", "detail"], orient="row")
    emit(frame, settings, fmt, output)
