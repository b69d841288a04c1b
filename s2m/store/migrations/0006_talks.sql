CREATE TABLE talks (
    id TEXT NOT NULL,
    network_id TEXT NOT NULL,
    venue_id TEXT NOT NULL,
    speaker_id TEXT,
    room_id TEXT,
    topic TEXT NOT NULL,
    teaches BIGINT NOT NULL,
    starts_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    announced_by TEXT NOT NULL,
    announced_at BIGINT NOT NULL,
    cancelled_at BIGINT,
    settled_at BIGINT,
    earned BIGINT,
    CONSTRAINT pk_talks PRIMARY KEY (id),
    CONSTRAINT uq_talks_network_id_id UNIQUE (network_id, id),
    CONSTRAINT fk_talks_network_id_venue_id FOREIGN KEY(network_id, venue_id) REFERENCES venues (network_id, id),
    CONSTRAINT fk_talks_network_id_speaker_id FOREIGN KEY(network_id, speaker_id) REFERENCES people (network_id, id),
    CONSTRAINT fk_talks_network_id_room_id FOREIGN KEY(network_id, room_id) REFERENCES rooms (network_id, id),
    CONSTRAINT ck_talks_order CHECK (ends_at > starts_at),
    CONSTRAINT ck_talks_one_end CHECK (settled_at IS NULL OR cancelled_at IS NULL)
);

CREATE INDEX ix_talks_due ON talks (ends_at) WHERE settled_at IS NULL AND cancelled_at IS NULL;

CREATE INDEX ix_talks_speaker_id_starts_at ON talks (speaker_id, starts_at);

CREATE INDEX ix_talks_venue_id_starts_at ON talks (venue_id, starts_at);

CREATE TABLE attendances (
    network_id TEXT NOT NULL,
    talk_id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    at BIGINT NOT NULL,
    recorded_by TEXT,
    useful TEXT,
    CONSTRAINT pk_attendances PRIMARY KEY (talk_id, person_id),
    CONSTRAINT fk_attendances_network_id_talk_id FOREIGN KEY(network_id, talk_id) REFERENCES talks (network_id, id),
    CONSTRAINT fk_attendances_network_id_person_id FOREIGN KEY(network_id, person_id) REFERENCES people (network_id, id),
    CONSTRAINT ck_attendances_useful CHECK (useful IN ('useful', 'not_for_me', 'skip'))
);

CREATE INDEX ix_attendances_person_id ON attendances (person_id);

CREATE TABLE tasks (
    id TEXT NOT NULL,
    network_id TEXT NOT NULL,
    venue_id TEXT NOT NULL,
    title TEXT NOT NULL,
    amount BIGINT NOT NULL,
    places BIGINT NOT NULL,
    starts_at BIGINT NOT NULL,
    posted_by TEXT NOT NULL,
    posted_at BIGINT NOT NULL,
    cancelled_at BIGINT,
    confirmed_at BIGINT,
    confirmed_by TEXT,
    CONSTRAINT pk_tasks PRIMARY KEY (id),
    CONSTRAINT uq_tasks_network_id_id UNIQUE (network_id, id),
    CONSTRAINT fk_tasks_network_id_venue_id FOREIGN KEY(network_id, venue_id) REFERENCES venues (network_id, id),
    CONSTRAINT ck_tasks_amount CHECK (amount BETWEEN 1 AND 100),
    CONSTRAINT ck_tasks_places CHECK (places BETWEEN 1 AND 50),
    CONSTRAINT ck_tasks_one_end CHECK (confirmed_at IS NULL OR cancelled_at IS NULL)
);

CREATE INDEX ix_tasks_venue_id_starts_at ON tasks (venue_id, starts_at);

CREATE TABLE task_places (
    network_id TEXT NOT NULL,
    task_id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    taken_at BIGINT NOT NULL,
    halves BIGINT,
    earned BIGINT,
    CONSTRAINT pk_task_places PRIMARY KEY (task_id, person_id),
    CONSTRAINT fk_task_places_network_id_task_id FOREIGN KEY(network_id, task_id) REFERENCES tasks (network_id, id),
    CONSTRAINT fk_task_places_network_id_person_id FOREIGN KEY(network_id, person_id) REFERENCES people (network_id, id)
);

CREATE INDEX ix_task_places_person_id ON task_places (person_id)
