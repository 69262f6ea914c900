-- What callers have taken of their limits, told once a second by each process to the others. Of a minute, and of no use after a crash.
create unlogged table limit_rounds (
    process text collate "C" not null,
    round bigint not null,
    bucket text collate "C" not null,  -- what is limited, and whose it is
    tokens bigint not null,
    at bigint not null
);

create index limit_rounds_by_age on limit_rounds (at);
