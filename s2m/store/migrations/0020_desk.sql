CREATE INDEX ix_audit_object_id ON audit (object_id)
