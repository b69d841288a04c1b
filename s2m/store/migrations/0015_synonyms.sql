CREATE TABLE synonyms (
    id TEXT NOT NULL,
    network_id TEXT NOT NULL,
    word TEXT NOT NULL,
    word_folded TEXT NOT NULL,
    means TEXT NOT NULL,
    added_by TEXT NOT NULL,
    added_at BIGINT NOT NULL,
    ended_at BIGINT,
    CONSTRAINT pk_synonyms PRIMARY KEY (id),
    CONSTRAINT uq_synonyms_network_id_id UNIQUE (network_id, id),
    CONSTRAINT fk_synonyms_network_id FOREIGN KEY(network_id) REFERENCES networks (id)
);

CREATE UNIQUE INDEX uq_synonyms_word ON synonyms (network_id, word_folded) WHERE ended_at IS NULL
