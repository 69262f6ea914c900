create table posts (
    id integer primary key autoincrement,  -- never given out again: votes refer to it
    title text not null,
    community text not null,  -- in lower case
    username text not null,
    created_at integer not null,
    text text not null,
    url text
) strict;

create index posts_by_age on posts (created_at, id);
create index posts_by_community on posts (community, created_at, id);

-- What was imported from elsewhere, by its name there.
create table imported_posts (
    source text primary key,
    post_id integer not null
) strict, without rowid;
