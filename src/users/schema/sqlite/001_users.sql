create table users (
    name text primary key,   -- the username in lower case; never given out again
    username text not null,  -- as it was chosen
    address text not null unique,  -- the email in lower case
    email text not null,
    password_hash text,  -- argon2id, as a PHC string; none: nobody can log in
    karma integer not null default 0,
    created_at integer not null,
    deactivated_at integer
) strict, without rowid;
