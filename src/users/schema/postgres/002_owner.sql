-- Whose secrets are in here: a hash under the seal in the keys' file.
create table owner (
    id bigint primary key,  -- 1: there is one
    seal text not null
);
