alter type state add value 'paid';
update orders set state = 'paid';
