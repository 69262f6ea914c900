-- The first answer under each idempotency key, for 24 hours.
create table idempotency_keys (
    caller text not null,
    key text not null,
    fingerprint text not null,  -- of method, path and body
    status integer not null,
    location text,
    body text not null,
    created_at integer not null,
    primary key (caller, key)
) strict, without rowid;

create index idempotency_keys_by_age on idempotency_keys (created_at);
