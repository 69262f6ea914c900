-- What of each post's score its author has been credited with.
create table credits (
    post_id integer primary key,
    author text not null,  -- the username in lower case
    credited integer not null
) strict;

-- Posts whose score has changed since: at first all that were voted on.
create table credits_due (post_id integer primary key) strict;
insert into credits_due (post_id) select post_id from tallies;

-- The sum of each author's credits, and which sum the users service was told last.
create table earned (
    author text primary key,
    total integer not null,
    told integer
) strict, without rowid;

create index earned_untold on earned (author) where told is distinct from total;
