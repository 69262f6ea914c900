-- A user gets a number, by which lists of them are paged, a role, and a mark of having been wiped.
create table accounts (
    id integer primary key autoincrement,
    name text not null unique,     -- the username in lower case; never given out again
    username text not null,        -- as it was chosen
    address text not null unique,  -- the email in lower case; once wiped, a keyed hash of it
    email text,                    -- none: wiped
    password_hash text,            -- argon2id, as a PHC string; none: nobody can log in
    role integer not null default 0,
    karma integer not null default 0,
    created_at integer not null,
    deactivated_at integer,
    wiped_at integer
) strict;

insert into accounts (name, username, address, email, password_hash, karma, created_at, deactivated_at)
select name, username, address, email, password_hash, karma, created_at, deactivated_at
from users order by created_at, name;

drop table users;
alter table accounts rename to users;

create index users_to_wipe on users (deactivated_at)
where deactivated_at is not null and wiped_at is null;

-- What was kept before was kept as it came: answers with emails, fingerprints of requests with passwords.
delete from idempotency_keys;

-- Log-ins. Each is a family of refresh tokens (RFC 9700, section 4.14.2), of which the newest alone is good.
create table sessions (
    id text primary key,
    name text not null,        -- the user's, in lower case
    token_hash text not null,  -- SHA-256 of the newest refresh token's secret
    created_at integer not null,
    expires_at integer not null
) strict, without rowid;

create index sessions_of_user on sessions (name, created_at);
create index sessions_by_end on sessions (expires_at);
