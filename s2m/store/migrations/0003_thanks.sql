ALTER TABLE accounts ADD COLUMN frozen_at BIGINT;

CREATE TABLE freezes (
    id TEXT NOT NULL,
    network_id TEXT NOT NULL,
    account_id TEXT NOT NULL,
    reason TEXT NOT NULL,
    frozen_by TEXT NOT NULL,
    frozen_at BIGINT NOT NULL,
    ended_reason TEXT,
    ended_by TEXT,
    ended_at BIGINT,
    CONSTRAINT pk_freezes PRIMARY KEY (id),
    CONSTRAINT uq_freezes_network_id_id UNIQUE (network_id, id),
    CONSTRAINT fk_freezes_network_id_account_id FOREIGN KEY(network_id, account_id) REFERENCES accounts (network_id, id)
);

CREATE UNIQUE INDEX uq_freezes_account_id ON freezes (account_id) WHERE ended_at IS NULL;

ALTER TABLE thanks RENAME COLUMN undone_at TO decided_at;

ALTER TABLE thanks ADD COLUMN kind TEXT NOT NULL DEFAULT 'earned'
    CONSTRAINT ck_thanks_kind CHECK (kind IN ('earned', 'gift', 'plain'));

ALTER TABLE thanks ADD COLUMN state TEXT NOT NULL DEFAULT 'accepted'
    CONSTRAINT ck_thanks_state CHECK (state IN ('waiting', 'accepted', 'declined', 'undone', 'objected', 'reversed'));

ALTER TABLE thanks ADD COLUMN accept_by BIGINT;

ALTER TABLE thanks ADD COLUMN reason TEXT;

UPDATE thanks SET state = 'undone' WHERE decided_at IS NOT NULL;

CREATE INDEX ix_thanks_venue_id_at ON thanks (venue_id, at);

CREATE INDEX ix_thanks_state_accept_by ON thanks (state, accept_by)
