create table users (
    id bigint generated always as identity primary key,
    name text collate "C" not null unique,     -- the username in lower case; never given out again
    username text collate "C" not null,        -- as it was chosen
    address text collate "C" not null unique,  -- the email in lower case; once wiped, a keyed hash of it
    email text collate "C",                    -- none: wiped
    password_hash text,                        -- argon2id, as a PHC string; none: nobody can log in
    role bigint not null default 0,
    karma bigint not null default 0,
    earned bigint not null default 0,  -- of the karma, what votes have given, as the votes service has told
    earned_version bigint not null default 0,  -- of the sum that was told last: one that comes late is left out
    created_at bigint not null,
    deactivated_at bigint,
    wiped_at bigint
);

create index users_to_wipe on users (deactivated_at)
where deactivated_at is not null and wiped_at is null;

-- Log-ins. Each is a family of refresh tokens (RFC 9700, section 4.14.2), of which the newest alone is good.
create table sessions (
    id text collate "C" primary key,
    name text collate "C" not null,  -- the user's, in lower case
    token_hash text not null,        -- SHA-256 of the newest refresh token's secret
    created_at bigint not null,
    expires_at bigint not null
);

create index sessions_of_user on sessions (name, created_at);
create index sessions_by_end on sessions (expires_at);
