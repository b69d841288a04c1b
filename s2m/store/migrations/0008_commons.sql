CREATE TABLE decay_rules (
    id TEXT NOT NULL,
    network_id TEXT NOT NULL,
    per_mille BIGINT NOT NULL,
    announced_at BIGINT NOT NULL,
    begins_at BIGINT NOT NULL,
    announced_by TEXT NOT NULL,
    CONSTRAINT pk_decay_rules PRIMARY KEY (id),
    CONSTRAINT uq_decay_rules_network_id_id UNIQUE (network_id, id),
    CONSTRAINT fk_decay_rules_network_id FOREIGN KEY(network_id) REFERENCES networks (id),
    CONSTRAINT ck_decay_rules_per_mille CHECK (per_mille BETWEEN 0 AND 100)
);

CREATE INDEX ix_decay_rules_network_id_begins_at ON decay_rules (network_id, begins_at);

CREATE TABLE decays (
    network_id TEXT NOT NULL,
    month TEXT NOT NULL,
    at BIGINT NOT NULL,
    people BIGINT NOT NULL,
    amount BIGINT NOT NULL,
    CONSTRAINT pk_decays PRIMARY KEY (network_id, month),
    CONSTRAINT fk_decays_network_id FOREIGN KEY(network_id) REFERENCES networks (id)
);
