"""Rows of the screening of a carbon project's parcels."""

from typing import Final

import dataframely as dy

from sinkcalc.vocabulary import SCREENING_OUTCOMES

# between the names of fields, or of rules, in one cell
SEPARATOR: Final = "; "


class Screening(dy.Schema):
    """One rule of a methodology judged on one parcel.

    `fields` names what decided, `found` gives its values (null where they are not known), `limit`
    the parameters of the rule with their values. A parcel that passes has no reason.
    """

    project_id = dy.Categorical(nullable=True)
    parcel_id = dy.String()
    stratum = dy.Categorical(nullable=True)
    region_code = dy.Categorical(nullable=True)
    area_ha = dy.Float64(nullable=True, metadata={"unit": "ha"})
    rule_id = dy.Categorical()
    title_zh = dy.Categorical()
    title_en = dy.Categorical()
    outcome = dy.Enum(SCREENING_OUTCOMES)
    fields = dy.Categorical(nullable=True)
    found = dy.String(nullable=True)
    limit = dy.Categorical(nullable=True)
    reason_zh = dy.Categorical(nullable=True)
    reason_en = dy.Categorical(nullable=True)
    evidence = dy.Categorical()
    source_id = dy.Categorical()
    locator = dy.Categorical(nullable=True)


class ParcelOutcome(dy.Schema):
    """All rules of a methodology judged on one parcel.

    It fails if any rule fails, is unknown if none fails and any is unknown, passes otherwise. The
    first reason is that of the first rule which fails, or else of the first which is unknown.
    """

    project_id = dy.Categorical(nullable=True)
    parcel_id = dy.String()
    stratum = dy.Categorical(nullable=True)
    region_code = dy.Categorical(nullable=True)
    area_ha = dy.Float64(nullable=True, metadata={"unit": "ha"})
    outcome = dy.Enum(SCREENING_OUTCOMES)
    failed_rules = dy.String(nullable=True)
    unknown_rules = dy.String(nullable=True)
    first_rule = dy.Categorical(nullable=True)
    first_fields = dy.Categorical(nullable=True)
    first_reason_zh = dy.Categorical(nullable=True)
    first_reason_en = dy.Categorical(nullable=True)


class RuleSummary(dy.Schema):
    """Parcels by their outcome under one rule; the row without a rule is over all rules.

    `first_failed` counts the refused parcels of which it is the first rule that fails,
    `first_unknown` the parcels not decided of which it is the first rule that is unknown: summed
    over the rules they give the row without a rule. The reason is that of the parcels that fail.
    """

    rule_id = dy.String(nullable=True)
    title_zh = dy.String()
    title_en = dy.String()
    passed = dy.Int64()
    failed = dy.Int64()
    unknown = dy.Int64()
    passed_ha = dy.Float64(metadata={"unit": "ha"})
    failed_ha = dy.Float64(metadata={"unit": "ha"})
    unknown_ha = dy.Float64(metadata={"unit": "ha"})
    first_failed = dy.Int64()
    first_unknown = dy.Int64()
    limit = dy.String(nullable=True)
    reason_zh = dy.String(nullable=True)
    reason_en = dy.String(nullable=True)
    evidence = dy.String(nullable=True)
    source_id = dy.String(nullable=True)
    locator = dy.String(nullable=True)
