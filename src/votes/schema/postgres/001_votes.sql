create table votes (
    post_id bigint not null,
    voter text collate "C" not null,  -- the username in lower case
    username text collate "C" not null,  -- as it was given
    direction bigint not null check (direction in (-1, 1)),
    created_at bigint not null,
    primary key (post_id, voter)
);

-- What the votes on a post add up to, kept with each vote; a post without votes has no row. Rows change often and without
-- touching an index but one: room is left so that most new versions stay on their page.
create table tallies (
    post_id bigint primary key,
    upvotes bigint not null,
    downvotes bigint not null,
    score bigint not null
) with (fillfactor = 70);

create index tallies_by_score on tallies (score, post_id);

-- What of each post's score its author has been credited with.
create table credits (
    post_id bigint primary key,
    author text collate "C" not null,  -- the username in lower case
    credited bigint not null
);

-- Posts whose score has changed since.
create table credits_due (post_id bigint primary key);

-- The sum of each author's credits, and which sum the users service was told last.
create table earned (
    author text collate "C" primary key,
    total bigint not null,
    told bigint,
    version bigint not null default 0  -- of the sum: the higher, the later
);

create index earned_untold on earned (author) where told is distinct from total;
