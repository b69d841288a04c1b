CREATE TABLE asks (
    id TEXT NOT NULL,
    network_id TEXT NOT NULL,
    venue_id TEXT NOT NULL,
    person_id TEXT,
    visit_id TEXT NOT NULL,
    topic_id TEXT,
    text TEXT NOT NULL,
    quiet BIGINT NOT NULL,
    wall BIGINT NOT NULL,
    state TEXT NOT NULL,
    opened_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    nobody_at BIGINT,
    ended_at BIGINT,
    told_at BIGINT,
    CONSTRAINT pk_asks PRIMARY KEY (id),
    CONSTRAINT uq_asks_network_id_id UNIQUE (network_id, id),
    CONSTRAINT fk_asks_network_id_venue_id FOREIGN KEY(network_id, venue_id) REFERENCES venues (network_id, id),
    CONSTRAINT fk_asks_network_id_person_id FOREIGN KEY(network_id, person_id) REFERENCES people (network_id, id),
    CONSTRAINT fk_asks_network_id_visit_id FOREIGN KEY(network_id, visit_id) REFERENCES visits (network_id, id),
    CONSTRAINT fk_asks_network_id_topic_id FOREIGN KEY(network_id, topic_id) REFERENCES visit_topics (network_id, id),
    CONSTRAINT ck_asks_state CHECK (state IN ('open', 'found', 'done', 'withdrawn', 'expired')),
    CONSTRAINT ck_asks_order CHECK (ends_at > opened_at)
);

CREATE UNIQUE INDEX uq_asks_open ON asks (person_id) WHERE state = 'open';

CREATE INDEX ix_asks_person_id_opened_at ON asks (person_id, opened_at);

CREATE INDEX ix_asks_visit_id ON asks (visit_id);

CREATE INDEX ix_asks_topic_id ON asks (topic_id);

CREATE INDEX ix_asks_due ON asks (due_at) WHERE state = 'open';

CREATE TABLE askings (
    id TEXT NOT NULL,
    network_id TEXT NOT NULL,
    ask_id TEXT NOT NULL,
    person_id TEXT,
    way TEXT NOT NULL,
    knows TEXT,
    asked_at BIGINT NOT NULL,
    answer_by BIGINT NOT NULL,
    answer TEXT,
    answered_at BIGINT,
    CONSTRAINT pk_askings PRIMARY KEY (id),
    CONSTRAINT uq_askings_network_id_id UNIQUE (network_id, id),
    CONSTRAINT uq_askings_ask_id_person_id UNIQUE (ask_id, person_id),
    CONSTRAINT fk_askings_network_id_ask_id FOREIGN KEY(network_id, ask_id) REFERENCES asks (network_id, id),
    CONSTRAINT fk_askings_network_id_person_id FOREIGN KEY(network_id, person_id) REFERENCES people (network_id, id),
    CONSTRAINT ck_askings_way CHECK (way IN ('quiet', 'wall')),
    CONSTRAINT ck_askings_answer CHECK (answer IN ('accepted', 'declined', 'ignored', 'passed')),
    CONSTRAINT ck_askings_answered CHECK ((answer IS NULL) = (answered_at IS NULL))
);

CREATE UNIQUE INDEX uq_askings_waiting ON askings (ask_id) WHERE answer IS NULL;

CREATE UNIQUE INDEX uq_askings_asked ON askings (person_id) WHERE answer IS NULL;

CREATE UNIQUE INDEX uq_askings_helper ON askings (ask_id) WHERE answer = 'accepted';

CREATE INDEX ix_askings_person_id_asked_at ON askings (person_id, asked_at);

CREATE TABLE ask_pauses (
    network_id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    until BIGINT NOT NULL,
    back_at BIGINT,
    CONSTRAINT pk_ask_pauses PRIMARY KEY (person_id),
    CONSTRAINT fk_ask_pauses_network_id_person_id FOREIGN KEY(network_id, person_id) REFERENCES people (network_id, id)
)
