-- What of each post's score its author's karma has got.
create table credits (
    post_id integer primary key,
    credited integer not null
) strict;

-- What was voted until now has been counted by other means, if at all.
insert into credits (post_id, credited) select post_id, score from tallies;

-- Posts whose score has changed since.
create table credits_due (post_id integer primary key) strict;

-- Karma on its way to its users. An entry goes when the users service has said that it has it.
create table karma_outbox (
    id integer primary key autoincrement,
    username text not null,
    delta integer not null,
    created_at integer not null
) strict;
