CREATE TABLE blocks (
    id TEXT NOT NULL,
    network_id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    other_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    until BIGINT,
    ended_at BIGINT,
    CONSTRAINT pk_blocks PRIMARY KEY (id),
    CONSTRAINT uq_blocks_network_id_id UNIQUE (network_id, id),
    CONSTRAINT fk_blocks_network_id_person_id FOREIGN KEY(network_id, person_id) REFERENCES people (network_id, id),
    CONSTRAINT fk_blocks_network_id_other_id FOREIGN KEY(network_id, other_id) REFERENCES people (network_id, id),
    CONSTRAINT ck_blocks_kind CHECK (kind IN ('block', 'snooze')),
    CONSTRAINT ck_blocks_other CHECK (person_id <> other_id)
);

CREATE UNIQUE INDEX uq_blocks_standing ON blocks (person_id, other_id, kind) WHERE ended_at IS NULL;

CREATE INDEX ix_blocks_other_id ON blocks (other_id)
