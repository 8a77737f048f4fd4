-- Being written, and never run by Lockstep.
select from nowhere at all;
