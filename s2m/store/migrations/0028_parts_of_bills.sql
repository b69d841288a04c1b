ALTER TABLE documents ADD COLUMN reduces_id TEXT CONSTRAINT fk_documents_reduces_id REFERENCES documents (id);

ALTER TABLE documents ADD COLUMN reason TEXT NOT NULL DEFAULT '';

ALTER TABLE documents ADD COLUMN vat TEXT NOT NULL DEFAULT '[]';

ALTER TABLE documents DROP CONSTRAINT ck_documents_credits, ADD CONSTRAINT ck_documents_credits CHECK ((kind = 'credit') = (coalesce(credits_id, reduces_id) IS NOT NULL));

CREATE INDEX ix_documents_reduces_id ON documents (reduces_id) WHERE reduces_id IS NOT NULL;

ALTER TABLE payments DROP CONSTRAINT ck_payments_way, ADD CONSTRAINT ck_payments_way CHECK (way IN ('bank', 'cash', 'card', 'online', 'carried', 'deposit', 'kept', 'from_deposit'));

ALTER TABLE renters ADD COLUMN for_id TEXT CONSTRAINT fk_renters_for_id REFERENCES people (id);

CREATE INDEX ix_renters_for_id ON renters (for_id) WHERE for_id IS NOT NULL
