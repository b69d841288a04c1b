CREATE TABLE attachments (
    network_id TEXT NOT NULL,
    mail_id TEXT NOT NULL,
    n BIGINT NOT NULL,
    name TEXT NOT NULL,
    type TEXT NOT NULL,
    content BYTEA NOT NULL,
    CONSTRAINT pk_attachments PRIMARY KEY (mail_id, n),
    CONSTRAINT fk_attachments_network_id_mail_id FOREIGN KEY(network_id, mail_id) REFERENCES outbox (network_id, id)
)
