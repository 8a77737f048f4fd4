-- atlas:delimiter -- end

create table categories (id integer primary key, name text not null)
-- end
insert into categories values (1, 'Tea -- end; of the day'), (2, 'Kaffee „schwarz“')
-- end
alter table products add column category_id integer references categories
-- end
