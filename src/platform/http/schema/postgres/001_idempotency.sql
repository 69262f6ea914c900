-- The first answer under each idempotency key, for 24 hours.
create table idempotency_keys (
    caller text collate "C" not null,
    key text collate "C" not null,
    fingerprint text not null,  -- of method, path and body
    status bigint not null,
    location text,
    body text not null,
    created_at bigint not null,
    primary key (caller, key)
);

create index idempotency_keys_by_age on idempotency_keys (created_at);
