"""What is said beside the form of the provincial inventory."""

from typing import TYPE_CHECKING, Final

from sinkcalc.cli.output import talk
from sinkcalc.cli.settings import Settings
from sinkcalc.cli.table import word

if TYPE_CHECKING:
    import polars as pl

    from sinkcalc.pipeline.lucf import Inventory
    from sinkcalc.pipeline.lucf_inputs import InventoryOptions
    from sinkcalc.pipeline.plot_rates import PlotRates


def talk_about_missing(settings: Settings, rows: "pl.DataFrame") -> None:
    """Say which lines have no figure and why, with the option that gives it."""
    ways = {
        "no_growth_rate": "--growth-rate, --rates, --rates-from-plots",
        "no_consumption_rate": "--consumption-rate, --rates, --rates-from-plots",
        "one_survey": "--from --to",
        "no_converted_area": "--rates: converted_arbor_ha …",
        "no_converted_mean_area": "--rates: converted_arbor_mean_ha …",
        "no_arbor_biomass": "--rates: arbor_biomass_t_per_ha",
    }
    missing = rows.filter(rows["status"] == "no_data", rows["reason"].is_in(list(ways)))
    for (reason,), lines in missing.group_by("reason", maintain_order=True):
        names = dict.fromkeys(word(name, settings) for name in lines["category"])
        listed = ", ".join(names)
        why, way = word(str(reason), settings), ways[str(reason)]
        talk(
            settings,
            f"无数据 [{listed}]:{why};由 {way} 给出,不设默认值",
            f"no data [{listed}]: {why}; give it by {way}: there is no default",
        )


def notes_of(found: "Inventory", options: "InventoryOptions") -> list[tuple[str, str]]:
    """Say what the figures rest on, and why the program's own change is another figure."""
    notes = [] if found.rates is None else [_note_of_rates(found.rates)]
    notes.append(_EXPANSION_NOTES[options.expansion])
    notes.append(
        (
            "指南各系数凭记忆录入(evidence = recalled),使用前请核对原文;市 = 各县之和;"
            "各县的误差只含率与蓄积、面积测量,不含密度、扩展系数与单位面积生物量",
            "the guide's figures are recalled (evidence = recalled): check them against the text "
            "before use; the city is the sum of its counties; errors hold rates and measured "
            "volume and area, not density, expansion and biomass per area",
        )
    )
    if found.unmeasured_stands:
        notes.append(
            (
                f"{found.unmeasured_stands} 个乔木林小班没有蓄积,不计生长与消耗",
                f"{found.unmeasured_stands} arbor stands have no volume: they neither grow nor are "
                "consumed here",
            )
        )
    if options.first is not None:
        notes.append(
            (
                "对照为同期 cbef-zhejiang 植被碳之差(年均),只并列、不调平:清单用率乘蓄积,"
                "枯损仍留在其中,竹林、经济林、灌木林只计面积变化;储量之差含截距、灌草,"
                "由两次调查的蓄积与面积求得",
                "the comparison is the yearly change of vegetation carbon of the same years by "
                "cbef-zhejiang, set beside and not reconciled: the form multiplies stocks by "
                "rates, keeps what died and counts bamboo, economic forest and shrubs by area; the "
                "change of stocks has intercepts and understorey and comes from both surveys",
            )
        )
    return notes


def _note_of_rates(rates: "PlotRates") -> tuple[str, str]:
    growth, cut, dead = (
        f"{rates.values[name]:.2%} ± {rates.errors[name] or 0:.2%}"
        for name in ("growth_rate", "consumption_rate", "mortality_rate")
    )
    gone_zh = gone_en = ""
    if rates.values["loss_rate"]:
        gone_zh = f"、去向不明 {rates.values['loss_rate']:.2%}"
        gone_en = f" and gone without a status {rates.values['loss_rate']:.2%}"
    span = f"{rates.years[0]}–{rates.years[1]}"
    return (
        f"率由 {span} 年 {rates.plots} 个样地求得(± 为标准误,分母为两期平均活立木蓄积):"
        f"GR {growth},CR {cut}(采伐);枯损 {dead}{gone_zh} 不在其中;全市一个率,各县同用",
        f"rates of {rates.plots} plots, {span} (± standard error, relative to the mean living "
        f"stock of both): GR {growth}, CR {cut} (cut); died {dead}{gone_en}, in neither; one rate "
        "of the city serves every county",
    )


_EXPANSION_NOTES: Final = {
    "guide": (
        "SVD 按树种蓄积加权,BEF 用指南全国平均(全株):指南的分树种 BEF 表未得到",
        "wood density is the mean by species weighted with volume, BEF the national mean of the "
        "guide, whole tree: its table of BEF by species was not obtained",
    ),
    "national": (
        "SVD 与 BEF 均用指南的全国平均",
        "wood density and BEF are the national means of the guide",
    ),
    "species": (
        "SVD 与 BEF 均按树种:BEF × (1 + 根茎比),为 LULUCF 树种表(SNC2LULUCF),不是指南的表",
        "wood density and BEF by species: BEF x (1 + root:shoot), of the LULUCF species table "
        "(SNC2LULUCF), not of the guide's",
    ),
}
