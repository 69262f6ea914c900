create table posts (
    id bigint generated always as identity primary key,  -- never given out again: votes refer to it
    title text not null,
    community text collate "C" not null,  -- in lower case
    username text not null,
    created_at bigint not null,
    text text not null,
    url text
);

create index posts_by_age on posts (created_at, id);
create index posts_by_community on posts (community, created_at, id);

-- What was imported from elsewhere, by its name there.
create table imported_posts (
    source text collate "C" primary key,
    post_id bigint not null
);
