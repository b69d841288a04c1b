CREATE TABLE post_claims (
    id TEXT NOT NULL,
    network_id TEXT NOT NULL,
    venue_id TEXT NOT NULL,
    visit_id TEXT NOT NULL,
    person_id TEXT,
    url TEXT NOT NULL,
    hash TEXT NOT NULL,
    about TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT NOT NULL,
    amount BIGINT NOT NULL,
    author TEXT NOT NULL,
    published_at BIGINT,
    fingerprint TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    next_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at BIGINT,
    decided_at BIGINT,
    decided_by TEXT,
    contribution_id TEXT,
    said TEXT NOT NULL,
    CONSTRAINT pk_post_claims PRIMARY KEY (id),
    CONSTRAINT uq_post_claims_network_id_id UNIQUE (network_id, id),
    CONSTRAINT fk_post_claims_network_id_venue_id FOREIGN KEY(network_id, venue_id) REFERENCES venues (network_id, id),
    CONSTRAINT fk_post_claims_network_id_visit_id FOREIGN KEY(network_id, visit_id) REFERENCES visits (network_id, id),
    CONSTRAINT fk_post_claims_network_id_person_id FOREIGN KEY(network_id, person_id) REFERENCES people (network_id, id),
    CONSTRAINT fk_post_claims_network_id_contribution_id FOREIGN KEY(network_id, contribution_id) REFERENCES contributions (network_id, id),
    CONSTRAINT ck_post_claims_state CHECK (state IN ('waiting', 'seen', 'host', 'paid', 'refused'))
);

CREATE INDEX ix_post_claims_person_id_created_at ON post_claims (person_id, created_at);

CREATE INDEX ix_post_claims_state_next_at ON post_claims (state, next_at);

CREATE INDEX ix_post_claims_venue_id_state ON post_claims (venue_id, state);

CREATE UNIQUE INDEX uq_post_claims_post ON post_claims (network_id, hash) WHERE state <> 'refused';

CREATE UNIQUE INDEX uq_post_claims_visit ON post_claims (visit_id) WHERE state <> 'refused';

CREATE TABLE post_pictures (
    network_id TEXT NOT NULL,
    claim_id TEXT NOT NULL,
    content BYTEA NOT NULL,
    CONSTRAINT pk_post_pictures PRIMARY KEY (claim_id),
    CONSTRAINT fk_post_pictures_network_id_claim_id FOREIGN KEY(network_id, claim_id) REFERENCES post_claims (network_id, id)
);

CREATE TABLE linked_accounts (
    id TEXT NOT NULL,
    network_id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    platform TEXT NOT NULL,
    handle TEXT NOT NULL,
    word TEXT NOT NULL,
    url TEXT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    next_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    linked_at BIGINT,
    CONSTRAINT pk_linked_accounts PRIMARY KEY (id),
    CONSTRAINT uq_linked_accounts_network_id_id UNIQUE (network_id, id),
    CONSTRAINT fk_linked_accounts_network_id_person_id FOREIGN KEY(network_id, person_id) REFERENCES people (network_id, id),
    CONSTRAINT ck_linked_accounts_platform CHECK (platform IN ('mastodon', 'bluesky', 'x')),
    CONSTRAINT ck_linked_accounts_state CHECK (state IN ('started', 'checking', 'failed', 'linked'))
);

CREATE INDEX ix_linked_accounts_person_id ON linked_accounts (person_id);

CREATE INDEX ix_linked_accounts_state_next_at ON linked_accounts (state, next_at);

CREATE UNIQUE INDEX uq_linked_accounts_owner ON linked_accounts (network_id, platform, handle) WHERE state = 'linked'
