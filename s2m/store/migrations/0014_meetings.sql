CREATE TABLE showings (
    network_id TEXT NOT NULL,
    visit_id TEXT NOT NULL,
    shown_id TEXT NOT NULL,
    venue_id TEXT NOT NULL,
    slot TEXT NOT NULL,
    kind TEXT NOT NULL,
    mine TEXT NOT NULL,
    theirs TEXT NOT NULL,
    at BIGINT NOT NULL,
    CONSTRAINT pk_showings PRIMARY KEY (visit_id, shown_id),
    CONSTRAINT fk_showings_network_id_visit_id FOREIGN KEY(network_id, visit_id) REFERENCES visits (network_id, id),
    CONSTRAINT fk_showings_network_id_shown_id FOREIGN KEY(network_id, shown_id) REFERENCES visits (network_id, id),
    CONSTRAINT fk_showings_network_id_venue_id FOREIGN KEY(network_id, venue_id) REFERENCES venues (network_id, id),
    CONSTRAINT ck_showings_slot CHECK (slot IN ('relevant', 'unexpected', 'control')),
    CONSTRAINT ck_showings_other CHECK (visit_id <> shown_id)
);

CREATE INDEX ix_showings_shown_id ON showings (shown_id);

CREATE INDEX ix_showings_venue_id_at ON showings (venue_id, at);

CREATE INDEX ix_showings_mine ON showings (mine);

CREATE INDEX ix_showings_theirs ON showings (theirs);

CREATE TABLE verdicts (
    network_id TEXT NOT NULL,
    visit_id TEXT NOT NULL,
    shown_id TEXT NOT NULL,
    person_id TEXT,
    other_id TEXT,
    said TEXT NOT NULL,
    at BIGINT NOT NULL,
    outcome TEXT,
    outcome_at BIGINT,
    CONSTRAINT pk_verdicts PRIMARY KEY (visit_id, shown_id),
    CONSTRAINT fk_verdicts_visit_id_shown_id FOREIGN KEY(visit_id, shown_id) REFERENCES showings (visit_id, shown_id),
    CONSTRAINT fk_verdicts_network_id_person_id FOREIGN KEY(network_id, person_id) REFERENCES people (network_id, id),
    CONSTRAINT fk_verdicts_network_id_other_id FOREIGN KEY(network_id, other_id) REFERENCES people (network_id, id),
    CONSTRAINT ck_verdicts_said CHECK (said IN ('met', 'helped', 'not_useful', 'not_met', 'later', 'skipped')),
    CONSTRAINT ck_verdicts_outcome CHECK (outcome IN ('nothing', 'idea', 'help', 'work', 'skipped'))
);

CREATE INDEX ix_verdicts_person_id_at ON verdicts (person_id, at);

CREATE INDEX ix_verdicts_other_id_at ON verdicts (other_id, at);

CREATE TABLE stories (
    id TEXT NOT NULL,
    network_id TEXT NOT NULL,
    venue_id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    text TEXT NOT NULL,
    at BIGINT NOT NULL,
    ended_at BIGINT,
    ended_by TEXT,
    CONSTRAINT pk_stories PRIMARY KEY (id),
    CONSTRAINT uq_stories_network_id_id UNIQUE (network_id, id),
    CONSTRAINT fk_stories_network_id_venue_id FOREIGN KEY(network_id, venue_id) REFERENCES venues (network_id, id),
    CONSTRAINT fk_stories_network_id_person_id FOREIGN KEY(network_id, person_id) REFERENCES people (network_id, id)
);

CREATE INDEX ix_stories_venue_id_at ON stories (venue_id, at);

CREATE INDEX ix_stories_person_id ON stories (person_id);

ALTER TABLE people ADD COLUMN past_visits BIGINT NOT NULL DEFAULT 0
