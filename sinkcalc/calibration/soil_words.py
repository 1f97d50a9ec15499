"""Words for what is wrong with relations of organic matter."""

from dataclasses import replace
from typing import Final

from sinkcalc.calibration.model import Kind
from sinkcalc.calibration.outcome import Problem, Severity

SOIL_TEXTS: Final[dict[str, tuple[Severity, str, str]]] = {
    "too_few_sites": (
        "refused",
        "样本只来自 {n} 个研究,少于 {needed} 个,不拟合:同一研究的样本彼此相近,"
        "几个研究说明不了别处的情形;由全部样本的模型代替",
        "its samples come from fewer studies ({n}) than {needed}, so it has no model of its own: "
        "samples of one study are alike, and a few studies say little of another; the model of "
        "all samples serves",
    ),
    "one_site_only": (
        "refused",
        "全部样本来自同一研究,误差与交叉验证都无从谈起,不拟合。请用 --site 指明研究(或土芯)列,"
        "或补充其他研究的样本",
        "all samples come from one study, so there is neither an error nor a cross-validation, and "
        "nothing is fitted. Name the column of studies (or cores) with --site, or add samples of "
        "other studies",
    ),
    "one_study_decides": (
        "refused",
        "去掉一个研究后系数不能确定,误差无从得知。请补充其他研究的样本",
        "without one of the studies the coefficients are not determined, and their error stays "
        "unknown. Add samples of other studies",
    ),
    "common_serves": (
        "refused",
        "自己的模型对该组的交叉验证 RMSE 为 {own:.4g},不优于全部样本的模型({common:.4g}):"
        "由全部样本的模型代替",
        "its own model predicts it with a cross-validated RMSE of {own:.4g}, no better than the "
        "model of all samples ({common:.4g}), which serves",
    ),
    "negative_within": (
        "warned",
        "有机质在 {most:.3g} 以下的样本中有 {n} 个的预测值为负:应用时取 0",
        "{n} samples with organic matter of {most:.3g} or less get a value below 0, which counts "
        "as 0 where the model is applied",
    ),
}
# what a text says of volume and biomass -> the same of organic matter and the kind's result
_ZH: Final = (
    ("蓄积(胸径)", "有机质"),
    ("蓄积在", "有机质在"),
    ("蓄积小的林分", "有机质少的土层"),
    ("请用 origin 或 power,", "请用 quadratic,"),
    ("(单位、小数点、树种)", "(单位、小数点)"),
    (",或用稳健估计(--robust)", ""),
    (",无误可用稳健估计(--robust)", ""),
    ("样点", "研究"),
)
_EN: Final = (
    ("below a size of", "below organic matter of"),
    ("keep it from small sizes", "keep it from mineral soil"),
    ("Use origin or power", "Use quadratic"),
    ("the sizes (or heights)", "the figures of organic matter"),
    ("of other sizes", "of other contents of organic matter"),
    ("a size or a biomass", "a figure"),
    ("with size", "with organic matter"),
    (" (unit, decimal point, species)", " (unit, decimal point)"),
    (", or use the robust estimator (--robust)", ""),
    ("Check this sample, or use the robust estimator (--robust)", "Check this sample"),
    ("sites", "studies"),
    (" site", " study"),
)
# of the mixing: both coefficients are densities
_DENSITY: Final = (
    (
        "样本没有说明容重随有机质增加。请补充样本或扩大范围",
        "样本没有说明有机质自身的容重。请补充有机质多的样本",
    ),
    (
        "the samples do not show that bulk density grows with organic matter. Add samples, over a "
        "wider range",
        "the samples do not show what density organic matter has. Add samples that hold more of it",
    ),
)
_RESULT: Final = {
    "wetland-carbon": ("有机碳", "carbon"),
    "wetland-bulk-density": ("容重", "bulk density"),
}


def reworded(told: Problem, kind: Kind) -> Problem:
    """Say of organic matter what a text says of volume; texts of other kinds stay."""
    if kind not in _RESULT:
        return told
    result_zh, result_en = _RESULT[kind]
    zh, en = told.zh, told.en
    for old, new in (*_ZH, ("生物量", result_zh)):
        zh = zh.replace(old, new)
    for old, new in (*_EN, ("biomass", result_en)):
        en = en.replace(old, new)
    if told.form == "mixing":
        for old, new in _DENSITY:
            zh, en = zh.replace(old, new), en.replace(old, new)
    return replace(told, zh=zh, en=en)
