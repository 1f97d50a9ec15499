"""Figures of fitted models: deterministic, readable in every language, no file of fonts needed."""

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import polars as pl
import pytest

from sinkcalc.calibration.calibrate import CalibrationOptions, calibrate
from sinkcalc.calibration.model import TREE_FORMS, VOLUME_FORMS, Kind, Model
from sinkcalc.report import charts
from sinkcalc.report.equations import FORMULAS, UNITS, equation_text
from sinkcalc.report.panels import Line, Portrait


def portrait(kind: Kind, form: str, title: str = "栎类", title_en: str = "oaks") -> Portrait:
    rows = pl.DataFrame({"x": [float(k) for k in range(5, 45)]}).with_columns(
        pl.lit("oak").alias("group"),
        (pl.int_range(40) % 5).cast(pl.String).alias("site"),
        (pl.col("x") ** 0.7 + pl.int_range(40) % 3).alias("h"),
    )
    odd = 1 + (pl.int_range(40) % 4 - 1.5) / 30
    truth = 0.9 * pl.col("x") + 5 if kind == "volume-biomass" else 0.1 * pl.col("x") ** 2.3
    options = CalibrationOptions(kind=kind, forms=(form,))
    found = calibrate(rows.with_columns((truth * odd).alias("y")), options)
    model = found.models[-1]
    lines = [Line("fang-2001.oak", 1.1453, 8.5473)] if kind == "volume-biomass" else []
    return Portrait(model, title, title_en, found.samples, lines)


CASES = [
    *(("volume-biomass", form) for form in VOLUME_FORMS),
    *(("tree-biomass", form) for form in TREE_FORMS),
]


@pytest.mark.parametrize(("kind", "form"), CASES)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_form_is_drawn(kind: Kind, form: str, lang: str) -> None:
    picture = portrait(kind, form)
    svg = charts.chart_svg(picture, lang)
    ElementTree.fromstring(svg)
    assert svg.startswith("<svg")
    assert svg == charts.chart_svg(picture, lang)
    words = ("样本", "残差", "交叉验证") if lang == "zh" else ("samples", "Residuals", "Cross")
    assert [word for word in words if word not in svg] == []
    # text stays text, and no formula of matplotlib is left in it
    assert "mathdefault" not in svg
    assert not re.search(r"\d{4}-\d\d-\d\dT", svg)
    assert equation_text(form, picture.model.values) in svg
    assert ("fang-2001.oak" in svg) == (kind == "volume-biomass")


def test_a_picture_without_chinese_font_speaks_english(
    monkeypatch: pytest.MonkeyPatch, recwarn: pytest.WarningsRecorder
) -> None:
    monkeypatch.setattr(charts, "chinese_font", lambda: None)
    picture = portrait("volume-biomass", "linear")
    first = charts.charts_png([picture], "zh")
    assert first == charts.charts_png([picture], "en")
    assert first.startswith(b"\x89PNG")
    assert [w for w in recwarn if "Glyph" in str(w.message)] == []
    # a group that has no English name goes by its number
    unnamed = portrait("volume-biomass", "linear", "台湾相思", "台湾相思")
    numbered = portrait("volume-biomass", "linear", "x", "group 1")
    assert charts.charts_png([unnamed], "zh") == charts.charts_png([numbered], "en")


def test_settings_of_matplotlib_are_left_alone() -> None:
    import matplotlib as mpl

    before = dict(mpl.rcParams)
    charts.chart_svg(portrait("volume-biomass", "linear"), "zh")
    assert dict(mpl.rcParams) == before


def test_matplotlib_is_imported_only_to_draw(tmp_path: Path) -> None:
    code = "import sys, sinkcalc.report.charts, sinkcalc.cli.calibrate; print(sorted(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=tmp_path
    )
    assert "'matplotlib'" not in done.stdout


@pytest.mark.parametrize(
    ("form", "values", "text"),
    [
        ("linear", (1.07, 6.58), "B = 1.07 V + 6.58"),
        ("linear", (1.07, -6.58), "B = 1.07 V − 6.58"),
        ("origin", (0.9,), "B = 0.9 V"),
        ("power", (1.4, 0.96), "B = 1.4 V^0.96"),
        ("hyperbolic", (0.8, -0.0005), "B = V/(0.8 − 0.0005 V)"),
        ("power_d", (0.1, 2.4), "B = 0.1 D^2.4"),
        ("power_d2h", (0.05, 0.9), "B = 0.05 (D²H)^0.9"),
        ("power_d_h", (0.05, 2.1, 0.6), "B = 0.05 D^2.1 H^0.6"),
    ],
)
def test_equations_in_words(form: str, values: tuple[float, ...], text: str) -> None:
    assert equation_text(form, values) == text


def test_every_form_has_formula_and_units() -> None:
    assert set(FORMULAS) == set(UNITS) == {*VOLUME_FORMS, *TREE_FORMS}


def test_of_many_samples_some_are_drawn() -> None:
    picture = portrait("volume-biomass", "linear")
    many = pl.concat([picture.samples] * 75)
    svg = charts.chart_svg(replace(picture, samples=many), "en")
    assert "samples (1 in 2)" in svg
    assert svg.count("<use ") < 3 * 1500 + 200
    assert "samples (1" not in charts.chart_svg(picture, "en")


def _curve(name: str, known: float | None) -> Portrait:
    """Make a growth curve with the means of its ages, cross-validated or not."""
    model = Model(
        kind="growth",
        form="schumacher",
        group=name,
        estimator="wls",
        symbols=("a", "b"),
        values=(200.0, 20.0),
        covariance=((100.0, 0.0), (0.0, 1.0)),
        df=10.0,
        residual_variance=0.1,
        residual_power=2.0,
        residual_base="prediction",
        correction="none",
        correction_factor=1.0,
        n=100,
        sites=11,
        x_min=5.0,
        x_max=50.0,
    )
    rows = pl.DataFrame({"x": [10.0, 20.0, 30.0, 40.0], "y": [30.0, 70.0, 100.0, 120.0]})
    means = rows.with_columns(
        pl.lit(name).alias("model_group"), pl.lit(known, pl.Float64).alias("cv_fitted")
    )
    return Portrait(model, name, name, means)


def test_a_curve_without_a_cross_validation_has_no_empty_panel() -> None:
    drawn = charts.chart_svg(_curve("fir", None), "en")
    assert ("Residuals" in drawn, "Cross-validation" in drawn) == (True, False)
    assert "Cross-validation" in charts.chart_svg(_curve("fir", 60.0), "en")
    assert "means by age" in drawn
    assert "各年龄的平均" in charts.chart_svg(_curve("fir", None), "zh")


def test_many_curves_stand_side_by_side() -> None:
    """Twenty in rows of four: no higher than one and a half times as wide."""
    picture = charts.charts_png([_curve(f"g{k}", 60.0) for k in range(20)], "en")
    width, height = (int.from_bytes(picture[at : at + 4], "big") for at in (16, 20))
    assert 1500 < width < 3000
    assert height < 1.5 * width
