CREATE TABLE room_pictures (
    id TEXT NOT NULL,
    network_id TEXT NOT NULL,
    room_id TEXT NOT NULL,
    place BIGINT NOT NULL,
    alt TEXT NOT NULL,
    width BIGINT NOT NULL,
    height BIGINT NOT NULL,
    content BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    CONSTRAINT pk_room_pictures PRIMARY KEY (id),
    CONSTRAINT uq_room_pictures_network_id_id UNIQUE (network_id, id),
    CONSTRAINT fk_room_pictures_network_id_room_id FOREIGN KEY(network_id, room_id) REFERENCES rooms (network_id, id)
);

CREATE INDEX ix_room_pictures_room_id_place ON room_pictures (room_id, place)
