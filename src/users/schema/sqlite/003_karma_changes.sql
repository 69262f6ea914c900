-- Of what each user's karma is made.
create table karma_changes (
    id integer primary key autoincrement,
    name text not null,  -- the username in lower case
    delta integer not null,
    created_at integer not null
) strict;

insert into karma_changes (name, delta, created_at)
select name, karma, created_at from users where karma <> 0;

create index karma_changes_of_user on karma_changes (name, delta);
