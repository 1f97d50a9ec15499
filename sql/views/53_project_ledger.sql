-- zh: 项目减排量台账;每行一条记录
-- en: book of the units of projects; one row an entry
CREATE VIEW bureau.project_ledger AS
SELECT
    ccer_ledger.entry_no,
    ccer_ledger.entry_id,
    ccer_ledger.project_id,
    ccer_ledger.version,
    ccer_ledger.kind,
    kind_words.zh AS kind_zh,
    ccer_ledger.corrects,
    ccer_ledger.vintage,
    ccer_ledger.first_day,
    ccer_ledger.last_day,
    ccer_ledger.applied_on,
    ccer_ledger.entry_date,
    ccer_ledger.quantity_t,
    ccer_ledger.verified_t,
    ccer_ledger.serial_from,
    ccer_ledger.serial_to,
    ccer_ledger.batch,
    ccer_ledger.purpose,
    purpose_words.zh AS purpose_zh,
    ccer_ledger.beneficiary,
    ccer_ledger.event_name,
    ccer_ledger.event_emissions_t,
    ccer_ledger.document,
    ccer_ledger.note,
    ccer_ledger.program_version,
    ccer_ledger.entered_at
FROM main.ccer_ledger
LEFT JOIN main.words AS kind_words ON ccer_ledger.kind = kind_words.word
LEFT JOIN main.words AS purpose_words ON ccer_ledger.purpose = purpose_words.word;
