"""What is wrong with samples and fits, said in two languages."""

from typing import Any, Final

import numpy as np

from sinkcalc.calibration.growth_words import GROWTH_TEXTS
from sinkcalc.calibration.model import EVERY_GROUP
from sinkcalc.calibration.outcome import Problem, Severity
from sinkcalc.calibration.soil_words import SOIL_TEXTS

_MOST_LISTED: Final = 5
_FORMS_ZH: Final = {
    "linear": "直线 y=ax+b",
    "origin": "过原点直线 y=ax",
    "power": "幂函数 y=ax^b",
    "hyperbolic": "双曲线 y=x/(a+bx)",
    "quadratic": "y=ax+bx²",
    "quadratic_intercept": "y=ax+bx²+c",
    "mixing": "y=1/(x/a+(1-x)/b)",
    "power_d": "y=aD^b",
    "power_d2h": "y=a(D²H)^b",
    "power_d_h": "y=aD^b·H^c",
    "schumacher": "Schumacher V=a·e^(-b/A)",
    "logistic": "Logistic V=a/(1+b·e^(-cA))",
    "korf": "Korf V=a·e^(-b·A^-c)",
    "richards": "Richards V=a(1-e^(-bA))^c",
}

# code -> severity, text in Chinese, text in English
_TEXTS: Final[dict[str, tuple[Severity, str, str]]] = {
    **SOIL_TEXTS,
    **GROWTH_TEXTS,
    # samples
    "not_finite": (
        "refused",
        "{rows} 的值不是有限数,不拟合。请改正或删去这些样本",
        "{rows}: a value is not finite; nothing is fitted. Correct or remove these samples",
    ),
    "negative": (
        "refused",
        "{rows} 的蓄积(胸径、树高)或生物量为负,不可能,不拟合。请改正或删去这些样本",
        "{rows}: a size or a biomass is negative, which cannot be; nothing is fitted. Correct or "
        "remove these samples",
    ),
    "too_few_samples": (
        "refused",
        "只有 {n} 个样本,少于 {needed} 个,不拟合:几个点总能被曲线穿过,误差无从得知。"
        "请补充样本、与相近的样本组合并,或各组联合拟合(--pool)",
        "{n} samples are fewer than {needed}; nothing is fitted, for a curve goes through a few "
        "points whatever they are and its error stays unknown. Add samples, join similar groups, "
        "or let groups lend one another strength (--pool)",
    ),
    "too_few_groups": (
        "refused",
        "只有 {n} 个组,组间差异无从估计,不能联合拟合。请去掉 --pool,或给出更多的组",
        "with {n} group the spread between groups cannot be known, so nothing is pooled. Leave "
        "out --pool, or give more groups",
    ),
    "no_group": (
        "refused",
        "{rows}没有组,不能联合拟合。请给出组,或去掉 --pool",
        "{rows}: no group, so nothing is pooled. Give groups, or leave out --pool",
    ),
    "constant_size": (
        "refused",
        "样本的蓄积(胸径)或树高没有差异,或彼此完全相关,曲线不能确定,不拟合。请补充蓄积(胸径)不同的样本",
        "the sizes (or heights) are all alike or follow from one another, so the curve is not "
        "determined; nothing is fitted. Add samples of other sizes",
    ),
    "constant_biomass": (
        "refused",
        "全部样本的生物量都是 {value:.4g}:生物量不随大小增加,不拟合。请检查是否取错了列,或补充样本",
        "every biomass is {value:.4g}, so it does not grow with size; nothing is fitted. Check "
        "whether the column is the right one, or add samples",
    ),
    "not_positive": (
        "refused",
        "{rows}的蓄积(胸径)、树高或生物量为零,没有对数,不能用此形式。"
        "请改正这些样本,或用 linear、origin",
        "{rows}: a size, height or biomass of 0 has no logarithm, so this form cannot be fitted. "
        "Correct these samples, or use linear or origin",
    ),
    "zero_size_weighted": (
        "refused",
        "{rows}的蓄积(胸径)为零,按蓄积(胸径)加权时权数无穷大,不拟合。请删去这些样本,或不加权",
        "{rows}: a size of 0 would get an infinite weight; nothing is fitted. Remove these "
        "samples, or leave out --weights",
    ),
    "missing_height": (
        "refused",
        "{rows} 没有树高,此形式需要树高。请补充树高,或用 power_d",
        "{rows}: no height, which this form needs. Give heights, or use power_d",
    ),
    "no_site": (
        "warned",
        "{rows} 没有样点(site),交叉验证时各自独立:同一样点的样本误差相近,"
        "没有分开,交叉验证误差可能偏小。请给出样点",
        "{rows}: no site. Errors of samples of one site are alike, and cross-validation cannot "
        "hold them apart: its error may be too small. Give sites",
    ),
    "one_site": (
        "warned",
        "全部样本来自同一样点,交叉验证只能在样点之内:对其他样点的误差无从得知。请补充其他样点",
        "all samples are of one site, so cross-validation stays inside it and the error at other "
        "sites is unknown. Add samples of other sites",
    ),
    # fits
    "not_converged": (
        "refused",
        "迭代没有收敛,或曲线在样本范围内没有意义。请用其他形式,或检查异常样本",
        "the rounds of the fit do not settle, or the curve has no meaning within the samples. Use "
        "another form, or look for odd samples",
    ),
    "mixed_not_converged": (
        "refused",
        "混合模型没有收敛,组间差异无从估计。请去掉 --pool、合并小组,或用其他形式",
        "the mixed model does not settle, so the spread between groups is unknown. Leave out "
        "--pool, join small groups, or use another form",
    ),
    "form_not_pooled": (
        "refused",
        "此形式不是直线,也不能化为对数直线,混合模型(--pool)不适用。请用其他形式,或去掉 --pool",
        "this form is a line on no scale, so the mixed model (--pool) does not serve it. Use "
        "another form, or leave out --pool",
    ),
    "slope_not_positive": (
        "refused",
        "系数 {symbol} = {value:.4g} 不大于零:生物量不随蓄积(胸径)增加,不可用。"
        "请检查单位、列是否对调以及异常样本",
        "the coefficient {symbol} = {value:.4g} is not above 0: biomass would not grow with size. "
        "Check units, swapped columns and odd samples",
    ),
    "origin_against_samples": (
        "refused",
        "样本的直线斜率为 {value:.4g},不大于零:生物量不随蓄积(胸径)增加,"
        "过原点的直线只因强制过原点才上升,不可用。请检查单位、列是否对调以及异常样本",
        "the line through the same samples has a slope of {value:.4g}, which is not above 0: "
        "biomass does not grow with size, and a line forced through the origin rises whatever they "
        "say. Check units, swapped columns and odd samples",
    ),
    "worse_than_mean": (
        "refused",
        "{measure} = {value:.3g} 小于零:曲线还不如样本的平均数,不可用。"
        "请检查单位、列是否对调、分组以及异常样本",
        "{measure} = {value:.3g} is below 0: the curve is worse than the mean of the samples. "
        "Check units, swapped columns, groups and odd samples",
    ),
    "unlike_the_others": (
        "warned",
        "{rows}离曲线太远,不像同一总体的样本({row}的学生化残差为 {value:.1f}):"
        "请核对原始记录(单位、小数点、树种),有误则改正或剔除,无误可用稳健估计(--robust)",
        "{rows}: too far from the curve to be of it (studentised residual {value:.1f} at {row}). "
        "Check the record (unit, decimal point, species); correct or remove it if it is wrong, or "
        "use the robust estimator (--robust)",
    ),
    "poor_prediction": (
        "warned",
        "交叉验证 RMSE 为平均值的 {share:.0f}%,大于 {most}%:"
        "曲线不能预测这些样本。请检查单位、分组与异常样本,勿用于估算",
        "the cross-validated RMSE is {share:.0f}% of the mean, above {most}%: the curve does not "
        "predict these samples. Look at units, groups and outliers, and do not estimate with it",
    ),
    "slope_not_significant": (
        "warned",
        "系数 {symbol} = {value:.4g} ± {se:.2g}(标准误)与零无显著差别:"
        "样本没有说明生物量随蓄积(胸径)增加。请补充样本或扩大范围",
        "the coefficient {symbol} = {value:.4g} ± {se:.2g} (standard error) does not differ from "
        "0: the samples do not show that biomass grows with size. Add samples, over a wider range",
    ),
    "hyperbolic_grows": (
        "refused",
        "b = {value:.4g} 为负:曲线越来越陡,在蓄积 {pole:.4g} 处无穷大,其后为负,不可用。"
        "请用 linear 或 power",
        "b = {value:.4g} is negative: the curve grows ever steeper, is infinite at a size of "
        "{pole:.4g} and negative beyond. Use linear or power (--forms)",
    ),
    "intercept_negative": (
        "warned",
        "截距 b = {value:.4g} 为负:蓄积在 {below:.4g} 以下时生物量为负。"
        "请用 origin 或 power,或勿用于蓄积小的林分",
        "the intercept b = {value:.4g} is negative: below a size of {below:.4g} biomass is "
        "negative. Use origin or power, or keep it from small sizes",
    ),
    "intercept_not_significant": (
        "warned",
        "截距 b = {value:.4g} ± {se:.2g}(标准误)与零无显著差别。可用过原点的 origin",
        "the intercept b = {value:.4g} ± {se:.2g} (standard error) does not differ from 0. "
        "Consider the line through the origin (origin)",
    ),
    "outlier": (
        "warned",
        "{row}:该样本对拟合影响过大(强影响点):去掉它,{symbol} 由 {value:.4g} 变为 {without:.4g}"
        "(变化为标准误的 {in_se:.1f} 倍;Cook 距离 {cook:.2g}){more}。"
        "请核对该样本,或用稳健估计(--robust)",
        "{row} carries the fit: without it {symbol} goes from {value:.4g} to {without:.4g} "
        "({in_se:.1f} standard errors; Cook's distance {cook:.2g}){more}. Check this sample, or "
        "use the robust estimator (--robust)",
    ),
    "heteroscedastic": (
        "warned",
        "残差的离散随蓄积(胸径)变化(Breusch-Pagan p = {p:.2g}),系数的标准误不可靠。{advice_zh}",
        "the spread of the residuals changes with size (Breusch-Pagan p = {p:.2g}), so the "
        "standard errors are not to be trusted. {advice_en}",
    ),
    "log_residuals_not_normal": (
        "warned",
        "对数残差不是正态分布({test} p = {p:.2g}),baskerville 改正可能有偏。"
        "请比较 --correction duan 或 snowdon",
        "the residuals in logarithms are not normal ({test} p = {p:.2g}), so the baskerville "
        "correction may be biased. Compare --correction duan or snowdon",
    ),
    "alike_within_sites": (
        "warned",
        "同一样点的残差彼此相近(F 检验 p = {p:.2g}),而拟合把样本当作相互独立:"
        "系数的标准误偏小。请以按样点交叉验证的误差为准,或每个样点只留一个平均值",
        "residuals of one site are alike (F test p = {p:.2g}) while samples count as independent: "
        "the standard errors of the coefficients are too small. Go by the error "
        "cross-validated over sites, or keep one mean a site",
    ),
    "exact": (
        "warned",
        "残差为零:生物量似乎由蓄积(胸径)按此形式算出,不是实测,误差没有意义。请核对数据来源",
        "the residuals are 0: biomass seems to have been computed from size by this very form, not "
        "measured, and errors mean nothing. Check where the data come from",
    ),
    "few_groups": (
        "warned",
        "只有 {n} 个组,组间差异不可靠,区间偏短。请给出更多的组",
        "with {n} groups the spread between groups is poorly known and the intervals are short. "
        "Give more groups",
    ),
    "groups_alike": (
        "warned",
        "各组系数(的某一组合)没有可辨的差异:各组的该部分等于共同系数。可用全部样本的模型",
        "groups do not differ in (some combination of) the coefficients: that part equals the "
        "common one for every group. Consider the model of all samples",
    ),
    # choice
    "not_cross_validated": (
        "refused",
        "交叉验证有 {n} 折不能拟合,没有交叉验证误差,不参与选择。请补充样点,或减少折数",
        "the form cannot be fitted in {n} of the folds of the cross-validation, and without that "
        "error it is not chosen from. Add sites, or use fewer folds",
    ),
    "no_model": (
        "refused",
        "没有可用的形式,该组没有模型。请见各形式的原因",
        "no form can be used, so there is no model. See the reasons form by form",
    ),
}
CODES: Final = tuple(_TEXTS)


def problem(code: str, group: str, form: str | None = None, **facts: Any) -> Problem:
    """Return a problem with its texts.

    Parameters
    ----------
    code
        One of `CODES`.
    facts
        What the text names; `rows` an array of labels.
    """
    severity, zh, en = _TEXTS[code]
    in_zh, in_en = dict(facts), dict(facts)
    for name in ("rows", "row"):
        if name in facts:
            in_zh[name], in_en[name] = _rows(np.atleast_1d(facts[name]))
    more = facts.get("more")
    if more is not None:
        in_zh["more"] = f",另有 {more} 个这样的样本" if more else ""
        in_en["more"] = f", and so do {more} others" if more else ""
    where_zh = "全部样本" if group == EVERY_GROUP else f"{group} 组"
    where_en = "all samples" if group == EVERY_GROUP else f"group {group}"
    if form is not None:
        where_zh += f",{_FORMS_ZH[form]}"
        where_en += f", {form}"
    return Problem(
        severity=severity,
        group=group,
        form=form,
        code=code,
        zh=f"{where_zh}:{zh.format(**in_zh)}",
        en=f"{where_en}: {en.format(**in_en)}",
    )


def _rows(labels: Any) -> tuple[str, str]:
    # samples are fitted in the order of their values
    listed = [str(label) for label in np.sort(labels)[:_MOST_LISTED]]
    more = len(labels) - len(listed)
    zh = f"第 {'、'.join(listed)} 行" + (f"等 {len(labels)} 行" if more else "")
    en = f"row{'s' if len(labels) > 1 else ''} {', '.join(listed)}"
    return zh, en + (f" and {more} more" if more else "")
