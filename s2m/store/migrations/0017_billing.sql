CREATE TABLE attachments (
    network_id TEXT NOT NULL,
    mail_id TEXT NOT NULL,
    n BIGINT NOT NULL,
    name TEXT NOT NULL,
    type TEXT NOT NULL,
    content BYTEA NOT NULL,
    CONSTRAINT pk_attachments PRIMARY KEY (mail_id, n),
    CONSTRAINT fk_attachments_network_id_mail_id FOREIGN KEY(network_id, mail_id) REFERENCES outbox (network_id, id)
);

ALTER TABLE accounts ADD COLUMN room_id TEXT;

ALTER TABLE accounts DROP CONSTRAINT ck_accounts_kind, ADD CONSTRAINT ck_accounts_kind CHECK (kind IN ('person', 'venue', 'issuing', 'commons', 'budget', 'receivable', 'revenue', 'deposits', 'vat_2100', 'vat_900'));

DROP INDEX uq_accounts_venue;

CREATE UNIQUE INDEX uq_accounts_venue ON accounts (venue_id, kind, unit) WHERE venue_id IS NOT NULL AND room_id IS NULL;

CREATE UNIQUE INDEX uq_accounts_room ON accounts (room_id, kind, unit) WHERE room_id IS NOT NULL;

CREATE TABLE sellers (
    network_id TEXT NOT NULL,
    venue_id TEXT NOT NULL,
    party TEXT NOT NULL,
    prefix TEXT NOT NULL,
    days BIGINT NOT NULL,
    changed_by TEXT NOT NULL,
    changed_at BIGINT NOT NULL,
    CONSTRAINT pk_sellers PRIMARY KEY (venue_id),
    CONSTRAINT fk_sellers_network_id_venue_id FOREIGN KEY(network_id, venue_id) REFERENCES venues (network_id, id),
    CONSTRAINT ck_sellers_days CHECK (days BETWEEN 0 AND 90)
);

CREATE TABLE documents (
    id TEXT NOT NULL,
    network_id TEXT NOT NULL,
    venue_id TEXT NOT NULL,
    booking_id TEXT,
    renter_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    year BIGINT NOT NULL,
    n BIGINT NOT NULL,
    number TEXT NOT NULL,
    seller TEXT NOT NULL,
    buyer TEXT NOT NULL,
    language TEXT NOT NULL,
    about TEXT NOT NULL,
    issued_on TEXT NOT NULL,
    due_on TEXT NOT NULL,
    supplied_on TEXT NOT NULL,
    lines TEXT NOT NULL,
    gross_cents BIGINT NOT NULL,
    issued_at BIGINT NOT NULL,
    credits_id TEXT,
    credits_number TEXT NOT NULL,
    room_id TEXT,
    starts_at BIGINT,
    ends_at BIGINT,
    CONSTRAINT pk_documents PRIMARY KEY (id),
    CONSTRAINT uq_documents_network_id_id UNIQUE (network_id, id),
    CONSTRAINT fk_documents_network_id_venue_id FOREIGN KEY(network_id, venue_id) REFERENCES venues (network_id, id),
    CONSTRAINT fk_documents_network_id_booking_id FOREIGN KEY(network_id, booking_id) REFERENCES bookings (network_id, id),
    CONSTRAINT fk_documents_network_id_renter_id FOREIGN KEY(network_id, renter_id) REFERENCES renters (network_id, id),
    CONSTRAINT fk_documents_network_id_credits_id FOREIGN KEY(network_id, credits_id) REFERENCES documents (network_id, id),
    CONSTRAINT fk_documents_network_id_room_id FOREIGN KEY(network_id, room_id) REFERENCES rooms (network_id, id),
    CONSTRAINT uq_documents_venue_id_kind_year_n UNIQUE (venue_id, kind, year, n),
    CONSTRAINT ck_documents_kind CHECK (kind IN ('invoice', 'credit')),
    CONSTRAINT ck_documents_n CHECK (n >= 1),
    CONSTRAINT ck_documents_credits CHECK ((kind = 'credit') = (credits_id IS NOT NULL))
);

CREATE INDEX ix_documents_booking_id ON documents (booking_id);

CREATE INDEX ix_documents_renter_id ON documents (renter_id);

CREATE INDEX ix_documents_venue_id_issued_at ON documents (venue_id, issued_at);

CREATE UNIQUE INDEX uq_documents_credits_id ON documents (credits_id) WHERE credits_id IS NOT NULL;

CREATE TABLE payments (
    id TEXT NOT NULL,
    network_id TEXT NOT NULL,
    venue_id TEXT NOT NULL,
    document_id TEXT NOT NULL,
    cents BIGINT NOT NULL,
    way TEXT NOT NULL,
    paid_on TEXT NOT NULL,
    reference TEXT,
    undoes_id TEXT,
    recorded_by TEXT NOT NULL,
    at BIGINT NOT NULL,
    CONSTRAINT pk_payments PRIMARY KEY (id),
    CONSTRAINT uq_payments_network_id_id UNIQUE (network_id, id),
    CONSTRAINT fk_payments_network_id_venue_id FOREIGN KEY(network_id, venue_id) REFERENCES venues (network_id, id),
    CONSTRAINT fk_payments_network_id_document_id FOREIGN KEY(network_id, document_id) REFERENCES documents (network_id, id),
    CONSTRAINT fk_payments_network_id_undoes_id FOREIGN KEY(network_id, undoes_id) REFERENCES payments (network_id, id),
    CONSTRAINT ck_payments_way CHECK (way IN ('bank', 'cash', 'card', 'online', 'carried', 'deposit')),
    CONSTRAINT ck_payments_cents CHECK (cents <> 0)
);

CREATE INDEX ix_payments_document_id ON payments (document_id);

CREATE UNIQUE INDEX uq_payments_reference ON payments (venue_id, reference) WHERE reference IS NOT NULL;

CREATE UNIQUE INDEX uq_payments_undoes_id ON payments (undoes_id) WHERE undoes_id IS NOT NULL;

CREATE TABLE letters (
    network_id TEXT NOT NULL,
    document_id TEXT NOT NULL,
    step BIGINT NOT NULL,
    at BIGINT NOT NULL,
    CONSTRAINT pk_letters PRIMARY KEY (document_id, step),
    CONSTRAINT fk_letters_network_id_document_id FOREIGN KEY(network_id, document_id) REFERENCES documents (network_id, id)
);

CREATE TABLE checkouts (
    id TEXT NOT NULL,
    network_id TEXT NOT NULL,
    venue_id TEXT NOT NULL,
    document_id TEXT NOT NULL,
    provider TEXT NOT NULL,
    provider_id TEXT,
    cents BIGINT NOT NULL,
    status TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    CONSTRAINT pk_checkouts PRIMARY KEY (id),
    CONSTRAINT uq_checkouts_network_id_id UNIQUE (network_id, id),
    CONSTRAINT fk_checkouts_network_id_venue_id FOREIGN KEY(network_id, venue_id) REFERENCES venues (network_id, id),
    CONSTRAINT fk_checkouts_network_id_document_id FOREIGN KEY(network_id, document_id) REFERENCES documents (network_id, id),
    CONSTRAINT ck_checkouts_status CHECK (status IN ('open', 'paid', 'failed', 'expired', 'differs'))
);

CREATE INDEX ix_checkouts_document_id ON checkouts (document_id);

CREATE INDEX ix_checkouts_venue_id_status ON checkouts (venue_id, status);

CREATE UNIQUE INDEX uq_checkouts_provider ON checkouts (provider, provider_id) WHERE provider_id IS NOT NULL
