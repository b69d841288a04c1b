ALTER TABLE bookings ADD COLUMN dots BIGINT NOT NULL DEFAULT 0;

ALTER TABLE bookings ADD COLUMN fee_dots BIGINT NOT NULL DEFAULT 0;

ALTER TABLE bookings ADD COLUMN worth_cents BIGINT NOT NULL DEFAULT 0;

ALTER TABLE accounts DROP CONSTRAINT ck_accounts_kind, ADD CONSTRAINT ck_accounts_kind CHECK (kind IN ('person', 'venue', 'issuing', 'commons', 'budget', 'receivable', 'revenue', 'deposits', 'vat_2100', 'vat_900', 'forgone'));
