ALTER TABLE accounts DROP CONSTRAINT ck_accounts_kind, ADD CONSTRAINT ck_accounts_kind CHECK (kind IN ('person', 'venue', 'issuing', 'commons', 'budget'));

DROP INDEX uq_accounts_venue;

CREATE UNIQUE INDEX uq_accounts_venue ON accounts (venue_id, kind, unit) WHERE venue_id IS NOT NULL;

CREATE TABLE grants (
    id TEXT NOT NULL,
    network_id TEXT NOT NULL,
    venue_id TEXT NOT NULL,
    person_id TEXT,
    amount BIGINT NOT NULL,
    reason TEXT NOT NULL,
    hold_id TEXT NOT NULL,
    asked_by TEXT NOT NULL,
    asked_at BIGINT NOT NULL,
    decided_by TEXT,
    decided_at BIGINT,
    given BIGINT,
    CONSTRAINT pk_grants PRIMARY KEY (id),
    CONSTRAINT uq_grants_network_id_id UNIQUE (network_id, id),
    CONSTRAINT fk_grants_network_id_venue_id FOREIGN KEY(network_id, venue_id) REFERENCES venues (network_id, id),
    CONSTRAINT fk_grants_network_id_person_id FOREIGN KEY(network_id, person_id) REFERENCES people (network_id, id),
    CONSTRAINT fk_grants_network_id_hold_id FOREIGN KEY(network_id, hold_id) REFERENCES transfers (network_id, id),
    CONSTRAINT ck_grants_decided CHECK ((decided_at IS NULL) = (given IS NULL))
);

CREATE INDEX ix_grants_venue_id_asked_at ON grants (venue_id, asked_at);
