"""Words for what is wrong with growth curves."""

from typing import Final

from sinkcalc.calibration.outcome import Severity

GROWTH_TEXTS: Final[dict[str, tuple[Severity, str, str]]] = {
    "growth_few_stands": (
        "refused",
        "有年龄和蓄积的林分只有 {n} 个,少于 {needed} 个,不拟合;{instead_zh}",
        "{n} stands with age and volume are fewer than {needed}; nothing is fitted, "
        "{instead_en}. Add stands, or join species",
    ),
    "growth_few_ages": (
        "refused",
        "林分只有 {n} 个不同的年龄,少于 {needed} 个,不拟合;{instead_zh}",
        "its stands have {n} different ages, fewer than {needed}; nothing is fitted, "
        "{instead_en}. Add stands of other ages",
    ),
    "growth_narrow": (
        "refused",
        "九成的林分在 {low:.0f} 与 {high:.0f} 年之间,跨度小于 {needed:.0f} 年,"
        "形状和渐近值无从得知,不拟合;{instead_zh}。请补充更幼或更老的林分",
        "nine tenths of its stands are {low:.0f} to {high:.0f} years old, a span below "
        "{needed:.0f} years, which tells neither shape nor asymptote; nothing is fitted, "
        "{instead_en}. Add younger or older stands",
    ),
    "growth_young": (
        "refused",
        "九成半的林分不到 {high:.0f} 年,不足 {needed} 年:幼林说明不了以后的水平,不拟合;"
        "{instead_zh}。请补充更老的林分",
        "19 in 20 of its stands are at most {high:.0f} years old, below {needed} years: young "
        "stands do not tell where growth ends; nothing is fitted, {instead_en}. "
        "Add older stands",
    ),
    "growth_undetermined": (
        "refused",
        "系数 {symbol} = {value:.4g} 的对数标准误为 {se:.2g},大于 {most:g}:数据不能确定此系数",
        "the coefficient {symbol} = {value:.4g} has a standard error of {se:.2g} in its logarithm, "
        "above {most:g}: the data do not determine it",
    ),
    "growth_asymptote": (
        "refused",
        "渐近值 a = {value:,.0f} m3/ha 是曲线在最老年龄({age:.0f} 年)的 {share:.1f} 倍,"
        "超过 {most:g} 倍:数据离渐近值太远",
        "the asymptote a = {value:,.0f} m3/ha is {share:.1f} times the curve at the oldest age "
        "({age:.0f} years), more than {most:g}: the data are too far from it",
    ),
    "growth_runs_away": (
        "refused",
        "拟合没有收敛:系数趋于无穷(数据中看不出渐近值,或曲线近于一级台阶)",
        "the rounds of the fit do not settle: a coefficient runs away (the data show no asymptote, "
        "or the curve is all but a step)",
    ),
    "growth_no_rise": (
        "refused",
        "蓄积不随年龄增加:曲线还不如平均数(R2 = {value:.3g})。请检查年龄与蓄积,或树种的分组",
        "the growing stock does not rise with age: the curve is worse than the mean "
        "(R2 = {value:.3g}). Check ages and volumes, or the grouping of species",
    ),
    "growth_bias": (
        "refused",
        "曲线给出的总蓄积与林分相差 {percent:+.1f}%,超过 {most:g}%:此形式不合这些林分",
        "the volume by the curve is {percent:+.1f}% off that of its stands, more than {most:g}%: "
        "the form does not follow these stands",
    ),
    "growth_few_regions": (
        "warned",
        "只有 {n} 个县,少于 {needed} 个:"
        "系数的误差按林分的离散(及失拟)计,没有考虑同县林分相近,可能偏小",
        "{n} regions are fewer than {needed}: errors of the coefficients are those of the spread "
        "of stands (and of the lack of fit), as if stands of one region were not alike, and may be "
        "too small",
    ),
    "growth_one_region": (
        "warned",
        "全部林分在同一县(或没有县),交叉验证按年龄分组,对其他县的误差无从得知",
        "all stands are of one region (or of none), so cross-validation leaves ages out and the "
        "error in another region is unknown",
    ),
    "growth_no_level": (
        "refused",
        "没有可定水平 a 的林分(后期有年龄和蓄积者),不拟合",
        "there are no stands (with age and volume at the later occasion) to tell the level a from; "
        "nothing is fitted",
    ),
}
