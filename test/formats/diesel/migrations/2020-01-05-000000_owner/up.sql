alter type role add value 'owner';
update users set role = 'owner';
