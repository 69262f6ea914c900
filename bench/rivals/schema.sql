-- What Stoa keeps of posts and votes, in one file, for its rivals.
create table posts (
    id integer primary key autoincrement,
    title text not null,
    community text not null,
    username text not null,
    created_at integer not null,
    text text not null,
    url text
) strict;

create index posts_by_age on posts (created_at, id);
create index posts_by_community on posts (community, created_at, id);

create table votes (
    post_id integer not null,
    voter text not null,
    username text not null,
    direction integer not null check (direction in (-1, 1)),
    created_at integer not null,
    primary key (post_id, voter)
) strict, without rowid;

create table tallies (
    post_id integer primary key,
    upvotes integer not null,
    downvotes integer not null,
    score integer not null
) strict;

create index tallies_by_score on tallies (score, post_id);
