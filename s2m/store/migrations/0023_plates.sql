ALTER TABLE devices DROP CONSTRAINT ck_devices_kind, ADD CONSTRAINT ck_devices_kind CHECK (kind IN ('kiosk', 'wall', 'plate'));

ALTER TABLE devices ADD COLUMN room_id TEXT CONSTRAINT fk_devices_room_id REFERENCES rooms (id);

ALTER TABLE visits DROP CONSTRAINT ck_visits_way, ADD CONSTRAINT ck_visits_way CHECK (way IN ('badge', 'code', 'name', 'walk_in', 'door', 'host', 'meeting'));

ALTER TABLE visits ADD COLUMN booking_id TEXT CONSTRAINT fk_visits_booking_id REFERENCES bookings (id);

CREATE INDEX ix_visits_booking_id ON visits (booking_id) WHERE booking_id IS NOT NULL;

CREATE INDEX ix_bookings_awaited ON bookings (starts_at) WHERE arrived_at IS NULL
