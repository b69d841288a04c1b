CREATE TABLE sealed_heads (
    network_id TEXT NOT NULL,
    n BIGINT NOT NULL,
    day TEXT NOT NULL,
    chain TEXT NOT NULL,
    row_n BIGINT NOT NULL,
    hash TEXT NOT NULL,
    at BIGINT NOT NULL,
    CONSTRAINT pk_sealed_heads PRIMARY KEY (network_id, n),
    CONSTRAINT fk_sealed_heads_network_id FOREIGN KEY(network_id) REFERENCES networks (id),
    CONSTRAINT uq_sealed_heads_network_id_chain_day UNIQUE (network_id, chain, day),
    CONSTRAINT ck_sealed_heads_chain CHECK (chain IN ('ledger', 'audit'))
);

CREATE TABLE trusted_keys (
    id TEXT NOT NULL,
    network_id TEXT NOT NULL,
    name TEXT NOT NULL,
    public_key TEXT NOT NULL,
    added_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    ended_at BIGINT,
    CONSTRAINT pk_trusted_keys PRIMARY KEY (id),
    CONSTRAINT uq_trusted_keys_network_id_id UNIQUE (network_id, id)
);

CREATE UNIQUE INDEX uq_trusted_keys_public_key ON trusted_keys (network_id, public_key) WHERE ended_at IS NULL;

CREATE TABLE passport_grants (
    id TEXT NOT NULL,
    network_id TEXT NOT NULL,
    passport_id TEXT NOT NULL,
    public_key TEXT NOT NULL,
    holder TEXT NOT NULL,
    person_id TEXT,
    amount BIGINT NOT NULL,
    transfer_id TEXT NOT NULL,
    granted_by TEXT NOT NULL,
    at BIGINT NOT NULL,
    CONSTRAINT pk_passport_grants PRIMARY KEY (id),
    CONSTRAINT uq_passport_grants_network_id_id UNIQUE (network_id, id),
    CONSTRAINT uq_passport_grants_network_id_public_key_holder UNIQUE (network_id, public_key, holder),
    CONSTRAINT uq_passport_grants_network_id_public_key_passport_id UNIQUE (network_id, public_key, passport_id),
    CONSTRAINT fk_passport_grants_network_id_person_id FOREIGN KEY(network_id, person_id) REFERENCES people (network_id, id),
    CONSTRAINT fk_passport_grants_network_id_transfer_id FOREIGN KEY(network_id, transfer_id) REFERENCES transfers (network_id, id)
);

CREATE UNIQUE INDEX uq_passport_grants_person_id ON passport_grants (person_id) WHERE person_id IS NOT NULL
