CREATE TABLE audit (
    network_id TEXT NOT NULL,
    n BIGINT NOT NULL,
    at BIGINT NOT NULL,
    actor TEXT NOT NULL,
    role TEXT NOT NULL,
    venue_id TEXT,
    action TEXT NOT NULL,
    object_id TEXT,
    result TEXT NOT NULL,
    hash TEXT NOT NULL,
    CONSTRAINT pk_audit PRIMARY KEY (network_id, n)
);

CREATE TABLE job_runs (
    job TEXT NOT NULL,
    started_at BIGINT NOT NULL,
    finished_at BIGINT,
    ok BIGINT,
    detail TEXT NOT NULL,
    CONSTRAINT pk_job_runs PRIMARY KEY (job)
);

CREATE TABLE networks (
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    unit TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    CONSTRAINT pk_networks PRIMARY KEY (id)
);

CREATE TABLE outbox (
    id TEXT NOT NULL,
    network_id TEXT NOT NULL,
    recipient TEXT NOT NULL,
    subject TEXT NOT NULL,
    body TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    sent_at BIGINT,
    attempts BIGINT NOT NULL,
    next_at BIGINT NOT NULL,
    error TEXT,
    CONSTRAINT pk_outbox PRIMARY KEY (id),
    CONSTRAINT uq_outbox_network_id_id UNIQUE (network_id, id)
);

CREATE TABLE rates (
    key TEXT NOT NULL,
    tokens BIGINT NOT NULL,
    at BIGINT NOT NULL,
    CONSTRAINT pk_rates PRIMARY KEY (key)
);

CREATE TABLE requests (
    network_id TEXT NOT NULL,
    actor TEXT NOT NULL,
    key TEXT NOT NULL,
    input_hash TEXT NOT NULL,
    answer TEXT NOT NULL,
    at BIGINT NOT NULL,
    CONSTRAINT pk_requests PRIMARY KEY (network_id, actor, key)
);

CREATE TABLE chain_heads (
    network_id TEXT NOT NULL,
    chain TEXT NOT NULL,
    n BIGINT NOT NULL,
    hash TEXT NOT NULL,
    CONSTRAINT pk_chain_heads PRIMARY KEY (network_id, chain),
    CONSTRAINT fk_chain_heads_network_id FOREIGN KEY(network_id) REFERENCES networks (id)
);

CREATE TABLE people (
    id TEXT NOT NULL,
    network_id TEXT NOT NULL,
    name TEXT NOT NULL,
    name_folded TEXT NOT NULL,
    email TEXT,
    language TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    signed_in_at BIGINT,
    erased_at BIGINT,
    CONSTRAINT pk_people PRIMARY KEY (id),
    CONSTRAINT uq_people_network_id_id UNIQUE (network_id, id),
    CONSTRAINT fk_people_network_id FOREIGN KEY(network_id) REFERENCES networks (id)
);

CREATE INDEX ix_people_network_id_name_folded ON people (network_id, name_folded);

CREATE UNIQUE INDEX uq_people_email ON people (network_id, email) WHERE email IS NOT NULL;

CREATE TABLE venues (
    id TEXT NOT NULL,
    network_id TEXT NOT NULL,
    slug TEXT NOT NULL,
    name TEXT NOT NULL,
    timezone TEXT NOT NULL,
    language TEXT NOT NULL,
    opening_hours TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    retired_at BIGINT,
    CONSTRAINT pk_venues PRIMARY KEY (id),
    CONSTRAINT uq_venues_network_id_id UNIQUE (network_id, id),
    CONSTRAINT fk_venues_network_id FOREIGN KEY(network_id) REFERENCES networks (id),
    CONSTRAINT uq_venues_network_id_slug UNIQUE (network_id, slug)
);

CREATE TABLE accounts (
    id TEXT NOT NULL,
    network_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    person_id TEXT,
    venue_id TEXT,
    unit TEXT NOT NULL,
    balance BIGINT NOT NULL,
    held BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    CONSTRAINT pk_accounts PRIMARY KEY (id),
    CONSTRAINT uq_accounts_network_id_id UNIQUE (network_id, id),
    CONSTRAINT fk_accounts_network_id_person_id FOREIGN KEY(network_id, person_id) REFERENCES people (network_id, id),
    CONSTRAINT fk_accounts_network_id_venue_id FOREIGN KEY(network_id, venue_id) REFERENCES venues (network_id, id),
    CONSTRAINT ck_accounts_kind CHECK (kind IN ('person', 'venue', 'issuing', 'commons')),
    CONSTRAINT ck_accounts_unit CHECK (unit IN ('SC', 'EUR')),
    CONSTRAINT ck_accounts_held CHECK (held >= 0)
);

CREATE UNIQUE INDEX uq_accounts_network ON accounts (network_id, kind, unit) WHERE person_id IS NULL AND venue_id IS NULL;

CREATE UNIQUE INDEX uq_accounts_person ON accounts (person_id, unit) WHERE person_id IS NOT NULL;

CREATE UNIQUE INDEX uq_accounts_venue ON accounts (venue_id, unit) WHERE venue_id IS NOT NULL;

CREATE TABLE badges (
    id TEXT NOT NULL,
    network_id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    short_code TEXT NOT NULL,
    issued_at BIGINT NOT NULL,
    revoked_at BIGINT,
    CONSTRAINT pk_badges PRIMARY KEY (id),
    CONSTRAINT uq_badges_network_id_id UNIQUE (network_id, id),
    CONSTRAINT fk_badges_network_id_person_id FOREIGN KEY(network_id, person_id) REFERENCES people (network_id, id),
    CONSTRAINT uq_badges_network_id_short_code UNIQUE (network_id, short_code)
);

CREATE UNIQUE INDEX uq_badges_valid ON badges (person_id) WHERE revoked_at IS NULL;

CREATE TABLE consents (
    id TEXT NOT NULL,
    network_id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    purpose TEXT NOT NULL,
    given_at BIGINT NOT NULL,
    withdrawn_at BIGINT,
    CONSTRAINT pk_consents PRIMARY KEY (id),
    CONSTRAINT uq_consents_network_id_id UNIQUE (network_id, id),
    CONSTRAINT fk_consents_network_id_person_id FOREIGN KEY(network_id, person_id) REFERENCES people (network_id, id),
    CONSTRAINT ck_consents_purpose CHECK (purpose IN ('matching', 'wall'))
);

CREATE UNIQUE INDEX uq_consents_standing ON consents (person_id, purpose) WHERE withdrawn_at IS NULL;

CREATE TABLE devices (
    id TEXT NOT NULL,
    network_id TEXT NOT NULL,
    venue_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    secret_hash TEXT,
    code_hash TEXT,
    code_expires_at BIGINT,
    created_at BIGINT NOT NULL,
    paired_at BIGINT,
    seen_at BIGINT,
    camera TEXT,
    revoked_at BIGINT,
    CONSTRAINT pk_devices PRIMARY KEY (id),
    CONSTRAINT uq_devices_network_id_id UNIQUE (network_id, id),
    CONSTRAINT fk_devices_network_id_venue_id FOREIGN KEY(network_id, venue_id) REFERENCES venues (network_id, id),
    CONSTRAINT ck_devices_kind CHECK (kind IN ('kiosk', 'wall'))
);

CREATE UNIQUE INDEX uq_devices_code ON devices (code_hash) WHERE code_hash IS NOT NULL;

CREATE UNIQUE INDEX uq_devices_secret ON devices (secret_hash) WHERE secret_hash IS NOT NULL;

CREATE TABLE links (
    secret_hash TEXT NOT NULL,
    network_id TEXT,
    person_id TEXT,
    purpose TEXT NOT NULL,
    browser_hash TEXT,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    CONSTRAINT pk_links PRIMARY KEY (secret_hash),
    CONSTRAINT fk_links_network_id_person_id FOREIGN KEY(network_id, person_id) REFERENCES people (network_id, id),
    CONSTRAINT ck_links_purpose CHECK (purpose IN ('login', 'setup'))
);

CREATE TABLE policies (
    id TEXT NOT NULL,
    network_id TEXT NOT NULL,
    venue_id TEXT NOT NULL,
    effective_at BIGINT NOT NULL,
    seat_price BIGINT NOT NULL,
    floor BIGINT NOT NULL,
    soft_floor BIGINT NOT NULL,
    newcomers_grant BIGINT NOT NULL,
    thanks_amount BIGINT NOT NULL,
    thanks_given_per_day BIGINT NOT NULL,
    thanks_received_per_day BIGINT NOT NULL,
    thanks_per_pair BIGINT NOT NULL,
    created_by TEXT,
    created_at BIGINT NOT NULL,
    CONSTRAINT pk_policies PRIMARY KEY (id),
    CONSTRAINT uq_policies_network_id_id UNIQUE (network_id, id),
    CONSTRAINT fk_policies_network_id_venue_id FOREIGN KEY(network_id, venue_id) REFERENCES venues (network_id, id)
);

CREATE INDEX ix_policies_venue_id_effective_at ON policies (venue_id, effective_at);

CREATE TABLE roles (
    id TEXT NOT NULL,
    network_id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    role TEXT NOT NULL,
    venue_id TEXT,
    created_at BIGINT NOT NULL,
    ended_at BIGINT,
    CONSTRAINT pk_roles PRIMARY KEY (id),
    CONSTRAINT uq_roles_network_id_id UNIQUE (network_id, id),
    CONSTRAINT fk_roles_network_id_person_id FOREIGN KEY(network_id, person_id) REFERENCES people (network_id, id),
    CONSTRAINT fk_roles_network_id_venue_id FOREIGN KEY(network_id, venue_id) REFERENCES venues (network_id, id),
    CONSTRAINT ck_roles_role CHECK (role IN ('host', 'admin'))
);

CREATE INDEX ix_roles_person_id ON roles (person_id);

CREATE TABLE rooms (
    id TEXT NOT NULL,
    network_id TEXT NOT NULL,
    venue_id TEXT NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    floor BIGINT NOT NULL,
    capacity BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    retired_at BIGINT,
    CONSTRAINT pk_rooms PRIMARY KEY (id),
    CONSTRAINT uq_rooms_network_id_id UNIQUE (network_id, id),
    CONSTRAINT fk_rooms_network_id_venue_id FOREIGN KEY(network_id, venue_id) REFERENCES venues (network_id, id),
    CONSTRAINT ck_rooms_kind CHECK (kind IN ('open', 'quiet', 'meeting')),
    CONSTRAINT ck_rooms_capacity CHECK (capacity BETWEEN 1 AND 10000)
);

CREATE UNIQUE INDEX uq_rooms_name ON rooms (venue_id, name) WHERE retired_at IS NULL;

CREATE TABLE sessions (
    id TEXT NOT NULL,
    network_id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    secret_hash TEXT NOT NULL,
    label TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    ended_at BIGINT,
    CONSTRAINT pk_sessions PRIMARY KEY (id),
    CONSTRAINT uq_sessions_network_id_id UNIQUE (network_id, id),
    CONSTRAINT fk_sessions_network_id_person_id FOREIGN KEY(network_id, person_id) REFERENCES people (network_id, id),
    CONSTRAINT uq_sessions_secret_hash UNIQUE (secret_hash)
);

CREATE INDEX ix_sessions_person_id ON sessions (person_id);

CREATE TABLE topics (
    id TEXT NOT NULL,
    network_id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    text TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    CONSTRAINT pk_topics PRIMARY KEY (id),
    CONSTRAINT uq_topics_network_id_id UNIQUE (network_id, id),
    CONSTRAINT fk_topics_network_id_person_id FOREIGN KEY(network_id, person_id) REFERENCES people (network_id, id),
    CONSTRAINT uq_topics_person_id_text UNIQUE (person_id, text)
);

CREATE TABLE door_uses (
    network_id TEXT NOT NULL,
    device_id TEXT NOT NULL,
    step BIGINT NOT NULL,
    person_id TEXT NOT NULL,
    at BIGINT NOT NULL,
    CONSTRAINT pk_door_uses PRIMARY KEY (device_id, step, person_id),
    CONSTRAINT fk_door_uses_network_id_device_id FOREIGN KEY(network_id, device_id) REFERENCES devices (network_id, id),
    CONSTRAINT fk_door_uses_network_id_person_id FOREIGN KEY(network_id, person_id) REFERENCES people (network_id, id)
);

CREATE TABLE help_calls (
    id TEXT NOT NULL,
    network_id TEXT NOT NULL,
    venue_id TEXT NOT NULL,
    device_id TEXT,
    reason TEXT NOT NULL,
    at BIGINT NOT NULL,
    answered_at BIGINT,
    answered_by TEXT,
    CONSTRAINT pk_help_calls PRIMARY KEY (id),
    CONSTRAINT uq_help_calls_network_id_id UNIQUE (network_id, id),
    CONSTRAINT fk_help_calls_network_id_venue_id FOREIGN KEY(network_id, venue_id) REFERENCES venues (network_id, id),
    CONSTRAINT fk_help_calls_network_id_device_id FOREIGN KEY(network_id, device_id) REFERENCES devices (network_id, id)
);

CREATE INDEX ix_help_calls_venue_id_at ON help_calls (venue_id, at);

CREATE TABLE transfers (
    network_id TEXT NOT NULL,
    n BIGINT NOT NULL,
    id TEXT NOT NULL,
    journal_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    debit_id TEXT NOT NULL,
    credit_id TEXT NOT NULL,
    amount BIGINT NOT NULL,
    unit TEXT NOT NULL,
    at BIGINT NOT NULL,
    expires_at BIGINT,
    pending_id TEXT,
    reverses_id TEXT,
    key_hash TEXT NOT NULL,
    hash TEXT NOT NULL,
    CONSTRAINT pk_transfers PRIMARY KEY (network_id, n),
    CONSTRAINT uq_transfers_network_id_id UNIQUE (network_id, id),
    CONSTRAINT fk_transfers_network_id_debit_id FOREIGN KEY(network_id, debit_id) REFERENCES accounts (network_id, id),
    CONSTRAINT fk_transfers_network_id_credit_id FOREIGN KEY(network_id, credit_id) REFERENCES accounts (network_id, id),
    CONSTRAINT fk_transfers_network_id_pending_id FOREIGN KEY(network_id, pending_id) REFERENCES transfers (network_id, id),
    CONSTRAINT fk_transfers_network_id_reverses_id FOREIGN KEY(network_id, reverses_id) REFERENCES transfers (network_id, id),
    CONSTRAINT ck_transfers_state CHECK (state IN ('posted', 'pending', 'post', 'void')),
    CONSTRAINT ck_transfers_unit CHECK (unit IN ('SC', 'EUR')),
    CONSTRAINT ck_transfers_amount CHECK (amount BETWEEN 1 AND 1000000000),
    CONSTRAINT ck_transfers_two_accounts CHECK (debit_id <> credit_id),
    CONSTRAINT ck_transfers_resolves CHECK ((state IN ('post', 'void')) = (pending_id IS NOT NULL)),
    CONSTRAINT uq_transfers_id UNIQUE (id)
);

CREATE INDEX ix_transfers_credit_id_n ON transfers (credit_id, n);

CREATE INDEX ix_transfers_debit_id_n ON transfers (debit_id, n);

CREATE INDEX ix_transfers_journal_id ON transfers (journal_id);

CREATE UNIQUE INDEX uq_transfers_pending_id ON transfers (pending_id) WHERE pending_id IS NOT NULL;

CREATE UNIQUE INDEX uq_transfers_reverses_id ON transfers (reverses_id) WHERE reverses_id IS NOT NULL;

CREATE TABLE visits (
    id TEXT NOT NULL,
    network_id TEXT NOT NULL,
    venue_id TEXT NOT NULL,
    person_id TEXT,
    room_id TEXT,
    device_id TEXT,
    way TEXT NOT NULL,
    intent TEXT NOT NULL,
    visible BIGINT NOT NULL,
    started_at BIGINT NOT NULL,
    closes_at BIGINT NOT NULL,
    ended_at BIGINT,
    ended_how TEXT,
    hold_id TEXT,
    CONSTRAINT pk_visits PRIMARY KEY (id),
    CONSTRAINT uq_visits_network_id_id UNIQUE (network_id, id),
    CONSTRAINT fk_visits_network_id_venue_id FOREIGN KEY(network_id, venue_id) REFERENCES venues (network_id, id),
    CONSTRAINT fk_visits_network_id_person_id FOREIGN KEY(network_id, person_id) REFERENCES people (network_id, id),
    CONSTRAINT fk_visits_network_id_room_id FOREIGN KEY(network_id, room_id) REFERENCES rooms (network_id, id),
    CONSTRAINT fk_visits_network_id_device_id FOREIGN KEY(network_id, device_id) REFERENCES devices (network_id, id),
    CONSTRAINT ck_visits_way CHECK (way IN ('badge', 'code', 'name', 'walk_in', 'door', 'host')),
    CONSTRAINT ck_visits_intent CHECK (intent IN ('need', 'offer', 'working')),
    CONSTRAINT ck_visits_ended_how CHECK (ended_how IN ('left', 'closing', 'moved', 'undone', 'host')),
    CONSTRAINT ck_visits_order CHECK (ended_at IS NULL OR ended_at >= started_at)
);

CREATE INDEX ix_visits_closing ON visits (closes_at) WHERE ended_at IS NULL;

CREATE INDEX ix_visits_person_id_started_at ON visits (person_id, started_at);

CREATE INDEX ix_visits_venue_id_started_at ON visits (venue_id, started_at);

CREATE UNIQUE INDEX uq_visits_open ON visits (network_id, person_id) WHERE ended_at IS NULL;

CREATE TABLE scans (
    network_id TEXT NOT NULL,
    device_id TEXT NOT NULL,
    event_id TEXT NOT NULL,
    input_hash TEXT NOT NULL,
    at BIGINT NOT NULL,
    received_at BIGINT NOT NULL,
    status TEXT NOT NULL,
    code TEXT NOT NULL,
    visit_id TEXT,
    first_name TEXT,
    CONSTRAINT pk_scans PRIMARY KEY (device_id, event_id),
    CONSTRAINT fk_scans_network_id_device_id FOREIGN KEY(network_id, device_id) REFERENCES devices (network_id, id),
    CONSTRAINT fk_scans_network_id_visit_id FOREIGN KEY(network_id, visit_id) REFERENCES visits (network_id, id)
);

CREATE INDEX ix_scans_device_id_visit_id_received_at ON scans (device_id, visit_id, received_at);

CREATE TABLE thanks (
    id TEXT NOT NULL,
    network_id TEXT NOT NULL,
    venue_id TEXT NOT NULL,
    giver_id TEXT,
    receiver_id TEXT,
    topic TEXT NOT NULL,
    text TEXT NOT NULL,
    amount BIGINT NOT NULL,
    transfer_id TEXT,
    at BIGINT NOT NULL,
    undone_at BIGINT,
    CONSTRAINT pk_thanks PRIMARY KEY (id),
    CONSTRAINT uq_thanks_network_id_id UNIQUE (network_id, id),
    CONSTRAINT fk_thanks_network_id_venue_id FOREIGN KEY(network_id, venue_id) REFERENCES venues (network_id, id),
    CONSTRAINT fk_thanks_network_id_giver_id FOREIGN KEY(network_id, giver_id) REFERENCES people (network_id, id),
    CONSTRAINT fk_thanks_network_id_receiver_id FOREIGN KEY(network_id, receiver_id) REFERENCES people (network_id, id),
    CONSTRAINT fk_thanks_network_id_transfer_id FOREIGN KEY(network_id, transfer_id) REFERENCES transfers (network_id, id),
    CONSTRAINT ck_thanks_other CHECK (giver_id <> receiver_id)
);

CREATE INDEX ix_thanks_giver_id_at ON thanks (giver_id, at);

CREATE INDEX ix_thanks_receiver_id_at ON thanks (receiver_id, at);

CREATE TABLE visit_topics (
    id TEXT NOT NULL,
    network_id TEXT NOT NULL,
    visit_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    text TEXT NOT NULL,
    on_wall BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    solved_at BIGINT,
    CONSTRAINT pk_visit_topics PRIMARY KEY (id),
    CONSTRAINT uq_visit_topics_network_id_id UNIQUE (network_id, id),
    CONSTRAINT fk_visit_topics_network_id_visit_id FOREIGN KEY(network_id, visit_id) REFERENCES visits (network_id, id),
    CONSTRAINT ck_visit_topics_kind CHECK (kind IN ('need', 'work', 'offer'))
);

CREATE INDEX ix_visit_topics_visit_id ON visit_topics (visit_id);

CREATE TABLE evidence (
    network_id TEXT NOT NULL,
    transfer_id TEXT NOT NULL,
    visit_id TEXT,
    thanks_id TEXT,
    reason TEXT,
    CONSTRAINT pk_evidence PRIMARY KEY (transfer_id),
    CONSTRAINT fk_evidence_network_id_transfer_id FOREIGN KEY(network_id, transfer_id) REFERENCES transfers (network_id, id),
    CONSTRAINT fk_evidence_network_id_visit_id FOREIGN KEY(network_id, visit_id) REFERENCES visits (network_id, id),
    CONSTRAINT fk_evidence_network_id_thanks_id FOREIGN KEY(network_id, thanks_id) REFERENCES thanks (network_id, id)
)
