CREATE TABLE feeds (
    id TEXT NOT NULL,
    network_id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    room_id TEXT,
    secret_hash TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    ended_at BIGINT,
    CONSTRAINT pk_feeds PRIMARY KEY (id),
    CONSTRAINT uq_feeds_network_id_id UNIQUE (network_id, id),
    CONSTRAINT uq_feeds_secret_hash UNIQUE (secret_hash),
    CONSTRAINT fk_feeds_network_id_person_id FOREIGN KEY(network_id, person_id) REFERENCES people (network_id, id),
    CONSTRAINT fk_feeds_network_id_room_id FOREIGN KEY(network_id, room_id) REFERENCES rooms (network_id, id)
);

CREATE UNIQUE INDEX uq_feeds_own ON feeds (person_id) WHERE room_id IS NULL AND ended_at IS NULL;

CREATE UNIQUE INDEX uq_feeds_room ON feeds (person_id, room_id) WHERE room_id IS NOT NULL AND ended_at IS NULL;

CREATE TABLE outside_calendars (
    id TEXT NOT NULL,
    network_id TEXT NOT NULL,
    room_id TEXT NOT NULL,
    url TEXT NOT NULL,
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    next_at BIGINT NOT NULL,
    tried_at BIGINT,
    read_at BIGINT,
    failures BIGINT NOT NULL,
    problem TEXT NOT NULL,
    skipped BIGINT NOT NULL,
    cut BIGINT NOT NULL,
    ended_at BIGINT,
    CONSTRAINT pk_outside_calendars PRIMARY KEY (id),
    CONSTRAINT uq_outside_calendars_network_id_id UNIQUE (network_id, id),
    CONSTRAINT fk_outside_calendars_network_id_room_id FOREIGN KEY(network_id, room_id) REFERENCES rooms (network_id, id)
);

CREATE UNIQUE INDEX uq_outside_calendars_room ON outside_calendars (room_id) WHERE ended_at IS NULL;

CREATE INDEX ix_outside_calendars_next_at ON outside_calendars (next_at);

CREATE TABLE outside_busy (
    network_id TEXT NOT NULL,
    room_id TEXT NOT NULL,
    ends_at BIGINT NOT NULL,
    starts_at BIGINT NOT NULL,
    CONSTRAINT pk_outside_busy PRIMARY KEY (room_id, ends_at),
    CONSTRAINT fk_outside_busy_network_id_room_id FOREIGN KEY(network_id, room_id) REFERENCES rooms (network_id, id),
    CONSTRAINT ck_outside_busy_order CHECK (starts_at < ends_at)
)
