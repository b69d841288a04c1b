ALTER TABLE bookings ADD COLUMN series_day TEXT;

CREATE TABLE series (
    id TEXT NOT NULL,
    network_id TEXT NOT NULL,
    venue_id TEXT NOT NULL,
    room_id TEXT NOT NULL,
    renter_id TEXT,
    rule TEXT NOT NULL,
    first_day TEXT NOT NULL,
    begins TEXT NOT NULL,
    ends TEXT NOT NULL,
    next_day BIGINT NOT NULL,
    timezone TEXT NOT NULL,
    title TEXT NOT NULL,
    title_hidden BIGINT NOT NULL,
    people BIGINT NOT NULL,
    setup TEXT NOT NULL,
    notes TEXT NOT NULL,
    topics TEXT NOT NULL,
    extras TEXT NOT NULL,
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    ended_at BIGINT,
    CONSTRAINT pk_series PRIMARY KEY (id),
    CONSTRAINT uq_series_network_id_id UNIQUE (network_id, id),
    CONSTRAINT fk_series_network_id_venue_id FOREIGN KEY(network_id, venue_id) REFERENCES venues (network_id, id),
    CONSTRAINT fk_series_network_id_room_id FOREIGN KEY(network_id, room_id) REFERENCES rooms (network_id, id),
    CONSTRAINT fk_series_network_id_renter_id FOREIGN KEY(network_id, renter_id) REFERENCES renters (network_id, id)
);

CREATE INDEX ix_series_renter_id ON series (renter_id);

CREATE INDEX ix_series_venue_id_created_at ON series (venue_id, created_at);

CREATE TABLE waits (
    id TEXT NOT NULL,
    network_id TEXT NOT NULL,
    venue_id TEXT NOT NULL,
    room_id TEXT,
    renter_id TEXT NOT NULL,
    person_id TEXT,
    starts_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    people BIGINT NOT NULL,
    state TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    secret_hash TEXT,
    offered_booking_id TEXT,
    offer_until BIGINT,
    told_at BIGINT,
    ended_at BIGINT,
    CONSTRAINT pk_waits PRIMARY KEY (id),
    CONSTRAINT uq_waits_network_id_id UNIQUE (network_id, id),
    CONSTRAINT fk_waits_network_id_venue_id FOREIGN KEY(network_id, venue_id) REFERENCES venues (network_id, id),
    CONSTRAINT fk_waits_network_id_room_id FOREIGN KEY(network_id, room_id) REFERENCES rooms (network_id, id),
    CONSTRAINT fk_waits_network_id_renter_id FOREIGN KEY(network_id, renter_id) REFERENCES renters (network_id, id),
    CONSTRAINT fk_waits_network_id_person_id FOREIGN KEY(network_id, person_id) REFERENCES people (network_id, id),
    CONSTRAINT fk_waits_network_id_offered_booking_id FOREIGN KEY(network_id, offered_booking_id) REFERENCES bookings (network_id, id),
    CONSTRAINT ck_waits_state CHECK (state IN ('unproven', 'waiting', 'offered', 'taken', 'declined', 'lapsed', 'left')),
    CONSTRAINT ck_waits_order CHECK (ends_at > starts_at)
);

CREATE INDEX ix_waits_line ON waits (venue_id, created_at) WHERE state IN ('unproven', 'waiting', 'offered');

CREATE INDEX ix_waits_person_id ON waits (person_id);

CREATE INDEX ix_waits_renter_id ON waits (renter_id);

CREATE UNIQUE INDEX uq_waits_offer ON waits (offered_booking_id) WHERE offered_booking_id IS NOT NULL;

CREATE UNIQUE INDEX uq_waits_secret ON waits (secret_hash) WHERE secret_hash IS NOT NULL;

ALTER TABLE bookings ADD CONSTRAINT fk_bookings_network_id_series_id FOREIGN KEY(network_id, series_id) REFERENCES series (network_id, id)
