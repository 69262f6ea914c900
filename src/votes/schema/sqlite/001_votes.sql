create table votes (
    post_id integer not null,
    voter text not null,     -- the username in lower case
    username text not null,  -- as it was given
    direction integer not null check (direction in (-1, 1)),
    created_at integer not null,
    primary key (post_id, voter)
) strict, without rowid;

-- What the votes on a post add up to, kept with each vote; a post without votes has no row.
create table tallies (
    post_id integer primary key,
    upvotes integer not null,
    downvotes integer not null,
    score integer not null
) strict;

create index tallies_by_score on tallies (score, post_id);
