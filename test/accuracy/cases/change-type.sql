Types of columns that change.

--- setup
create table orders (
  id bigint primary key,
  code varchar(20) not null,
  label varchar,
  note text,
  fixed char(8),
  amount numeric(10, 2),
  ratio numeric,
  quantity integer not null default 1,
  small smallint,
  big bigint,
  price real,
  weight double precision,
  flags varbit(8),
  mask bit(8),
  placed_at timestamp,
  paid_at timestamptz,
  exact_at timestamptz(3),
  shipped_on date,
  open_time time,
  took interval,
  payload json,
  settings jsonb,
  tags varchar(20)[],
  numbers integer[],
  address cidr,
  host inet,
  doc xml,
  key uuid,
  active boolean,
  blob bytea
);
insert into orders (id, code, label, note, fixed, amount, ratio, small, big, placed_at, paid_at, payload, settings, tags, numbers, address, host, active)
  select g, 'c' || g, 'l' || g, g::text, 'f', g, g, 1, g, now(), now(), '{}', '{}', '{a}', '{1}', '10.0.0.0/8', '10.0.0.1', true
  from generate_series(1, 300) g;
create type size as enum ('s', 'm', 'l');
create type size_v2 as enum ('s', 'm', 'l', 'xl');
create domain any_text as text;
create domain some_int as integer;
create domain positive_int as integer check (value > 0);
create domain short_text as varchar(20);
create domain code_text as varchar(40) check (value <> '');

--- varchar becomes wider
alter table orders alter column code type varchar(40);
--- varchar becomes unlimited
alter table orders alter column code type varchar;
--- varchar becomes text
alter table orders alter column code type text;
--- varchar becomes narrower
alter table orders alter column code type varchar(10);
--- varchar keeps its length
alter table orders alter column code type varchar(20);
--- varchar with SET DATA TYPE
alter table orders alter column code set data type varchar(255);
--- unlimited varchar gets a limit
alter table orders alter column label type varchar(255);
--- unlimited varchar becomes text
alter table orders alter column label type text;
--- text becomes unlimited varchar
alter table orders alter column note type varchar;
--- text becomes limited varchar
alter table orders alter column note type varchar(255);
--- text stays text
alter table orders alter column note type text;
--- text becomes integer
alter table orders alter column note type integer using note::integer;
--- text becomes char
alter table orders alter column note type char(10);
--- char becomes wider
alter table orders alter column fixed type char(10);
--- char keeps its length
alter table orders alter column fixed type char(8);
--- char becomes varchar
alter table orders alter column fixed type varchar(8);
--- char becomes text
alter table orders alter column fixed type text;
--- varchar becomes char
alter table orders alter column code type char(20);
--- numeric becomes wider with its scale
alter table orders alter column amount type numeric(14, 2);
--- numeric becomes unlimited
alter table orders alter column amount type numeric;
--- numeric becomes decimal of the same
alter table orders alter column amount type decimal(10, 2);
--- numeric changes its scale
alter table orders alter column amount type numeric(12, 4);
--- numeric becomes narrower
alter table orders alter column amount type numeric(8, 2);
--- unlimited numeric gets a limit
alter table orders alter column ratio type numeric(12, 4);
--- numeric becomes integer
alter table orders alter column amount type integer;
--- numeric becomes double precision
alter table orders alter column amount type double precision;
--- integer becomes bigint
alter table orders alter column quantity type bigint;
--- integer as int4
alter table orders alter column quantity type int4;
--- integer becomes smallint
alter table orders alter column quantity type smallint;
--- smallint becomes integer
alter table orders alter column small type integer;
--- integer becomes numeric
alter table orders alter column quantity type numeric;
--- integer becomes text
alter table orders alter column quantity type text;
--- integer becomes oid
alter table orders alter column quantity drop default, alter column quantity type oid;
--- integer becomes regclass
alter table orders alter column quantity drop default, alter column quantity type regclass;
--- bigint becomes integer
alter table orders alter column big type integer;
--- bigint primary key becomes integer
alter table orders alter column id type integer;
--- real becomes double precision
alter table orders alter column price type double precision;
--- varbit becomes wider
alter table orders alter column flags type varbit(16);
--- varbit becomes unlimited
alter table orders alter column flags type bit varying;
--- varbit becomes narrower
alter table orders alter column flags type varbit(4);
--- bit becomes varbit
alter table orders alter column mask type varbit(8);
--- bit becomes wider
alter table orders alter column mask type bit(16) using mask::bit(16);
--- timestamp becomes timestamptz
alter table orders alter column placed_at type timestamptz;
--- timestamp becomes timestamptz at utc
alter table orders alter column placed_at type timestamptz using placed_at at time zone 'UTC';
--- timestamptz becomes timestamp
alter table orders alter column paid_at type timestamp;
--- timestamptz becomes timestamp at utc
alter table orders alter column paid_at type timestamp using paid_at at time zone 'UTC';
--- timestamp becomes timestamptz in a session in UTC
set timezone to 'UTC';
alter table orders alter column placed_at type timestamptz;
--- timestamp becomes timestamptz in a session in Berlin
set local timezone = 'Europe/Berlin';
alter table orders alter column placed_at type timestamptz;
--- timestamptz gets a precision
alter table orders alter column paid_at type timestamptz(3);
--- timestamptz gets precision six
alter table orders alter column paid_at type timestamptz(6);
--- timestamptz loses its precision
alter table orders alter column exact_at type timestamptz;
--- timestamptz gets a wider precision
alter table orders alter column exact_at type timestamptz(5);
--- timestamptz gets a narrower precision
alter table orders alter column exact_at type timestamptz(0);
--- timestamp gets a precision
alter table orders alter column placed_at type timestamp(0);
--- interval gets a precision
alter table orders alter column took type interval(3);
--- interval gets fields
alter table orders alter column took type interval day to second;
--- interval stays
alter table orders alter column took type interval;
--- time gets a precision
alter table orders alter column open_time type time(0);
--- date becomes timestamptz
alter table orders alter column shipped_on type timestamptz;
--- date becomes timestamp
alter table orders alter column shipped_on type timestamp;
--- timestamp becomes date
alter table orders alter column placed_at type date;
--- json becomes jsonb
alter table orders alter column payload type jsonb;
--- json becomes jsonb with USING
alter table orders alter column payload type jsonb using payload::jsonb;
--- jsonb becomes json
alter table orders alter column settings type json;
--- jsonb becomes text
alter table orders alter column settings type text;
--- json becomes text
alter table orders alter column payload type text;
--- text becomes jsonb
alter table orders alter column note type jsonb using to_jsonb(note);
--- varchar array becomes wider
alter table orders alter column tags type varchar(40)[];
--- varchar array becomes text array
alter table orders alter column tags type text[];
--- integer array becomes bigint array
alter table orders alter column numbers type bigint[];
--- integer becomes integer array
alter table orders alter column quantity drop default, alter column quantity type integer[] using array[quantity];
--- cidr becomes inet
alter table orders alter column address type inet;
--- inet becomes cidr
alter table orders alter column host type cidr;
--- inet becomes text
alter table orders alter column host type text;
--- xml becomes text
alter table orders alter column doc type text;
--- text becomes xml
alter table orders alter column note type xml using note::xml;
--- uuid becomes text
alter table orders alter column key type text;
--- varchar becomes uuid
alter table orders alter column key type varchar(36);
--- boolean becomes integer
alter table orders alter column active type integer using active::integer;
--- text becomes bytea
alter table orders alter column note type bytea using note::bytea;
--- text becomes an enum
alter table orders add column size text;
--- when
alter table orders alter column size type size using size::size;
--- enum becomes another enum
alter table orders add column size size;
--- when
alter table orders alter column size type size_v2 using size::text::size_v2;
--- enum becomes text
alter table orders add column size size default 's';
--- when
alter table orders alter column size drop default;
alter table orders alter column size type text;
--- text becomes an unconstrained domain
alter table orders alter column note type any_text;
--- integer becomes an unconstrained domain
alter table orders alter column quantity type some_int;
--- integer becomes a constrained domain
alter table orders alter column quantity type positive_int;
--- varchar becomes a domain of the same
alter table orders alter column code type short_text;
--- varchar becomes a wider constrained domain
alter table orders alter column code type code_text;
--- domain becomes its base type
alter table orders alter column note type any_text;
--- when
alter table orders alter column note type text;
--- constrained domain becomes its base type
alter table orders alter column quantity type positive_int;
--- when
alter table orders alter column quantity type integer;
--- USING that is the column itself
alter table orders alter column code type varchar(40) using code;
--- USING that casts to the target
alter table orders alter column code type varchar(40) using code::varchar(40);
--- USING that casts to text
alter table orders alter column code type text using code::text;
--- USING that casts through text to wider
alter table orders alter column code type varchar(40) using code::text;
--- USING that changes
alter table orders alter column code type text using upper(code);
--- USING that trims
alter table orders alter column code type varchar(40) using trim(code);
--- USING a constant
alter table orders alter column note type text using 'x';
--- USING another column
alter table orders alter column note type text using label;
--- same type with a real USING
alter table orders alter column quantity type integer using quantity + 1;
--- two of them, both without work
alter table orders alter column code type text, alter column label type text;
--- two of them, one with work
alter table orders alter column code type text, alter column quantity type bigint;
--- collation changes
alter table orders alter column note type text collate "C";
--- collation that is the default one
alter table orders alter column note type text collate "default";
--- type of an added column in the same file
alter table orders add column extra integer;
alter table orders alter column extra type bigint;
--- type after it was widened in the history
alter table orders alter column code type varchar(50);
--- when
alter table orders alter column code type varchar(30);
--- type after it was renamed
alter table orders rename column code to sku;
alter table orders rename to purchases;
--- when
alter table purchases alter column sku type varchar(25);
--- Django makes a longer char field
ALTER TABLE "orders" ALTER COLUMN "code" TYPE varchar(100);
--- Django makes a big auto field
ALTER TABLE "orders" ALTER COLUMN "quantity" TYPE bigint USING "quantity"::bigint;
--- Rails changes a limit
ALTER TABLE "orders" ALTER COLUMN "label" TYPE character varying(64);
--- Prisma changes a column
-- AlterTable
ALTER TABLE "orders" ALTER COLUMN "amount" SET DATA TYPE DECIMAL(65,30);
--- Drizzle changes a column
ALTER TABLE "orders" ALTER COLUMN "code" SET DATA TYPE text;
--- Hibernate style in lower case with schema
alter table if exists public.orders alter column quantity set data type bigint;
