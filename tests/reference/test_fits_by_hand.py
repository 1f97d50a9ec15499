"""Fits against figures that R prints and against second derivations."""

from io import StringIO

import numpy as np
import pytest
from scipy.optimize import minimize

from sinkcalc.calibration.fit import Data, Recipe, fit_form
from sinkcalc.calibration.pooled import fit_pooled

Floats = np.ndarray

# R's `cars` (Ezekiel 1930): speed mi/h, stopping distance ft
SPEED = np.repeat(
    np.array([4, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 22, 23, 24, 25], float),
    [2, 2, 1, 1, 3, 2, 4, 4, 4, 3, 2, 3, 4, 3, 5, 1, 1, 4, 1],
)
DISTANCE = np.fromstring(
    "2 10 4 22 16 10 18 26 34 17 28 14 20 24 28 26 34 34 46 26 36 60 80 20 26 54 32 40 32 40 50 42 "
    "56 76 84 36 46 68 32 48 52 56 64 66 54 70 92 93 120 85",
    sep=" ",
)
# R's `Puromycin`, treated cells (Treloar 1974): concentration ppm, rate counts/min^2
CONCENTRATION = np.repeat([0.02, 0.06, 0.11, 0.22, 0.56, 1.10], 2)
RATE = np.array([76, 47, 97, 107, 123, 139, 159, 152, 191, 201, 207, 200], float)


def _errors(covariance: Floats) -> Floats:
    return np.sqrt(np.diag(covariance))


@pytest.fixture
def stands() -> Data:
    rng = np.random.default_rng(20240501)
    x = rng.uniform(5, 200, 30)
    return Data(x, 1.3 * x**0.92 * np.exp(rng.normal(0, 0.25, 30)), None)


def test_line_as_r_prints_it() -> None:
    """summary(lm(dist ~ speed, cars)): -17.5791 (6.7584), 3.9324 (0.4155), 15.38 on 48 df.

    AIC(lm(dist ~ speed, cars)) is 419.1569, and cooks.distance of row 49 is 0.3404.
    """
    fit = fit_form("linear", Data(SPEED, DISTANCE, None), Recipe())
    assert fit.values == pytest.approx([3.9324, -17.5791], abs=5e-5)
    assert _errors(fit.covariance) == pytest.approx([0.4155, 6.7584], abs=5e-5)
    assert np.sqrt(fit.residual_variance) == pytest.approx(15.38, abs=5e-3)
    assert fit.df == 48
    assert fit.aic == pytest.approx(419.1569, abs=5e-5)
    assert fit.line.cook_distance[48] == pytest.approx(0.3404, abs=5e-5)


def test_hyperbola_as_r_prints_it() -> None:
    """nls(rate ~ Vm * conc/(K + conc), treated): Vm 212.7 (6.947), K 0.06412 (0.008281).

    Residual standard error 10.93 on 10 df. y = x/(a + b x): Vm = 1/b, K = a/b.
    """
    fit = fit_form("hyperbolic", Data(CONCENTRATION, RATE, None), Recipe())
    a, b = fit.values
    assert 1 / b == pytest.approx(212.7, abs=0.05)
    assert a / b == pytest.approx(0.06412, abs=5e-6)
    jacobian = np.array([[0, -1 / b**2], [1 / b, -a / b**2]])
    assert _errors(jacobian @ fit.covariance @ jacobian.T) == pytest.approx(
        [6.947, 0.008281], rel=1e-3
    )
    assert np.sqrt(fit.residual_variance) == pytest.approx(10.93, abs=5e-3)


def test_hyperbola_is_at_the_smallest_sum_of_squares(stands: Data) -> None:
    """A simplex search from afar, that knows no derivative."""

    def squares(theta: Floats) -> float:
        return float(((stands.y - stands.x / (theta[0] + theta[1] * stands.x)) ** 2).sum())

    options = {"xatol": 1e-12, "fatol": 1e-12, "maxiter": 10_000, "maxfev": 10_000}
    brute = minimize(squares, [2.0, 0.01], method="Nelder-Mead", options=options)
    fit = fit_form("hyperbolic", stands, Recipe())
    assert squares(fit.values) <= brute.fun * (1 + 1e-9)
    assert fit.values == pytest.approx(brute.x, rel=1e-4)


def test_line_is_that_of_lstsq(stands: Data) -> None:
    """With weights 1/x the line solves the equations divided by the root of x."""
    for weights, power in (("none", 0), ("size", 1), ("size2", 2)):
        root = stands.x ** (power / 2)
        columns = np.column_stack([stands.x, np.ones(30)]) / root[:, None]
        theta, rss, *_ = np.linalg.lstsq(columns, stands.y / root, rcond=None)
        fit = fit_form("linear", stands, Recipe(weights))
        assert fit.values == pytest.approx(theta, rel=1e-10)
        assert fit.residual_variance == pytest.approx(rss[0] / 28, rel=1e-10)
        assert fit.covariance == pytest.approx(
            rss[0] / 28 * np.linalg.inv(columns.T @ columns), rel=1e-8
        )
        assert (fit.residual_power, fit.residual_base) == (power, "size")


def test_power_by_the_formula(stands: Data) -> None:
    """B = Sxy/Sxx and alpha = mean(ln y) - b mean(ln x); a = exp(alpha + s^2/2).

    var(ln a) = s^2 (1/n + mean^2/Sxx) + s^4/(2 df), cov(ln a, b) = -mean s^2/Sxx.
    """
    u, v = np.log(stands.x), np.log(stands.y)
    sxx = ((u - u.mean()) ** 2).sum()
    b = ((u - u.mean()) * (v - v.mean())).sum() / sxx
    alpha = v.mean() - b * u.mean()
    s2 = ((v - alpha - b * u) ** 2).sum() / 28
    a = np.exp(alpha + s2 / 2)
    fit = fit_form("power", stands, Recipe())
    assert fit.values == pytest.approx([a, b], rel=1e-10)
    assert fit.correction_factor == pytest.approx(np.exp(s2 / 2), rel=1e-10)
    of_ln_a = s2 * (1 / 30 + u.mean() ** 2 / sxx) + s2**2 / (2 * 28)
    cross = -u.mean() * s2 / sxx
    assert fit.covariance == pytest.approx(
        np.array([[a * a * of_ln_a, a * cross], [a * cross, s2 / sxx]]), rel=1e-8
    )
    assert fit.residual_variance == pytest.approx(np.exp(s2) - 1, rel=1e-10)
    # ln of the lognormal density of y, summed
    ml = s2 * 28 / 30
    density = -v - np.log(2 * np.pi * ml) / 2 - (v - alpha - b * u) ** 2 / (2 * ml)
    assert fit.aic == pytest.approx(-2 * density.sum() + 2 * 3, rel=1e-10)


def test_corrections_by_the_formula(stands: Data) -> None:
    plain = fit_form("power", stands, Recipe(correction="none"))
    duan = fit_form("power", stands, Recipe(correction="duan"))
    snowdon = fit_form("power", stands, Recipe(correction="snowdon"))
    assert duan.correction_factor == pytest.approx((stands.y / plain.fitted).mean(), rel=1e-10)
    assert snowdon.correction_factor == pytest.approx(
        stands.y.sum() / plain.fitted.sum(), rel=1e-10
    )
    assert snowdon.fitted.sum() == pytest.approx(stands.y.sum(), rel=1e-10)
    assert plain.correction_factor == 1


@pytest.mark.parametrize("correction", ["baskerville", "duan", "snowdon", "none"])
def test_error_of_corrected_powers_is_that_of_repeated_samples(correction: str) -> None:
    """2 000 samples of 60: the standard deviation of ln a beside the mean of its standard errors.

    A standard deviation of 2 000 has a relative standard error of 1/sqrt(4 000) = 1.6 %: within
    three of them, and 3 % for what is of the order of 1/n in the delta method.
    """
    rng = np.random.default_rng(20240501)
    x = rng.uniform(10, 200, 60)
    found, errors = [], []
    for _ in range(2_000):
        y = 1.5 * x**0.9 * np.exp(rng.normal(0, 0.3, 60))
        fit = fit_form("power", Data(x, y, None), Recipe(correction=correction))
        found.append(np.log(fit.values[0]))
        errors.append(np.sqrt(fit.covariance[0, 0]) / fit.values[0])
    assert np.sqrt((np.array(errors) ** 2).mean()) == pytest.approx(np.std(found), rel=0.078)


def test_huber_solves_its_equations(stands: Data) -> None:
    """Huber: sum psi(r/s) x = 0, psi cut at 1.345, s = median|r|/0.6745."""
    y = stands.y.copy()
    y[3] *= 4
    fit = fit_form("linear", Data(stands.x, y, None), Recipe(robust=True))
    residual = y - fit.fitted
    scale = np.median(np.abs(residual)) / 0.6745
    cut = np.clip(residual / scale, -1.345, 1.345)
    assert np.sqrt(fit.residual_variance) == pytest.approx(scale, rel=1e-4)
    assert cut.sum() == pytest.approx(0, abs=1e-4 * len(y))
    assert (cut * stands.x).sum() == pytest.approx(0, abs=1e-4 * stands.x.sum())


# sleepstudy (Belenky et al. 2003): reaction ms on days 0 to 9, one line a subject after
# its number
SLEEP = np.loadtxt(
    StringIO(
        """
308 249.56 258.7047 250.8006 321.4398 356.8519 414.6901 382.2038 290.1486 430.5853 466.3535
309 222.7339 205.2658 202.9778 204.707 207.7161 215.9618 213.6303 217.7272 224.2957 237.3142
310 199.0539 194.3322 234.32 232.8416 229.3074 220.4579 235.4208 255.7511 261.0125 247.5153
330 321.5426 300.4002 283.8565 285.133 285.7973 297.5855 280.2396 318.2613 305.3495 354.0487
331 287.6079 285.0 301.8206 320.1153 316.2773 293.3187 290.075 334.8177 293.7469 371.5811
332 234.8606 242.8118 272.9613 309.7688 317.4629 309.9976 454.1619 346.8311 330.3003 253.8644
333 283.8424 289.555 276.7693 299.8097 297.171 338.1665 332.0265 348.8399 333.36 362.0428
334 265.4731 276.2012 243.3647 254.6723 279.0244 284.1912 305.5248 331.5229 335.7469 377.299
335 241.6083 273.9472 254.4907 270.8021 251.4519 254.6362 245.4523 235.311 235.7541 237.2466
337 312.3666 313.8058 291.6112 346.1222 365.7324 391.8385 404.2601 416.6923 455.8643 458.9167
349 236.1032 230.3167 238.9256 254.922 250.7103 269.7744 281.5648 308.102 336.2806 351.6451
350 256.2968 243.4543 256.2046 255.5271 268.9165 329.7247 379.4445 362.9184 394.4872 389.0527
351 250.5265 300.0576 269.8939 280.5891 271.8274 304.6336 287.7466 266.5955 321.5418 347.5655
352 221.6771 298.1939 326.8785 346.8555 348.7402 352.8287 354.4266 360.4326 375.6406 388.5417
369 271.9235 268.4369 257.2424 277.6566 314.8222 317.2135 298.1353 348.1229 340.28 366.5131
370 225.264 234.5235 238.9008 240.473 267.5373 344.1937 281.1481 347.5855 365.163 372.2288
371 269.8804 272.4428 277.8989 281.7895 279.1705 284.512 259.2658 304.6306 350.7807 369.4692
372 269.4117 273.474 297.5968 310.6316 287.1726 329.6076 334.4818 343.2199 369.1417 364.1236
"""
    )
)


def _sleep() -> tuple[Data, np.ndarray]:
    days = np.tile(np.arange(10, dtype=float), len(SLEEP))
    subjects = SLEEP[:, 0].astype(int).astype(str)
    return Data(days, SLEEP[:, 1:].ravel(), None), np.repeat(subjects, 10)


def test_mixed_model_as_r_prints_it() -> None:
    """lmer(Reaction ~ Days + (Days | Subject)): 251.405 (6.825), 10.467 (1.546).

    Variances 612.10, 35.07, correlation 0.07, residual 654.94; coef() of 308: 253.66, 19.67; of
    309: 211.01, 1.85; of 310: 212.44, 5.02.
    """
    data, subjects = _sleep()
    pooled = fit_pooled("linear", data, subjects, Recipe())
    assert pooled is not None
    assert not pooled.alike
    assert pooled.common.values == pytest.approx([10.467, 251.405], abs=5e-4)
    assert np.diag(pooled.between) == pytest.approx([35.07, 612.10], rel=2e-3)
    assert pooled.common.residual_variance == pytest.approx(654.94, rel=1e-3)
    # what the covariance of the common coefficients holds beside the spread between groups
    own = pooled.common.covariance - pooled.between
    assert _errors(own) == pytest.approx([1.546, 6.825], abs=2e-3)
    for subject, printed in {
        "308": (19.67, 253.66),
        "309": (1.85, 211.01),
        "310": (5.02, 212.44),
    }.items():
        assert pooled.groups[subject].values == pytest.approx(printed, abs=0.02)


def test_mixed_model_is_generalised_least_squares() -> None:
    """With G and s^2 given: beta by V^-1 of all samples, b_g = G X'V^-1 r, in full matrices.

    The errors of beta + b_g about the group's own coefficients by the variance of a linear
    combination of all samples and of b_g, without Henderson's equations; what the error of the
    variances adds by difference quotients of B = G Z'V^-1.
    """
    data, subjects = _sleep()
    keep = np.array([not (s == "308" and d > 2) for s, d in zip(subjects, data.x, strict=True)])
    data, subjects = data.take(keep), subjects[keep]
    pooled = fit_pooled("linear", data, subjects, Recipe())
    assert pooled is not None
    x = np.column_stack([data.x, np.ones(len(data.x))])
    names = sorted(set(subjects))
    z = np.hstack([x * (subjects == name)[:, None] for name in names])
    spread = np.kron(np.eye(len(names)), pooled.between)
    v = z @ spread @ z.T + pooled.common.residual_variance * np.eye(len(x))
    inverse = np.linalg.inv(v)
    pull = np.linalg.inv(x.T @ inverse @ x) @ x.T @ inverse
    assert pooled.common.values == pytest.approx(pull @ data.y, rel=1e-8)
    for i, name in enumerate(names):
        pick = np.zeros((2, z.shape[1]))
        pick[:, 2 * i : 2 * i + 2] = np.eye(2)
        drawn = pull + pick @ spread @ z.T @ inverse @ (np.eye(len(x)) - x @ pull)
        assert pooled.groups[name].values == pytest.approx(drawn @ data.y, rel=1e-7)
        # var(L y - b_g), y = X beta + Z b + e
        off = drawn @ z - pick
        covariance = off @ spread @ off.T + pooled.common.residual_variance * drawn @ drawn.T
        added = 2 * _third(pick, z, pooled.between, pooled.common.residual_variance)
        assert pooled.groups[name].covariance == pytest.approx(covariance + added, rel=1e-5)
    # a subject with three days is drawn nearer to the common line than its own line
    own = fit_form("linear", data.take(subjects == "308"), Recipe()).values
    drawn_308 = pooled.groups["308"].values
    assert abs(drawn_308[0] - pooled.common.values[0]) < abs(own[0] - pooled.common.values[0])
    assert _errors(pooled.groups["308"].covariance)[0] > _errors(pooled.groups["309"].covariance)[0]


def _third(pick: Floats, z: Floats, between: Floats, scale: float) -> Floats:
    """Sum of cov(theta_i, theta_j) (dB/dtheta_i) V (dB/dtheta_j)', theta = G11, G12, G22, s^2."""

    def matrices(theta: Floats) -> tuple[Floats, Floats]:
        one = np.array([[theta[0], theta[1]], [theta[1], theta[2]]])
        spread = np.kron(np.eye(z.shape[1] // 2), one)
        v = z @ spread @ z.T + theta[3] * np.eye(len(z))
        return pick @ spread @ z.T @ np.linalg.inv(v), v

    theta = np.array([between[0, 0], between[0, 1], between[1, 1], scale])
    of_b, of_v = [], []
    for i in range(4):
        step = np.zeros(4)
        step[i] = 1e-4 * abs(theta[i])
        above, below = matrices(theta + step), matrices(theta - step)
        of_b.append((above[0] - below[0]) / (2 * step[i]))
        of_v.append((above[1] - below[1]) / (2 * step[i]))
    v = matrices(theta)[1]
    inner = [np.linalg.solve(v, one) for one in of_v]
    information = np.array([[np.trace(a @ b) / 2 for b in inner] for a in inner])
    covariance = np.linalg.inv(information)
    return sum(covariance[i, j] * of_b[i] @ v @ of_b[j].T for i in range(4) for j in range(4))


def test_likelihood_of_the_mixed_model_is_that_of_its_normal_density() -> None:
    data, subjects = _sleep()
    pooled = fit_pooled("linear", data, subjects, Recipe())
    assert pooled is not None
    x = np.column_stack([data.x, np.ones(len(data.x))])
    z = np.hstack([x * (subjects == name)[:, None] for name in sorted(set(subjects))])
    spread = np.kron(np.eye(len(SLEEP)), pooled.between)
    v = z @ spread @ z.T + pooled.common.residual_variance * np.eye(len(x))
    away = data.y - x @ pooled.common.values
    density = (
        -(180 * np.log(2 * np.pi) + np.linalg.slogdet(v)[1] + away @ np.linalg.solve(v, away)) / 2
    )
    # 2 coefficients, 3 variances and covariances between groups, 1 residual variance
    assert pooled.common.aic == pytest.approx(-2 * density + 2 * 6, rel=1e-9)
