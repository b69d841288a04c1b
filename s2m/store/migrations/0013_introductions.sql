ALTER TABLE policies ADD COLUMN introduction_amount BIGINT NOT NULL DEFAULT 0;

ALTER TABLE contributions DROP CONSTRAINT ck_contributions_kind, ADD CONSTRAINT ck_contributions_kind CHECK (kind IN ('post', 'talk', 'task', 'proxy', 'ask', 'fault', 'introduction'));

CREATE TABLE pauses (
    id TEXT NOT NULL,
    network_id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    until BIGINT,
    ended_at BIGINT,
    CONSTRAINT pk_pauses PRIMARY KEY (id),
    CONSTRAINT uq_pauses_network_id_id UNIQUE (network_id, id),
    CONSTRAINT fk_pauses_network_id_person_id FOREIGN KEY(network_id, person_id) REFERENCES people (network_id, id)
);

CREATE UNIQUE INDEX uq_pauses_standing ON pauses (person_id) WHERE ended_at IS NULL;

CREATE TABLE introductions (
    id TEXT NOT NULL,
    network_id TEXT NOT NULL,
    venue_id TEXT NOT NULL,
    one_id TEXT NOT NULL,
    other_id TEXT NOT NULL,
    by_id TEXT NOT NULL,
    way TEXT NOT NULL,
    reason TEXT NOT NULL,
    asked_at BIGINT NOT NULL,
    lapses_at BIGINT NOT NULL,
    agreed_at BIGINT,
    ended_at BIGINT,
    earned BIGINT,
    CONSTRAINT pk_introductions PRIMARY KEY (id),
    CONSTRAINT uq_introductions_network_id_id UNIQUE (network_id, id),
    CONSTRAINT fk_introductions_network_id_venue_id FOREIGN KEY(network_id, venue_id) REFERENCES venues (network_id, id),
    CONSTRAINT fk_introductions_network_id_one_id FOREIGN KEY(network_id, one_id) REFERENCES people (network_id, id),
    CONSTRAINT fk_introductions_network_id_other_id FOREIGN KEY(network_id, other_id) REFERENCES people (network_id, id),
    CONSTRAINT fk_introductions_network_id_by_id FOREIGN KEY(network_id, by_id) REFERENCES people (network_id, id),
    CONSTRAINT ck_introductions_way CHECK (way IN ('self', 'third', 'host')),
    CONSTRAINT ck_introductions_pair CHECK (one_id < other_id)
);

CREATE UNIQUE INDEX uq_introductions_pair ON introductions (one_id, other_id) WHERE ended_at IS NULL;

CREATE INDEX ix_introductions_by_id_asked_at ON introductions (by_id, asked_at);

CREATE INDEX ix_introductions_venue_id_asked_at ON introductions (venue_id, asked_at);

CREATE TABLE introduction_sides (
    network_id TEXT NOT NULL,
    introduction_id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    answer TEXT,
    answered_at BIGINT,
    contact TEXT,
    helped BIGINT,
    CONSTRAINT pk_introduction_sides PRIMARY KEY (introduction_id, person_id),
    CONSTRAINT fk_introduction_sides_network_id_introduction_id FOREIGN KEY(network_id, introduction_id) REFERENCES introductions (network_id, id),
    CONSTRAINT fk_introduction_sides_network_id_person_id FOREIGN KEY(network_id, person_id) REFERENCES people (network_id, id),
    CONSTRAINT ck_introduction_sides_answer CHECK (answer IN ('yes', 'no'))
);

CREATE INDEX ix_introduction_sides_person_id ON introduction_sides (person_id);

CREATE TABLE reunions (
    network_id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    other_id TEXT NOT NULL,
    wish TEXT NOT NULL,
    at BIGINT NOT NULL,
    CONSTRAINT pk_reunions PRIMARY KEY (person_id, other_id),
    CONSTRAINT fk_reunions_network_id_person_id FOREIGN KEY(network_id, person_id) REFERENCES people (network_id, id),
    CONSTRAINT fk_reunions_network_id_other_id FOREIGN KEY(network_id, other_id) REFERENCES people (network_id, id),
    CONSTRAINT ck_reunions_wish CHECK (wish IN ('yes', 'no')),
    CONSTRAINT ck_reunions_other CHECK (person_id <> other_id)
);

CREATE INDEX ix_reunions_other_id ON reunions (other_id)
