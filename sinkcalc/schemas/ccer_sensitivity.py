"""Rows of the sensitivity of a carbon project."""

import dataframely as dy


class ReductionInterval(dy.Schema):
    """Reductions of a year of the crediting period, `reduction`, or of all up to it, `cumulative`.

    Not rounded down. `value` is computed with the parameters at their values, `mean`, `se` and the
    ends are those of the draws: 95 % lie from `ci_low` to `ci_high`, 90 % from `p05` to `p95`.
    """

    project_id = dy.String()
    period = dy.Int64(min=1)
    first_day = dy.Date()
    last_day = dy.Date()
    quantity = dy.String()
    value = dy.Float64()
    unit = dy.String()
    mean = dy.Float64()
    se = dy.Float64()
    ci_low = dy.Float64()
    ci_high = dy.Float64()
    p05 = dy.Float64()
    p95 = dy.Float64()
    draws = dy.Int64()
    seed = dy.Int64()


class ReductionBudget(dy.Schema):
    """What a group of parameters alone does to the total of the crediting period.

    The last line, `together`, is what the groups do to each other.
    """

    project_id = dy.String()
    symbol = dy.String()
    parameters = dy.Int64(nullable=True)
    basis = dy.String(nullable=True)
    se = dy.Float64(nullable=True, metadata={"unit": "t CO2e"})
    variance_fraction = dy.Float64()


class ReductionTornado(dy.Schema):
    """What one error alone does to the total of the crediting period, not rounded down.

    `members` are the parameters that it moves; `value`, `parameter_low` and `parameter_high` are
    given where it is one. `basis` says what the error rests on, `unknown` that there is none.
    """

    project_id = dy.String()
    rank = dy.Int64()
    symbol = dy.String()
    key = dy.String(nullable=True)
    members = dy.String()
    basis = dy.String()
    value = dy.Float64(nullable=True)
    parameter_low = dy.Float64(nullable=True)
    parameter_high = dy.Float64(nullable=True)
    parameter_unit = dy.String(nullable=True)
    total = dy.Float64(metadata={"unit": "t CO2e"})
    total_low = dy.Float64(metadata={"unit": "t CO2e"})
    total_high = dy.Float64(metadata={"unit": "t CO2e"})
    change_low = dy.Float64(metadata={"unit": "t CO2e"})
    change_high = dy.Float64(metadata={"unit": "t CO2e"})
    width = dy.Float64(metadata={"unit": "t CO2e"})
    unit = dy.String()
