ALTER TABLE policies ADD COLUMN thanks_accept_hours BIGINT NOT NULL DEFAULT 0;

ALTER TABLE policies ADD COLUMN post_amount BIGINT NOT NULL DEFAULT 0;

ALTER TABLE policies ADD COLUMN talk_amount BIGINT NOT NULL DEFAULT 0;

ALTER TABLE policies ADD COLUMN talk_most BIGINT NOT NULL DEFAULT 0;

CREATE TABLE contributions (
    id TEXT NOT NULL,
    network_id TEXT NOT NULL,
    venue_id TEXT NOT NULL,
    person_id TEXT,
    kind TEXT NOT NULL,
    topic TEXT NOT NULL,
    amount BIGINT NOT NULL,
    transfer_id TEXT,
    recorded_by TEXT,
    at BIGINT NOT NULL,
    CONSTRAINT pk_contributions PRIMARY KEY (id),
    CONSTRAINT uq_contributions_network_id_id UNIQUE (network_id, id),
    CONSTRAINT fk_contributions_network_id_venue_id FOREIGN KEY(network_id, venue_id) REFERENCES venues (network_id, id),
    CONSTRAINT fk_contributions_network_id_person_id FOREIGN KEY(network_id, person_id) REFERENCES people (network_id, id),
    CONSTRAINT fk_contributions_network_id_transfer_id FOREIGN KEY(network_id, transfer_id) REFERENCES transfers (network_id, id),
    CONSTRAINT ck_contributions_kind CHECK (kind IN ('post', 'talk', 'task', 'proxy', 'ask', 'fault'))
);

CREATE INDEX ix_contributions_person_id_at ON contributions (person_id, at);

ALTER TABLE evidence ADD COLUMN contribution_id TEXT CONSTRAINT fk_evidence_contribution_id REFERENCES contributions (id)
