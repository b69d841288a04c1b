CREATE TABLE booking_letters (
    id TEXT NOT NULL,
    network_id TEXT NOT NULL,
    booking_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    CONSTRAINT pk_booking_letters PRIMARY KEY (id),
    CONSTRAINT uq_booking_letters_network_id_id UNIQUE (network_id, id),
    CONSTRAINT fk_booking_letters_network_id_booking_id FOREIGN KEY(network_id, booking_id) REFERENCES bookings (network_id, id)
);

CREATE INDEX ix_booking_letters_created_at ON booking_letters (created_at);

CREATE INDEX ix_bookings_busy ON bookings (venue_id, blocked_from, blocked_until, room_id, status)
