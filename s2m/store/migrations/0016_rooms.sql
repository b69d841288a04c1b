ALTER TABLE policies ADD COLUMN seat_cost_euro BIGINT NOT NULL DEFAULT 0;

CREATE TABLE room_terms (
    id TEXT NOT NULL,
    network_id TEXT NOT NULL,
    room_id TEXT NOT NULL,
    effective_at BIGINT NOT NULL,
    setups TEXT NOT NULL,
    equipment TEXT NOT NULL,
    step_free BIGINT NOT NULL,
    hearing_loop BIGINT NOT NULL,
    bookable_by TEXT NOT NULL,
    buffer_before BIGINT NOT NULL,
    buffer_after BIGINT NOT NULL,
    shortest BIGINT NOT NULL,
    longest BIGINT NOT NULL,
    notice BIGINT NOT NULL,
    horizon BIGINT NOT NULL,
    hours TEXT,
    open_on_holidays BIGINT NOT NULL,
    hour_cents BIGINT NOT NULL,
    half_day_cents BIGINT NOT NULL,
    day_cents BIGINT NOT NULL,
    off_peak_percent BIGINT NOT NULL,
    off_peak TEXT NOT NULL,
    member_percent BIGINT NOT NULL,
    vat BIGINT NOT NULL,
    extras TEXT NOT NULL,
    tiers TEXT NOT NULL,
    option_hours BIGINT NOT NULL,
    approval BIGINT NOT NULL,
    warn_after BIGINT NOT NULL,
    release_after BIGINT NOT NULL,
    deposit_cents BIGINT NOT NULL,
    dots_per_hour BIGINT NOT NULL,
    dots_limit BIGINT NOT NULL,
    created_by TEXT,
    created_at BIGINT NOT NULL,
    CONSTRAINT pk_room_terms PRIMARY KEY (id),
    CONSTRAINT uq_room_terms_network_id_id UNIQUE (network_id, id),
    CONSTRAINT fk_room_terms_network_id_room_id FOREIGN KEY(network_id, room_id) REFERENCES rooms (network_id, id),
    CONSTRAINT ck_room_terms_bookable_by CHECK (bookable_by IN ('anyone', 'members', 'hosts'))
);

CREATE INDEX ix_room_terms_room_id_effective_at ON room_terms (room_id, effective_at);

CREATE TABLE extras (
    id TEXT NOT NULL,
    network_id TEXT NOT NULL,
    venue_id TEXT NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    unit_cents BIGINT NOT NULL,
    per TEXT NOT NULL,
    vat BIGINT NOT NULL,
    stock BIGINT,
    created_at BIGINT NOT NULL,
    retired_at BIGINT,
    CONSTRAINT pk_extras PRIMARY KEY (id),
    CONSTRAINT uq_extras_network_id_id UNIQUE (network_id, id),
    CONSTRAINT fk_extras_network_id_venue_id FOREIGN KEY(network_id, venue_id) REFERENCES venues (network_id, id),
    CONSTRAINT ck_extras_kind CHECK (kind IN ('equipment', 'catering')),
    CONSTRAINT ck_extras_per CHECK (per IN ('booking', 'person')),
    CONSTRAINT ck_extras_stock CHECK (stock >= 0)
);

CREATE INDEX ix_extras_venue_id ON extras (venue_id);

CREATE TABLE closures (
    id TEXT NOT NULL,
    network_id TEXT NOT NULL,
    room_id TEXT NOT NULL,
    starts_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    reason TEXT NOT NULL,
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    ended_at BIGINT,
    CONSTRAINT pk_closures PRIMARY KEY (id),
    CONSTRAINT uq_closures_network_id_id UNIQUE (network_id, id),
    CONSTRAINT fk_closures_network_id_room_id FOREIGN KEY(network_id, room_id) REFERENCES rooms (network_id, id),
    CONSTRAINT ck_closures_order CHECK (ends_at > starts_at)
);

CREATE INDEX ix_closures_room_id_starts_at ON closures (room_id, starts_at);

CREATE TABLE renters (
    id TEXT NOT NULL,
    network_id TEXT NOT NULL,
    person_id TEXT,
    name TEXT NOT NULL,
    company TEXT NOT NULL,
    email TEXT NOT NULL,
    street TEXT NOT NULL,
    postcode TEXT NOT NULL,
    city TEXT NOT NULL,
    country TEXT NOT NULL,
    vat_id TEXT NOT NULL,
    language TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    CONSTRAINT pk_renters PRIMARY KEY (id),
    CONSTRAINT uq_renters_network_id_id UNIQUE (network_id, id),
    CONSTRAINT fk_renters_network_id FOREIGN KEY(network_id) REFERENCES networks (id),
    CONSTRAINT fk_renters_network_id_person_id FOREIGN KEY(network_id, person_id) REFERENCES people (network_id, id)
);

CREATE UNIQUE INDEX uq_renters_person_id ON renters (person_id) WHERE person_id IS NOT NULL;

CREATE TABLE bookings (
    id TEXT NOT NULL,
    network_id TEXT NOT NULL,
    venue_id TEXT NOT NULL,
    room_id TEXT NOT NULL,
    renter_id TEXT,
    person_id TEXT,
    series_id TEXT,
    terms_id TEXT NOT NULL,
    starts_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    blocked_from BIGINT NOT NULL,
    blocked_until BIGINT NOT NULL,
    status TEXT NOT NULL,
    expires_at BIGINT,
    title TEXT NOT NULL,
    title_hidden BIGINT NOT NULL,
    people BIGINT NOT NULL,
    setup TEXT NOT NULL,
    notes TEXT NOT NULL,
    topics TEXT NOT NULL,
    extras TEXT NOT NULL,
    lines TEXT NOT NULL,
    gross_cents BIGINT NOT NULL,
    paid_by TEXT NOT NULL,
    secret_hash TEXT,
    sequence BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    confirmed_at BIGINT,
    ended_at BIGINT,
    fee_cents BIGINT NOT NULL,
    warned_at BIGINT,
    arrived_at BIGINT,
    left_at BIGINT,
    CONSTRAINT pk_bookings PRIMARY KEY (id),
    CONSTRAINT uq_bookings_network_id_id UNIQUE (network_id, id),
    CONSTRAINT fk_bookings_network_id_venue_id FOREIGN KEY(network_id, venue_id) REFERENCES venues (network_id, id),
    CONSTRAINT fk_bookings_network_id_room_id FOREIGN KEY(network_id, room_id) REFERENCES rooms (network_id, id),
    CONSTRAINT fk_bookings_network_id_renter_id FOREIGN KEY(network_id, renter_id) REFERENCES renters (network_id, id),
    CONSTRAINT fk_bookings_network_id_person_id FOREIGN KEY(network_id, person_id) REFERENCES people (network_id, id),
    CONSTRAINT fk_bookings_network_id_terms_id FOREIGN KEY(network_id, terms_id) REFERENCES room_terms (network_id, id),
    CONSTRAINT ck_bookings_status CHECK (status IN ('hold', 'option', 'requested', 'confirmed', 'cancelled', 'expired', 'declined', 'released')),
    CONSTRAINT ck_bookings_paid_by CHECK (paid_by IN ('euro', 'capital')),
    CONSTRAINT ck_bookings_order CHECK (ends_at > starts_at),
    CONSTRAINT ck_bookings_buffers CHECK (blocked_from <= starts_at AND blocked_until > starts_at),
    CONSTRAINT ck_bookings_length CHECK (blocked_until - blocked_from BETWEEN 1 AND 3456000000000),
    CONSTRAINT ck_bookings_cents CHECK (gross_cents >= 0 AND fee_cents >= 0)
);

CREATE INDEX ix_bookings_due ON bookings (expires_at) WHERE status IN ('hold', 'option', 'requested');

CREATE INDEX ix_bookings_person_id_starts_at ON bookings (person_id, starts_at);

CREATE INDEX ix_bookings_renter_id ON bookings (renter_id);

CREATE INDEX ix_bookings_room_id_blocked_from ON bookings (room_id, blocked_from);

CREATE INDEX ix_bookings_series_id ON bookings (series_id);

CREATE INDEX ix_bookings_venue_id_starts_at ON bookings (venue_id, starts_at);

CREATE UNIQUE INDEX uq_bookings_secret ON bookings (secret_hash) WHERE secret_hash IS NOT NULL
